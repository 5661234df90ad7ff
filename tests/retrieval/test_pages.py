"""The pages for people: who may open them, and what they do."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from retrieval.datastore import Datastore, NewDocument
from retrieval.metadata import Metadata
from retrieval.models import Chunk, Collection, Document

pytestmark = pytest.mark.django_db
OPEN = "/retrieval-none/library"
PLACES = ("", "/document?id=x", "/delete")


@pytest.fixture
def staff(db: None) -> User:
    """An operator who may see documents, add and delete them."""
    user = User.objects.create_user("olga", password="olgas-password", is_staff=True)
    permit(user, "view", "add", "delete")
    return user


def permit(user: User, *acts: str) -> None:
    names = [f"{act}_document" for act in acts]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))


def add(client: Client, path: str = OPEN, **fields: Any) -> Any:
    return client.post(path, fields, follow=True)


@pytest.mark.parametrize(
    ("slug", "visitor", "status"),
    [
        ("retrieval-none", "", 200),
        ("retrieval", "", 302),
        ("retrieval", "ann", 403),
        ("retrieval", "olga", 200),
        ("retrieval-user", "", 302),
        ("retrieval-user", "ann", 200),
        ("retrieval-oauth", "", 302),
        ("retrieval-oauth", "ann", 200),
    ],
)
@pytest.mark.parametrize("at", ["prefix", "host"])
def test_who_may_open_the_pages(
    client: Client, ann: User, staff: User, slug: str, visitor: str, status: int, at: str
) -> None:
    if visitor:
        client.force_login(User.objects.get(username=visitor))
    root = f"/{slug}" if at == "prefix" else ""
    headers = {"host": "localhost" if at == "prefix" else f"{slug}.localhost"}
    response = client.get(f"{root}/library", headers=headers)
    assert response.status_code == status
    if status == 302:
        assert response["Location"].startswith("/accounts/login/?next=")
    if status != 200:
        for path in ("/library", "/library/delete"):
            body = {"text": "x", "all": "yes"}
            assert client.post(f"{root}{path}", body, headers=headers).status_code == status
        assert not Document.objects.exists()


SERVICES = "/retrieval/library"


@pytest.mark.parametrize(
    ("acts", "sees", "adds", "deletes"),
    [
        ((), False, False, False),
        (("add", "delete"), False, False, False),
        (("view",), True, False, False),
        (("view", "add"), True, True, False),
        (("view", "delete"), True, False, True),
    ],
)
def test_staff_do_in_a_services_documents_what_they_are_permitted(
    client: Client, staff: User, acts: tuple[str, ...], sees: bool, adds: bool, deletes: bool
) -> None:
    Datastore("retrieval").upsert([NewDocument(id="owl", text="A secret owl")])
    permit(staff, *acts)
    client.force_login(staff)
    page = client.get(SERVICES)
    assert ("secret owl" in page.text) == sees == (page.status_code == 200)
    assert ("secret" in client.get(SERVICES, {"q": "owl"}).text) == sees
    assert ("secret" in client.get(f"{SERVICES}/document", {"id": "owl"}).text) == sees
    assert ("Add a document" in page.text) == adds
    assert ("Delete it, for good" in page.text) == deletes
    assert ("Delete all" in page.text) == deletes
    client.post(SERVICES, {"text": "Another"})
    assert (Document.objects.count() == 2) == adds
    client.post(f"{SERVICES}/delete", {"id": "owl"})
    assert Document.objects.filter(key="owl").exists() != deletes


@pytest.mark.parametrize(("acts", "linked"), [((), False), (("add",), False), (("view",), True)])
@pytest.mark.parametrize("page", ["/", "/retrieval/"])
def test_a_library_is_linked_for_those_who_may_open_it(
    client: Client, staff: User, acts: tuple[str, ...], linked: bool, page: str
) -> None:
    link = f'href="http://testserver{SERVICES}"'
    assert link not in client.get(page).text
    permit(staff, *acts)
    client.force_login(staff)
    assert (link in client.get(page).text) == linked
    assert (client.get(SERVICES).status_code == 200) == linked
    assert f'href="http://testserver{OPEN}"' in client.get("/").text


def test_permissions_without_the_admin_open_nothing(client: Client, ann: User) -> None:
    permit(ann, "view", "add", "delete")
    client.force_login(ann)
    assert client.get(SERVICES).status_code == 403


def test_a_text_is_added_found_and_deleted(client: Client) -> None:
    response = add(client, text="Herons nest by the mill.", author="Ann", created_at="March 2024")
    assert "You can search it now." in response.text
    assert "1 document" in response.text
    found = client.get(OPEN, {"q": "Where do herons build nests?"}).text
    assert "<mark>Herons</mark> <mark>nest</mark> by the mill." in found
    key = Document.objects.get().key
    whole = client.get(f"{OPEN}/document", {"id": key}).text
    assert "Herons nest by the mill." in whole and "2024-03-01" in whole
    response = client.post(f"{OPEN}/delete", {"id": key}, follow=True)
    assert "Deleted 1 document." in response.text
    assert not Chunk.objects.exists()


def test_a_file_is_added_under_its_name(client: Client) -> None:
    file = SimpleUploadedFile("notes.md", b"# Notes\n\nThe kettle is broken.")
    assert "notes.md" in add(client, file=file).text
    assert Document.objects.get().source == "file"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "one of the two"),
        ({"text": "a", "file": SimpleUploadedFile("a.txt", b"b")}, "one of the two"),
        ({"text": "a", "created_at": "soon"}, "not a date"),
        ({"file": SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + bytes(50))}, "not read here"),
    ],
)
def test_what_cannot_be_added_is_told_beside_the_form(
    client: Client, fields: dict[str, Any], words: str
) -> None:
    response = add(client, **fields)
    assert response.status_code == 400
    assert words in response.text
    assert "<title>Error: " in response.text
    assert not Document.objects.exists()


def test_a_text_is_kept_in_the_form_when_the_date_is_wrong(client: Client) -> None:
    assert "Herons nest" in add(client, text="Herons nest", created_at="soon").text


@pytest.mark.parametrize("size", [5_000, 200_000])
def test_too_large_a_file_is_refused(client: Client, settings: Settings, size: int) -> None:
    settings.RETRIEVAL_LOAD_MAX_BYTES = 1_000
    response = add(client, file=SimpleUploadedFile("big.txt", b"word " * (size // 5)))
    assert response.status_code == 413
    assert "too large" in response.text
    assert not Document.objects.exists()


@pytest.mark.parametrize("charset", ["rot13", "unicode_escape", "nonsense"])
def test_an_encoding_that_makes_no_text_is_passed_over(client: Client, charset: str) -> None:
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    part = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nA \\ud800 heron\r\n--x--\r\n'
    assert client.generic("POST", OPEN, part, kind).status_code == 302
    assert Document.objects.get().text == "A \\ud800 heron"


def test_a_text_is_known_by_how_it_begins(client: Client) -> None:
    assert "Herons nest by the mill.</a>" in add(client, text="# Herons nest by the mill.").text


@pytest.mark.parametrize(
    ("slug", "whose"), [("retrieval-none", "Everybody can read"), ("retrieval-user", "your own")]
)
def test_the_page_says_whose_documents_these_are(
    client: Client, ann: User, slug: str, whose: str
) -> None:
    client.force_login(ann)
    assert whose in client.get(f"/{slug}/library").text


def test_a_forged_form_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(OPEN, {"text": "forged"}).status_code == 403
    assert strict.post(f"{OPEN}/delete", {"all": "yes"}).status_code == 403
    assert not Document.objects.exists()


def test_markup_in_documents_and_questions_is_shown_and_not_run(client: Client) -> None:
    script = "<script>alert('owl')</script>"
    Datastore("retrieval-none").upsert(
        [NewDocument(id="<b>", text=script, metadata=Metadata(author="<i>"))]
    )
    for response in (
        client.get(OPEN),
        client.get(OPEN, {"q": "alert owl <script>"}),
        client.get(f"{OPEN}/document", {"id": "<b>"}),
    ):
        assert response.status_code == 200
        assert "<script>" not in response.text.partition("<main")[2]
        assert "<i>" not in response.text and "<b>" not in response.text


def test_nobody_sees_or_deletes_anothers_documents(client: Client, ann: User, bob: User) -> None:
    Datastore("retrieval-user", "ann").upsert([NewDocument(id="hers", text="Ann's secret owl")])
    client.force_login(bob)
    path = "/retrieval-user/library"
    for response in (client.get(path), client.get(path, {"q": "owl"})):
        assert "secret" not in response.text
    assert client.get(f"{path}/document", {"id": "hers"}).status_code == 404
    client.post(f"{path}/delete", {"id": "hers"})
    client.post(f"{path}/delete", {"id": "hers\0"})
    client.post(f"{path}/delete", {"all": "yes"})
    assert Document.objects.filter(key="hers").exists()


def test_all_are_deleted_only_where_the_box_is_ticked(client: Client) -> None:
    Datastore("retrieval-none").upsert([NewDocument(text="a"), NewDocument(text="b")])
    assert "tick the box" in client.post(f"{OPEN}/delete", {}, follow=True).text
    assert Document.objects.count() == 2
    assert "Deleted 2" in client.post(f"{OPEN}/delete", {"all": "yes"}, follow=True).text


def test_a_long_list_has_pages_and_costs_no_more_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Datastore("retrieval-none").upsert([NewDocument(text=f"Text {n}") for n in range(60)])
    with django_assert_num_queries(4):  # loads; how many, which fifty, and what they are
        assert "Page 1 of 2" in client.get(OPEN).text
    assert "Page 2 of 2" in client.get(OPEN, {"page": 2}).text


def test_another_model_is_told_on_the_page(client: Client) -> None:
    Datastore("retrieval-none").upsert([NewDocument(text="a")])
    Collection.objects.update(model="another")
    assert "reembed" in client.get(OPEN, {"q": "a"}).text
    assert "reembed" in add(client, text="b").text


def test_visits_are_counted(client: Client, settings: Settings) -> None:
    settings.THROTTLE_RATES = {"address": "2/day"}
    assert [client.get(OPEN, {"q": "a"}).status_code for _ in range(3)] == [200, 200, 429]
    assert client.get(OPEN).status_code == 429


def test_the_admin_shows_documents_and_deletes_them_whole(client: Client) -> None:
    store = Datastore("retrieval-none")
    store.upsert([NewDocument(id="owl", text="Owls hunt at night."), NewDocument(text="b")])
    client.force_login(User.objects.create_superuser("root", password="roots-password"))
    for model in ("collection", "document", "chunk"):
        assert client.get(f"/admin/retrieval/{model}/", {"q": "owl"}).status_code == 200
        assert client.get(f"/admin/retrieval/{model}/add/").status_code == 403
    document, chunk = Document.objects.get(key="owl"), Chunk.objects.get(document__key="owl")
    assert "Owls hunt" in client.get(f"/admin/retrieval/document/{document.pk}/change/").text
    assert "384 numbers" in client.get(f"/admin/retrieval/chunk/{chunk.pk}/change/").text
    chosen = {"action": "delete_selected", "_selected_action": document.pk, "post": "yes"}
    client.post("/admin/retrieval/document/", chosen)
    collection = Collection.objects.get()
    assert collection.chunk_count == Chunk.objects.count() == 1
    other = Document.objects.get()
    client.post(f"/admin/retrieval/document/{other.pk}/delete/", {"post": "yes"})
    assert Collection.objects.get().chunk_count == Chunk.objects.count() == 0


LATIN = "Zażółć gęślą jaźń, a potem zjedz śniadanie."


def test_the_encoding_of_a_file_can_be_named_as_the_page_says(client: Client) -> None:
    def file() -> SimpleUploadedFile:
        return SimpleUploadedFile("a.txt", LATIN.encode("iso8859_2"))

    assert 'name="encoding"' in client.get(OPEN).text
    add(client, file=file(), encoding="windows-1252")
    add(client, file=file(), encoding="iso-8859-2")
    wrong, right = Document.objects.order_by("id").values_list("text", flat=True)
    assert wrong != LATIN and right == LATIN


@pytest.mark.parametrize("encoding", ["klingon", "x" * 41, "punycode"])
def test_an_encoding_that_is_none_is_told_at_its_field(client: Client, encoding: str) -> None:
    file = SimpleUploadedFile("a.txt", b"A heron")
    response = add(client, file=file, encoding=encoding)
    assert response.status_code == 400
    assert [*response.context["form"].errors] == ["encoding"]
    assert '<details class="more" open>' in response.text
    assert not Document.objects.exists()


def test_a_form_sent_twice_saves_once(client: Client) -> None:
    for text in ("Herons nest.", "Herons nest.", "Owls hunt."):
        assert "You can search it now." in add(client, text=text, once="a-mark").text
    texts = [*Document.objects.order_by("id").values_list("text", flat=True)]
    assert texts == ["Herons nest.", "Owls hunt."]
    assert Chunk.objects.count() == 2
    add(client, text="Herons nest.", once="another")
    assert Document.objects.count() == 3

"""`search` and `fetch`, as ChatGPT's connectors and deep research call them."""

import json
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from oauth_demo.models import Token
from retrieval.connectors import RESULTS
from retrieval.datastore import Datastore, NewDocument
from retrieval.metadata import Metadata
from tests.conftest import Mount, mount_of
from tests.plugins.mcp_client import call, result

pytestmark = pytest.mark.django_db
STRANGE = "a b&c=d+ü?#'\"<i>"


def found(mount: Mount, query: str, **kwargs: Any) -> list[dict[str, str]]:
    response = mount.get(f"/search?query={quote(query)}", **kwargs)
    assert response.status_code == 200, response.content
    results: list[dict[str, str]] = response.json()["results"]
    return results


def seen(client: Client, url: str) -> Any:
    """Open a page by its absolute URL, as a browser does."""
    parts = urlsplit(url)
    return client.get(f"{parts.path}?{parts.query}", headers={"host": parts.netloc})


def test_a_search_finds_documents_the_best_first(shelf: Mount) -> None:
    [best, _] = found(shelf, "Where does the pet take its nap?")
    assert best == {
        "id": "cat",
        "title": "The cat sleeps on the warm window sill all afternoon.",
        "url": "http://localhost/retrieval-none/library/document?id=cat",
    }


def test_a_document_is_found_once_however_many_of_its_passages_fit(open_plugin: Mount) -> None:
    long = "\n\n".join(f"# Part {n}\n\n" + "The heron nests by the mill. " * 40 for n in range(5))
    Datastore("retrieval-none").upsert([NewDocument(id="herons", text=long)])
    assert [each["id"] for each in found(open_plugin, "heron")] == ["herons"]


def test_no_more_are_found_than_a_model_can_use(open_plugin: Mount) -> None:
    texts = [NewDocument(text=f"Heron number {n} nests.") for n in range(RESULTS + 5)]
    Datastore("retrieval-none").upsert(texts)
    assert len(found(open_plugin, "heron")) == RESULTS


def test_nothing_is_found_where_nothing_is(open_plugin: Mount) -> None:
    assert found(open_plugin, "anything") == []


def test_a_document_is_fetched_with_what_is_known_of_it(shelf: Mount) -> None:
    assert shelf.get("/fetch?id=cat").json() == {
        "id": "cat",
        "title": "The cat sleeps on the warm window sill all afternoon.",
        "text": "The cat sleeps on the warm window sill all afternoon.",
        "url": "http://localhost/retrieval-none/library/document?id=cat",
        "metadata": {"author": "Ann", "source": "chat", "created_at": "2024-03-05T00:00:00+00:00"},
    }


def test_a_document_of_which_nothing_is_known_has_no_metadata(open_plugin: Mount) -> None:
    Datastore("retrieval-none").upsert([NewDocument(id="x", text="Words.")])
    assert "metadata" not in open_plugin.get("/fetch?id=x").json()


def test_a_title_is_the_files_name_or_else_how_the_text_begins(open_plugin: Mount) -> None:
    file = NewDocument(id="file", text="Words.", metadata=Metadata(source_id="notes.md"))
    text = NewDocument(id="text", text="They nest by the mill. " * 9)
    headed = NewDocument(id="headed", text=f"# Herons\n\n{text.text}")
    Datastore("retrieval-none").upsert([file, text, headed])
    assert open_plugin.get("/fetch?id=file").json()["title"] == "notes.md"
    title = open_plugin.get("/fetch?id=text").json()["title"]
    assert title.startswith("They nest by the mill.") and len(title) <= 70
    assert open_plugin.get("/fetch?id=headed").json()["title"] == "Herons"


@pytest.mark.parametrize("at", ["prefix", "host"])
def test_a_result_is_fetched_and_seen_by_an_id_of_any_characters(db: None, at: str) -> None:
    mount = mount_of("retrieval-none", at)
    Datastore("retrieval-none").upsert([NewDocument(id=STRANGE, text="The heron nests.")])
    [first] = found(mount, "heron")
    fetched = mount.get(f"/fetch?id={quote(first['id'], safe='')}").json()
    assert (fetched["id"], fetched["url"]) == (STRANGE, first["url"])
    assert first["url"].startswith(f"{mount.url}/library/document?")
    assert "The heron nests." in seen(Client(), first["url"]).text


@pytest.mark.parametrize("key", ["none", "a/b", "%25", "..", "%C3%BC" * 500])
def test_a_document_that_is_not_there_is_404_and_leads_to_search(shelf: Mount, key: str) -> None:
    response = shelf.get(f"/fetch?id={key}")
    assert response.status_code == 404
    assert "Call search" in response.json()["detail"]


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/search", "query: Missing"),
        ("/search?query=%20", "query: Is empty"),
        ("/search?query=a%00", "NUL"),
        (f"/search?query={'a' * 2001}", "no more than 2000"),
        ("/search?query=a&query=b", "more than once"),
        ("/search?query=a&top_k=3", "There is no parameter 'top_k'"),
        ("/fetch", "id: Missing"),
        ("/fetch?id=", "id: Is empty"),
        ("/fetch?ids=cat", "There is no parameter 'ids'"),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(shelf: Mount, path: str, word: str) -> None:
    response = shelf.get(path)
    assert response.status_code == 400
    assert word in response.json()["detail"]


def test_the_tools_answer_one_text_that_holds_what_http_answers(shelf: Mount) -> None:
    for tool, arguments, path in (
        ("search", {"query": "cat"}, "/search?query=cat"),
        ("fetch", {"id": "cat"}, "/fetch?id=cat"),
    ):
        answer = result(call(shelf, tool, arguments))
        [text] = answer["content"]
        assert json.loads(text["text"]) == answer["structuredContent"] == shelf.get(path).json()


def test_the_tool_says_that_a_document_is_not_there(shelf: Mount) -> None:
    answer = result(call(shelf, "fetch", {"id": "none"}))
    assert answer["isError"] is True
    assert "Call search" in answer["content"][0]["text"]


def test_a_person_finds_their_own_and_sees_it_after_signing_in(
    ann: User, bob: User, client: Client
) -> None:
    mount = mount_of("retrieval-user")
    Datastore("retrieval-user", "ann").upsert([NewDocument(id="hers", text="Ann's secret owl.")])
    anns, bobs = (
        Token.objects.issue(plugin="retrieval-user", name="x", user=user)[1] for user in (ann, bob)
    )
    assert found(mount, "owl", token=bobs) == []
    assert mount.get("/fetch?id=hers", token=bobs).status_code == 404
    [hers] = found(mount, "owl", token=anns)
    away = seen(client, hers["url"])
    assert away.status_code == 302
    credentials = {"username": "ann", "password": "anns-password"}
    page = client.post(away["Location"], credentials, follow=True)
    assert "secret owl" in page.text
    client.force_login(bob)
    assert seen(client, hers["url"]).status_code == 404


def test_a_search_costs_one_query_more_than_one_for_passages_and_a_fetch_one(
    shelf: Mount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shelf.post("/query", {"queries": [{"query": "cat"}]})  # the index is in memory now
    with django_assert_num_queries(4):
        shelf.post("/query", {"queries": [{"query": "cat"}]})
    with django_assert_num_queries(5):
        found(shelf, "cat")
    with django_assert_num_queries(1):
        shelf.get("/fetch?id=cat")


def test_a_collection_of_another_model_is_told(shelf: Mount) -> None:
    Datastore("retrieval-none").collections().update(model="another")
    response = shelf.get("/search?query=cat")
    assert response.status_code == 409
    assert "reembed" in response.json()["detail"]


def test_a_text_that_does_not_fit_says_how_it_goes_on(shelf: Mount) -> None:
    shelf.post("/upsert", {"documents": [{"id": "cat", "text": "Mew. " * 20_000}]})
    text = shelf.get("/fetch?id=cat").json()["text"]
    assert text.startswith("Mew. ") and text.endswith(
        "[The text goes on: it has 100,000 characters. Read on with getDocument and offset=80000.]"
    )

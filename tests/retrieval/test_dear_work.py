"""Long texts and files are dear: they have a budget, are cut to their limit, count as several."""

import json
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from api.dear_work import HOLDERS
from oauth_demo.models import Token
from retrieval import datastore
from retrieval.chunking import Passage, passages
from retrieval.loads.turns import take_turn
from retrieval.models import Chunk, Document
from tests.busy import all_places_taken
from tests.conftest import Mount, mount_of
from tests.plugins.mcp_client import call
from tests.retrieval.test_uploads import upload

pytestmark = pytest.mark.django_db
LIBRARY = "/retrieval-none/library"
OWN = mount_of("retrieval-user")
LONG = "The ferry leaves at nine from the pier. " * 200
SHORT = "The heron waits by the mill."


def upsert(mount: Mount, *texts: str) -> Any:
    documents = [{"id": str(number), "text": text} for number, text in enumerate(texts)]
    return mount.post("/upsert", {"documents": documents})


def ask(mount: Mount, text: str, times: int = 1) -> Any:
    return mount.post("/query", {"queries": [{"query": text}] * times})


# --- The budget --------------------------------------------------------------------------


def test_a_long_text_is_told_to_come_again(open_plugin: Mount) -> None:
    with all_places_taken():
        answer = upsert(open_plugin, LONG)
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert "The site is busy" in answer.json()["detail"]
    assert not Document.objects.exists()
    assert upsert(open_plugin, LONG).status_code == 200
    assert not HOLDERS


def test_a_file_is_saved_behind(open_plugin: Mount) -> None:
    with all_places_taken():
        answer = upload(open_plugin, b"A heron.")
    assert answer.status_code == 202
    while take_turn():
        pass
    assert Document.objects.exists()


def test_who_waits_for_a_file_is_told_to_come_again(open_plugin: Mount) -> None:
    with all_places_taken():
        answer = upload(open_plugin, b"A heron.", query="?wait=true")
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert not Document.objects.exists()


def test_many_long_questions_are_told_to_come_again(open_plugin: Mount) -> None:
    upsert(open_plugin, SHORT)
    with all_places_taken():
        answer = ask(open_plugin, "Who waits by the mill? " * 80, times=10)
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0


def test_what_is_short_is_done_at_once(open_plugin: Mount) -> None:
    with all_places_taken():
        assert upsert(open_plugin, SHORT).status_code == 200
        [found] = ask(open_plugin, "Who waits?").json()["results"]
    assert found["results"][0]["text"] == SHORT


def test_a_model_is_told_to_come_again(anns_retrieval_token: str) -> None:
    arguments = {"documents": [{"text": LONG}]}
    with all_places_taken():
        said = call(OWN, "upsertDocuments", arguments, token=anns_retrieval_token)
    result = said.json()["result"]
    assert result["isError"]
    assert "Try again in" in result["content"][0]["text"]


@pytest.mark.parametrize("what", [{"text": LONG}, {"file": b"A heron."}])
def test_what_a_person_sends_meanwhile_is_saved_behind(client: Client, what: Any) -> None:
    fields = {name: named(each) for name, each in what.items()}
    with all_places_taken():
        answer = client.post(LIBRARY, {**fields, "author": "Ann Owl"}, follow=True)
    assert "It is saved in the background" in answer.text
    while take_turn():
        pass
    assert Document.objects.get().author == "Ann Owl"


def named(content: str | bytes) -> str | SimpleUploadedFile:
    return content if isinstance(content, str) else SimpleUploadedFile("a.txt", content)


def test_a_script_is_told_in_a_line(client: Client) -> None:
    with all_places_taken():
        answer = client.post(LIBRARY, {"text": LONG}, headers={"accept": "application/x-ndjson"})
        [line] = [json.loads(each) for each in answer.getvalue().splitlines()]
    assert line["behind"] == 1
    assert "behind=1" in line["place"]


# --- The share of one caller -----------------------------------------------------------------


@pytest.fixture
def ann_has_hers(ann: User, settings: Settings) -> Iterator[None]:
    """Ann does as much dear work as one may, of two places."""
    settings.DEAR_THREADS = 2
    with all_places_taken(1, of=("person", str(ann.pk))):
        yield


def test_one_person_leaves_places_to_others(
    bob: User, anns_retrieval_token: str, ann_has_hers: None
) -> None:
    _, bobs = Token.objects.issue(plugin="retrieval-user", name="B", user=bob)
    sent = {"documents": [{"text": LONG}]}
    refused = OWN.post("/upsert", sent, token=anns_retrieval_token)
    assert (refused.status_code, refused["Retry-After"]) == (503, "3")
    assert "of yours already" in refused.json()["detail"]
    assert OWN.post("/upsert", sent, token=bobs).status_code == 200


def test_a_tool_and_a_page_are_of_the_same_person(
    ann: User, bob: User, anns_retrieval_token: str, ann_has_hers: None
) -> None:
    sent = {"documents": [{"text": LONG}]}
    said = call(OWN, "upsertDocuments", sent, token=anns_retrieval_token).json()["result"]
    assert said["isError"] and "of yours already" in said["content"][0]["text"]
    lines = {"accept": "application/x-ndjson"}
    for person, word in ((ann, '"behind"'), (bob, '"saved"')):  # a page does not refuse
        client = Client()
        client.force_login(person)
        answer = client.post("/retrieval-user/library", {"text": LONG}, headers=lines)
        assert word in answer.getvalue().decode()


def test_strangers_share_by_their_address(open_plugin: Mount, settings: Settings) -> None:
    settings.DEAR_THREADS = 2
    with all_places_taken(1, of=("address", "127.0.0.1")):
        assert upsert(open_plugin, LONG).status_code == 503
    with all_places_taken(1, of=("address", "192.0.2.7")):
        assert upsert(open_plugin, LONG).status_code == 200


# --- Limits come first -------------------------------------------------------------------


def test_what_will_be_refused_is_cut_no_further_than_its_limit(
    open_plugin: Mount, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Passage] = []

    def watched(text: str) -> Iterator[Passage]:
        for passage in passages(text):
            made.append(passage)
            yield passage

    monkeypatch.setattr(datastore, "passages", watched)
    settings.RETRIEVAL_MAX_CHUNKS = 5
    answer = upsert(open_plugin, SHORT, SHORT, LONG * 20, LONG)
    assert answer.status_code == 413
    assert "one call may bring, 5" in answer.json()["detail"]
    assert len(made) == 6
    assert not Document.objects.exists()


def no_embeddings(*args: Any) -> NoReturn:
    pytest.fail("It was embedded.")


def test_what_a_full_collection_will_refuse_is_not_embedded(
    open_plugin: Mount,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    upsert(open_plugin, LONG)
    settings.RETRIEVAL_MAX_COLLECTION_CHUNKS = Chunk.objects.count()
    monkeypatch.setattr(datastore, "ready", no_embeddings)
    with django_assert_num_queries(2):
        answer = open_plugin.post("/upsert", {"documents": [{"id": "other", "text": SHORT}]})
    assert answer.status_code == 413
    assert "Delete documents that are no longer needed" in answer.json()["detail"]


def test_a_new_version_fits_where_the_old_one_did(open_plugin: Mount, settings: Settings) -> None:
    upsert(open_plugin, LONG)
    settings.RETRIEVAL_MAX_COLLECTION_CHUNKS = Chunk.objects.count()
    assert upsert(open_plugin, LONG.replace("nine", "noon")).status_code == 200


# --- What it counts for ------------------------------------------------------------------


def test_a_long_text_counts_as_several_calls(open_plugin: Mount, settings: Settings) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "address": "3/min"}
    assert upsert(open_plugin, "word " * 8_000).status_code == 200  # 40 kB are three
    answer = ask(open_plugin, "word")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_a_short_text_counts_as_one(open_plugin: Mount, settings: Settings) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "address": "3/min"}
    said = [upsert(open_plugin, SHORT).status_code for _ in range(4)]
    assert said == [200, 200, 200, 429]


def test_long_questions_count_as_several_calls(open_plugin: Mount, settings: Settings) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "address": "3/min"}
    assert ask(open_plugin, "Who waits? " * 100, times=5).status_code == 200
    assert ask(open_plugin, "Who waits?").status_code == 429


def test_a_call_that_costs_more_than_is_left_is_made(
    open_plugin: Mount, settings: Settings
) -> None:
    """Or what costs more than a whole window has would never be."""
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "address": "2/min"}
    assert upsert(open_plugin, "word " * 8_000).status_code == 200
    assert upsert(open_plugin, SHORT).status_code == 429


def test_a_tool_counts_as_much_as_its_operation(
    anns_retrieval_token: str, settings: Settings
) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "person": "3/min"}
    arguments = {"documents": [{"text": "word " * 8_000}]}
    said = call(OWN, "upsertDocuments", arguments, token=anns_retrieval_token)
    assert not said.json()["result"]["isError"]
    query = {"queries": [{"query": "word"}]}
    assert OWN.post("/query", query, token=anns_retrieval_token).status_code == 429


def test_a_file_on_a_page_counts_by_its_length(client: Client, settings: Settings) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "address": "2/min"}
    file = SimpleUploadedFile("a.txt", b"A heron waits. " + b" " * 300_000)
    assert client.post(LIBRARY, {"file": file}).status_code == 302
    assert client.get(LIBRARY).status_code == 429

"""The five operations on documents, and what each says to what it cannot take."""

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from retrieval.answers import ANSWER_MAX
from retrieval.exceptions import IndexAwayError
from retrieval.indexes.embedded import EmbeddedIndex
from retrieval.models import Chunk, Collection
from tests.conftest import Mount

pytestmark = pytest.mark.django_db


def ask(mount: Mount, query: str, **more: Any) -> list[dict[str, Any]]:
    response = mount.post("/query", {"queries": [{"query": query, **more}]})
    assert response.status_code == 200, response.content
    results: list[dict[str, Any]] = response.json()["results"][0]["results"]
    return results


def test_a_question_in_other_words_finds_its_passage(shelf: Mount) -> None:
    [best, _] = ask(shelf, "Where does the pet take its nap?")
    assert best["id"] == "cat_0"
    assert best["text"].startswith("The cat sleeps")
    assert best["metadata"] == {
        "author": "Ann",
        "source": "chat",
        "created_at": "2024-03-05T00:00:00+00:00",
        "document_id": "cat",
    }
    assert "embedding" not in best


def test_embeddings_are_answered_when_asked_for(shelf: Mount) -> None:
    body = {"queries": [{"query": "cat", "top_k": 1}], "include_embeddings": True}
    [result] = shelf.post("/query", body).json()["results"][0]["results"]
    assert len(result["embedding"]) == 384


def test_as_many_come_as_were_asked_for(shelf: Mount) -> None:
    assert len(ask(shelf, "cat", top_k=1)) == 1
    assert len(ask(shelf, "cat")) == 2


def test_several_questions_are_answered_in_order(shelf: Mount) -> None:
    body = {"queries": [{"query": "sleeping cat"}, {"query": "tax return"}]}
    responses = shelf.post("/query", body).json()["results"]
    assert [response["query"] for response in responses] == ["sleeping cat", "tax return"]
    assert [response["results"][0]["metadata"]["document_id"] for response in responses] == [
        "cat",
        "tax",
    ]


def test_nothing_is_found_where_nothing_is(open_plugin: Mount) -> None:
    assert ask(open_plugin, "anything") == []


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"author": "Ann"}, ["cat"]),
        ({"source": "chat"}, ["cat"]),
        ({"document_id": "tax"}, ["tax"]),
        ({"start_date": "2024-03-05"}, ["cat"]),
        ({"end_date": "March 5th, 2024"}, ["cat"]),
        ({"start_date": "6 March 2024"}, []),
        ({"end_date": "2024"}, ["cat"]),
        ({"end_date": "2023"}, []),
        ({}, ["cat", "tax"]),
    ],
)
def test_a_filter_narrows_a_search(shelf: Mount, where: dict[str, str], found: list[str]) -> None:
    results = ask(shelf, "cat", filter=where)
    assert sorted(each["metadata"]["document_id"] for each in results) == found


def test_a_document_is_read_whole(shelf: Mount) -> None:
    response = shelf.get("/documents/tax")
    assert response.json() == {
        "id": "tax",
        "text": "The tax return is due at the end of May.",
        "metadata": {"author": "Bob"},
    }


def test_a_document_that_is_not_there_is_404(shelf: Mount) -> None:
    for key in ("none", "a/b", "%25", "%00", "ü" * 500):
        response = shelf.get(f"/documents/{key}")
        assert response.status_code == 404
        assert "queryDocuments" in response.json()["detail"]


def test_an_upsert_replaces(shelf: Mount) -> None:
    shelf.post("/upsert", {"documents": [{"id": "cat", "text": "Dogs bark."}]})
    assert shelf.get("/documents/cat").json() == {"id": "cat", "text": "Dogs bark.", "metadata": {}}
    assert Chunk.objects.filter(text__contains="window sill").count() == 0
    assert Collection.objects.get().chunk_count == Chunk.objects.count() == 2


def test_a_long_document_is_read_in_parts(open_plugin: Mount) -> None:
    # Of 200,000 characters, and few words: to make words searchable takes time.
    text = "".join(f"{number:07d}.".ljust(7_999) for number in range(25)) + "the end"
    open_plugin.post("/upsert", {"documents": [{"id": "long", "text": text}]})
    read, offset = "", 0
    while True:
        body = open_plugin.get(f"/documents/long?offset={offset}").json()
        read += body["text"]
        assert body["length"] == len(text) and len(body["text"]) <= ANSWER_MAX
        if "next_offset" not in body:
            break
        offset = body["next_offset"]
    assert read == text
    part = open_plugin.get("/documents/long?offset=7999&limit=8").json()
    assert (part["text"], part["next_offset"]) == ("0000001.", 8007)
    assert open_plugin.get("/documents/long?offset=300000").json()["text"] == ""


@pytest.mark.parametrize("query", ["offset=-1", "limit=0", f"limit={ANSWER_MAX + 1}", "offset=x"])
def test_a_part_that_cannot_be_is_refused(shelf: Mount, query: str) -> None:
    assert shelf.get(f"/documents/cat?{query}").status_code == 400


def test_what_does_not_fit_into_an_answer_is_told(open_plugin: Mount) -> None:
    text = " ".join(f"Ferry number {number} leaves at noon." for number in range(2_000))
    open_plugin.post("/upsert", {"documents": [{"id": "ferries", "text": text}]})
    queries = [{"query": f"When does ferry {n} leave?", "top_k": 50} for n in range(10)]
    body = open_plugin.post("/query", {"queries": queries}).json()
    numbers = [len(each["results"]) for each in body["results"]]
    texts = [hit["text"] for each in body["results"] for hit in each["results"]]
    assert max(numbers) - min(numbers) <= 1 and sum(map(len, texts)) <= ANSWER_MAX
    assert body["note"].startswith(f"{500 - sum(numbers)} more passages did not fit")
    assert "note" not in open_plugin.post("/query", {"queries": queries[:1]}).json()


def test_an_id_is_made_where_none_is_given(open_plugin: Mount) -> None:
    ids = open_plugin.post("/upsert", {"documents": [{"text": "a"}, {"text": "b"}]}).json()["ids"]
    assert len(set(ids)) == 2
    assert open_plugin.get(f"/documents/{ids[1]}").json()["text"] == "b"


@pytest.mark.parametrize(
    ("body", "deleted", "left"),
    [
        ({"ids": ["cat", "none"]}, 1, ["tax"]),
        ({"filter": {"author": "Bob"}}, 1, ["cat"]),
        ({"filter": {"author": "Nobody"}}, 0, ["cat", "tax"]),
        ({"delete_all": True}, 2, []),
    ],
)
def test_a_deletion_says_how_many_went(
    shelf: Mount, body: dict[str, Any], deleted: int, left: list[str]
) -> None:
    assert shelf.delete("/delete", body).json() == {"success": True, "deleted": deleted}
    assert sorted(r["metadata"]["document_id"] for r in ask(shelf, "cat", top_k=9)) == left


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ids": []},
        {"ids": None, "filter": None, "delete_all": False},
        {"filter": {}},
        {"filter": {"author": None}},
        {"ids": ["cat"], "delete_all": True},
        {"ids": ["cat"], "filter": {"author": "Ann"}},
        {"filter": {"autor": "Ann"}},
        {"filter": {"end_date": "soon"}},
        {"ids": "cat"},
        [],
        None,
    ],
)
def test_a_deletion_that_is_not_clear_deletes_nothing(shelf: Mount, body: Any) -> None:
    response = shelf.delete("/delete", raw=json.dumps(body).encode())
    assert response.status_code == 400, response.content
    assert response.json()["detail"]
    assert len(ask(shelf, "cat", top_k=9)) == 2


WRONG_UPSERTS = {
    "no documents": ({}, "documents"),
    "an empty list": ({"documents": []}, "documents"),
    "no text": ({"documents": [{"id": "x"}]}, "upsertDocuments|Missing"),
    "an empty text": ({"documents": [{"text": " "}]}, "empty"),
    "NUL": ({"documents": [{"text": "a\x00b"}]}, "NUL"),
    "a number": ({"documents": [{"text": 7}]}, "Must be text"),
    "an id that ends in a line end": ({"documents": [{"text": "a", "id": "a\n"}]}, "control"),
    "an id that is a path": ({"documents": [{"text": "a", "id": ".."}]}, "nor be"),
    "an id with a slash": ({"documents": [{"text": "a", "id": "a/b"}]}, "slash"),
    "the same id twice": (
        {"documents": [{"text": "a", "id": "x"}, {"text": "b", "id": "x"}]},
        "twice",
    ),
    "a strange source": ({"documents": [{"text": "a", "metadata": {"source": "fax"}}]}, "fax"),
    "a strange field": ({"documents": [{"text": "a", "metadata": {"colour": "red"}}]}, "colour"),
    "no date": ({"documents": [{"text": "a", "metadata": {"created_at": "now"}}]}, "no date"),
    "a list": ([], "object"),
}


@pytest.mark.parametrize("case", WRONG_UPSERTS)
def test_what_cannot_be_saved_is_refused_in_words(open_plugin: Mount, case: str) -> None:
    body, word = WRONG_UPSERTS[case]
    response = open_plugin.post("/upsert", body)
    assert response.status_code == 400, response.content
    assert any(each in response.json()["detail"] for each in word.split("|"))
    assert not Chunk.objects.exists()


def test_a_list_that_is_too_long_is_told_by_its_length_and_not_by_its_items(
    open_plugin: Mount,
) -> None:
    response = open_plugin.post("/upsert", {"documents": [{}] * 101})
    assert response.status_code == 400
    assert response.json()["detail"].startswith("documents: Ensure this field has no more than 100")


def test_one_bad_document_keeps_out_all_and_is_named(shelf: Mount) -> None:
    body = {"documents": [{"id": "cat", "text": "new"}, {"id": "dog", "text": ""}]}
    response = shelf.post("/upsert", body)
    assert response.status_code == 400
    assert "1: text" in response.json()["detail"]
    assert shelf.get("/documents/cat").json()["text"].startswith("The cat")


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"query": ""}, "empty"),
        ({}, "Missing"),
        ({"query": "x" * 3000}, "2000"),
        ({"query": "cat", "top_k": 0}, "top_k"),
        ({"query": "cat", "top_k": 1000}, "top_k"),
        ({"query": "cat", "filter": {"start_date": "the other day"}}, "no date"),
        (
            {"query": "cat", "filter": {"start_date": "Monday, 5 March 2024"}},
            "start_date: 2024-03-05 was a Tuesday. Say which is meant.",
        ),
        ({"query": "cat", "filter": {"start": "2024"}}, "start"),
        ({"query": "cat", "filter": "Ann"}, "object"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(
    shelf: Mount, query: dict[str, Any], word: str
) -> None:
    response = shelf.post("/query", {"queries": [query]})
    assert response.status_code == 400
    assert word in response.json()["detail"]


def test_input_is_looked_at_in_linear_time(open_plugin: Mount) -> None:
    """By one that grows faster, this would be stopped after minutes."""
    documents = [{"text": "x", "metadata": {"author": " " * 1_900_000 + "\0"}}]
    assert open_plugin.post("/upsert", {"documents": documents}).status_code == 400
    almost = "a" * 1_900_000 + "\0"
    assert open_plugin.post("/query", {"queries": [{"query": almost}]}).status_code == 400


def test_more_than_one_call_may_bring_is_refused(open_plugin: Mount, settings: Settings) -> None:
    settings.RETRIEVAL_MAX_CHUNKS = 2
    words = " ".join(f"Sentence number {n} says something." for n in range(200))
    response = open_plugin.post("/upsert", {"documents": [{"text": words}]})
    assert response.status_code == 413
    assert "as a file without wait=true" in response.json()["detail"]


def test_more_than_a_collection_may_hold_is_refused(open_plugin: Mount, settings: Settings) -> None:
    settings.RETRIEVAL_MAX_COLLECTION_CHUNKS = 1
    assert open_plugin.post("/upsert", {"documents": [{"text": "a"}]}).status_code == 200
    response = open_plugin.post("/upsert", {"documents": [{"text": "b"}]})
    assert response.status_code == 413
    assert Chunk.objects.count() == 1


def test_how_many_queries_a_call_takes(
    shelf: Mount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ask(shelf, "warm")  # the matrix is in memory now
    with django_assert_num_queries(4):  # collection, frequencies, candidates, chunks
        ask(shelf, "Where is the cat?")
    with django_assert_num_queries(1):
        shelf.get("/documents/cat")


def test_an_index_that_is_away_is_a_503_and_changes_nothing(
    shelf: Mount, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise IndexAwayError

    monkeypatch.setattr(EmbeddedIndex, "add", away)
    monkeypatch.setattr(EmbeddedIndex, "nearest", away)
    for response in (
        shelf.post("/upsert", {"documents": [{"id": "cat", "text": "new"}]}),
        shelf.post("/query", {"queries": [{"query": "cat"}]}),
    ):
        assert response.status_code == 503
        assert response.json()["detail"] == (
            "The vector index did not answer. Try again shortly. Nothing was changed."
        )
    assert "did not answer" in client.get("/retrieval-none/library", {"q": "cat"}).text
    assert shelf.get("/documents/cat").json()["text"].startswith("The cat")


def test_two_deletions_in_one_body_delete_nothing(open_plugin: Mount) -> None:
    documents = [{"id": "a", "text": "One."}, {"id": "b", "text": "Two."}]
    assert open_plugin.post("/upsert", {"documents": documents}).status_code == 200
    answer = open_plugin.delete("/delete", raw=b'{"ids": ["a"], "ids": ["b"]}')
    assert (answer.status_code, "there twice" in answer.json()["detail"]) == (400, True)
    for key in ("a", "b"):
        assert open_plugin.get(f"/documents/{key}").status_code == 200


def test_null_is_as_good_as_left_out(open_plugin: Mount) -> None:
    document: Any = {
        "text": "The cat.",
        "id": None,
        "metadata": {"author": None, "created_at": None},
    }
    assert open_plugin.post("/upsert", {"documents": [document]}).status_code == 200
    document = {"text": "The dog.", "metadata": None}
    assert open_plugin.post("/upsert", {"documents": [document]}).status_code == 200
    query = {"query": "cat", "top_k": None, "filter": None}
    body: Any = {"queries": [query], "include_embeddings": None}
    [answer] = open_plugin.post("/query", body).json()["results"]
    assert len(answer["results"]) == 2
    assert "embedding" not in answer["results"][0]
    body = {"ids": None, "filter": {"author": None}, "delete_all": None}
    assert open_plugin.delete("/delete", body).status_code == 400
    body = {"ids": ["nothing"], "filter": None, "delete_all": None}
    assert open_plugin.delete("/delete", body).json() == {"success": True, "deleted": 0}


@pytest.mark.parametrize("body", [{"queries": None}, {"queries": [{"query": None}]}])
def test_null_for_what_is_needed_is_refused(open_plugin: Mount, body: Any) -> None:
    assert open_plugin.post("/query", body).status_code == 400

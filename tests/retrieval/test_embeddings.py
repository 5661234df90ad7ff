"""The model on this machine, and an OpenAI-compatible endpoint over a real socket."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from django.apps import apps as django_apps
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from retrieval import apps, datastore, passages
from retrieval.datastore import Datastore, NewDocument
from retrieval.embeddings import Embedder, embedder
from retrieval.embeddings.local import LocalEmbedder, ModelFile, local_embedder, model_file
from retrieval.exceptions import EmbeddingError
from retrieval.models import Document
from tests.conftest import mount_of

if TYPE_CHECKING:
    from retrieval.embeddings.openai import OpenAIEmbedder


def test_a_text_has_one_vector_whatever_it_is_embedded_with() -> None:
    alone = embedder().embed(["A heron."])
    among = embedder().embed(["Something else entirely, and longer.", "A heron.", ""])
    assert alone.shape == (1, 384)
    assert np.array_equal(alone[0], among[1])
    assert np.allclose(np.linalg.norm(among, axis=1), 1, atol=1e-5)
    assert embedder().embed([]).shape == (0, 384)


def test_likeness_of_meaning_is_likeness_of_vectors() -> None:
    pet, animal, tax = embedder().embed(["A cat sleeps.", "A kitten naps.", "Taxes are due."])
    assert pet @ animal > 0.5 > pet @ tax


def test_a_changed_model_file_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"something else")
    with pytest.raises(EmbeddingError, match="not the one that is expected"):
        LocalEmbedder(model="x", file=ModelFile(path, model_file().sha256)).embed(["a"])
    with pytest.raises(EmbeddingError, match="cannot be read"):
        LocalEmbedder(model="x", file=ModelFile(tmp_path / "none", "")).embed(["a"])


def test_another_model_file_can_be_named(settings: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "mine.onnx"
    copy.write_bytes(model_file().read())
    settings.RETRIEVAL_MODEL_PATH = str(copy)
    local_embedder.cache_clear()
    try:
        assert local_embedder().model == "local:mine.onnx"
        assert local_embedder().embed(["a"]).shape == (1, 384)
    finally:
        local_embedder.cache_clear()


@dataclass
class Service:
    """An endpoint that makes small vectors, or does what it is told to do wrong."""

    url: str = ""
    status: int = 200
    refuses: str = "\0"
    length: int = 4
    says: bytes = b""
    asked: list[Any] = field(default_factory=list)


@pytest.fixture
def service() -> Iterator[Service]:
    state = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.asked.append((self.path, self.headers["Authorization"], body))
            bad = any(state.refuses in text for text in body["input"])
            status = 400 if bad else state.status
            rows = [
                {"object": "embedding", "index": n, "embedding": [len(text) + 1.0] * state.length}
                for n, text in enumerate(body["input"])
            ]
            response = {"object": "list", "data": rows[::-1], "model": body["model"]}
            response["usage"] = {"prompt_tokens": 1, "total_tokens": 1}
            if status != 200:
                response = {"error": {"message": "the key sk-secret is wrong"}}
            content = state.says or json.dumps(response).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_port}/v1"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield state
        server.shutdown()
        thread.join()


def asking(url: str) -> "OpenAIEmbedder":
    """Return what asks an endpoint; its package is large, and is not read where no test asks."""
    from retrieval.embeddings.openai import OpenAIEmbedder

    return OpenAIEmbedder(url=url, key="k", model="small", dimension=4)


@pytest.fixture
def remote(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator["OpenAIEmbedder"]:
    model = asking(service.url)
    for module in (datastore, passages):
        monkeypatch.setattr(module, "embedder", lambda: model)
    yield model
    model.client.close()


def test_an_endpoint_is_asked_in_batches(service: Service, remote: Embedder) -> None:
    vectors = remote.embed([f"{n}" for n in range(150)])
    assert vectors.shape == (150, 4)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert [len(body["input"]) for _, _, body in service.asked] == [100, 50]
    path, key, body = service.asked[0]
    assert (path, key) == ("/v1/embeddings", "Bearer k")
    assert (body["model"], body["dimensions"]) == ("small", 4)


def test_vectors_of_another_length_are_refused(service: Service, remote: Embedder) -> None:
    service.length = 5
    with pytest.raises(EmbeddingError, match="RETRIEVAL_OPENAI_DIMENSIONS"):
        remote.embed(["a"])


def rows(*embeddings: str, index: str = "0") -> bytes:
    items = ",".join(f'{{"index": {index}, "embedding": {each}}}' for each in embeddings)
    return f'{{"data": [{items}]}}'.encode()


@pytest.mark.parametrize(
    "says",
    [
        b"<html>busy</html>",
        b"{}",
        b"[]",
        b'{"data": null}',
        b'{"data": []}',
        rows("null"),
        rows('"text"'),
        rows("[1, 2, 3]"),
        rows("[NaN, 1, 1, 1]"),
        rows("[1e999, 1, 1, 1]"),
        rows("[null, 1, 1, 1]"),
        rows("[0, 0, 0, 0]"),
        rows("[1, 1, 1, 1]", index="null"),
        rows("[1, 1, 1, 1]", index="7"),
        rows("[1, 1, 1, 1]", "[1, 1, 1, 1]"),
    ],
)
def test_what_is_no_vector_is_never_taken_for_one(
    service: Service, remote: Embedder, says: bytes
) -> None:
    service.says = says
    with pytest.raises(EmbeddingError, match="did not"):
        remote.embed(["a"])


@pytest.mark.django_db
def test_an_upsert_that_cannot_be_embedded_leaves_the_old_version(
    service: Service, remote: Embedder
) -> None:
    Datastore("retrieval-none").upsert([NewDocument(id="d", text="old")])
    service.status = 500
    body = {"documents": [{"id": "d", "text": "new"}]}
    response = mount_of("retrieval-none").post("/upsert", body)
    assert response.status_code == 503
    assert "Nothing was changed" in response.json()["detail"]
    assert "sk-secret" not in response.json()["detail"]
    assert Document.objects.get().text == "old"


@pytest.mark.django_db
def test_the_document_that_the_model_does_not_take_is_named(
    service: Service, remote: Embedder
) -> None:
    service.refuses = "poison"
    documents = [{"id": "fine", "text": "good"}, {"id": "culprit", "text": "poison"}]
    response = mount_of("retrieval-none").post("/upsert", {"documents": documents})
    assert response.status_code == 409
    assert "Document 'culprit'" in response.json()["detail"]
    assert not Document.objects.exists()


def test_a_site_set_to_an_endpoint_does_not_start_without_its_client(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = django_apps.get_app_config("retrieval")
    monkeypatch.setattr(apps, "find_spec", lambda name: None)
    config.ready()  # by default nobody needs it
    settings.RETRIEVAL_EMBEDDINGS = "openai"
    with pytest.raises(ImproperlyConfigured, match="needs the package 'openai'"):
        config.ready()


def test_the_settings_choose_the_embedder(settings: Settings, chosen_anew: None) -> None:
    from retrieval.embeddings.openai import OpenAIEmbedder

    settings.RETRIEVAL_EMBEDDINGS = "openai"
    settings.RETRIEVAL_OPENAI_URL = "http://127.0.0.1:9/v1"
    model = embedder()
    assert isinstance(model, OpenAIEmbedder)
    assert (model.model, model.dimension) == ("openai:text-embedding-3-small", 1536)
    model.client.close()


def test_an_endpoint_that_cannot_be_reached_is_an_error_that_says_so() -> None:
    model = asking("http://127.0.0.1:9/v1")
    with pytest.raises(EmbeddingError, match="did not do its work"):
        model.embed(["a"])
    model.client.close()

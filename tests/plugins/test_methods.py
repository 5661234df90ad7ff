"""Whoever asks what a path takes is told, and so is whoever sends what it does not take."""

import pytest

from tests.conftest import Mount
from tests.plugins.paths import paths
from tests.plugins.test_documents import DOCUMENTS

pytestmark = pytest.mark.django_db


def test_every_path_of_an_api_names_its_methods(mount: Mount, token: str | None) -> None:
    for path, methods in paths(mount.plugin):
        known = {*methods}
        known |= {"HEAD", "OPTIONS"} if "GET" in known else {"OPTIONS"}
        asked = mount.call("OPTIONS", path)
        assert asked.status_code == 204
        assert set(asked["Allow"].split(", ")) == known, path
        refused = mount.call("PATCH", path, token=token)
        if refused.status_code != 403:  # of an OAuth client: it would write
            assert refused.status_code == 405
            for method in known - {"HEAD", "OPTIONS"}:
                assert method in refused.json()["detail"]
        assert set(refused["Allow"].split(", ")) == known, path


def test_every_document_names_its_methods(mount: Mount) -> None:
    for path in [*DOCUMENTS, "/mcp"]:
        refused = mount.call("PATCH", path)
        assert refused.status_code == 405, path
        allowed = set(refused["Allow"].split(", "))
        assert allowed >= ({"POST"} if path == "/mcp" else {"GET", "HEAD"}), path
        asked = mount.call("OPTIONS", path)
        assert set(asked["Allow"].split(", ")) == allowed, path


CACHED = {
    "/.well-known/ai-plugin.json": "private, no-cache",
    "/openapi.yaml": "private, no-cache",
    "/openapi.json": "private, no-cache",
    "/openapi-full.json": "private, no-cache",
    "/logo.png": "public, max-age=3600",
}


def test_a_document_is_sent_again_only_when_it_has_changed(mount: Mount) -> None:
    for path, caching in CACHED.items():
        first = mount.get(path)
        assert (first.status_code, first["Cache-Control"]) == (200, caching), path
        assert "origin" in first["Vary"].lower()
        for known in (first["ETag"], f'"other", W/{first["ETag"]}', "*"):
            again = mount.get(path, headers={"if-none-match": known})
            assert (again.status_code, again.content) == (304, b""), path
            for name in ("ETag", "Cache-Control", "Vary"):
                assert again[name] == first[name], path
        other = mount.get(path, headers={"if-none-match": '"other"'})
        assert (other.status_code, other.getvalue()) == (200, first.getvalue())


def test_what_names_its_host_is_another_document_at_another_host(mount: Mount) -> None:
    for path, caching in CACHED.items():
        here = mount.get(path)["ETag"]
        there = mount.get(path, headers={"host": mount.host.replace("localhost", "localhost:8001")})
        assert (there["ETag"] == here) == caching.startswith("public"), path


def test_the_api_itself_is_kept_by_nobody(mount: Mount, token: str | None) -> None:
    for path, methods in paths(mount.plugin):
        if "GET" in methods:
            answer = mount.get(path, token=token)
            assert answer["Cache-Control"] == "no-store"
            assert "ETag" not in answer

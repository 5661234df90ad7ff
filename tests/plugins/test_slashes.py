"""A slash at the end of a path says nothing: what is there without it is there with it."""

import re

import pytest

from tests.conftest import Mount
from tests.plugins.paths import paths
from tests.plugins.test_documents import DOCUMENTS

pytestmark = pytest.mark.django_db


def test_every_document_answers_alike(mount: Mount) -> None:
    for path in DOCUMENTS:
        with_slash, without = (mount.get(each) for each in (f"{path}/", path))
        assert (with_slash.status_code, with_slash["Content-Type"]) == (
            200,
            without["Content-Type"],
        )
        if not without["Content-Type"].startswith("text/html"):  # whose scripts have nonces
            assert with_slash.getvalue() == without.getvalue(), path


def test_every_operation_answers_alike(mount: Mount, token: str | None) -> None:
    for path, methods in paths(mount.plugin):
        for method in methods:
            with_slash, without = (
                mount.call(method, each, token=token) for each in (f"{path}/", path)
            )
            assert with_slash.status_code == without.status_code, (method, path)
            assert with_slash.content == without.content, (method, path)


def test_the_page_of_the_api_finds_its_document_from_there(mount: Mount) -> None:
    [found] = re.findall(r'"(/[^"]*openapi.yaml)"', mount.get("/docs/").text)
    assert found == f"{mount.prefix}/openapi.yaml"


def test_a_form_of_the_page_of_the_api_is_answered_from_there(todo: Mount) -> None:
    sent = {"operation": "getTodos", "path-username": "global"}
    assert "200 OK" in todo.client.post("/todo/docs/", sent).text


def test_the_slash_of_a_plugins_own_root_is_its_own(mount: Mount) -> None:
    assert mount.get("/").status_code == 200


def test_a_slash_alone_makes_no_path(mount: Mount) -> None:
    assert mount.get("/nothing/").status_code == 404


def test_slashes_within_a_path_are_told_apart(todo: Mount) -> None:
    todo.post("/todos/ann/", {"todo": "milk"})
    assert todo.get("/todos/ann").json() == {"todos": ["milk"]}
    assert todo.get("/todos/ann/x/").status_code == 400
    assert todo.get("/todos/").status_code == 404

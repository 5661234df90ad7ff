"""A database that is away, locked, full or only read: 503 on every route, in words, and no 500."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from pytest_django import Settings

from tests.conftest import Mount
from tests.oauth.conftest import registration
from tests.plugins.conftest import token_for
from tests.plugins.mcp_client import call, result
from tests.routes import routes
from tests.site.plugins import PLUGINS

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(900),
    pytest.mark.outside,
    pytest.mark.database,
]
PAGE = "text/html,application/xhtml+xml"
SQLITE = connection.vendor == "sqlite"


@contextmanager
def away() -> Iterator[None]:
    """There is no database at all."""
    connection.close()
    changed = {"NAME": "/nowhere/db"} if SQLITE else {"PORT": "1"}
    with pytest.MonkeyPatch.context() as patch:
        for key, value in changed.items():
            patch.setitem(connection.settings_dict, key, value)
        yield
        connection.close()


@contextmanager
def only_read() -> Iterator[None]:
    with statements(
        "PRAGMA query_only = ON" if SQLITE else "SET default_transaction_read_only = on",
        "PRAGMA query_only = OFF" if SQLITE else "SET default_transaction_read_only = off",
    ):
        yield


@contextmanager
def full() -> Iterator[None]:
    """SQLite may add no page to its file, and has none that is free."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA page_count")
        [pages] = cursor.fetchone()
    with statements(f"PRAGMA max_page_count = {pages}", "PRAGMA max_page_count = 1073741823"):
        yield


@contextmanager
def locked() -> Iterator[None]:
    """Somebody else writes, and does not end."""
    if SQLITE:
        other: Any = sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        connection.close()
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0)
            yield
        connection.close()
    else:
        other = psycopg.connect(**connection.get_connection_params())
        with connection.cursor() as cursor:
            names = connection.introspection.table_names(cursor)
        other.execute(f"LOCK TABLE {', '.join(names)} IN EXCLUSIVE MODE")
        with statements("SET lock_timeout = 1", "SET lock_timeout = 0"):
            yield
    other.rollback()
    other.close()


@contextmanager
def statements(before: str, after: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(before)
    yield
    with connection.cursor() as cursor:
        cursor.execute(after)


FAULTS: dict[str, Callable[[], Any]] = {"away": away, "only read": only_read, "locked": locked}
if SQLITE:
    FAULTS["full"] = full
WRITES = [each for each in FAULTS if each != "full"]
"""Where no byte can be written; a full one may have room for a row, in a page that it has."""


@dataclass
class Asker:
    """Somebody who is signed in, may do all, and bears the right token everywhere."""

    user: User
    client: Client
    tokens: dict[str, str | None] = field(default_factory=dict)

    def ask(self, method: str, path: str, **sent: Any) -> Any:
        token = self.tokens.get(path.split("/")[1])
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= sent.pop("headers", {})
        return getattr(self.client, method.lower())(path, headers=headers, **sent)


@pytest.fixture
def asker(settings: Settings) -> Asker:
    settings.THROTTLE = False  # it asks for every route
    User.objects.create_superuser("root")  # so that Ann may go
    user = User.objects.create_superuser("ann", password="anns-password")
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return Asker(user, client, {each.slug: token_for(each, user) for each in PLUGINS})


def judged(asked: str, response: Any, *, person: bool) -> str:
    """Return what is wrong with an answer; "" where it is right.

    APIs answer JSON to everybody; so does what OAuth clients call. Pages are for people.
    """
    if response.status_code < 500:
        return ""
    if response.status_code != 503 or not int(response.get("Retry-After", "0")):
        return f"{asked}: {response.status_code}"
    kind, body = response["Content-Type"], response.content.decode()
    mount = response.wsgi_request.mount
    part = mount.part if mount else ""
    if kind == "application/json" and (part or not person or "/clients/" in asked):
        return "" if "again" in str(json.loads(body)) else f"{asked}: no words"
    if kind.startswith("text/html") and part not in ("api", "mcp"):
        return "" if "try again" in body else f"{asked}: no words"
    return f"{asked}: {kind}"


LONG = "Bees dance. " * 800
"""More than there may be room for in a page of the database."""
SENT: dict[str, Callable[[], dict[str, Any]]] = {
    "nothing": dict,
    "JSON": lambda: {
        "data": json.dumps({"todo": LONG, "todo_idx": 0, "documents": [{"text": LONG}]}),
        "content_type": "application/json",
    },
    "a document": lambda: {
        "data": json.dumps({"documents": [{"text": LONG}]}),
        "content_type": "application/json",
    },
    "a form": lambda: {"data": {"username": "bob", "todo": LONG, "file": upload()}},
}
METHODS = [("GET", "nothing", PAGE), ("POST", "a form", PAGE)]
METHODS += [("POST", "JSON", "*/*"), ("DELETE", "JSON", "*/*"), ("POST", "a document", "*/*")]


def upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("notes.txt", b"Bees dance.", "text/plain")


@pytest.mark.parametrize("fault", FAULTS)
def test_no_route_fails_without_words(asker: Asker, fault: str) -> None:
    paths = sorted({*routes()} - {"/accounts/logout/", "/admin/logout/"})
    statuses, wrong = Counter[int](), []
    with FAULTS[fault]():
        for path, (method, body, accept) in product(paths, METHODS):
            response = asker.ask(method, path, headers={"Accept": accept}, **SENT[body]())
            statuses[response.status_code] += 1
            asked = f"{method} {path} with {body}"
            wrong.append(judged(asked, response, person=accept == PAGE))
    assert [each for each in wrong if each] == []
    assert statuses[503] > 0
    assert asker.ask("GET", "/accounts/tokens/").status_code == 200  # it is over at once


def form(**fields: Any) -> dict[str, Any]:
    return {"data": fields, "headers": {"Accept": PAGE}}


def as_json(**fields: Any) -> dict[str, Any]:
    return {"data": json.dumps(fields), "content_type": "application/json"}


PASSWORD = "a-good-password"
CODE = {"grant_type": "authorization_code", "code": "x", "client_id": "x", "client_secret": "x"}
ACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "sign up": (
        "/accounts/signup/",
        form(username="carol", password1=PASSWORD, password2=PASSWORD),
    ),
    "sign in": ("/accounts/login/", form(username="ann", password="anns-password")),
    "fail to sign in": ("/accounts/login/", form(username="ann", password="wrong")),
    "sign in to the admin": ("/admin/login/", form(username="ann", password="anns-password")),
    "register a client": (
        "/clients/",
        as_json(redirect_uris=["https://a.example/"], token_endpoint_auth_method="none"),
    ),
    "make a token": ("/accounts/tokens/", form(plugin="todo-user", name="New")),
    "change the password": (
        "/accounts/password/",
        form(old_password="anns-password", new_password1=PASSWORD, new_password2=PASSWORD),
    ),
    "delete the account": ("/accounts/delete/", form(password="anns-password")),
    "add in the admin": ("/admin/auth/group/add/", form(name="Readers")),
    "add a todo": ("/todo/todos/global", as_json(todo="milk")),
    "add one's own todo": ("/todo-user/todos/me", as_json(todo="milk")),
    "add a todo by OAuth": ("/todo-oauth/todos/me", as_json(todo="milk")),
    "add to one's own list": ("/todo-oauth/list", form(todo="milk")),
    # <examples>
    "save a document": ("/retrieval-user/upsert", as_json(documents=[{"text": "Bees dance."}])),
    "save a text in the library": ("/retrieval-user/library", form(text="Bees dance.")),
    # </examples>
}
SIGNED_OUT = ("sign up", "sign in", "fail to sign in", "sign in to the admin")


@pytest.mark.parametrize("fault", WRITES)
@pytest.mark.parametrize("act", ACTS)
@registration(on=True)
def test_what_cannot_be_written_is_said_and_is_written_afterwards(
    asker: Asker, act: str, fault: str
) -> None:
    path, sent = ACTS[act]
    if act in SIGNED_OUT:
        asker.client.logout()
    with FAULTS[fault]():
        response = asker.ask("POST", path, **sent)
    assert response.status_code == 503, response.status_code
    assert judged(act, response, person="headers" in sent) == ""
    again = asker.ask("POST", path, **sent)
    assert again.status_code < 500


def test_a_tool_says_it_to_the_model(asker: Asker) -> None:
    todo = Mount(PLUGINS[0], "localhost", "/todo", asker.client)
    with only_read():
        answer = call(todo, "addTodo", {"username": "global", "todo": "milk"})
    assert result(answer)["isError"]
    assert "Try again shortly" in result(answer)["content"][0]["text"]

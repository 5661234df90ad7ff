"""Which addresses a site says that it has, and what no cache may keep."""

import json
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.contrib.auth.models import User
from django.core.wsgi import get_wsgi_application
from django.test import Client
from pytest_django import Settings

from plugins.short_way import with_short_way

pytestmark = pytest.mark.django_db(transaction=True)  # the long way opens a connection anew


def answer(path: str, **environ: str) -> tuple[str, str]:
    """Return status and body of a request to the site as it stands, by whichever way it takes."""
    asked: dict[str, Any] = {"PATH_INFO": path, "QUERY_STRING": "", **environ}
    setup_testing_defaults(asked)
    asked["wsgi.input"] = BytesIO()
    said: list[str] = []
    body = with_short_way(get_wsgi_application())(
        asked, lambda status, headers: said.append(status)
    )
    return said[0][:3], b"".join(body).decode()


@pytest.fixture
def production(settings: Settings) -> Settings:
    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["plugins.example", "todo.plugins.example", "localhost"]
    return settings


PATHS = ["/todo/.well-known/ai-plugin.json", "/todo/todos/ann", "/", "/accounts/login/"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("plugins.example", "200"),
        ("plugins.example:443", "200"),
        ("localhost:8000", "200"),
        ("plugins.example:8443", "400"),
        ("plugins.example:80", "400"),
        ("plugins.example:0443", "400"),
        ("other.example", "400"),
    ],
)
def test_a_port_is_one_that_was_named(
    production: Settings, path: str, host: str, status: str
) -> None:
    said, body = answer(path, HTTP_HOST=host, **{"wsgi.url_scheme": "https"})
    assert said == status
    assert "443" not in body or host.startswith("localhost")


@pytest.mark.parametrize("path", [*PATHS, "/todo/todos/ann", "/todo/mcp"])
def test_an_unknown_host_is_told_to_programs_in_json_and_to_people_on_a_page(
    production: Settings, path: str
) -> None:
    said, body = answer(path, HTTP_HOST="other.example", HTTP_ACCEPT="*/*")
    assert (said, [*json.loads(body)]) == ("400", ["detail"])
    said, body = answer(path, HTTP_HOST="other.example", HTTP_ACCEPT="text/html")
    assert said == "400" and "<h1>This request cannot be answered" in body


def test_a_named_port_is_part_of_every_address(production: Settings) -> None:
    production.PUBLIC_URLS = ["https://plugins.example:8443"]
    for host in ("plugins.example:8443", "plugins.example"):
        said, body = answer(PATHS[0], HTTP_HOST=host)
        assert said == "200" and "https://plugins.example:8443/todo/legal" in body
    https = {"wsgi.url_scheme": "https"}
    assert answer(PATHS[0], HTTP_HOST="todo.plugins.example:8443", **https)[0] == "200"
    assert answer(PATHS[0], HTTP_HOST="todo.plugins.example:9443", **https)[0] == "400"


def test_a_host_that_a_proxy_hands_on_is_held_to_the_same(production: Settings) -> None:
    production.USE_X_FORWARDED_HOST = True
    environ = {"HTTP_HOST": "localhost", "wsgi.url_scheme": "https"}
    said, body = answer(PATHS[0], **environ, HTTP_X_FORWARDED_HOST="plugins.example:443")
    assert said == "200" and "https://plugins.example/todo/legal" in body
    assert answer(PATHS[0], **environ, HTTP_X_FORWARDED_HOST="plugins.example:8443")[0] == "400"


def test_in_development_any_port_will_do(settings: Settings) -> None:
    settings.DEBUG, settings.ALLOWED_HOSTS = True, ["plugins.example"]
    assert answer(PATHS[0], HTTP_HOST="plugins.example:8443")[0] == "200"


def pages(client: Client) -> Iterator[tuple[str, Any]]:
    """Yield every page of the site that links lead to, with its answer."""
    waiting = ["/"]
    known = set(waiting)
    while waiting:
        path = waiting.pop()
        page = client.get(path, headers={"host": "localhost", "accept": "text/html"})
        if "text/html" not in page.get("Content-Type", ""):
            continue
        yield path, page
        for link in re.findall(r'<a\s[^>]*href="(/[^"#?]*)', page.text):
            if link not in known:
                known.add(link)
                waiting.append(link)


@pytest.mark.parametrize("staff", [False, True])
def test_no_cache_keeps_what_a_person_was_shown(ann: User, staff: bool) -> None:
    ann.is_staff = ann.is_superuser = staff
    ann.save()
    client = Client()
    client.force_login(ann)
    kept = {path: page.get("Cache-Control", "") for path, page in pages(client)}
    assert len(kept) > 10
    assert [path for path, said in kept.items() if "no-store" not in said] == []


def test_nobodys_pages_say_that_a_cookie_makes_another_of_them() -> None:
    for path, page in pages(Client()):
        assert "no-store" in page.get("Cache-Control", "") or "Cookie" in page["Vary"], path


@pytest.mark.parametrize("path", ["/todo/.well-known/ai-plugin.json", "/todo/openapi.json"])
def test_a_document_is_another_for_each_address_and_is_asked_for_anew(path: str) -> None:
    texts = set()
    for host in ("localhost", "todo.localhost", "localhost:8000"):
        below = path.removeprefix("/todo") if host.startswith("todo.") else path
        document = Client().get(below, headers={"host": host})
        assert "no-cache" in document["Cache-Control"] and document["ETag"]
        texts.add(document.text)
    assert len(texts) == 3

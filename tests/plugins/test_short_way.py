"""The short way answers as the long way does; what is unusual takes the long way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, close_old_connections
from django.test import override_settings

from plugins.short_way import ShortWay, with_short_way
from tests.conftest import Mount
from todos.models import TodoList

Application = Callable[[dict[str, Any], Any], Any]

CALLS: list[tuple[str, str, bytes]] = [
    ("GET", "/todos/global", b""),
    ("GET", "/todos/global?limit=1&offset=1", b""),
    ("GET", "/todos/global?limit=none", b""),
    ("GET", "/todos/%E2%82%AC", b""),
    ("GET", "/todos/a/b", b""),
    ("POST", "/todos/global", b'{"todo": "buy milk"}'),
    ("POST", "/todos/global", b""),
    ("POST", "/todos/global", b"[" * 100_000),
    ("POST", "/todos/global", b"\xff"),
    ("DELETE", "/todos/global", b'{"todo_idx": 7}'),
    ("PUT", "/todos/global", b"{}"),
    ("PATCH", "/todos/global", b""),
    ("POST", "/mcp", b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}'),
    ("POST", "/mcp/", b"{"),
    ("DELETE", "/mcp", b""),
]
ELSEWHERE: list[tuple[str, str]] = [
    ("GET", "/"),
    ("GET", "/.well-known/ai-plugin.json"),
    ("GET", "/openapi.yaml"),
    ("GET", "/nothing"),
    ("HEAD", "/todos/global"),
    ("OPTIONS", "/todos/global"),
]


@dataclass(frozen=True)
class Sent:
    status: str
    headers: dict[str, str]
    body: bytes


def send(application: Application, environ: dict[str, Any]) -> Sent:
    started: list[Any] = []
    answer = application(environ, lambda *args: started.extend(args))
    body = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    status, headers, *_ = started
    assert len(headers) == len(dict(headers)), "a header was sent twice"
    return Sent(status, {name.title(): value for name, value in headers}, body)


def environ_of(method: str, url: str, body: bytes = b"", **more: str) -> dict[str, Any]:
    path, _, query = url.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path.replace("%E2%82%AC", "€").encode().decode("latin-1"),
        "QUERY_STRING": query,
        "HTTP_HOST": "localhost",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
        **more,
    }
    setup_testing_defaults(environ)
    return environ


class LongWay:
    """Django's application, and how often it was asked."""

    def __init__(self) -> None:
        self.application = get_wsgi_application()
        self.asked = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.asked += 1
        return self.application(environ, start_response)


@pytest.fixture(autouse=True)
def open_way() -> Iterator[None]:
    with override_settings(SHORT_WAY=True):
        yield


@pytest.fixture
def long_way(db: None) -> Iterator[LongWay]:
    # A test is one transaction, on one connection, which Django's handler would close.
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield LongWay()
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("headers", [{}, {"HTTP_AUTHORIZATION": "Bearer wrong"}])
def test_both_ways_answer_alike(mount: Mount, long_way: LongWay, headers: dict[str, str]) -> None:
    for method, path, body in CALLS:

        def answer(
            application: Application, method: str = method, path: str = path, body: bytes = body
        ) -> Sent:
            TodoList(mount.plugin.store, "global").clear()
            url = f"{mount.prefix}{path}"
            return send(application, environ_of(method, url, body, HTTP_HOST=mount.host, **headers))

        assert answer(with_short_way(long_way)) == answer(long_way), (method, path)


def test_an_api_and_mcp_are_called_by_the_short_way(mount: Mount, db: None) -> None:
    long_way = LongWay()
    application = with_short_way(long_way)
    send(application, environ_of("POST", f"{mount.prefix}/mcp", b"{}", HTTP_HOST=mount.host))
    route = str(mount.plugin.api_urls[0].pattern)
    path = "/todos/global" if route.startswith("^todos") else f"/{route}"
    send(application, environ_of("GET", f"{mount.prefix}{path}", HTTP_HOST=mount.host))
    assert long_way.asked == 0


def test_what_is_no_call_takes_the_long_way(mount: Mount, long_way: LongWay) -> None:
    application = with_short_way(long_way)
    for method, path in ELSEWHERE:
        send(application, environ_of(method, f"{mount.prefix}{path}", HTTP_HOST=mount.host))
    assert long_way.asked == len(ELSEWHERE)


@pytest.mark.parametrize(
    "more",
    [
        {"HTTP_ORIGIN": "https://chatgpt.com"},
        {"HTTP_HOST": "attacker.example"},
        {"HTTP_HOST": "local host"},
        {"SCRIPT_NAME": "/below"},
    ],
)
def test_what_is_unusual_takes_the_long_way(
    long_way: LongWay, db: None, more: dict[str, str]
) -> None:
    with override_settings(ALLOWED_HOSTS=["localhost"]):
        answer = send(with_short_way(long_way), environ_of("GET", "/todo/todos/global") | more)
        assert long_way.asked == 1
        assert answer == send(long_way, environ_of("GET", "/todo/todos/global") | more)


PUBLIC = {
    "a tunnel that keeps the name": {"HTTP_HOST": "notes.example"},
    "one that writes it anew": {
        "HTTP_HOST": "localhost:8000",
        "HTTP_X_FORWARDED_HOST": "notes.example",
    },
}


@pytest.mark.parametrize("sent", PUBLIC.values(), ids=PUBLIC)
@pytest.mark.parametrize("path", ["/mcp", "/todo-oauth/mcp"])
def test_a_public_url_is_the_same_at_every_request(
    long_way: LongWay, sent: dict[str, str], path: str
) -> None:
    public = {"PUBLIC_URLS": ["https://notes.example"], "ROOT_PLUGIN": "todo-oauth"}
    with override_settings(**public, ALLOWED_HOSTS=["localhost", "notes.example"]):
        asked = LongWay()
        application = with_short_way(asked)
        answers = [send(application, environ_of("POST", path) | sent) for _ in range(3)]
        assert asked.asked == 0
        assert answers == [send(LongWay(), environ_of("POST", path) | sent)] * 3
        assert "https://notes.example/" in answers[0].headers["Www-Authenticate"]


def test_a_path_without_its_slash_leads_to_no_plugin(long_way: LongWay) -> None:
    answer = send(with_short_way(long_way), environ_of("GET", "xtodo/todos/global"))
    assert (long_way.asked, answer.status[:3]) == (1, "404")


def test_a_site_below_a_path_leaves_nothing_to_the_next_request(long_way: LongWay) -> None:
    application = with_short_way(long_way)
    first = send(application, environ_of("POST", "/todo-oauth/mcp"))
    send(application, environ_of("GET", "/todo-oauth/mcp", SCRIPT_NAME="/below"))
    assert long_way.asked == 1
    assert send(application, environ_of("POST", "/todo-oauth/mcp")) == first


def test_a_site_that_wants_https_sends_there(long_way: LongWay, db: None) -> None:
    with override_settings(SECURE_SSL_REDIRECT=True):
        application = with_short_way(LongWay())
        answer = send(application, environ_of("GET", "/todo/todos/global"))
        assert answer.status.startswith("301")
        assert answer.headers["Location"] == "https://localhost/todo/todos/global"


def test_the_way_is_closed_by_a_setting_and_by_middleware_it_does_not_know() -> None:
    assert ShortWay().is_open
    with override_settings(SHORT_WAY=False):
        assert not ShortWay().is_open
    own = "django.middleware.gzip.GZipMiddleware"
    with override_settings(MIDDLEWARE=[own, *settings.MIDDLEWARE]):
        assert not ShortWay().is_open
    with override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, own]):
        assert ShortWay().is_open


def test_an_error_that_nobody_foresaw_is_logged_and_answered_as_json(
    long_way: LongWay, db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError("within the view")

    monkeypatch.setattr(TodoList, "texts", broken)
    answer = send(with_short_way(long_way), environ_of("GET", "/todo/todos/global"))
    assert answer.status.startswith("500")
    assert b"within the view" not in answer.body
    assert "within the view" in caplog.text
    other = send(long_way, environ_of("GET", "/todo/todos/global"))
    first, second = (each.headers["X-Request-Id"] for each in (answer, other))
    assert f"It was logged, as request {first}." in answer.body.decode()
    told = answer.body.decode().replace(first, second)
    assert (answer.status, told) == (other.status, other.body.decode())
    assert answer.headers.keys() == other.headers.keys()


def test_a_database_that_is_away_is_503(
    long_way: LongWay, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(TodoList, "texts", away)
    answer = send(with_short_way(long_way), environ_of("GET", "/todo/todos/global"))
    assert answer.status.startswith("503")
    assert answer.headers["Retry-After"] == "5"


def test_what_takes_the_long_way_is_handed_on_as_it_came() -> None:
    handed_on = environ_of("OPTIONS", "/todo/todos/%E2%82%AC")
    as_it_came = {**handed_on}
    application = with_short_way(lambda environ, start_response: [repr(environ).encode()])
    assert application(handed_on, None) == [repr(as_it_came).encode()]

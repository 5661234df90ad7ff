"""A request that Django cannot even read is refused in words, on every route, by either way."""

import json
import socket
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import override_settings

from api.body_length import with_body_length
from plugins.short_way import with_short_way
from tests.clients.live_site import LiveSite
from tests.plugins.test_short_way import environ_of, send
from tests.routes import routes

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
CSRF = {"HTTP_COOKIE": f"csrftoken={'a' * 32}"}
QUERY = {**CSRF, "QUERY_STRING": "q=%C3%A9"}
CODECS = ("rot13", "punycode", "idna", "base64", "hex", "zlib", "undefined")
FIELDS = "&".join(f"a{number}=1" for number in range(1001)).encode()


def part(*headers: bytes, body: bytes = b"x") -> bytes:
    return b"\r\n".join([b"--xx", *headers, b"", body, b"--xx--", b""])


NAMED = b'Content-Disposition: form-data; name="a"'
FILE = NAMED + b'; filename="x"'
BASE64 = b"Content-Transfer-Encoding: base64"
CASES: dict[str, tuple[str, bytes, dict[str, str]]] = {
    **{f"charset {each}": (f"{FORM}; charset={each}", b"a=%C3%A9", QUERY) for each in CODECS},
    "a charset in RFC 2231": (f"{FORM}; charset*=rot13''x", b"a=b", QUERY),
    "a parameter in RFC 2231": (f"{MULTIPART}; boundary*=nonsense''%ff", b"--xx", CSRF),
    "a form in rot13": (f"{MULTIPART}; boundary=xx; charset=rot13", part(NAMED), CSRF),
    "1,001 parameters": (FORM, FIELDS, CSRF),
    "1,001 parameters in the query": (FORM, b"", {"QUERY_STRING": FIELDS.decode()}),
    "a NUL, and a form without a boundary": (MULTIPART, b"a", {**CSRF, "QUERY_STRING": "q=%00"}),
    "a NUL, and a form in UTF-32": (
        f"{FORM}; charset=utf-32",
        b"abc",
        {**CSRF, "QUERY_STRING": "q=%00"},
    ),
    "no host, and a form without a boundary": (MULTIPART, b"a", {**CSRF, "HTTP_HOST": "a b"}),
    "a form without a boundary": (MULTIPART, b"--xx", CSRF),
    "a form that breaks off": (f"{MULTIPART}; boundary=xx", b"--xx\r\nContent-Disp", CSRF),
    "a long boundary": (f"{MULTIPART}; boundary={'x' * 300}", b"--xx", CSRF),
    "broken base64": (f"{MULTIPART}; boundary=xx", part(NAMED, BASE64, body=b"A"), CSRF),
    "broken base64 in a file": (f"{MULTIPART}; boundary=xx", part(FILE, BASE64, body=b"A=B"), CSRF),
    "2,000 headers": (f"{MULTIPART}; boundary=xx", part(*[b"X: y"] * 2000), CSRF),
    "a Content-Type that is none": ("\xe9;;;=;charset", b"a=b", CSRF),
    "letters in what proxies say": (
        FORM,
        b"a=b",
        {f"HTTP_X_FORWARDED_{each}": "\xe9, \xff" for each in ("FOR", "HOST", "PROTO", "PORT")},
    ),
    "letters in every header": (
        FORM,
        b"a=b",
        {
            f"HTTP_{each}": "\xe9\x01"
            for each in ("COOKIE", "AUTHORIZATION", "ORIGIN", "REFERER", "ACCEPT", "RANGE")
        },
    ),
    "no UTF-8 in the query": ("", b"", {"QUERY_STRING": "q=%ff&page=%00&id=%ED%A0%80&limit=\xff"}),
}
PATHS = {
    "U+FFFD": "\ufffd",
    "no UTF-8": "\xff",
    "half a pair": "\xed\xa0\x80",
    "a NUL": "\x00",
}

pytestmark = pytest.mark.outside


@pytest.fixture(params=["short", "long"])
def site(request: pytest.FixtureRequest, db: None) -> Iterator[Any]:
    # A test is one transaction, on one connection, which Django's handler would close.
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    with override_settings(SHORT_WAY=request.param == "short"):
        yield with_body_length(with_short_way(get_wsgi_application()))
    for signal in signals:
        signal.connect(close_old_connections)


PLACES = sorted({path for path in routes() if not path.startswith("/admin/") or "/auth/" in path})
"""Of the admin the pages of one app: those of all are the same code."""
ADDRESSES = (f"10.0.{number // 250}.{number % 250}" for number in count())


def statuses(site: Any, environ: Callable[[str, str], dict[str, Any]]) -> dict[str, str]:
    """Return the status of each route's answer, by method and path, where it is a 5xx."""
    found = {}
    for path in PLACES:
        for method in ("GET", "POST"):
            sent = environ(method, path) | {"REMOTE_ADDR": next(ADDRESSES)}
            found[f"{method} {path}"] = send(site, sent).status
    return {asked: status for asked, status in found.items() if status >= "5"}


@pytest.mark.parametrize("case", CASES)
def test_no_route_fails(site: Any, case: str) -> None:
    content_type, body, more = CASES[case]

    def environ(method: str, path: str) -> dict[str, Any]:
        return environ_of(method, path, body, CONTENT_TYPE=content_type) | more

    assert statuses(site, environ) == {}


@pytest.mark.parametrize("case", PATHS)
def test_no_path_fails(site: Any, case: str) -> None:
    def environ(method: str, path: str) -> dict[str, Any]:
        return environ_of(method, path) | {"PATH_INFO": f"{path.rstrip('/')}/{PATHS[case]}"}

    assert statuses(site, environ) == {}


@pytest.mark.parametrize("path", ["/", "/todo/todos/global", "/accounts/login/", "/nothing"])
def test_it_is_said_what_to_send_instead(site: Any, path: str) -> None:
    sent = environ_of("POST", f"{path}?q=x", b"a=b", CONTENT_TYPE=f"{FORM}; charset=rot13")
    answer = send(site, sent)
    assert answer.status == "400 Bad Request"
    assert "charset=utf-8" in json.loads(answer.body)["detail"]


def said(url: str, request: bytes) -> str:
    """Return the status that a server answers to bytes."""
    with socket.create_connection(("127.0.0.1", urlsplit(url).port), timeout=20) as connection:
        connection.sendall(request)
        return connection.makefile("rb").readline().split()[1].decode()


@pytest.mark.parametrize("case", CASES)
def test_the_server_hands_it_on(production_site: LiveSite, case: str) -> None:
    content_type, body, more = CASES[case]
    for path in ("/accounts/login/", "/todo/todos/global", "/clients/", "/todo/mcp"):
        lines = [
            f"POST {path}?{more.get('QUERY_STRING', '')} HTTP/1.1",
            "Host: localhost",
            f"Content-Type: {content_type}",
            f"Content-Length: {len(body)}",
            *(
                f"{name[5:].replace('_', '-')}: {value}".replace("\x01", "")
                for name, value in more.items()
                if name.startswith("HTTP_")
            ),
        ]
        head = "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")
        status = said(production_site.url, head + body)
        assert "200" <= status < "500", (path, status)


@pytest.mark.parametrize("token", ["", "Authorization: Bearer wrong\r\n"])
@pytest.mark.parametrize(
    "path",
    [
        "/todo-user/todos/me",
        "/todo-service/todos/x",
        "/todo-user/mcp",
        "/todo-oauth/mcp",
        "/retrieval-user/upsert-file",  # <examples></examples>
    ],
)
def test_a_stranger_is_refused_before_a_long_body(
    production_site: LiveSite, path: str, token: str
) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{token}"
    sent = f"{head}Content-Length: 1000000\r\n\r\n".encode()
    assert said(production_site.url, sent) == "401"
    chunks = f"{head}Transfer-Encoding: chunked\r\n\r\n20000\r\n".encode() + b" " * 0x20000
    assert said(production_site.url, chunks) == "401"  # and more chunks would come


def test_who_may_send_a_long_message_is_answered(production_site: LiveSite) -> None:
    token = production_site.plugins["todo-user"].token
    body = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}'.ljust(100_000)
    head = "POST /todo-user/mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    head += f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    assert said(production_site.url, head.encode() + body) == "200"


# <examples>
def test_a_stranger_is_led_to_sign_in_before_an_upload(production_site: LiveSite) -> None:
    head = "POST /retrieval-user/library HTTP/1.1\r\nHost: localhost\r\n"
    head += "Content-Type: multipart/form-data; boundary=xx\r\nContent-Length: 9000000\r\n\r\n"
    assert said(production_site.url, head.encode()) == "302"
    # </examples>

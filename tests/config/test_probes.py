"""Probes come under any Host, and are told the truth; nothing else opens to them."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from pytest_django import Settings

from api.request_ids import request_id
from config import probes
from config.probes import with_probes
from tests.plugins.test_short_way import Sent, environ_of, send

HOSTS = ["localhost", "10.0.0.7", "10.0.0.7:8000", "[::1]", "whatever.example", "no host", ""]


@pytest.fixture
def kept_connection(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[None]:
    """A test is one transaction, on one connection, which neither Django nor probes may close."""
    monkeypatch.setattr(probes, "close_old_connections", lambda: None)
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def ask(path: str, method: str = "GET", **more: str) -> Sent:
    return send(with_probes(get_wsgi_application()), environ_of(method, path) | more)


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_are_answered_whatever_their_host(
    kept_connection: None, settings: Settings, path: str, host: str
) -> None:
    settings.ALLOWED_HOSTS = ["plugins.example"]
    settings.SECURE_SSL_REDIRECT = True
    answer = ask(path, HTTP_HOST=host)
    assert (answer.status, answer.headers["Cache-Control"]) == ("200 OK", "no-store")
    assert "Set-Cookie" not in answer.headers
    settings.SECURE_SSL_REDIRECT = False
    for elsewhere in ("/", f"{path}/", f"/todo{path}", "/accounts/login/", "/admin/login/"):
        assert ask(elsewhere, HTTP_HOST=host).status == "400 Bad Request"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_are_only_read(kept_connection: None, path: str) -> None:
    assert ask(path, "HEAD").body == b""
    assert ask(path, "HEAD").status == "200 OK"
    refused = ask(path, "POST")
    assert (refused.status, refused.headers["Allow"]) == ("405 Method Not Allowed", "GET, HEAD")


def test_readiness_asks_once_and_health_nobody(
    kept_connection: None, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        ask("/readyz")
    with django_assert_num_queries(0):
        ask("/healthz")


def test_a_site_whose_database_is_away_lives_and_is_not_ready(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.close()
    away = {"NAME": "/nowhere/db"} if connection.vendor == "sqlite" else {"PORT": "1"}
    with monkeypatch.context() as patch:
        for key, value in away.items():
            patch.setitem(connection.settings_dict, key, value)
        assert ask("/healthz").status == "200 OK"
        answer = ask("/readyz")
        connection.close()
    assert answer.status == "503 Service Unavailable"
    assert int(answer.headers["Retry-After"]) > 0
    assert ask("/readyz").status == "200 OK"


def test_a_database_of_another_version_is_not_ready(kept_connection: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'plugins'")
    answer = ask("/readyz")
    assert (answer.status[:3], "manage.py migrate" in answer.body.decode()) == ("503", True)


def test_there_are_no_figures_unless_a_setting_says_so(kept_connection: None) -> None:
    assert ask("/metrics").status == "404 Not Found"


OTHERS = {
    "from elsewhere": {"REMOTE_ADDR": "203.0.113.7"},
    "by a name": {"HTTP_HOST": "plugins.example"},
    "forwarded": {"HTTP_X_FORWARDED_FOR": "203.0.113.7"},
    "by a proxy": {"HTTP_VIA": "1.1 proxy"},
}


@pytest.mark.parametrize("sent", OTHERS.values(), ids=OTHERS)
def test_without_a_token_figures_are_for_this_machine(
    kept_connection: None, settings: Settings, sent: dict[str, str]
) -> None:
    settings.METRICS = True
    here = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8000"}
    assert ask("/metrics", **here).status == "200 OK"
    assert ask("/metrics", **here, HTTP_AUTHORIZATION="Bearer ").status == "200 OK"
    assert ask("/metrics", **here | sent).status == "401 Unauthorized"


@pytest.mark.parametrize("setting", ["TRUST_PROXY", "PROXY_BUFFERS"])
def test_behind_a_proxy_figures_want_a_token(
    kept_connection: None, settings: Settings, setting: str
) -> None:
    settings.METRICS = True
    setattr(settings, setting, True)
    here = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8000"}
    assert ask("/metrics", **here).status == "401 Unauthorized"
    settings.METRICS_TOKEN = "é-token"
    assert ask("/metrics", **here).status == "401 Unauthorized"
    for sent, status in (
        ("Bearer é-token", "200 OK"),
        ("bearer é-token", "200 OK"),  # RFC 9110 section 11.1
        ("Basic é-token", "401 Unauthorized"),
        ("é-token", "401 Unauthorized"),
    ):
        elsewhere = {"REMOTE_ADDR": "203.0.113.7", "HTTP_AUTHORIZATION": sent}
        assert ask("/metrics", **elsewhere).status == status


NAMES = {
    "0f8fad5b-d9cb-469f-a165-70867728950e": True,
    "abcd1234": True,
    "short": False,
    "-abcdefgh": False,
    "a" * 65: False,
    "with a space": False,
    "line\nbreak": False,
    'quote"quote': False,
    "évènement": False,
    "": False,
}


@pytest.mark.parametrize("sent", NAMES)
@pytest.mark.parametrize("trusted", [True, False])
def test_a_proxys_name_for_a_request_is_taken_where_it_is_one(
    settings: Settings, sent: str, trusted: bool
) -> None:
    settings.TRUST_PROXY = trusted
    environ = {"HTTP_X_REQUEST_ID": sent}
    name = request_id(environ)
    assert (name == sent) == (trusted and NAMES[sent])
    assert request_id(environ) == name  # asked again
    assert request_id({}) != name

"""What the logs and figures of a running site say of its requests, and what they never say."""

import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.clients.live_site import LiveSite, live_site
from tests.development_server import DevelopmentServer

pytestmark = [pytest.mark.outside, pytest.mark.timeout(900)]
SECRET = "planted-a2f7"
"""Stands wherever a secret may; each place adds a number, to be found by."""

SENT: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", f"/todo/todos/global?access_token={SECRET}1", {}),
    ("GET", f"/todo-user/todos/me?token={SECRET}2", {}),
    ("GET", "/todo-user/todos/me", {"headers": {"Authorization": f"Bearer {SECRET}3"}}),
    ("POST", "/todo-user/mcp", {"headers": {"Authorization": f"Bearer {SECRET}4"}, "json": {}}),
    ("POST", "/todo/mcp", {"json": {"password": f"{SECRET}5"}}),
    ("POST", "/todo/todos/global", {"content": f'{{"{SECRET}6": '.encode()}),
    ("GET", f"/?code={SECRET}7", {}),
    ("GET", f"/nothing?code={SECRET}8", {}),
    ("GET", f"/?a=%00&code={SECRET}9", {}),
    ("POST", "/accounts/login/", {"data": {"username": "a", "password": f"{SECRET}10"}}),
    ("GET", f"/accounts/reset/MQ/{SECRET}11/", {}),
    ("POST", f"/accounts/reset/MQ/{SECRET}12/", {"data": {"new_password1": f"{SECRET}13"}}),
    ("PUT", f"/accounts/reset/MQ/{SECRET}14/", {}),
    ("GET", f"/accounts/email/{SECRET}15/", {}),
    ("POST", f"/accounts/email/{SECRET}16/", {}),
    ("GET", f"/todo-oauth/oauth?client_id=x&state={SECRET}17", {}),
    ("POST", "/todo-oauth/auth/oauth_exchange", {"data": {"client_secret": f"{SECRET}18"}}),
    ("POST", "/todo-oauth/auth/oauth_exchange", {"auth": ("client", f"{SECRET}19")}),
    ("POST", "/todo-oauth/auth/oauth_revoke", {"json": {"token": f"{SECRET}20"}}),
    ("POST", "/clients/", {"json": {"redirect_uris": f"{SECRET}21"}}),
    ("GET", "/clients/none/", {"headers": {"Authorization": f"Bearer {SECRET}22"}}),
    ("GET", "/yours/", {"headers": {"Cookie": f"sessionid={SECRET}23; csrftoken={SECRET}24"}}),
    ("GET", "/", {"headers": {"X-Request-ID": f"{SECRET}25"}}),
    ("GET", "/", {"headers": {"Host": f"{SECRET}26.attacker.example"}}),
    ("GET", f"/console/plugins/x/callback/?code={SECRET}27", {}),
    ("POST", "/admin/login/", {"data": {"username": "a", "password": f"{SECRET}28"}}),
    ("GET", "/metrics", {"headers": {"Authorization": f"Bearer {SECRET}29"}}),
]
KNOWN = {"26"}
"""A name that somebody asked for is no secret, and the log says which was refused."""


def found(text: str) -> set[str]:
    return set(re.findall(rf"{SECRET}(\d+)", text)) - KNOWN


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveSite, Path]]:
    directory = tmp_path_factory.mktemp("logged")
    settings = {"LOG_FORMAT": "json", "ACCESS_LOG": "on", "METRICS": "on", "WORKERS": "2"}
    with live_site(directory, **settings, METRICS_TOKEN=f"{SECRET}30", CONSOLE="on") as running:
        yield running, directory / "log"


def lines(log: Path, names: list[str], named: str = "request_id") -> list[dict[str, Any]]:
    """Return what was logged of these requests; those of access come a little later."""
    deadline = time.monotonic() + 60
    while True:
        said = [json.loads(line) for line in log.read_text().splitlines()]
        of_them = [line for line in said if line.get(named) in names]
        unsaid = set(names) - {line[named] for line in access(of_them)}
        if not unsaid:
            return of_them
        assert time.monotonic() < deadline, unsaid
        time.sleep(0.05)


def access(said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in said if line["logger"] == "access"]


def name_of(answer: httpx.Response) -> str:
    return str(answer.headers["X-Request-ID"])


def test_no_secret_is_logged_and_every_line_is_json(site: tuple[LiveSite, Path]) -> None:
    running, log = site
    with httpx.Client(base_url=running.url) as client:
        names = [name_of(client.request(method, path, **sent)) for method, path, sent in SENT]
    logged = access(lines(log, names))
    assert found(log.read_text()) == set()
    # All came, and each left a line, with what it was asked for and no query.
    assert len(logged) == len(SENT)
    paths = [line["path"] for line in logged]
    assert not any("?" in path for path in paths)
    assert "/accounts/reset/…" in paths
    assert len({line["request_id"] for line in logged}) == len(SENT)


def test_a_line_says_what_an_operator_asks(site: tuple[LiveSite, Path]) -> None:
    running, log = site
    tool = {"name": "getTodos", "arguments": {"username": "global"}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": tool}
    answers = [
        httpx.get(f"{running.url}/todo/todos/caf%C3%A9%0Aline?limit=1"),
        httpx.post(f"{running.url}/todo/mcp", json=message),
        httpx.get(f"{running.url}/todo-user/todos/me"),
        httpx.get(f"{running.url}/todo/openapi.json"),
        httpx.get(f"{running.url}/accounts/login/"),
    ]
    names = [name_of(answer) for answer in answers]
    by_id = {line["request_id"]: line for line in access(lines(log, names))}
    told = [by_id[name] for name in names]
    kept = ("plugin", "operation", "method", "path", "status", "address")
    assert [[line[name] for name in kept] for line in told] == [
        ["todo", "GET todos", "GET", "/todo/todos/caf%C3%A9%0Aline", 400, "127.0.0.1"],
        ["todo", "GET todos", "POST", "/todo/mcp", 200, "127.0.0.1"],
        ["todo-user", "GET todos", "GET", "/todo-user/todos/me", 401, "127.0.0.1"],
        ["todo", "GET openapi-json", "GET", "/todo/openapi.json", 200, "127.0.0.1"],
        ["", "", "GET", "/accounts/login/", 200, "127.0.0.1"],
    ]
    assert all(0 < line["ms"] < 60_000 for line in told)


def test_what_the_loop_refuses_before_there_is_a_thread_has_a_line_too(
    site: tuple[LiveSite, Path],
) -> None:
    running, log = site
    httpx.get(f"{running.url}/todo/%EF%BF%BD")
    [refused] = access(lines(log, ["/todo/%EF%BF%BD"], named="path"))
    assert refused["status"] == 400


def test_the_same_request_is_named_in_the_access_log_and_in_what_went_wrong(
    site: tuple[LiveSite, Path],
) -> None:
    running, log = site
    name = name_of(httpx.get(f"{running.url}/nothing-here"))
    loggers = [line["logger"] for line in lines(log, [name])]
    assert sorted(loggers) == ["access", "django.request"]


def test_the_development_server_logs_no_secret(development_site: DevelopmentServer) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{development_site.port}") as client:
        for method, path, sent in SENT:
            client.request(method, path, **sent)
    said = development_site.log.read_text()
    assert found(said) == set()
    assert '"GET /nothing?… HTTP/1.1" 404' in said


# --- Figures -----------------------------------------------------------------------------


LABELS = ("plugin", "operation", "status", "le")


def figures(url: str) -> dict[str, float]:
    """Return what Prometheus would read, by name and labels."""
    answer = httpx.get(f"{url}/metrics", headers={"Authorization": f"Bearer {SECRET}30"})
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert answer.headers["Cache-Control"] == "no-store"
    return {
        " ".join([sample.name, *filter(None, map(sample.labels.get, LABELS))]): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_figures_count_the_requests_of_all_workers(site: tuple[LiveSite, Path]) -> None:
    url = site[0].url
    before = figures(url)
    for _ in range(20):  # each by a connection of its own, so by either worker
        httpx.get(f"{url}/todo/todos/global")
        httpx.get(f"{url}/todo-user/todos/me")

    def growth() -> dict[str, float]:
        return {name: value - before.get(name, 0) for name, value in figures(url).items()}

    counts = [f"site_request_seconds_count {each} GET todos" for each in ("todo", "todo-user")]
    while list(map(growth().get, counts)) != [20, 20]:
        time.sleep(0.05)  # a row waits a little
    for _ in range(6):
        grown = growth()
        assert grown["site_requests_total todo GET todos 2xx"] == 20
        assert grown["site_requests_total todo-user GET todos 4xx"] == 20
        assert grown["site_refusals_total todo-user 401"] == 20
        assert grown["site_request_seconds_count todo GET todos"] == 20
        assert grown["site_request_seconds_bucket todo GET todos +Inf"] == 20
        assert 0 < grown["site_request_seconds_sum todo GET todos"] < 20


def test_figures_say_what_is_in_use(site: tuple[LiveSite, Path]) -> None:
    url = site[0].url
    httpx.get(f"{url}/todo/todos/global")
    time.sleep(1)
    before = figures(url)
    assert before["site_dear_places"] in (2, 4)  # two of each worker that was asked something
    assert before["site_dear_places_held"] == before["site_bodies_held_bytes"] == 0
    head = "POST /todo/todos/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", urlsplit(url).port), timeout=20) as connection:
        connection.sendall(head.encode() + b" " * 300_000)
        time.sleep(1)
        assert 200_000 < figures(url)["site_bodies_held_bytes"] <= 300_000
    time.sleep(1)
    assert figures(url)["site_bodies_held_bytes"] == 0


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong", f"Basic {SECRET}30"])
def test_figures_are_refused_without_the_token(site: tuple[LiveSite, Path], token: str) -> None:
    answer = httpx.get(f"{site[0].url}/metrics", headers={"Authorization": token})
    assert answer.status_code == 401
    assert "METRICS_TOKEN" in answer.text

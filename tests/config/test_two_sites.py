"""Two sites on one PostgreSQL and one Redis: what one was told, the other knows."""

import json
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.chaos.databases import own_directory
from tests.chaos.postgresql import cluster, program
from tests.chaos.site import Answer, Site
from tests.chaos.words import PAGE, Reader
from tests.clients.live_site import run
from tests.clients.oauth_install import install
from tests.redis_server import RedisServer

pytestmark = [pytest.mark.outside, pytest.mark.timeout(300)]
MOST = 20
RATES = {"THROTTLE_ADDRESS": f"{MOST}/day", "THROTTLE_SIGN_IN": f"{MOST}/day"}
"""By the day: no window ends while a test counts."""


@dataclass(frozen=True)
class Two:
    first: Site
    second: Site
    made: dict[str, Any]
    """Tokens and clients, by plugin."""

    def in_turn(self, times: int) -> Iterator[Site]:
        return islice(cycle((self.first, self.second)), times)


@pytest.fixture(scope="module")
def sites() -> Iterator[Two]:
    if not (program("initdb") and shutil.which("redis-server")):
        pytest.skip("This wants PostgreSQL and Redis on this machine.")
    redis = RedisServer()
    redis.start()
    try:
        with own_directory() as directory, cluster(directory / "postgresql") as server:
            server.execute("CREATE DATABASE two")
            yield from two(directory, server.url("two"), redis.port)
    finally:
        redis.stop()


def two(directory: Path, database_url: str, redis: int) -> Iterator[Two]:
    settings = {
        **RATES,
        "CACHE_URL": f"redis://127.0.0.1:{redis}/0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "THROTTLE": "on",
        "TRUST_PROXY": "on",
        "WORKERS": "1",
    }
    first, second = (Site(directory / name, database_url, settings) for name in ("a", "b"))
    for site in (first, second):
        site.directory.mkdir()
        site.environ["STATIC_ROOT"] = str(directory / "static")
    made = first.prepare()
    first.start()
    try:
        second.start()
        try:
            first.recover()
            second.recover()
            yield Two(first, second, made)
        finally:
            second.stop()
    finally:
        first.stop()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def get(site: Site, path: str, token: str) -> int:
    return site.ask("GET", path, headers=bearer(token)).status


def test_a_limit_holds_across_both(sites: Two) -> None:
    asked = [site.ask("GET", "/todo/todos/ann") for site in sites.in_turn(MOST + 2)]
    assert [answer.status for answer in asked] == [200] * MOST + [429] * 2


def test_what_mcp_is_asked_counts_with_it(sites: Two) -> None:
    """Of the same plugin, by who has no token of it."""
    statuses = [site.ask("GET", "/todo-service/todos/me").status for site in sites.in_turn(MOST)]
    assert statuses == [401] * MOST
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"}).encode()
    headers = {"Content-Type": "application/json"}
    for site in sites.in_turn(2):
        assert site.ask("POST", "/todo-service/mcp", body, headers).status == 429


def test_a_token_revoked_on_one_is_refused_by_the_other_at_once(sites: Two) -> None:
    command = ("create_user_token", "ann", "--plugin", "todo-user", "--name", "Lost phone")
    token = run(sites.first.environ, "manage.py", *command).splitlines()[-1]
    assert [get(site, "/todo-user/todos/me", token) for site in sites.in_turn(4)] == [200] * 4
    ann = Reader(sites.first, "ann", sites.first.password)
    listed = ann.get("/accounts/tokens/", PAGE).content.decode()
    [link] = re.findall(r'Lost phone(?:(?!</li>)[\s\S])*?"(/accounts/tokens/\d+/revoke/)"', listed)
    assert posted(ann, link).status == 302
    assert [get(site, "/todo-user/todos/me", token) for site in (sites.second, sites.first)] == [
        401,
        401,
    ]


def test_an_oauth_token_revoked_on_one_is_refused_by_the_other_at_once(sites: Two) -> None:
    client = sites.made["todo-oauth"]
    person = {"username": "ann", "password": sites.first.password}
    token = install(f"http://localhost:{sites.first.port}/todo-oauth", **client, **person)
    assert [get(site, "/todo-oauth/todos/me", token) for site in sites.in_turn(2)] == [200] * 2
    body = json.dumps({"token": token, **client}).encode()
    headers = {"Content-Type": "application/json"}
    answer = sites.second.ask("POST", "/todo-oauth/auth/oauth_revoke", body, headers)
    assert answer.status == 200
    assert get(sites.first, "/todo-oauth/todos/me", token) == 401


def test_a_form_sent_to_both_makes_one_todo(sites: Two) -> None:
    ann = Reader(sites.first, "ann", sites.first.password)
    page = ann.get("/todo-user/list", PAGE).content.decode()
    [once] = set(re.findall(r'name="once" value="([^"]+)"', page))
    for site in sites.in_turn(2):
        ann.site = site
        assert posted(ann, "/todo-user/list", todo="Bread", once=once).status == 302
    todos = ann.site.ask("GET", "/todo-user/todos/me", headers=bearer(sites.made["todo-user"]))
    assert todos.json() == {"todos": ["Bread"]}


# <examples>
def test_a_long_form_counts_once_though_it_is_asked_for_first(sites: Two) -> None:
    """Forged, so that nothing is done: what counts is that it came."""
    body = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n%s\r\n--x--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x", "X-Forwarded-For": "192.0.2.7"}
    sent = [
        site.ask("POST", "/retrieval-none/library", body % (b"a" * 100_000), headers).status
        for site in sites.in_turn(MOST + 1)
    ]
    assert sent == [403] * MOST + [429]
    # </examples>


def posted(person: Reader, path: str, **fields: str) -> Answer:
    fields["csrfmiddlewaretoken"] = person.cookies["csrftoken"].value
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": person.cookie}
    return person.site.ask("POST", path, urlencode(fields).encode(), headers)

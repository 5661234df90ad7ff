"""Nothing needs the cache: when Redis goes away in the middle, every answer is still right."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from sports.models import Stat
from tests.conftest import Mount
from tests.sports.league import GAMES, STATS
from tests.sports.provider import Provider

Server = subprocess.Popen[bytes]


@pytest.fixture
def redis_server(settings: Any, tmp_path: Path) -> Iterator[Server]:
    """The site's cache: a Redis of this test alone, which it may stop."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed, so a cache that goes away was not tried.")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"redis://127.0.0.1:{port}/0"
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL) as server:
        try:
            wait_for(url)
            settings.CACHES = {
                "default": {
                    "BACKEND": "django.core.cache.backends.redis.RedisCache",
                    "LOCATION": url,
                    "OPTIONS": {"socket_timeout": 0.25, "socket_connect_timeout": 0.25},
                }
            }
            yield server
        finally:
            stop(server)


def wait_for(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        for _ in range(200):
            try:
                client.ping()
            except redis.ConnectionError:
                time.sleep(0.05)
            else:
                return
    raise TimeoutError("redis-server did not start.")


def stop(server: Server) -> None:
    server.terminate()
    server.wait(60)


def test_a_long_total_is_counted_anew_without_it(
    sports: Mount, stored_league: None, redis_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def total() -> Any:
        response = sports.get("/stats?limit=1")
        assert response.status_code == 200
        return response.json()["meta"]["total_count"]

    monkeypatch.setattr("sports.sources.embedded.LONG", 100)
    assert total() == len(STATS)
    Stat.objects.filter(pk=STATS[0]["id"]).delete()
    assert total() == len(STATS)  # remembered
    stop(redis_server)
    assert total() == len(STATS) - 1


def test_a_providers_answer_is_asked_for_again_without_it(
    sports: Mount, upstream: Provider, redis_server: Server
) -> None:
    for _ in range(2):
        assert sports.get("/games").json()["data"] == GAMES
    assert len(upstream.calls) == 1  # remembered
    stop(redis_server)
    for calls in (2, 3):
        assert sports.get("/games").json()["data"] == GAMES
        assert len(upstream.calls) == calls


def test_a_providers_wish_to_wait_is_asked_again_without_it(
    sports: Mount, upstream: Provider, redis_server: Server
) -> None:
    upstream.faults = ["wait 60", "wait 60"]
    for _ in range(2):
        assert sports.get("/games").status_code == 503
    assert len(upstream.calls) == 1  # remembered
    stop(redis_server)
    response = sports.get("/games")
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert len(upstream.calls) == 2
    assert sports.get("/games").json()["data"] == GAMES

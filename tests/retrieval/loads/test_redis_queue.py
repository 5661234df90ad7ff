"""Turns that are kept in Redis (LOADS_QUEUE=rq), and a Redis that goes away with them."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from retrieval.loads.models import Load, Stage
from retrieval.models import Chunk, Collection, Document
from tests.development_server import MANAGE, PROJECT
from tests.redis_server import RedisServer
from tests.retrieval.loads.processes import (
    PRODUCTION,
    ask,
    kill,
    send,
    server,
    started,
    time_passes,
    until,
    until_it_answers,
    until_stored,
)
from tests.retrieval.loads.working import LONG, nothing_is_kept
from tests.retrieval.test_killed import environ

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.outside,
    pytest.mark.database,
    pytest.mark.timeout(900),
]

WORKER = [*MANAGE, "rqworker", "--with-scheduler"]


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    if not shutil.which("redis-server"):
        pytest.skip("There is no redis-server on this machine.")
    redis = RedisServer()
    redis.start()
    yield redis
    redis.stop()


@pytest.fixture
def queue(redis: RedisServer) -> dict[str, str]:
    return {"LOADS_QUEUE": "rq", "LOADS_QUEUE_URL": f"redis://127.0.0.1:{redis.port}/0"}


def test_a_worker_killed_at_a_file_loses_nothing(queue: dict[str, str]) -> None:
    text = "\n\n".join(f"{n}. {LONG}" for n in range(9))
    with server(PRODUCTION, **queue) as (_, port):
        until_it_answers(port)
        load = send(port, text)
        with started(WORKER, queue) as worker:
            until(Load.objects.filter(embedded__gt=0).exists, "embedding")
            kill(worker)
        assert Load.objects.get().stage == Stage.EMBEDDING
        assert not Document.objects.exclude(collection__store="").exists()
        time_passes()
        with started(WORKER, queue):
            until_stored(port, load)
            until(nothing_is_kept, "forgetting what the load held")
    assert Document.objects.get().text == text
    assert Chunk.objects.count() == Load.objects.get().passages
    assert Chunk.objects.count() == Collection.objects.get().chunk_count


def test_a_file_that_comes_while_redis_is_away_is_loaded_when_it_is_back(
    redis: RedisServer, queue: dict[str, str]
) -> None:
    """Nobody looks, and Redis has forgotten what it held."""
    with server(PRODUCTION, **queue) as (_, port), started(WORKER, queue) as worker:
        until_it_answers(port)
        until_stored(port, send(port, "A heron."))
        redis.stop()
        send(port, "A crane.")
        assert Load.objects.filter(stage=Stage.PARSING).count() == 1
        redis.start()
        until(lambda: Document.objects.count() == 2, "the loading of the second")
        assert worker.poll() is None


def test_a_redis_that_takes_everything_and_answers_nothing_keeps_nobody_waiting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        queue = {"LOADS_QUEUE": "rq", "LOADS_QUEUE_URL": f"redis://127.0.0.1:{port_of(silent)}/0"}
        with server(PRODUCTION, **queue) as (_, port):
            until_it_answers(port)
            load = send(port, "A crane.")
            assert ask(port, "GET", load)["stage"] == "parsing"


def port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


def test_its_settings_are_quiet_and_its_pages_are_not_shown(queue: dict[str, str]) -> None:
    env = {**environ(), **queue}
    checked = [*MANAGE, "check", "--fail-level", "WARNING"]
    subprocess.run(checked, env=env, check=True, capture_output=True)
    program = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'\n"
        "import django; django.setup()\n"
        "from django.contrib import admin; from django.urls import get_resolver\n"
        "print(*[model._meta.label for model in admin.site._registry])\n"
        "print(*[key for key in get_resolver().reverse_dict if 'rq' in str(key)])\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        env=env,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "auth.User" in said
    assert "rq" not in said.lower()

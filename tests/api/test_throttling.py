"""Requests are counted by person, by token or by address, each plugin for itself."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.core.cache.backends.redis import RedisCache
from django.test import Client
from pytest_django import Settings

from api import cache as cache_module
from api import throttling
from api.cache import Cache
from oauth_demo.models import Token
from tests.conftest import Mount
from todos.models import Todo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_a_minute(settings: Settings) -> None:
    settings.THROTTLE_RATES = {
        **settings.THROTTLE_RATES,
        **dict.fromkeys(("address", "token", "person"), "3/min"),
    }


def statuses(call: Callable[[], int], times: int = 4) -> list[int]:
    return [call() for _ in range(times)]


def test_too_many_requests_are_told_how_long_to_wait(todo: Mount) -> None:
    assert statuses(lambda: todo.get("/todos/ann").status_code) == [200, 200, 200, 429]
    response = todo.get("/todos/bob")
    wait = int(response["Retry-After"])
    assert 0 < wait <= 60
    assert f"available in {wait} second" in response.json()["detail"]


def test_a_throttled_request_changes_nothing(todo: Mount) -> None:
    assert statuses(lambda: todo.post("/todos/a", {"todo": "x"}).status_code)[3] == 429
    assert Todo.objects.count() == 3


def test_one_token_does_not_use_up_anothers_requests(
    todo_service: Mount, service_token: str
) -> None:
    assert statuses(lambda: todo_service.get("/todos/a", token=service_token).status_code)[3] == 429
    _, other = Token.objects.issue(plugin="todo-service", name="Other")
    assert todo_service.get("/todos/a", token=other).status_code == 200


def test_a_persons_tokens_are_counted_together(
    todo_user: Mount, ann: User, anns_token: str, bobs_token: str
) -> None:
    _, second = Token.objects.issue(plugin="todo-user", name="Second", user=ann)
    assert statuses(lambda: todo_user.get("/todos/ann", token=anns_token).status_code)[3] == 429
    assert todo_user.get("/todos/ann", token=second).status_code == 429
    assert todo_user.get("/todos/bob", token=bobs_token).status_code == 200


def test_plugins_are_counted_apart(todo: Mount, todo_service: Mount, service_token: str) -> None:
    assert statuses(lambda: todo.get("/todos/ann").status_code)[3] == 429
    assert todo_service.get("/todos/ann", token=service_token).status_code == 200


def test_an_address_cannot_be_chosen_by_a_header(todo: Mount) -> None:
    addresses = iter(f"10.0.0.{n}" for n in range(9))
    assert (
        statuses(
            lambda: todo.get("/todos/ann", headers={"x-forwarded-for": next(addresses)}).status_code
        )[3]
        == 429
    )


def test_a_new_minute_is_counted_afresh(todo: Mount, monkeypatch: pytest.MonkeyPatch) -> None:
    assert statuses(lambda: todo.get("/todos/ann").status_code)[3] == 429
    monkeypatch.setattr(throttling, "now", lambda: 1_000_060.0)
    assert todo.get("/todos/ann").status_code == 200


def test_parallel_requests_are_counted_exactly(todo: Mount) -> None:
    cache = Cache()
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: cache.increment("key", 60), range(400)))
    assert sorted(counts) == list(range(1, 401))


def test_a_cache_that_is_away_stops_nobody(todo: Mount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "django_cache", RedisCache("redis://127.0.0.1:1/0", {}))
    assert statuses(lambda: todo.get("/todos/ann").status_code) == [200] * 4


@pytest.mark.parametrize("token", [None, "wrong"])
def test_strangers_are_counted_by_address_and_their_neighbours_are_not(
    todo_user: Mount, anns_token: str, token: str | None
) -> None:
    calls = statuses(lambda: todo_user.get("/todos/me", token=token).status_code)
    assert calls == [401, 401, 401, 429]
    assert int(todo_user.get("/todos/me", token=token)["Retry-After"]) > 0
    assert todo_user.get("/todos/me", token=anns_token).status_code == 200


def test_forged_forms_are_counted_by_address() -> None:
    client = Client(enforce_csrf_checks=True)
    tries = statuses(lambda: client.post("/todo/docs", {"do": "use"}).status_code)
    assert tries == [403, 403, 403, 429]
    refused = client.post("/yours/")
    assert int(refused["Retry-After"]) > 0
    assert "Wait a minute" in refused.content.decode()
    assert client.get("/todo/docs").status_code == 200
    elsewhere = Client(enforce_csrf_checks=True, REMOTE_ADDR="10.0.0.2")
    assert elsewhere.post("/todo/docs", {"do": "use"}).status_code == 403


def test_client_ids_that_nobody_knows_are_counted_together() -> None:
    names = iter(range(9))
    client, path = Client(), "/todo-oauth/auth/oauth_exchange"

    def redeem() -> int:
        sent = {"grant_type": "refresh_token", "refresh_token": "x", "client_secret": "x"}
        sent["client_id"] = f"client-{next(names)}"
        return client.post(path, sent, "application/json").status_code

    assert statuses(redeem) == [401, 401, 401, 429]


def test_documents_are_not_throttled(todo: Mount) -> None:
    assert statuses(lambda: todo.get("/openapi.yaml").status_code, 6) == [200] * 6

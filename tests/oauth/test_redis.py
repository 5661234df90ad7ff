"""What OAuth keeps in a Redis that all workers share, and how it goes on when that is away."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from api import throttling
from oauth_demo.models import Consent
from tests.conftest import Mount
from tests.oauth.conftest import (
    Browser,
    OAuthClient,
    connect,
    exchange,
    opens,
    redeem,
    refresh,
    register_itself,
    registration,
)
from tests.redis_server import RedisServer, redis_cache

CLIENT = {"redirect_uris": ["https://a.example/"]}


@pytest.fixture
def redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisServer]:
    monkeypatch.setattr(throttling, "now", lambda: 1_000_000.0)  # no minute ends in between
    with redis_cache() as server:
        yield server


def statuses(call: Callable[[], int], times: int) -> set[int]:
    return {call() for _ in range(times)}


@pytest.fixture
def guess(todo_oauth: Mount, chatgpt: OAuthClient) -> Callable[[], int]:
    """Try a wrong secret."""
    body = {"grant_type": "refresh_token", "refresh_token": "x", "client_secret": "guess"}
    return lambda: int(exchange(todo_oauth, chatgpt, **body).status_code)


def test_refusals_are_counted_until_redis_stops(
    redis: RedisServer, guess: Callable[[], int]
) -> None:
    assert statuses(guess, 20) == {401}
    assert guess() == 429
    redis.stop()
    assert guess() == 401


def test_counting_goes_on_when_redis_is_back(redis: RedisServer, guess: Callable[[], int]) -> None:
    redis.stop()
    assert statuses(guess, 3) == {401}
    redis.start()
    assert statuses(guess, 20) == {401}
    assert guess() == 429


def test_tokens_are_given_and_renewed_without_redis(
    redis: RedisServer, todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    code = Browser(todo_oauth, ann).agree(chatgpt)
    redis.stop()
    tokens = redeem(todo_oauth, chatgpt, code).json()
    renewed = refresh(todo_oauth, chatgpt, tokens["refresh_token"]).json()
    assert opens(todo_oauth, renewed)


@registration(on=True)
def test_registrations_are_counted_until_redis_stops(redis: RedisServer, db: None) -> None:
    assert statuses(lambda: int(register_itself(CLIENT).status_code), 20) == {201}
    assert register_itself(CLIENT).status_code == 429
    redis.stop()
    assert register_itself(CLIENT).status_code == 201


def test_a_call_is_noted_as_the_last_use(
    redis: RedisServer, todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    tokens = connect(todo_oauth, ann, chatgpt)
    called = timezone.now()
    assert opens(todo_oauth, tokens)
    assert last_used() > called


def test_without_redis_the_last_use_is_when_a_token_was_given(
    redis: RedisServer, todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    tokens = connect(todo_oauth, ann, chatgpt)
    given = last_used()
    assert opens(todo_oauth, tokens)
    redis.stop()
    assert opens(todo_oauth, tokens)
    assert last_used() == given


def test_connected_apps_are_listed_without_redis(
    redis: RedisServer, todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    connect(todo_oauth, ann, chatgpt)
    redis.stop()
    page = Browser(todo_oauth, ann).client.get("/accounts/apps/")
    assert page.status_code == 200
    assert "ChatGPT" in page.text


@pytest.mark.parametrize("endpoint", ["authorization", "token"])
def test_a_client_that_is_known_by_its_metadata_is_told_to_wait_without_redis(
    endpoint: str, redis: RedisServer, todo_oauth: Mount, ann: User
) -> None:
    client = {"client_id": "https://chatgpt.com/oauth/client.json"}
    redis.stop()
    with registration(on=True):
        if endpoint == "authorization":
            response = Browser(todo_oauth, ann).client.get("/todo-oauth/oauth", client)
        else:
            body = {**client, "grant_type": "refresh_token", "refresh_token": "x"}
            response = todo_oauth.post("/auth/oauth_exchange", body)
    assert response.status_code == 503
    assert "temporarily_unavailable" in response.text


def last_used() -> datetime:
    moment = Consent.objects.get().last_used
    assert moment
    return moment

"""Who is let in: every scheme with every kind of credential, refusals beside permissions."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from oauth_demo.models import Token, digest
from tests.conftest import TODO_PLUGINS, Mount, mount_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def credentials(ann: User, bob: User) -> dict[str, str]:
    """One Authorization header of every kind, by name."""

    def issue(plugin: str, **kwargs: Any) -> Token:
        token, secret = Token.objects.issue(plugin=plugin, name="Test", **kwargs)
        headers[f"{plugin}{(kwargs and ' of ' + kwargs['user'].username) or ''}"] = secret
        return token

    headers: dict[str, str] = {}
    issue("todo-service")
    issue("todo")
    issue("todo-user")  # a service's token under a personal plugin: never opens anything
    issue("todo-user", user=ann)
    issue("todo-user", user=bob)
    issue("todo-service", user=ann)
    secrets = dict(headers)
    headers = {name: f"Bearer {secret}" for name, secret in secrets.items()}
    service = secrets["todo-service"]
    return headers | {
        "none": "",
        "unknown": "Bearer nothing-that-was-issued",
        "empty bearer": "Bearer ",
        "two tokens": f"Bearer {service} {service}",
        "no scheme": service,
        "basic": f"Basic {service}",
        "token scheme": f"Token {service}",
        "lower case": f"bearer {service}",
        "the stored hash": f"Bearer {digest(service)}",
        "not ascii": "Bearer tökén",
    }


ALLOWED = {
    "todo": "everything",
    "todo-service": {"todo-service": 200, "lower case": 200},
    "todo-user": {"todo-user of ann": 200, "todo-user of bob": 403},
    "todo-oauth": {},  # its own tokens: tests/oauth/test_access.py
}


@pytest.mark.parametrize("plugin", TODO_PLUGINS, indirect=True)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_every_scheme_answers_every_credential(
    mount: Mount, method: str, credentials: dict[str, str]
) -> None:
    allowed = ALLOWED[mount.plugin.slug]
    for name, header in credentials.items():
        expected = allowed.get(name, 401) if isinstance(allowed, dict) else 200
        headers = {"authorization": header} if header else {}
        mount.post(
            "/todos/ann",
            {"todo": "milk"},
            headers={"authorization": credentials["todo-user of ann"]},
        )
        mount.post(
            "/todos/ann", {"todo": "milk"}, headers={"authorization": credentials["todo-service"]}
        )
        response = mount.call(method, "/todos/ann", {"todo": "x", "todo_idx": 0}, headers=headers)
        assert response.status_code == expected, name
        if expected >= 400:
            assert list(response.json()) == ["detail"]


def test_a_401_challenges(todo_service: Mount) -> None:
    response = todo_service.get("/todos/ann")
    assert response["WWW-Authenticate"] == 'Bearer realm="todo-service"'
    response = todo_service.get("/todos/ann", token="wrong")
    assert response["WWW-Authenticate"] == 'Bearer realm="todo-service", error="invalid_token"'


def test_a_token_is_no_token_in_the_query(todo_service: Mount, service_token: str) -> None:
    for name in ("access_token", "token"):  # RFC 9700 section 4.3.2
        assert todo_service.get(f"/todos/ann?{name}={service_token}").status_code == 401


def test_a_refused_request_changes_nothing(todo_service: Mount, service_token: str) -> None:
    todo_service.post("/todos/ann", {"todo": "milk"})
    todo_service.delete("/todos/ann", {"todo_idx": 0}, token="wrong")
    assert todo_service.get("/todos/ann", token=service_token).json() == {"todos": []}


def test_a_revoked_token_is_refused_at_once(todo_service: Mount, service_token: str) -> None:
    assert todo_service.get("/todos/ann", token=service_token).status_code == 200
    Token.objects.get().revoke()
    assert todo_service.get("/todos/ann", token=service_token).status_code == 401


def test_revoking_again_keeps_the_first_date(service_token: str) -> None:
    token = Token.objects.get()
    token.revoke()
    first = token.revoked_at
    token.revoke()
    assert first is not None
    assert token.revoked_at == first <= timezone.now()


def test_a_token_can_be_rotated_without_a_gap(todo_service: Mount, service_token: str) -> None:
    _, new = Token.objects.issue(plugin="todo-service", name="ChatGPT, new")
    assert todo_service.get("/todos/ann", token=service_token).status_code == 200
    assert todo_service.get("/todos/ann", token=new).status_code == 200
    Token.objects.get(name="ChatGPT").revoke()
    assert todo_service.get("/todos/ann", token=new).status_code == 200


def test_ann_reads_her_own_list_and_not_bobs(
    todo_user: Mount, anns_token: str, bobs_token: str
) -> None:
    todo_user.post("/todos/bob", {"todo": "secret"}, token=bobs_token)
    assert todo_user.get("/todos/ann", token=anns_token).json() == {"todos": []}
    response = todo_user.get("/todos/bob", token=anns_token)
    assert response.status_code == 403
    assert "'ann'" in response.json()["detail"]
    assert "secret" not in response.content.decode()


@pytest.mark.parametrize("username", ["Ann", "ann ", "ANN", "ann%20", "an%6E%20", "global"])
def test_a_token_opens_exactly_its_owners_name(
    todo_user: Mount, anns_token: str, username: str
) -> None:
    assert todo_user.get(f"/todos/{username}", token=anns_token).status_code == 403


def test_a_deactivated_persons_token_is_refused(
    todo_user: Mount, ann: User, anns_token: str
) -> None:
    ann.is_active = False
    ann.save()
    assert todo_user.get("/todos/ann", token=anns_token).status_code == 401


def test_a_token_ends_with_its_account(todo_user: Mount, ann: User, anns_token: str) -> None:
    ann.delete()
    assert todo_user.get("/todos/ann", token=anns_token).status_code == 401


def test_the_database_holds_no_secret(service_token: str, anns_token: str) -> None:
    for token in Token.objects.values():
        assert service_token not in map(str, token.values())
        assert anns_token not in map(str, token.values())


def test_a_session_opens_no_api(ann: User) -> None:
    for slug in ("todo-service", "todo-user"):
        mount = mount_of(slug)
        mount.client.force_login(ann)
        assert mount.get("/todos/ann").status_code == 401


@pytest.mark.parametrize(
    ("slug", "how"),
    [
        ("todo-service", "Ask the plugin's operator"),
        ("todo-user", "make one under Tokens"),
        ("todo-oauth", "connect the client again"),
    ],
)
def test_who_sends_no_token_is_told_how_to_get_one(slug: str, how: str, db: None) -> None:
    answer = mount_of(slug).get("/todos/ann")
    assert answer.status_code == 401
    assert "Authorization: Bearer" in answer.json()["detail"] and how in answer.json()["detail"]

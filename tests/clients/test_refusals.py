"""openapi-core finds that server and document refuse the same, and how they refuse it."""

from collections.abc import Callable
from typing import Any

import pytest
from openapi_core.validation.request.exceptions import (
    InvalidRequestBody,
    ParameterValidationError,
    SecurityValidationError,
)

from plugins.plugin import Plugin
from tests.clients.caller import Caller
from tests.clients.live_site import TODO_PLUGINS

FAR = 2**31 - 1  # the greatest index that the document allows
EVERY_OPERATION = pytest.mark.parametrize(
    ("method", "body"),
    [("GET", None), ("POST", {"todo": "buy milk"}), ("DELETE", {"todo_idx": 0})],
)


def with_todo_plugins(wanted: Callable[[Plugin], bool]) -> pytest.MarkDecorator:
    """Run a test for some of the todo plugins instead of all."""
    slugs = [plugin.slug for plugin in TODO_PLUGINS if wanted(plugin)]
    return pytest.mark.parametrize("todo_plugin", slugs, indirect=True)


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("POST", {}),
        ("POST", {"todo": ""}),
        ("POST", {"todo": " "}),
        ("POST", {"todo": 7}),
        ("POST", {"todo": None}),
        ("POST", {"todo": "x" * 2001}),
        ("POST", ["buy milk"]),
        ("DELETE", {}),
        ("DELETE", {"todo_idx": "0"}),
        ("DELETE", {"todo_idx": -1}),
        ("DELETE", {"todo_idx": 0.5}),
        ("DELETE", {"todo_idx": True}),
        ("DELETE", {"todo_idx": FAR + 1}),
    ],
)
def test_a_body_the_document_forbids_is_refused(caller: Caller, method: str, body: Any) -> None:
    response = caller.call(method, json=body)
    assert response.status_code == 400
    with pytest.raises(InvalidRequestBody):
        caller.check_request(response)


@pytest.mark.parametrize(
    "query",
    [{"limit": "0"}, {"limit": "many"}, {"offset": "-1"}, {"offset": FAR + 1}],
)
def test_a_query_the_document_forbids_is_refused(caller: Caller, query: dict[str, Any]) -> None:
    response = caller.call("GET", params=query)
    assert response.status_code == 400
    with pytest.raises(ParameterValidationError):
        caller.check_request(response)


def test_an_index_outside_the_list_is_answered_404(caller: Caller) -> None:
    response = caller.call("DELETE", json={"todo_idx": FAR})
    assert response.status_code == 404
    caller.check_request(response)


@with_todo_plugins(lambda plugin: plugin.auth.callers != "everybody")
@EVERY_OPERATION
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_a_call_without_a_valid_token_is_answered_401(
    caller: Caller, method: str, body: Any, headers: dict[str, str]
) -> None:
    assert caller.call(method, json=body, headers=headers).status_code == 401


# openapi-core looks into http schemes and not into OAuth's.
@with_todo_plugins(lambda plugin: plugin.auth.tokens_by_hand)
def test_the_document_asks_for_the_token(caller: Caller) -> None:
    with pytest.raises(SecurityValidationError):
        caller.check_request(caller.call("GET", headers={}))


@with_todo_plugins(lambda plugin: plugin.auth.callers == "people")
@EVERY_OPERATION
def test_a_personal_token_is_answered_403_at_another_list(
    caller: Caller, method: str, body: Any
) -> None:
    response = caller.call(method, "bob", json=body)
    assert response.status_code == 403
    caller.check_request(response)


@with_todo_plugins(lambda plugin: plugin.auth.callers != "people")
@EVERY_OPERATION
@pytest.mark.parametrize("username", ["a" * 151, "a%2Fb", "a%0Ab", "a%00b", "100%25"])
def test_a_username_the_document_forbids_is_refused(
    caller: Caller, method: str, body: Any, username: str
) -> None:
    assert caller.call(method, username, json=body).status_code == 400

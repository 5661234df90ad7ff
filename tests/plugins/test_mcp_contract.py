"""A tool answers what its operation answers over HTTP, right or wrong, at the same cost."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from plugins.mcp.frames import shapes
from plugins.mcp.tools import operations
from tests.conftest import Mount, mount_of
from tests.plugins.conftest import token_for
from tests.plugins.mcp_client import MODERN, call, result
from tests.site.plugins import PLUGINS
from tests.sports import league  # <examples></examples>

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Case:
    """What a tool is told, and the request that says the same."""

    tool: str
    arguments: Mapping[str, Any]
    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    of_a_list: bool = False
    """Whether the path names whose list; where the token says whose, the tool is not told."""


def todo_case(tool: str, method: str, status: int = 200, **arguments: Any) -> Any:
    in_query = {"query": arguments} if method == "GET" else {"body": arguments}
    case = Case(tool, arguments, method, "/todos/ann", **in_query, of_a_list=True)
    return pytest.param(case, status, id=f"{tool} {arguments}")


def case(status: int, tool: str, method: str, path: str, **kwargs: Any) -> Any:
    arguments = kwargs.pop("arguments", {**kwargs.get("query", {}), **kwargs.get("body", {})})
    return pytest.param(
        Case(tool, arguments, method, path, **kwargs), status, id=f"{tool} {status}"
    )


TABLE = [
    todo_case("getTodos", "GET"),
    todo_case("getTodos", "GET", limit=1, offset=1),
    todo_case("getTodos", "GET", 400, limit=-1),
    todo_case("getTodos", "GET", 400, limit=2**70),
    todo_case("addTodo", "POST", todo="  Buy milk, é \U0001f95b  "),
    todo_case("addTodo", "POST", 400, todo=""),
    todo_case("addTodo", "POST", 400, todo=None),
    todo_case("addTodo", "POST", 400),
    todo_case("addTodo", "POST", 400, todo="x" * 2001),
    todo_case("deleteTodo", "DELETE", todo_idx=0),
    todo_case("deleteTodo", "DELETE", 404, todo_idx=99),
    todo_case("deleteTodo", "DELETE", 400, todo_idx="first"),
    todo_case("deleteTodo", "DELETE", 400, todo_idx=2**70),
    # <examples>
    case(200, "getTeams", "GET", "/teams"),
    case(200, "getPlayers", "GET", "/players", query={"query": "a", "limit": 2}),
    case(400, "getPlayers", "GET", "/players", query={"limit": 101}),
    case(200, "getGames", "GET", "/games", query={"seasons": [2022, 2023], "limit": 3}),
    case(400, "getGames", "GET", "/games", query={"start_date": "soon"}),
    case(200, "getStats", "GET", "/stats", query={"limit": 2}),
    case(200, "getSeasonAverages", "GET", "/season_averages", query={"season": 2023}),
    case(200, "queryDocuments", "POST", "/query", body={"queries": [{"query": "cat", "top_k": 1}]}),
    case(400, "queryDocuments", "POST", "/query", body={"queries": []}),
    case(400, "queryDocuments", "POST", "/query", body={"queries": [{"query": ""}]}),
    case(200, "getDocument", "GET", "/documents/cat", arguments={"id": "cat"}),
    case(404, "getDocument", "GET", "/documents/none", arguments={"id": "none"}),
    case(200, "search", "GET", "/search", query={"query": "Where does the cat sleep?"}),
    case(400, "search", "GET", "/search", query={"query": ""}),
    case(200, "fetch", "GET", "/fetch", query={"id": "cat"}),
    case(404, "fetch", "GET", "/fetch", query={"id": "none"}),
    case(
        200, "upsertDocuments", "POST", "/upsert", body={"documents": [{"id": "cat", "text": "y"}]}
    ),
    case(400, "upsertDocuments", "POST", "/upsert", body={"documents": [{"text": ""}]}),
    # </examples>
]


def callers_of(tool: str, ann: User) -> Iterator[tuple[Mount, str | None]]:
    """Yield each plugin that offers a tool, at both mounts, with what opens it."""
    for plugin in PLUGINS:
        if tool not in operations(plugin):
            continue
        # <examples>
        if not plugin.api.keeps_data:
            league.store()
        # </examples>
        token = token_for(plugin, ann)
        for mount in (mount_of(plugin.slug, at) for at in ("prefix", "host")):
            for _ in range(2):
                mount.post("/todos/ann", {"todo": "Feed the cat"}, token=token)
            # <examples>
            document = {"id": "cat", "text": "The cat sleeps.", "metadata": {"author": "Ann"}}
            mount.post("/upsert", {"documents": [document]}, token=token)
            mount.post("/query", {"queries": [{"query": "cat"}]}, token=token)  # fills the index
            # </examples>
            yield mount, token


def arguments_of(case: Case, mount: Mount) -> dict[str, Any]:
    own = mount.plugin.auth.callers == "people" or not case.of_a_list
    return dict(case.arguments) if own else {**case.arguments, "username": "ann"}


def call_before(tool: str, mount: Mount, token: str | None) -> None:
    """Call a tool well, and undo it: the next call comes in a frame that is known."""
    good = next(
        each.values[0]
        for each in TABLE
        if each.values == (each.values[0], 200) and each.values[0].tool == tool
    )
    with transaction.atomic():
        call(mount, tool, arguments_of(good, mount), era=MODERN, token=token)
        transaction.set_rollback(True)


@pytest.mark.parametrize("known", [False, True], ids=["first", "again"])
@pytest.mark.parametrize(("case", "status"), TABLE)
def test_a_tool_answers_what_http_answers(
    ann: User, case: Case, status: int, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    callers = list(callers_of(case.tool, ann))
    assert callers
    for mount, token in callers:
        shapes.clear()
        if known:
            call_before(case.tool, mount, token)
            assert shapes
            if status == 200:
                monkeypatch.setattr("plugins.mcp.views.run_request", None)  # nobody asks it
        with CaptureQueriesContext(connection) as over_http:
            path = f"{case.path}?{urlencode(case.query, doseq=True)}"
            answer = mount.call(case.method, path, case.body, token=token)
        assert answer.status_code == status, answer.content
        arguments = arguments_of(case, mount)
        with CaptureQueriesContext(connection) as over_mcp:
            called = result(call(mount, case.tool, arguments, era=MODERN, token=token))
        assert called["isError"] is (status != 200)
        if status == 200:
            assert called["structuredContent"] == answer.json()
            assert json.loads(called["content"][0]["text"]) == answer.json()
        else:
            assert called["content"] == [{"type": "text", "text": answer.json()["detail"]}]
        assert len(over_mcp) == len(over_http)
        monkeypatch.undo()


def test_the_table_has_every_tool_of_the_plugins_that_are_in_it() -> None:
    tried = {each.values[0].tool for each in TABLE}
    for plugin in PLUGINS:
        assert not tried & operations(plugin).keys() or operations(plugin).keys() <= tried

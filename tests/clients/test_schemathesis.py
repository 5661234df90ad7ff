"""Schemathesis derives calls from the document, valid and invalid, and judges the answers.

One plugin is tried in depth: the API is the same code at all of them. At the others a few calls
are enough to meet what differs, which is who is let in.
"""

from pathlib import Path

import pytest

from tests.clients.live_site import TODO_PLUGINS, ServedPlugin
from tests.clients.schemathesis import plugins, schemathesis

HERE = Path(__file__).parent
IN_DEPTH = "todo"
EXAMPLES = 200  # of each operation; schemathesis.toml says so
FEW = 15
PERSONAL = [plugin.slug for plugin in TODO_PLUGINS if plugin.auth.callers == "people"]
"""Where all edge cases would end at a 403, but for the list of the person who asks.

The run in depth has those of the open plugin.
"""
OPERATIONS = {f"{method} /todos/{{username}}" for method in ("GET", "POST", "DELETE")}


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "todo_plugin",
    plugins([plugin.slug for plugin in TODO_PLUGINS], in_depth=IN_DEPTH),
    indirect=True,
)
def test_whatever_schemathesis_sends_is_answered_as_documented(
    todo_plugin: ServedPlugin, tmp_path: Path
) -> None:
    few = None if todo_plugin.plugin.slug == IN_DEPTH else FEW
    calls = schemathesis(todo_plugin, HERE / "schemathesis.toml", tmp_path, examples=few)
    assert set(calls) == OPERATIONS
    assert min(calls.values()) >= (few or EXAMPLES)


@pytest.mark.parametrize("todo_plugin", PERSONAL, indirect=True)
def test_the_edge_cases_of_the_document_are_answered_as_documented(
    todo_plugin: ServedPlugin, tmp_path: Path
) -> None:
    schemathesis(todo_plugin, HERE / "schemathesis-own-list.toml", tmp_path)

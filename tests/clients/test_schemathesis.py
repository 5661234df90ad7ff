"""Schemathesis derives calls from the document, valid and invalid, and judges the answers."""

from pathlib import Path

from tests.clients.live_site import ServedPlugin
from tests.clients.schemathesis import schemathesis

HERE = Path(__file__).parent
EXAMPLES = 200  # of each operation; schemathesis.toml says so
OPERATIONS = {f"{method} /todos/{{username}}" for method in ("GET", "POST", "DELETE")}


def test_whatever_schemathesis_sends_is_answered_as_documented(
    todo_plugin: ServedPlugin, tmp_path: Path
) -> None:
    calls = schemathesis(todo_plugin, HERE / "schemathesis.toml", tmp_path)
    assert set(calls) == OPERATIONS
    assert min(calls.values()) >= EXAMPLES


def test_the_edge_cases_of_the_document_are_answered_as_documented(
    todo_plugin: ServedPlugin, tmp_path: Path
) -> None:
    schemathesis(todo_plugin, HERE / "schemathesis-own-list.toml", tmp_path)

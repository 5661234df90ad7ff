"""The same conversation in a terminal."""

from io import StringIO
from typing import Any

import pytest

from simulator.conversation.models import Conversation
from simulator.models import InstalledPlugin
from tests.plugins.linter.served import Served
from tests.simulator.conftest import Said, step
from tests.simulator.conversation.scripted_endpoint import Refusal, ScriptedEndpoint

pytestmark = pytest.mark.django_db
ADD = ("notes__addNote", {"name": "ann", "note": "Call Bob"})


@pytest.fixture
def shared(plugin: InstalledPlugin) -> InstalledPlugin:
    """Installed by a command."""
    plugin.owner = None
    plugin.save()
    return plugin


def converse(*arguments: str) -> Said:
    return step("converse", "notes", *arguments)


def test_a_question_is_answered(shared: InstalledPlugin, endpoint: ScriptedEndpoint) -> None:
    endpoint.call(("notes__getNotes", {"name": "ann"}))
    endpoint.say("There is ", "milk.")
    said = converse("--question", "What is there?", "--show-given")
    assert (said.status, said.out) == (0, "There is milk.\n")
    assert "## notes" in said.err and "→ notes__getNotes" in said.err and "← 200" in said.err
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    ("typed", "options", "is_sent"),
    [("y\n", [], True), ("\n", [], False), ("a\n", [], False), ("", ["--yes"], True)],
)
def test_a_write_waits_for_a_yes(
    shared: InstalledPlugin,
    endpoint: ScriptedEndpoint,
    site: Served,
    monkeypatch: Any,
    typed: str,
    options: list[str],
    is_sent: bool,
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(typed))
    endpoint.call(ADD)
    endpoint.say("Done.")
    assert converse("--question", "Note it.", *options).out == "Done.\n"
    assert (("POST", "/notes/ann") in site.asked) == is_sent


def test_what_was_refused_is_told(shared: InstalledPlugin, endpoint: ScriptedEndpoint) -> None:
    endpoint.call(ADD)
    endpoint.say("As you like.")
    assert "← not sent: The person declined" in converse("--question", "Note it.", "--no").err


def test_questions_are_typed_until_an_empty_line(
    shared: InstalledPlugin, endpoint: ScriptedEndpoint, monkeypatch: Any
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("One?\nTwo?\n\n"))
    endpoint.say("1.")
    endpoint.say("2.")
    assert converse().out == "1.\n2.\n"
    assert [each["role"] for each in endpoint.last] == ["system", "user", "assistant", "user"]


def test_a_failure_ends_with_its_reason(
    shared: InstalledPlugin, endpoint: ScriptedEndpoint
) -> None:
    endpoint.answers.append(Refusal(429, "Slow down"))
    said = converse("--question", "Well?")
    assert said.status == 1 and "asked too much" in said.err


def test_without_a_model_it_says_how_to_set_one_up(shared: InstalledPlugin) -> None:
    said = converse("--question", "Well?")
    assert said.status == 1 and "CONVERSATION_OPENAI_MODEL" in said.err


def test_there_are_three_plugins_at_most(
    shared: InstalledPlugin, endpoint: ScriptedEndpoint
) -> None:
    said = step("converse", "a", "b", "c", "d", "--question", "Well?")
    assert said.status == 1 and "up to 3 plugins" in said.err

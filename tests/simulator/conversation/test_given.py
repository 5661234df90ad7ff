"""What a model is given of plugins, in words and names that OpenAI takes."""

import re
from typing import Any

import pytest

from simulator.conversation.given import Given, given_of
from simulator.models import InstalledPlugin
from tests.plugins.linter.served import changed
from tests.simulator.conversation.conftest import Talk
from tests.simulator.conversation.scripted_endpoint import ScriptedEndpoint

pytestmark = pytest.mark.django_db


def function(given: Given, name: str) -> dict[str, Any]:
    found: dict[str, Any] = given.function(name).tool["function"]
    return found


def test_a_plugin_is_given_by_its_name_its_description_and_its_operations(
    plugin: InstalledPlugin,
) -> None:
    given = given_of([plugin])
    assert given.instructions.endswith("# Tools\n\n## notes\n\nKeeps a person's notes.")
    assert [each.name for each in given.functions] == [
        "notes__getNotes",
        "notes__addNote",
        "notes__readSecret",
        "notes__addTag",
    ]


def test_arguments_are_a_schema_that_stands_alone(plugin: InstalledPlugin) -> None:
    assert function(given_of([plugin]), "notes__addNote") == {
        "name": "notes__addNote",
        "description": "Write. addNote of notes.",
        "parameters": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "note": {"type": ["string", "null"]}},
            "required": ["name", "note"],
        },
    }


def test_a_summary_that_the_description_begins_with_is_given_once(
    plugin: InstalledPlugin,
) -> None:
    repeated = {"/paths/~1notes~1{name}/get/description": "Get the notes. Each is a line."}
    plugin.document = changed(plugin.document, repeated)
    given = function(given_of([plugin]), "notes__getNotes")
    assert given["description"] == "Get the notes. Each is a line."


def test_an_operation_without_a_description_is_given_by_its_summary(
    plugin: InstalledPlugin,
) -> None:
    plugin.document = changed(plugin.document, {"/paths/~1notes~1{name}/get/description": None})
    assert function(given_of([plugin]), "notes__getNotes")["description"] == "Get the notes."


def test_an_mcp_server_is_given_by_its_instructions_and_tools(server: InstalledPlugin) -> None:
    given = given_of([server])
    assert given.instructions.endswith("## notes\n\nKeeps notes.")
    assert function(given, "notes__listNotes")["description"] == "Lists the notes."


def test_the_request_has_what_is_shown(talk: Talk, endpoint: ScriptedEndpoint) -> None:
    endpoint.say("Hello.")
    page = talk.ask()
    [asked] = endpoint.asked
    given = given_of(talk.conversation.plugins.all())
    assert asked["messages"][0] == {"role": "system", "content": given.instructions}
    assert asked["tools"] == given.tools
    assert " ".join(given.instructions.split()) in page
    assert f"4 functions, about {given.tokens} tokens" in page


def test_names_are_such_as_openai_takes_and_unique(
    plugin: InstalledPlugin, server: InstalledPlugin
) -> None:
    long = "x" * 80
    server.document = {"tools": [{"name": each} for each in ("a.b", "a b", long, f"{long}y")]}
    given = given_of([plugin, server, plugin])
    names = [each.name for each in given.functions]
    assert len(set(names)) == len(names) == 12
    assert all(re.fullmatch("[a-zA-Z0-9_-]{1,64}", name) for name in names)
    assert names[4:6] == ["notes_2__a_b", "notes_2__a_b_2"]


def test_a_parameter_with_another_name_is_sent_under_its_own(server: InstalledPlugin) -> None:
    given = given_of([server])
    assert function(given, "notes__listNotes")["parameters"]["properties"] == {
        "a_b": {"type": "string"}
    }
    assert given.function("notes__listNotes").values('{"a_b": "x"}') == {"a.b": "x"}


def test_a_schema_that_refers_to_itself_ends(plugin: InstalledPlugin) -> None:
    child = {"$ref": "#/components/schemas/NewNote"}
    inside = {"/components/schemas/NewNote/properties": {"note": child}}
    plugin.document = changed(plugin.document, inside)
    note = function(given_of([plugin]), "notes__addNote")["parameters"]["properties"]["note"]
    assert note["properties"]["note"]["properties"] == {"note": {}}


def test_a_schema_that_stands_for_an_endless_one_ends(plugin: InstalledPlugin) -> None:
    bomb = {
        f"B{n}": {
            "properties": {f"p{i}": {"$ref": f"#/components/schemas/B{n + 1}"} for i in range(9)}
        }
        for n in range(20)
    }
    schemas = {"NewNote": {"properties": {"note": {"$ref": "#/components/schemas/B0"}}}, **bomb}
    plugin.document = changed(plugin.document, {"/components/schemas": schemas})
    assert function(given_of([plugin]), "notes__addNote")["parameters"]["properties"]

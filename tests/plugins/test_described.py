"""What every document says of its operations: enough for who reads nothing else."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from plugins.linter.document import Document, walk
from plugins.mcp.schemas import json_schema
from plugins.mcp.tools import operations
from plugins.openapi import generate
from plugins.plugin import Plugin
from plugins.references import whole_schema
from tests.conftest import Mount

TEXT_MAX = 300


@pytest.fixture
def document(plugin: Plugin) -> dict[str, Any]:
    return generate(plugin, whole=True)[0]


def each_operation(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


def each_property(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the properties of every component, and the parameters of every operation."""
    for component, schema in document["components"]["schemas"].items():
        for name, each in schema.get("properties", {}).items():
            yield f"{component}.{name}", each
    for operation in each_operation(document):
        for parameter in operation.get("parameters", []):
            yield f"{operation['operationId']} {parameter['name']}", parameter["schema"]


def test_each_description_stands_alone(document: dict[str, Any]) -> None:
    for operation in each_operation(document):
        assert operation["description"].startswith(operation["summary"].rstrip("."))
        assert len(operation["description"]) > len(operation["summary"]) + 2
        assert len(operation["description"]) < TEXT_MAX
        for parameter in operation.get("parameters", []):
            assert 0 < len(parameter["description"]) < TEXT_MAX


def test_each_property_of_a_body_is_described(document: dict[str, Any]) -> None:
    for operation in each_operation(document):
        for media in operation.get("requestBody", {}).get("content", {}).values():
            body = whole_schema(media["schema"], document)
            for name, each in body["properties"].items():
                assert each.get("description"), f"{operation['operationId']} {name}"


def test_each_property_and_parameter_has_an_example(document: dict[str, Any]) -> None:
    for name, schema in each_property(document):
        whole = whole_schema(schema, document)
        items = whole_schema(whole.get("items", {}), document)
        if "properties" not in {*whole, *items} and schema.get("format") != "binary":
            assert "example" in schema or "enum" in whole, name


def test_each_operation_has_an_example_of_what_it_takes_and_answers(
    document: dict[str, Any],
) -> None:
    for operation in each_operation(document):
        content = operation.get("requestBody", {}).get("content", {})
        for kind, media in content.items():
            assert kind == "multipart/form-data" or "example" in media, operation["operationId"]
        good = [answer for code, answer in operation["responses"].items() if code[0] == "2"]
        assert good, operation["operationId"]
        for answer in good:
            assert "example" in answer["content"]["application/json"], operation["operationId"]


def test_each_example_is_one_of_what_it_stands_for(document: dict[str, Any]) -> None:
    for name, schema in each_property(document):
        if "example" in schema:
            check(schema, schema["example"], document, name)
    for operation in each_operation(document):
        answers = [operation.get("requestBody", {}), *operation["responses"].values()]
        for holder in answers:
            for media in holder.get("content", {}).values():
                if "example" in media:
                    check(media["schema"], media["example"], document, operation["operationId"])


def check(schema: Any, example: Any, document: dict[str, Any], name: str) -> None:
    errors = [*Draft202012Validator(json_schema(schema, document)).iter_errors(example)]
    assert not errors, (name, errors[0].message)


def test_a_tool_bears_the_examples_of_its_operation(plugin: Plugin) -> None:
    document, _ = generate(plugin)
    tools = {name: each.tool.input_schema for name, each in operations(plugin).items()}
    for operation in each_operation(document):
        schema = tools[operation["operationId"]]
        for parameter in operation.get("parameters", []):
            if told := schema["properties"].get(parameter["name"]):
                assert told["examples"] == [parameter["schema"]["example"]]
        assert "example" not in schema["properties"]


def test_no_docstring_of_a_class_is_shown(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        assert "description" not in schema, name


def test_no_line_ends_with_a_space(document: dict[str, Any]) -> None:
    for at, each in walk("", document):
        for name, text in each.items():
            if isinstance(text, str):
                assert all(line == line.rstrip() for line in text.split("\n")), (at, name)


def test_no_value_is_told_twice(document: dict[str, Any]) -> None:
    for _, schema in each_property(document):
        assert "* `" not in schema.get("description", "")


def test_each_operation_has_a_tag_that_is_described(document: dict[str, Any]) -> None:
    tags = {tag["name"]: tag["description"] for tag in document["tags"]}
    for operation in each_operation(document):
        [tag] = operation["tags"]
        assert tags[tag]


def test_a_document_says_whose_it_is_and_on_what_terms(mount: Mount) -> None:
    for path in ("/openapi.json", "/openapi-full.json"):
        info = mount.get(path).json()["info"]
        assert info["license"] == {"name": "Terms of use", "url": f"{mount.url}/legal"}
        assert info["termsOfService"] == f"{mount.url}/legal"
        assert info["contact"]["email"] == f"support@{mount.host}"


def test_the_whole_document_has_what_models_are_offered_and_more(mount: Mount) -> None:
    offered, whole = (mount.get(p).json() for p in ("/openapi.json", "/openapi-full.json"))
    assert whole["servers"] == offered["servers"]
    assert whole["components"].get("securitySchemes") == offered["components"].get(
        "securitySchemes"
    )
    for path, methods in offered["paths"].items():
        for method, operation in methods.items():
            assert whole["paths"][path][method] == operation


def test_no_date_is_wanted_where_a_time_may_be_given(document: dict[str, Any]) -> None:
    for name, schema in each_property(document):
        if schema.get("format") == "date":
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", schema["example"]), name
            assert "time" not in schema.get("description", ""), name


def test_the_document_answers_to_the_linter(document: dict[str, Any]) -> None:
    assert Document("https://plugin.example/openapi.json", document).operations


# <examples>
@pytest.mark.parametrize("plugin", ["retrieval-user"], indirect=True)
def test_uploads_and_deletions_are_in_the_whole_document_alone(mount: Mount) -> None:
    offered, whole = (mount.get(p).json() for p in ("/openapi.json", "/openapi-full.json"))
    for path in ("/upsert-file", "/delete"):
        assert path not in offered["paths"]
        assert path in whole["paths"]


# </examples>

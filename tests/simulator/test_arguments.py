"""What is written in a shell becomes the request that the document describes."""

import json
from typing import Any

import pytest

from plugins.linter.document import Document
from simulator.errors import StepError
from simulator.openapi import OpenAPIOperation
from simulator.operation import read_arguments

URL = "https://notes.example/openapi.json"
DAY = {"type": "object", "properties": {"day": {"type": "string"}}, "required": ["day"]}


def operation(
    *parameters: dict[str, Any], path: str = "/notes", body: Any = None, **root: Any
) -> OpenAPIOperation:
    described = {"operationId": "find", "parameters": list(parameters)}
    if body is not None:
        described["requestBody"] = body
    document = Document(URL, {"paths": {path: {"post": described}}, **root})
    return OpenAPIOperation(document.operations[0], document, URL)


def parameter(name: str, schema: dict[str, Any], place: str = "query", **more: Any) -> Any:
    return {"name": name, "in": place, "schema": schema, **more}


def in_json(schema: dict[str, Any]) -> Any:
    return {"content": {"application/json": {"schema": schema}}}


WHOLE_NUMBERS = {"type": "array", "items": {"type": "integer"}}
TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("parameter", "text", "query"),
    [
        (parameter("q", TEXT), "a b&c", "?q=a+b%26c"),
        (parameter("q", TEXT), "12", "?q=12"),
        (parameter("q", {"type": "integer"}), "12", "?q=12"),
        (parameter("q", {"type": "boolean"}), "true", "?q=true"),
        (parameter("q", {"type": "integer"}), "null", ""),
        (parameter("q", {}), "no JSON", "?q=no+JSON"),
        (parameter("q", {"type": ["string", "null"]}), "null", "?q=null"),
        (parameter("q", WHOLE_NUMBERS), "[1, 2]", "?q=1&q=2"),
        (parameter("q", WHOLE_NUMBERS, explode=False), "[1, 2]", "?q=1%2C2"),
        (parameter("q", WHOLE_NUMBERS, style="pipeDelimited"), "[1, 2]", "?q=1%7C2"),
        (parameter("q", DAY), '{"day": "1"}', "?day=1"),
        (parameter("q", DAY, style="deepObject"), '{"day": "1"}', "?q%5Bday%5D=1"),
        (parameter("q", DAY, explode=False), '{"day": "1"}', "?q=day%2C1"),
        (
            {"name": "q", "in": "query", **in_json(DAY)},
            '{"day": "1"}',
            "?q=%7B%22day%22%3A+%221%22%7D",
        ),
    ],
)
def test_a_parameter_is_written_as_its_style_says(parameter: Any, text: str, query: str) -> None:
    made = operation(parameter)
    assert made.url(read_arguments(made, [f"q={text}"])) == f"https://notes.example/notes{query}"


@pytest.mark.parametrize(
    ("text", "path"),
    [("ann/bob?", "ann%2Fbob%3F"), ("ä", "%C3%A4"), ("..%2F", "..%252F")],
)
def test_a_path_takes_any_text_and_stays_one_step(text: str, path: str) -> None:
    made = operation(parameter("who", TEXT, "path"), path="/notes/{who}")
    assert made.url({"who": text}) == f"https://notes.example/notes/{path}"


@pytest.mark.parametrize("text", [".", ".."])
def test_a_path_is_not_left(text: str) -> None:
    made = operation(parameter("who", TEXT, "path"), path="/notes/{who}")
    with pytest.raises(StepError, match="leads to another path"):
        made.url({"who": text})


def test_headers_and_cookies_are_sent_but_for_the_credentials_own() -> None:
    made = operation(
        parameter("X-Day", TEXT, "header"),
        parameter("authorization", TEXT, "header"),
        parameter("seen", TEXT, "cookie"),
    )
    assert [each.name for each in made.arguments] == ["X-Day", "seen"]
    values = {"X-Day": "1", "seen": "a;b"}
    assert made.in_headers(values) == {"X-Day": "1", "Cookie": "seen=a%3Bb"}


def test_properties_of_a_body_are_arguments_and_those_of_its_parts_too() -> None:
    schema = {
        "allOf": [{"$ref": "#/components/schemas/Day"}],
        "properties": {
            "count": {"type": "integer"},
            "id": {"type": "integer", "readOnly": True},
        },
    }
    made = operation(body=in_json(schema), components={"schemas": {"Day": DAY}})
    assert [(each.name, each.required) for each in made.arguments] == [
        ("day", True),
        ("count", False),
    ]
    kind, body = made.body.written(read_arguments(made, ["day=5", "count=5"]))
    assert kind == {"Content-Type": "application/json"}
    assert json.loads(body or b"") == {"day": "5", "count": 5}


def test_a_property_that_a_parameter_is_called_like_has_a_name_of_its_own() -> None:
    made = operation(parameter("day", TEXT), body=in_json(DAY))
    values = read_arguments(made, ["day=1", "body.day=2"])
    assert made.url(values).endswith("?day=1")
    assert made.body.written(values)[1] == b'{"day":"2"}'


def test_a_body_that_is_no_object_is_one_argument() -> None:
    made = operation(body=in_json(WHOLE_NUMBERS))
    assert made.body.written(read_arguments(made, ["body=[1,2]"]))[1] == b"[1,2]"


def test_a_form_is_sent_as_a_form() -> None:
    form = {"content": {"application/x-www-form-urlencoded": {"schema": DAY}}}
    made = operation(body=form)
    kind, body = made.body.written(read_arguments(made, ["day=a b"]))
    assert (kind["Content-Type"], body) == ("application/x-www-form-urlencoded", b"day=a+b")


def test_a_file_is_nothing_that_a_model_sends() -> None:
    made = operation(body={"content": {"multipart/form-data": {"schema": DAY}}})
    with pytest.raises(StepError, match="It takes multipart/form-data"):
        made.body.written({})


def test_what_is_no_json_where_json_is_wanted_is_told() -> None:
    made = operation(parameter("q", {"type": "integer"}))
    with pytest.raises(StepError, match="q wants JSON of type integer, and 'x' is none"):
        read_arguments(made, ["q=x"])


@pytest.mark.parametrize(
    ("servers", "url"),
    [
        ([], "https://notes.example/notes"),
        ([{"url": "/v1/"}], "https://notes.example/v1/notes"),
        ([{"url": "https://api.notes.example"}], "https://api.notes.example/notes"),
        (
            [{"url": "https://{a}.notes.example", "variables": {"a": {"default": "eu"}}}],
            "https://eu.notes.example/notes",
        ),
    ],
)
def test_the_api_is_at_the_first_server(servers: Any, url: str) -> None:
    assert operation(servers=servers).url({}) == url


@pytest.mark.parametrize(
    ("server", "words"),
    [("https://other.example", "is not at"), ("http://notes.example", "secrets in the clear")],
)
def test_a_server_that_must_not_have_the_credential_is_refused(server: str, words: str) -> None:
    with pytest.raises(StepError, match=words):
        operation(servers=[{"url": server}]).url({})


def test_parts_that_refer_to_each_other_in_a_million_ways_are_looked_at_once() -> None:
    refer = {
        f"A{number}": {"allOf": [{"$ref": f"#/components/schemas/A{number + 1}"}] * 10}
        for number in range(19)
    }
    schemas = {**refer, "A19": {"type": "object", "properties": {"name": TEXT}}}
    body = in_json({"$ref": "#/components/schemas/A0"})
    found = operation(body=body, components={"schemas": schemas})
    assert [each.name for each in found.arguments] == ["name"]

"""`manage.py check` holds every plugin to what ChatGPT accepts, and says what to do."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.urls import URLPattern, path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from PIL import Image
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from plugins.checks import check_contact, check_settings
from plugins.mcp.widgets import Widget
from plugins.plugin import API, Plugin
from plugins.plugin_checks import plugin_problems
from tests.site.plugins import PLUGINS
from todos.views import TodosView

TODO = PLUGINS[0]


def messages(*plugins: Plugin) -> list[str]:
    return [f"{problem.msg} {problem.hint}" for problem in plugin_problems(plugins)]


def test_the_declared_plugins_are_fine() -> None:
    assert messages(*PLUGINS) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name_for_human": "A" * 21}, "name_for_human: 21 characters. Use 20 at most."),
        ({"name_for_human": ""}, "name_for_human: ''. Give a text."),
        (
            {"name_for_model": "todo_list"},
            "name_for_model: 'todo_list'. Use letters and digits only",
        ),
        ({"name_for_model": "1todo"}, "name_for_model: '1todo'. Use letters"),
        ({"name_for_model": "a" * 51}, "Use letters and digits only"),
        ({"description_for_human": "a" * 101}, "description_for_human: 101 characters."),
        ({"description_for_model": "a" * 8001}, "description_for_model: 8001 characters."),
        ({"version": "v1"}, "its version 'v1' is not one by which clients can tell what is newer."),
        ({"version": "1.00.0"}, "Write it as 1.0.0 (Semantic Versioning)."),
        ({"slug": "todo_list"}, "its slug 'todo_list' cannot be part of a path"),
        ({"slug": "no-logo"}, "there is no logo 'logos/no-logo.png'. Add it to its app's static/."),
    ],
)
def test_a_plugin_that_chatgpt_would_refuse(changes: dict[str, str], message: str) -> None:
    [*found] = messages(replace(TODO, **changes))  # type: ignore[arg-type]
    assert any(message in text for text in found)
    assert all(text.startswith(f"Plugin '{changes.get('slug', 'todo')}': ") for text in found)


def test_two_operations_with_one_name() -> None:
    class Twice(OneOperation):
        def urls(self, plugin: Plugin) -> list[URLPattern]:
            [first] = super().urls(plugin)
            return [first, path("again", first.callback)]

    # drf-spectacular adds a number to the second, which no client would expect.
    [found, *_] = messages(replace(TODO, api=Twice(summary="a")))
    assert 'operationId "getThing" has collisions' in found
    assert "Mend the view's extend_schema." in found


def test_two_plugins_with_one_slug() -> None:
    found = messages(TODO, TODO)
    assert "2 plugins have the slug 'todo'. Rename one." in found
    assert "2 plugins have the name_for_model 'todo'. Rename one." in found


@pytest.mark.parametrize(
    ("size", "format", "words"),
    [
        ((512, 511), "PNG", "512 × 511 pixels. Export it in 512 × 512."),
        ((512, 512), "JPEG", "image/jpeg, sent as image/png."),
        ((512, 512), "GIF", "a GIF. Serve a PNG."),
    ],
)
def test_a_logo_of_another_size_or_format(
    tmp_path: Path, settings: Any, size: tuple[int, int], format: str, words: str
) -> None:
    (tmp_path / "logos").mkdir()
    Image.new("RGB", size).save(tmp_path / "logos" / "other.png", format=format)
    settings.STATICFILES_DIRS = [tmp_path]
    finders.get_finder.cache_clear()  # type: ignore[attr-defined]
    try:
        [message, *_] = messages(replace(TODO, slug="other"))
    finally:
        finders.get_finder.cache_clear()  # type: ignore[attr-defined]
    assert words in message


class OneOperation(API):
    """An API of one operation, documented as `schema` says."""

    def __init__(self, **schema: Any) -> None:
        self.schema = schema

    def urls(self, plugin: Plugin) -> list[URLPattern]:
        class View(APIView):
            @extend_schema(operation_id="getThing", responses={200: None}, **self.schema)
            def post(self, request: Request) -> Response:
                return Response()

        return [path("thing", View.as_view(**plugin.protection))]


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"summary": "a" * 201}, "getThing summary: 201 characters. Use 200 at most."),
        ({"summary": "a", "description": "a" * 301}, "getThing description: 304 characters"),
        ({}, "getThing (POST /thing) has no summary."),
        (
            {"summary": "a", "request": {"application/json": {"type": "array", "items": {}}}},
            "getThing takes a body that is no object.",
        ),
        ({"summary": "a"}, "getThing: no description. Say in it what the operation does"),
    ],
)
def test_an_operation_whose_texts_are_refused(schema: dict[str, str], message: str) -> None:
    found = messages(replace(TODO, api=OneOperation(**schema)))
    assert any(message in text for text in found)


class NoteSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"request": NoteSerializer}, "getThing text: no description. Say what is to be given."),
        ({"request": NoteSerializer}, "properties/text: no example. Give one"),
        ({"parameters": [OpenApiParameter("sort", str)]}, "getThing sort: no description."),
        ({"parameters": [OpenApiParameter("sort", str)]}, "getThing sort: no example."),
        ({"parameters": [OpenApiParameter("sort", str, description="A. ")]}, "Take it off"),
    ],
)
def test_a_product_is_held_to_what_models_and_people_need(schema: Any, message: str) -> None:
    api = OneOperation(summary="Do a thing", description="When it is wanted.", **schema)
    found = messages(replace(TODO, api=api))
    assert any(message in text for text in found), found


def test_a_widget_without_its_template(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = Widget(name="todos", title="Todos", description="All.", template="todos/lost.html")
    monkeypatch.setattr(TodosView, "widgets", {"GET": lost})
    [message] = messages(TODO)
    assert "its widget 'todos' cannot be made of 'todos/lost.html'" in message


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("ROOT_PLUGIN", "sport"),
        ("PLUGIN_HOSTS", {"a.localhost": "sport"}),
        ("VERIFICATION_TOKENS", {"sport": {"openai": "x"}}),
        ("CORS_ORIGINS", {"sport": ("https://chat.example.com",)}),
    ],
)
def test_a_setting_that_names_no_plugin(settings: Any, setting: str, value: Any) -> None:
    assert check_settings(None) == []
    setattr(settings, setting, value)
    [error] = check_settings(None)
    assert error.msg == f"{setting} names a plugin 'sport' that is not declared."
    assert "todo-service" in str(error.hint)


@pytest.mark.parametrize("rate", ["", "10", "ten/min", "10/fortnight", "0/min"])
def test_a_rate_that_is_none(settings: Any, rate: str) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "address": rate}
    [error] = check_settings(None)
    assert error.msg == f"THROTTLE_ADDRESS is '{rate}', which is no rate."


@pytest.mark.parametrize("setting", ["PLUGIN_HOSTS", "OPENAI_APPS_CHALLENGE"])
def test_a_host_that_is_not_let_in(settings: Any, setting: str) -> None:
    setattr(settings, setting, {"todo.example.com": "todo"})
    [error] = check_settings(None)
    assert f"{setting} names 'todo.example.com', which ALLOWED_HOSTS does not let in" in error.msg
    settings.ALLOWED_HOSTS = [".example.com"]
    assert check_settings(None) == []


@pytest.mark.parametrize("slug", ["admin", "accounts", "todos", "static"])
def test_a_slug_that_is_a_path_of_the_sites_own(slug: str) -> None:
    assert any("is a path of the site's own" in text for text in messages(replace(TODO, slug=slug)))


def test_production_wants_a_contact_address(settings: Any) -> None:
    [warning] = check_contact(None)
    assert "CONTACT_EMAIL" in warning.msg
    settings.CONTACT_EMAIL = "help@example.com"
    assert check_contact(None) == []

"""The widgets of the tools, as clients find and read them (MCP Apps, SEP-1865)."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from plugins.mcp.server import server_of
from plugins.mcp.tools import operations
from plugins.mcp.widgets import MIME_TYPE, Widget, widgets_of
from plugins.registry import declared_plugins
from tests.conftest import Mount
from tests.plugins.mcp_client import ERAS, LEGACY, MODERN, ask, call, result
from todos.views import TodosView

pytestmark = pytest.mark.django_db

WIDGETS = {
    widget.name: widget for plugin in declared_plugins() for widget in widgets_of(plugin).values()
}
with_every_widget = pytest.mark.parametrize("widget", WIDGETS.values(), ids=WIDGETS)


def listed(mount: Mount, **kwargs: Any) -> list[dict[str, Any]]:
    resources: list[dict[str, Any]] = result(ask(mount, "resources/list", **kwargs))["resources"]
    return resources


def read(mount: Mount, uri: str, *, era: str = LEGACY, **kwargs: Any) -> Any:
    headers = {"mcp-name": uri} if era == MODERN else {}
    return ask(mount, "resources/read", {"uri": uri}, era=era, headers=headers, **kwargs)


@pytest.mark.parametrize("era", ERAS)
def test_each_tool_with_a_widget_points_to_a_page_that_can_be_read(
    mount: Mount, token: str | None, era: str
) -> None:
    tools = result(ask(mount, "tools/list", era=era, token=token))["tools"]
    uris = {tool["_meta"]["ui"]["resourceUri"] for tool in tools if "ui" in tool.get("_meta", {})}
    assert uris == {widget.uri(mount.plugin) for widget in widgets_of(mount.plugin).values()}
    if uris:
        assert {each["uri"] for each in listed(mount, era=era, token=token)} == uris
    for uri in uris:
        assert uri.startswith(f"ui://{mount.plugin.slug}/")
        [page] = result(read(mount, uri, era=era, token=token))["contents"]
        assert (page["uri"], page["mimeType"]) == (uri, MIME_TYPE)
        assert page["text"].lstrip().startswith("<!doctype html>")
        assert page["_meta"]["ui"]["csp"]["connectDomains"] == []


def test_older_clients_find_the_page_by_the_name_that_they_know(todo: Mount) -> None:
    tools = {tool["name"]: tool for tool in result(ask(todo, "tools/list"))["tools"]}
    meta = tools["getTodos"]["_meta"]
    assert meta["openai/outputTemplate"] == meta["ui"]["resourceUri"]
    assert "ui" not in tools["addTodo"]["_meta"]


def test_a_page_of_another_version_is_the_page_there_is(todo: Mount) -> None:
    """A client keeps a list of tools for long, and the site is changed meanwhile."""
    [page] = result(read(todo, "ui://todo/todos/00000000.html"))["contents"]
    assert page["text"] == WIDGETS["todos"].html


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    "uri",
    [
        *("ui://todo/nothing/1.html", "ui://todo-user/todos/1.html", "file:///etc/passwd", ""),
        *("todos/1.html", "x:ui://todo/todos/1.html"),
    ],
)
def test_what_is_not_there_is_an_error_of_the_protocol(todo: Mount, era: str, uri: str) -> None:
    assert read(todo, uri, era=era).json()["error"]["code"] == -32602


@pytest.mark.parametrize("method", ["resources/list", "resources/read"])
def test_who_has_no_token_reads_no_page(todo_user: Mount, anns_token: str, method: str) -> None:
    params = {"uri": "ui://todo-user/todos/1.html"} if method == "resources/read" else {}
    assert ask(todo_user, method, params).status_code == 401
    assert ask(todo_user, method, params, token=anns_token).status_code == 200


def test_there_are_no_templates_of_pages(todo: Mount) -> None:
    assert result(ask(todo, "resources/templates/list"))["resourceTemplates"] == []


@pytest.fixture
def no_widgets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(TodosView, "widgets", {})
    server_of.cache_clear()
    operations.cache_clear()
    yield
    server_of.cache_clear()
    operations.cache_clear()


@pytest.mark.parametrize("era", ERAS)
def test_a_plugin_with_widgets_says_so(todo: Mount, era: str) -> None:
    assert {"resources", "tools"} <= capabilities(todo, era)


@pytest.mark.parametrize("era", ERAS)
def test_a_plugin_without_widgets_says_nothing_of_them(
    todo: Mount, era: str, no_widgets: None
) -> None:
    assert capabilities(todo, era) == {"tools"}
    assert ask(todo, "resources/list", era=era).json()["error"]["code"] == -32601
    tools = result(ask(todo, "tools/list", era=era))["tools"]
    assert not any("ui" in tool["_meta"] for tool in tools)


def capabilities(mount: Mount, era: str) -> set[str]:
    if era == MODERN:
        return set(result(ask(mount, "server/discover", era=era))["capabilities"])
    params = {
        "protocolVersion": era,
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }
    return set(result(ask(mount, "initialize", params))["capabilities"])


# --- The pages ---------------------------------------------------------------------------


class Tags(HTMLParser):
    """The tags of a page, with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@with_every_widget
def test_a_page_loads_nothing_and_calls_nobody(widget: Widget) -> None:
    for tag, attributes in Tags(widget.html).found:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "form"), tag
        assert not attributes.keys() & {"src", "href", "srcset", "action"}, tag
    for word in ("fetch(", "XMLHttpRequest", "WebSocket", "EventSource", "sendBeacon", "import("):
        assert word not in widget.html
    assert not re.search(r"url\(|@import|@font-face", widget.html)


@with_every_widget
def test_a_page_puts_texts_in_as_texts(widget: Widget) -> None:
    for word in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "srcdoc"):
        assert word not in widget.html


@with_every_widget
def test_a_page_says_its_language_and_its_title(widget: Widget) -> None:
    tags = Tags(widget.html).found
    assert ("html", {"lang": "en"}) in tags
    assert re.search(r"<title>\w+</title>", widget.html)
    assert "{%" not in widget.html and "{#" not in widget.html


def test_a_tools_text_is_complete_without_its_widget(todo: Mount) -> None:
    call(todo, "addTodo", {"username": "ann", "todo": "Buy milk"})
    [text] = result(call(todo, "getTodos", {"username": "ann"}))["content"]
    assert text["text"] == '{"todos":["Buy milk"]}'

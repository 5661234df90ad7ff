"""Widgets: a page that a client shows beside what a tool answers (MCP Apps, SEP-1865).

A view names its widgets beside its operations, `widgets = {"GET": Widget(…)}`, and every plugin
that offers the operation serves the page as a resource, to which the tool points. A client that
knows no widgets passes all of it over: what a tool answers is complete without.
"""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.template.loader import render_to_string
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    ListResourcesResult,
    ListResourceTemplatesResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    TextResourceContents,
)

from plugins.openapi import views_of
from plugins.plugin import Plugin

EXTENSION = "io.modelcontextprotocol/ui"
MIME_TYPE = "text/html;profile=mcp-app"
META: dict[str, Any] = {
    "ui": {
        # Nothing from anywhere: what a widget needs stands in it.
        "csp": {
            "connectDomains": [],
            "resourceDomains": [],
            "frameDomains": [],
            "baseUriDomains": [],
        },
        "prefersBorder": True,
    }
}
KEPT_MS = 60 * 60 * 1000
"""How long a client may keep a page; another version of it has another URI."""


@dataclass(frozen=True, kw_only=True)
class Widget:
    """A page whose template extends `plugins/widget.html`, where there is more on how it works."""

    name: str
    """Names it in its URI, among the widgets of a plugin."""
    title: str
    description: str
    """What it shows and does, in a sentence."""
    template: str

    @cached_property
    def html(self) -> str:
        return render_to_string(self.template)

    def uri(self, plugin: Plugin) -> str:
        """Return where a plugin has it: with its version, as clients keep a page by its URI."""
        version = sha256(self.html.encode()).hexdigest()[:8]
        return f"ui://{plugin.slug}/{self.name}/{version}.html"

    def resource(self, plugin: Plugin) -> Resource:
        return Resource(
            uri=self.uri(plugin),
            name=self.name,
            title=self.title,
            description=self.description,
            mime_type=MIME_TYPE,
            _meta=META,
        )


def widget_of(view: Any, method: str) -> Widget | None:
    """Return the widget of an operation, if its view names one."""
    widgets: dict[str, Widget] = getattr(view, "widgets", {})
    return widgets.get(method)


def widgets_of(plugin: Plugin) -> dict[str, Widget]:
    """Return the widgets of the operations that a plugin offers, by their names."""
    views = views_of(plugin).items()
    found = (widget_of(view.cls, method) for (_, method), view in views)
    return {widget.name: widget for widget in found if widget}


def widget_meta(plugin: Plugin, view: Any, method: str) -> dict[str, Any]:
    """Return what a tool says of its widget; {} where it has none."""
    widget = widget_of(view, method)
    if widget is None:
        return {}
    uri = widget.uri(plugin)
    return {"ui": {"resourceUri": uri}, "openai/outputTemplate": uri}  # the latter is older


def resource_handlers(plugin: Plugin) -> dict[str, Any]:
    """Return the arguments by which the SDK's server serves a plugin's widgets; {} for none."""
    widgets = widgets_of(plugin)
    if not widgets:
        return {}

    async def list_resources(
        context: ServerRequestContext[Any], params: PaginatedRequestParams | None
    ) -> ListResourcesResult:
        return ListResourcesResult(resources=[each.resource(plugin) for each in widgets.values()])

    async def list_templates(
        context: ServerRequestContext[Any], params: PaginatedRequestParams | None
    ) -> ListResourceTemplatesResult:
        return ListResourceTemplatesResult(resource_templates=[])

    async def read_resource(
        context: ServerRequestContext[Any], params: ReadResourceRequestParams
    ) -> ReadResourceResult:
        return ReadResourceResult(contents=[read(plugin, params.uri)], ttl_ms=KEPT_MS)

    return {
        "on_list_resources": list_resources,
        "on_list_resource_templates": list_templates,
        "on_read_resource": read_resource,
    }


def read(plugin: Plugin, uri: str) -> TextResourceContents:
    """Return a page by its URI, of whatever version: a client may know one that was before."""
    before, _, path = uri.partition(f"ui://{plugin.slug}/")
    widget = None if before else widgets_of(plugin).get(path.partition("/")[0])
    if widget is None:
        raise MCPError(code=INVALID_PARAMS, message=f"There is no resource '{uri[:100]}'.")
    return TextResourceContents(uri=uri, mime_type=MIME_TYPE, text=widget.html, _meta=META)

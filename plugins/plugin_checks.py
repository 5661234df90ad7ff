"""What is wrong with a declared plugin. `plugins/checks.py` registers it as a system check.

Apart from them because it loads every view, which few commands need.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.urls import URLPattern, URLResolver

from plugins.linter import document_rules, logo, manifest
from plugins.linter.document import Document
from plugins.linter.rules import Finding, Level
from plugins.manifest import described
from plugins.mcp.widgets import widgets_of
from plugins.mounts import PluginMount
from plugins.openapi import document_at, generate
from plugins.plugin import Plugin
from plugins.references import resolved
from plugins.registry import declared_plugins
from plugins.urls import mount_at, plugin_urls

FIRST_SEGMENT = re.compile(r"[A-Za-z0-9_.-]+")


def plugin_problems(plugins: Sequence[Plugin]) -> list[CheckMessage]:
    problems: list[CheckMessage] = [
        Error(f"{count} plugins have the {field} '{name}'.", hint="Rename one.", id="plugins.E001")
        for field in ("slug", "name_for_model")
        for name, count in Counter(getattr(plugin, field) for plugin in plugins).items()
        if count > 1
    ]
    for plugin in plugins:
        for message, hint, number in (
            *slug_problems(plugin),
            *version_problems(plugin),
            *logo_problems(plugin),
            *openapi_problems(plugin),
            *widget_problems(plugin),
        ):
            problems.append(
                Error(f"Plugin '{plugin.slug}': {message}", hint=hint, id=f"plugins.E{number:03}")
            )
        problems += rule_problems(plugin)
    return problems


LEVELS = {Level.ERROR: Error, Level.WARNING: checks.Warning, Level.ADVICE: checks.Warning}
HELD = {"openapi.examples", "openapi.spaces", "openapi.dates", "openapi.terms"}
"""Rules that are advice for others, and held here."""
OF_THE_HOST = {"manifest.domain"}
"""Rules about where a site stands, which is not known here."""


def rule_problems(plugin: Plugin) -> Iterator[CheckMessage]:
    """Yield what `check_plugin` would say of a plugin, but for what takes requests to find out."""
    for finding in findings(mount_at("https://plugin.example", plugin)):
        held = finding.level != Level.ADVICE or finding.rule in HELD
        if held and finding.rule not in OF_THE_HOST:
            where = f"{finding.at.lstrip('/')}: " if finding.at else ""
            yield LEVELS[finding.level](
                f"Plugin '{plugin.slug}': {where}{finding.found}.",
                hint=finding.mend,
                id=f"plugins.{finding.rule}",
            )


def findings(mount: PluginMount) -> Iterator[Finding]:
    auth = mount.plugin.auth.as_manifest(mount) or {"type": "none"}  # which no manifest can say
    yield from manifest.RULES.check(
        manifest.Manifest(mount.url("manifest"), described(mount, auth))
    )
    document = document_at(mount, whole=True)
    yield from document_rules.RULES.check(Document(mount.url("openapi"), document))
    if path := finders.find(mount.plugin.logo):
        body = Path(path).read_bytes()
        yield from logo.RULES.check(logo.Logo(mount.plugin.logo, "image/png", body))


Problem = tuple[str, str, int]
"""A message, a hint, and a number for the check's id."""


def slug_problems(plugin: Plugin) -> Iterator[Problem]:
    if plugin.slug in taken_segments(plugin):
        yield f"its slug '{plugin.slug}' is a path of the site's own.", "Choose another.", 14
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", plugin.slug) or len(plugin.slug) > 50:
        yield (
            f"its slug '{plugin.slug}' cannot be part of a path and of a host name.",
            "Use small letters, digits and single hyphens, 50 characters at most.",
            2,
        )


def taken_segments(plugin: Plugin) -> set[str]:
    """Return how the paths of other routes begin, at whichever host.

    At the root of a plugin's host, each plugin's prefix stands before that plugin's own routes.
    """
    site = [*import_module(settings.ROOT_URLCONF).urlpatterns]
    prefixes = {f"{each.slug}/" for each in declared_plugins()}
    own = [
        pattern
        for each in {*declared_plugins(), plugin}
        for pattern in routes_of(plugin_urls(each, namespace=each.slug)[0])
    ]
    others = [pattern for pattern in routes_of(site) if pattern not in prefixes]
    static = settings.STATIC_URL.strip("/")
    return {static} | {segment[0] for p in (*others, *own) if (segment := FIRST_SEGMENT.match(p))}


def routes_of(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[str]:
    """Yield the routes of URL patterns, those that are included without a prefix among them."""
    for pattern in patterns:
        route = str(pattern.pattern).lstrip("^")
        if not route and isinstance(pattern, URLResolver):
            yield from routes_of(pattern.url_patterns)
        else:
            yield route


def version_problems(plugin: Plugin) -> Iterator[Problem]:
    if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[0-9A-Za-z.-]+)?", plugin.version):
        yield (
            f"its version '{plugin.version}' is not one by which clients can tell what is newer.",
            "Write it as 1.0.0 (Semantic Versioning).",
            16,
        )


def logo_problems(plugin: Plugin) -> Iterator[Problem]:
    if finders.find(plugin.logo) is None:
        yield f"there is no logo '{plugin.logo}'.", "Add it to its app's static/.", 5


def openapi_problems(plugin: Plugin) -> Iterator[Problem]:
    document, complaints = generate(plugin, whole=True)
    for complaint in complaints:
        yield f"its document is not right: {complaint}", "Mend the view's extend_schema.", 9
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if not operation.get("summary"):
                where = f"{operation['operationId']} ({method.upper()} {path})"
                yield f"{where} has no summary.", "Say in one line what it does.", 7
            if not takes_an_object(operation, document):
                yield (
                    f"{operation['operationId']} takes a body that is no object.",
                    "Take an object: a tool of MCP has named arguments.",
                    17,
                )


def takes_an_object(operation: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    content = operation.get("requestBody", {}).get("content", {})
    schema = resolved(content.get("application/json", {}).get("schema", {}), document)
    return bool(schema.get("type", "object") == "object")


def widget_problems(plugin: Plugin) -> Iterator[Problem]:
    for name, widget in widgets_of(plugin).items():
        try:
            _ = widget.html
        except (TemplateDoesNotExist, TemplateSyntaxError) as error:
            yield (
                f"its widget '{name}' cannot be made of '{widget.template}': {error}.",
                "Mend the template; it extends 'plugins/widget.html'.",
                15,
            )

"""System checks that hold every declared plugin to what ChatGPT accepts.

The limits are those of OpenAI's plugin documentation ("Getting started", "Manifest" and
"OpenAPI definition"). `manage.py check` runs them, and so does every start of runserver.
"""

import re
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.http.request import validate_host
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.urls import URLPattern, URLResolver

from plugins.mcp.widgets import widgets_of
from plugins.openapi import generate
from plugins.plugin import Plugin
from plugins.registry import declared_plugins
from plugins.urls import plugin_urls

LOGO_SIZE = (512, 512)  # pixels
FIRST_SEGMENT = re.compile(r"[A-Za-z0-9_.-]+")
DESCRIPTION_MAX = 200  # characters of a summary or description in the OpenAPI document


@register()
def check_plugins(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return plugin_problems(declared_plugins())


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
            *manifest_problems(plugin),
            *logo_problems(plugin),
            *openapi_problems(plugin),
            *widget_problems(plugin),
        ):
            problems.append(
                Error(f"Plugin '{plugin.slug}': {message}", hint=hint, id=f"plugins.E{number:03}")
            )
    return problems


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
            15,
        )


def manifest_problems(plugin: Plugin) -> Iterator[Problem]:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,49}", plugin.name_for_model):
        yield (
            f"name_for_model '{plugin.name_for_model}' is not one that a model can call.",
            "Use letters and digits only, a letter first, 50 characters at most.",
            3,
        )
    for field, limit in (
        ("name_for_human", 20),
        ("description_for_human", 100),
        ("description_for_model", 8_000),
    ):
        length = len(getattr(plugin, field))
        if not 0 < length <= limit:
            yield f"{field} has {length} characters.", f"Use 1 to {limit}.", 4


def logo_problems(plugin: Plugin) -> Iterator[Problem]:
    path = finders.find(plugin.logo)
    if path is None:
        yield f"there is no logo '{plugin.logo}'.", "Add it to its app's static/.", 5
    elif png_size(Path(path)) != LOGO_SIZE:
        yield (
            f"its logo '{plugin.logo}' is not a PNG of 512 × 512 pixels.",
            "Export it again in that format and size.",
            6,
        )


def png_size(path: Path) -> tuple[int, int] | None:
    """Return width and height in pixels from a PNG's header (ISO/IEC 15948), else None."""
    with path.open("rb") as file:
        header = file.read(24)
    if len(header) < 24 or header[:8] != b"\x89PNG\r\n\x1a\n" or header[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", header[16:24])
    return width, height


def openapi_problems(plugin: Plugin) -> Iterator[Problem]:
    document, complaints = generate(plugin)
    for complaint in complaints:
        yield f"its document is not right: {complaint}", "Mend the view's extend_schema.", 9
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            where = f"{operation['operationId']} ({method.upper()} {path})"
            texts = {
                "the summary": operation.get("summary", ""),
                "the description": operation.get("description", ""),
                **{
                    f"the description of parameter '{parameter['name']}'": parameter.get(
                        "description", ""
                    )
                    for parameter in operation.get("parameters", [])
                },
            }
            if not texts["the summary"]:
                yield f"{where} has no summary.", "Say in one line what it does.", 7
            for what, text in texts.items():
                if len(text) > DESCRIPTION_MAX:
                    yield (
                        f"{what} of {where} has {len(text)} characters.",
                        f"Use {DESCRIPTION_MAX} at most.",
                        8,
                    )


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


@register()
def check_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Find settings that name a plugin which is not there."""
    slugs = {plugin.slug for plugin in declared_plugins()}
    named = {
        "PLUGIN_HOSTS": set(settings.PLUGIN_HOSTS.values()),
        "ROOT_PLUGIN": {settings.ROOT_PLUGIN} - {""},
        "VERIFICATION_TOKENS": set(settings.VERIFICATION_TOKENS),
    }
    return [
        Error(
            f"{setting} names a plugin '{slug}' that is not declared.",
            hint=f"Declared are: {', '.join(sorted(slugs))}.",
            id="plugins.E010",
        )
        for setting, chosen in named.items()
        for slug in sorted(chosen - slugs)
    ] + [*rate_problems(), *host_problems()]


def rate_problems() -> Iterator[CheckMessage]:
    for scope, rate in settings.THROTTLE_RATES.items():
        if not re.fullmatch(r"[1-9]\d*/(s|sec|m|min|h|hour|d|day)", rate):
            yield Error(
                f"THROTTLE_{scope.upper()} is '{rate}', which is no rate.",
                hint="Write it as 600/min; per s, min, h or day. THROTTLE=off takes limits away.",
                id="plugins.E012",
            )


def host_problems() -> Iterator[CheckMessage]:
    for setting, host in (
        *(("PLUGIN_HOSTS", host) for host in settings.PLUGIN_HOSTS),
        *(("OPENAI_APPS_CHALLENGE", host) for host in settings.OPENAI_APPS_CHALLENGE),
    ):
        if not validate_host(host, settings.ALLOWED_HOSTS):
            yield Error(
                f"{setting} names '{host}', which ALLOWED_HOSTS does not let in.",
                hint="Add it to ALLOWED_HOSTS too.",
                id="plugins.E013",
            )


@register(Tags.security, deploy=True)
def check_contact(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.CONTACT_EMAIL:
        return []
    return [
        checks.Warning(
            "CONTACT_EMAIL is not set: each manifest says support@ and the host's name.",
            hint="Set it to a mailbox that somebody reads.",
            id="plugins.W011",
        )
    ]

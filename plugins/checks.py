"""System checks that hold every plugin, and the settings about them, to what clients accept.

The limits are those of OpenAI's plugin documentation ("Getting started", "Manifest" and
"OpenAPI definition"). `manage.py check` runs them, and so does every start of runserver.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.http.request import validate_host

from plugins.registry import declared_plugins


@register()
def check_plugins(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    from plugins.plugin_checks import plugin_problems  # loads every view: not at each command

    return plugin_problems(declared_plugins())


@register()
def check_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Find settings that name a plugin which is not there."""
    slugs = {plugin.slug for plugin in declared_plugins()}
    named = {
        "PLUGIN_HOSTS": set(settings.PLUGIN_HOSTS.values()),
        "CORS_ORIGINS": set(settings.CORS_ORIGINS) - {""},
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

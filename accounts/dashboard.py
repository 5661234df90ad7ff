"""The operator's page: what each plugin keeps, who uses it how much, and what goes wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.db.models import Count, Max, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.totals import totals
from api.personal_data import Kept
from oauth_demo.models import Consent, Token
from plugins.models import OUTCOMES, Usage
from plugins.openapi import generate, views_of
from plugins.plugin import Plugin
from plugins.registry import declared_plugins

DAYS = 7
FAILED_MAX = 20  # rows


@dataclass
class Figures:
    """What happened lately, by outcome."""

    name: str
    numbers: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    last_at: Any = None

    @property
    def calls(self) -> int:
        return sum(self.numbers.values())

    def add(self, outcome: str, number: int, last_at: Any) -> None:
        self.numbers[outcome] += number
        self.last_at = max(filter(None, (self.last_at, last_at)))


@dataclass
class PluginFigures(Figures):
    plugin: Plugin | None = None
    kept: list[Kept] = field(default_factory=list)
    people: int = 0
    tokens: int = 0
    apps: int = 0
    operations: dict[str, Figures] = field(default_factory=dict)


@never_cache
@permission_required("plugins.view_usage", raise_exception=True)
def dashboard(request: HttpRequest) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": "Dashboard",
        "days": DAYS,
        "seconds": settings.NOTES_SECONDS,
        "plugins": list(plugin_figures()),
        "totals": list(totals()),
        "failed": failed_sign_ins()[:FAILED_MAX],
        "limit": settings.AXES_FAILURE_LIMIT,
    }
    return TemplateResponse(request, "accounts/dashboard.html", context)


def plugin_figures() -> Iterator[PluginFigures]:
    today = timezone.now().date()
    lately = Usage.objects.filter(day__gt=today - timedelta(days=DAYS)).order_by()
    counted: dict[str, list[Any]] = {}
    for row in lately.values_list("plugin", "operation", "outcome").annotate(Sum("number")):
        counted.setdefault(row[0], []).append(row[1:])
    times = Usage.objects.order_by().values_list("plugin", "operation")
    last = {(slug, name): at for slug, name, at in times.annotate(Max("last_at"))}
    tokens = by_plugin(Token.objects.live())
    apps = by_plugin(Consent.objects.all())
    for plugin in declared_plugins():
        found = PluginFigures(
            name=plugin.name_for_human,
            plugin=plugin,
            kept=list(plugin.api.kept(plugin)),
            people=plugin.api.usernames(plugin),
            tokens=tokens.get(plugin.slug, 0),
            apps=apps.get(plugin.slug, 0),
            last_at=max(
                (at for (slug, _), at in last.items() if slug == plugin.slug), default=None
            ),
        )
        names = operation_names(plugin) if counted.get(plugin.slug) else {}
        for operation, outcome, number in sorted(counted.get(plugin.slug, [])):
            name = names.get(operation, operation)
            at = last[plugin.slug, operation]
            found.operations.setdefault(name, Figures(name)).add(outcome, number, at)
            found.add(outcome, number, at)
        yield found


def by_plugin(rows: Any) -> dict[str, int]:
    counts = rows.order_by().values_list("plugin").annotate(Count("pk"))
    return dict(counts)


def operation_names(plugin: Plugin) -> dict[str, str]:
    """Return the operationIds of a plugin, by what is counted of each: its method and route."""
    document = generate(plugin, whole=True)[0]
    routes = {route.callback: route.name for route in plugin.api_urls}
    return {
        f"{method} {routes[view]}": document["paths"][path][method.lower()]["operationId"]
        for (path, method), view in views_of(plugin, whole=True).items()
    }


def failed_sign_ins() -> Any:
    """Return whose sign-in failed, from where and how often; success forgets them."""
    return AccessAttempt.objects.order_by("-attempt_time").only(
        "username", "ip_address", "failures_since_start", "attempt_time"
    )

"""The console's pages. Each step is a form that works without a script."""

import json
import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from api.once import made_by, sent_again
from plugins import manifest as documents
from plugins.mounts import find_mount, prefix_namespace
from plugins.plugin import Plugin
from plugins.registry import declared_plugins, find_plugin
from plugins.views import own_host
from simulator.access import console_page, slot
from simulator.console import attempts, installation, schooling, trip
from simulator.console.keeping import read
from simulator.console.page import page
from simulator.console.steps import STEPS
from simulator.encryption import UndecryptableError
from simulator.errors import StepError
from simulator.har import as_har
from simulator.masking import masked
from simulator.models import Attempt

NUMBER = re.compile(r"[0-9]{1,9}")


@require_http_methods(["GET", "POST"])
@console_page
def console(request: HttpRequest) -> HttpResponse:
    """List what a person has here; find what stands at an address that they type."""
    address, error = request.POST.get("address", "").strip(), ""
    if request.method == "POST":
        try:
            attempts.named(address)
            if sent_again(request):
                return redirect("console")
            with made_by(request):
                return opened(request, address)
        except StepError as problem:
            error = str(problem)
    context = {
        "attempts": Attempt.objects.filter(owner=request.user.pk).select_related("installed"),
        "plugins": [(each, own_host(request, each)) for each in declared_plugins()],
        "address": address,
        "error": error,
    }
    return render(request, "simulator/console.html", context, status=400 if error else 200)


@require_http_methods(["GET", "POST"])
@console_page
def try_it(request: HttpRequest, slug: str) -> HttpResponse:
    """Install one of this site's own plugins, as far as it goes without its person."""
    plugin = find_plugin(slug)
    if plugin is None:
        raise Http404
    address = own_address(request, plugin)
    known = Attempt.objects.filter(owner=request.user.pk, own=slug, address=address).first()
    if known:
        return redirect("console-plugin", known.name)
    if request.method == "GET":
        return render(request, "simulator/try.html", {"plugin": plugin, "address": address})
    return opened(request, address, plugin)


def own_address(request: HttpRequest, plugin: Plugin) -> str:
    """Return where a plugin of this site is tried: below its prefix, or at its own host.

    That is its manifest's place, or its MCP server's where it has no manifest.
    """
    host = own_host(request, plugin) if "host" in {*request.GET, *request.POST} else ""
    prefix = reverse(f"{prefix_namespace(plugin)}:index")
    root = f"{host}/" if host else request.build_absolute_uri(prefix)
    mount = find_mount(request, prefix)
    return root if mount and documents.manifest(mount) else f"{root}mcp"


def opened(request: HttpRequest, address: str, plugin: Plugin | None = None) -> HttpResponse:
    """Begin an attempt; one with a plugin of this site's own goes on to install it."""
    with slot(request.user.pk):
        attempt = attempts.begin(request.user, address, own=plugin.slug if plugin else "")
        made = trip.of(request, attempt)
        with trip.step(made, "find", STEPS["find"].title):
            installation.find(made, request.POST)
        if plugin and made.progress.way:
            made = trip.of(request, Attempt.objects.get(pk=attempt.pk))
            with trip.step(made, "install", STEPS["install"].title):
                installation.install(made, request.POST)
    return redirect("console-plugin", attempt.name)


@require_GET
@console_page
def plugin(request: HttpRequest, name: str) -> HttpResponse:
    return shown(request, own_attempt(request, name))


@require_POST
@console_page
def take(request: HttpRequest, name: str, step: str) -> HttpResponse:
    """Take a step, and lead back to the page, which says what came of it."""
    attempt = own_attempt(request, name)
    if step not in STEPS:
        raise Http404
    try:
        made = trip.of(request, attempt)
    except UndecryptableError:
        return lost(request, attempt, forget=step == "forget")
    with slot(request.user.pk), trip.step(made, step, STEPS[step].titled(request.POST)):
        STEPS[step].take(made, request.POST)
    if made.is_over:
        messages.success(request, " ".join([*made.lines, f"Forgot “{name}”."]))
        return redirect("console")
    return redirect(f"{reverse('console-plugin', args=[name])}#{step}")


@require_GET
@console_page
def callback(request: HttpRequest, name: str) -> HttpResponse:
    """Take in whom an authorization server sends back; the address does not keep the code."""
    attempt = own_attempt(request, name)
    try:
        made = trip.of(request, attempt)
    except UndecryptableError:
        return shown(request, attempt)
    came_back = {key: value for key, value in request.GET.items() if isinstance(value, str)}
    if schooling.is_lessons(made, came_back):
        with (
            slot(request.user.pk),
            trip.step(made, "learn", STEPS["learn"].title + " the person is back"),
        ):
            schooling.come_back(made, came_back)
        return redirect(f"{reverse('console-plugin', args=[name])}#learn")
    with slot(request.user.pk), trip.step(made, "install", "Come back"):
        installation.come_back(made, came_back)
    return redirect(f"{reverse('console-plugin', args=[name])}#install")


@require_POST
@console_page
def reveal(request: HttpRequest, name: str) -> HttpResponse:
    """Show one exchange with its secrets, in the answer to this request alone."""
    attempt, number = own_attempt(request, name), request.POST.get("number", "")
    if not NUMBER.fullmatch(number):
        raise Http404
    return shown(request, attempt, reveal=int(number))


@require_GET
@console_page
def trace(request: HttpRequest, name: str) -> HttpResponse:
    """Answer the trace as a file, without secrets."""
    attempt = own_attempt(request, name)
    try:
        kept = [read(each) for each in attempt.trace]
    except UndecryptableError:
        return shown(request, attempt)
    text = json.dumps(as_har(masked(each.exchange for each in kept)), indent=2)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.har"'
    return response


def own_attempt(request: HttpRequest, name: str) -> Attempt:
    attempts_of_theirs = Attempt.objects.filter(owner=request.user.pk).select_related("installed")
    return get_object_or_404(attempts_of_theirs, name=name)


def shown(request: HttpRequest, attempt: Attempt, **options: Any) -> HttpResponse:
    try:
        context = page(trip.of(request, attempt), **options)
    except UndecryptableError as error:
        context = {"attempt": attempt, "error": str(error)}
        return render(request, "simulator/lost.html", context)
    text = render_to_string("simulator/plugin.html", context, request)
    return HttpResponse(text.encode("utf-8", "replace"))  # half a character is in others' JSON


def lost(request: HttpRequest, attempt: Attempt, *, forget: bool) -> HttpResponse:
    """Forget what cannot be decrypted any more; take no other step with it."""
    if not forget:
        return shown(request, attempt)
    if attempt.installed:
        attempt.installed.delete()
    attempt.delete()
    messages.success(request, f"Forgot “{attempt.name}”. Nothing could be revoked.")
    return redirect("console")

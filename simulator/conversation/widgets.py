"""Widgets of MCP servers (SEP-1865): somebody else's page, which reaches nothing but its tools.

The browser keeps it in a sandbox within a sandbox; what it asks for comes here through the page
around it, which belongs to this site.
"""

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from api.fetching import FetchError
from plugins.linter.mcp_rules import WIDGET
from simulator import installing
from simulator.access import View, console_page, slot
from simulator.conversation.calls import (
    Decision,
    Wanted,
    allow,
    begun,
    carried_out,
)
from simulator.conversation.models import Message
from simulator.conversation.reply import clean
from simulator.conversation.turn import MESSAGES_MAX
from simulator.conversation.views import mine, turn_of
from simulator.errors import StepError
from simulator.mcp_server import MCPServer
from simulator.models import InstalledPlugin

if TYPE_CHECKING:
    from collections.abc import Callable

CONTEXT_MAX = 10_000
"""Characters that a widget may tell the model at a time."""
SANDBOX = {
    "default-src": ["'none'"],
    "script-src": ["'unsafe-inline'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "font-src": ["data:"],
    "media-src": ["data:"],
    "connect-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'self'"],
    "sandbox": ["allow-scripts"],
}
"""The widget, whose page is written into the sandbox, is under it too: it loads nothing."""
under_its_policy = cast("Callable[[View], View]", csp_replace(SANDBOX))


@console_page
@under_its_policy
@xframe_options_sameorigin
@require_safe
def sandbox(request: HttpRequest) -> HttpResponse:
    """Serve the frame between this site's page and a widget; there is nothing of anybody in it."""
    return render(request, "simulator/sandbox.html")


@console_page
@require_safe
def widget(request: HttpRequest, key: UUID, pk: int) -> HttpResponse:
    """Return the widget of an answer: its page, which is text to whoever reads this."""
    message = answer_of(request, key, pk)
    try:
        with slot(request.user.pk):
            page = read(message, turn_of(message.conversation).fetcher)
    except (StepError, FetchError) as error:
        return JsonResponse({"detail": str(error)}, status=502)
    facts = message.facts
    said = {"html": page, "arguments": facts["values"], "result": facts["result"]}
    return JsonResponse(said | {"tool": facts["operation"]})


def read(message: Message, fetcher: Any) -> str:
    """Ask the server for the page; raises StepError, FetchError."""
    installed = get_object_or_404(InstalledPlugin, pk=message.facts["plugin"])
    subject = installing.subject_of(installed)
    assert isinstance(subject, MCPServer)
    headers = installing.scheme_of(installed).headers(installing.secrets_of(installed))
    found = subject.server(fetcher, headers).result(
        "resources/read", {"uri": message.facts["widget"]}
    )
    contents = found.get("contents") if found else None
    for each in contents if isinstance(contents, list) else ():
        if isinstance(each, dict) and each.get("mimeType") == WIDGET and "text" in each:
            return clean(str(each["text"]))
    raise StepError(f"The server has no widget at {message.facts['widget']}.")


@console_page
@require_POST
def call(request: HttpRequest, key: UUID, pk: int) -> HttpResponse:
    """Call a tool for a widget, by the rules of the model's own calls.

    Where the person has to say yes first, it is not sent: the answer is what there is to decide.
    """
    message = answer_of(request, key, pk)
    turn = turn_of(message.conversation)
    try:
        wanted = wanted_of(request, message, turn.given)
        decision = request.POST.get("decision", "")
        if wanted.waits(turn.conversation) and decision != Decision.YES.value:
            if decision != Decision.ALWAYS.value or wanted.function is None:
                return JsonResponse({"waits": to_decide(wanted)})
            allow(turn.conversation, wanted.function)
        if turn.conversation.messages.count() > MESSAGES_MAX:
            raise StepError("This conversation is too long to go on.")
        with slot(request.user.pk):
            note = begun(turn.conversation, wanted, role=Message.Role.WIDGET)
            done = carried_out(turn.conversation, note, wanted, turn.fetcher)
    except StepError as error:
        return JsonResponse({"detail": str(error)}, status=400)
    result = done.facts.get("result") or {
        "content": [{"type": "text", "text": done.text}],
        "isError": not done.facts["is_good"],
    }
    return JsonResponse({"result": result, "message": done.pk})


def wanted_of(request: HttpRequest, message: Message, given: Any) -> Wanted:
    """Return the call of a tool of the widget's own server; raises StepError for any other."""
    name = request.POST.get("name", "")
    for function in given.functions:
        if (function.installed.pk, function.operation.id) == (message.facts["plugin"], name):
            call = {
                "id": f"widget_{uuid4().hex[:24]}",
                "name": function.name,
                "arguments": clean(request.POST.get("arguments", "{}")),
            }
            wanted = Wanted.of(call, given)
            if wanted.problem:
                raise StepError(wanted.problem)
            return wanted
    raise StepError(f"Its server has no tool {name!r}.")


def to_decide(wanted: Wanted) -> dict[str, Any]:
    return {
        "name": wanted.call["name"],
        "arguments": wanted.pretty,
        "may_be_allowed": wanted.may_be_allowed,
    }


@console_page
@require_POST
def tell_model(request: HttpRequest, key: UUID, pk: int) -> HttpResponse:
    """Keep what a widget says the person did, for the model to read with the next question."""
    message = answer_of(request, key, pk)
    text = clean(request.POST.get("text", "")).strip()
    if not text or len(text) > CONTEXT_MAX:
        return JsonResponse({"detail": f"Say it in 1 to {CONTEXT_MAX} characters."}, status=400)
    if message.conversation.messages.count() > MESSAGES_MAX:
        return JsonResponse({"detail": "This conversation is too long to go on."}, status=400)
    facts = {"plugin": message.facts["plugin"], "is_context": True}
    kept = message.conversation.say(Message.Role.WIDGET, text, facts=facts)
    return JsonResponse({"message": kept.pk})


def answer_of(request: HttpRequest, key: UUID, pk: int) -> Message:
    """Return the answer that a widget shows."""
    found: Message = get_object_or_404(mine(request, key).messages, pk=pk)
    if not found.facts.get("widget"):
        raise Http404
    return found

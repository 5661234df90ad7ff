"""The pages of the conversation. They work by plain forms; a script shows answers as they come."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import chain
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import orjson
from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.http.response import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from api.once import made_by, sent_again
from simulator.access import View, console_page, slot
from simulator.conversation.calls import Decision
from simulator.conversation.endpoint import Endpoint
from simulator.conversation.given import PLUGINS_MAX
from simulator.conversation.models import Conversation
from simulator.conversation.shown import shown
from simulator.conversation.tour import tour_of
from simulator.conversation.turn import QUESTION_MAX, Event, Noted, Problem, Text, Turn
from simulator.errors import StepError
from simulator.fetching import site_fetcher
from simulator.models import InstalledPlugin

if TYPE_CHECKING:
    from django.db.models import QuerySet

CONVERSATIONS_MAX = 50
"""Of one person: who wants more deletes one."""
STREAM = "text/event-stream"
Act = Callable[[Turn], Iterator[Event]]
with_widgets = cast("Callable[[View], View]", csp_update({"frame-src": ["'self'"]}))


@console_page
@require_http_methods(["GET", "HEAD", "POST"])
def conversations(request: HttpRequest) -> HttpResponse:
    """List a person's conversations, and start one about plugins that they chose."""
    if request.method != "POST":
        return overview(request)
    wanted = set(request.POST.getlist("plugin"))
    chosen = [each for each in owned_plugins(request) if str(each.pk) in wanted]
    try:
        conversation = start(request, chosen, is_tour=request.POST.get("kind") == "tour")
    except StepError as error:
        return overview(request, problem=str(error), status=400)
    return redirect(conversation_url(conversation) if conversation else request.path)


def start(
    request: HttpRequest, chosen: list[InstalledPlugin], *, is_tour: bool
) -> Conversation | None:
    """Make a conversation; None where this form made one already."""
    if not 1 <= len(chosen) <= PLUGINS_MAX:
        raise StepError(f"Choose one plugin, or up to {PLUGINS_MAX}.")
    if not is_tour and Endpoint.of_settings() is None:
        raise StepError("No model is set up yet. See below how to, or take the tour.")
    if owned(request).count() >= CONVERSATIONS_MAX:
        raise StepError(f"You have {CONVERSATIONS_MAX} conversations. Delete one first.")
    if sent_again(request):
        return None
    with made_by(request):
        conversation = Conversation.objects.create(owner_id=request.user.pk, is_tour=is_tour)
        conversation.plugins.set(chosen)
    return conversation


def overview(request: HttpRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    context = {
        "plugins": owned_plugins(request),
        "conversations": owned(request),
        "endpoint": Endpoint.of_settings(),
        "is_named": bool(settings.CONVERSATION_OPENAI_MODEL),
        "plugins_max": PLUGINS_MAX,
        "problem": problem,
    }
    return render(request, "simulator/conversations.html", context, status=status)


@console_page
@with_widgets
@require_safe
def conversation(request: HttpRequest, key: UUID) -> HttpResponse:
    return page(request, mine(request, key))


def page(
    request: HttpRequest,
    conversation: Conversation,
    *,
    refusal: str = "",
    question: str = "",
    status: int = 200,
) -> HttpResponse:
    turn = turn_of(conversation)
    given = turn.given
    waiting = turn.waits_for
    context = {
        "conversation": conversation,
        "messages_shown": shown(conversation),
        "given": given,
        "tools": json.dumps(given.tools, indent=2, ensure_ascii=False),
        "endpoint": turn.endpoint,
        "tour": tour_of(given) if conversation.is_tour else [],
        "waiting": waiting,
        "waiting_after": conversation.outstanding()[1:] if waiting else [],
        "can_go_on": turn.can_go_on,
        "refusal": refusal,
        "question": question,
        "question_max": QUESTION_MAX,
    }
    return render(request, "simulator/conversation.html", context, status=status)


@console_page
@with_widgets
@require_POST
def ask(request: HttpRequest, key: UUID) -> HttpResponseBase:
    question = request.POST.get("question", "")
    return answered(request, key, lambda turn: turn.ask(question), question=question)


@console_page
@with_widgets
@require_POST
def decide(request: HttpRequest, key: UUID) -> HttpResponseBase:
    def act(turn: Turn) -> Iterator[Event]:
        try:
            decision = Decision(request.POST.get("decision", ""))
        except ValueError as error:
            raise StepError("Say yes or no.") from error
        return turn.decide(request.POST.get("call", ""), decision)

    return answered(request, key, act)


@console_page
@with_widgets
@require_POST
def go_on(request: HttpRequest, key: UUID) -> HttpResponseBase:
    return answered(request, key, lambda turn: turn.go_on())


@console_page
@with_widgets
@require_POST
def play(request: HttpRequest, key: UUID) -> HttpResponseBase:
    def act(turn: Turn) -> Iterator[Event]:
        for step in tour_of(turn.given):
            if turn.conversation.is_tour and step.question == request.POST.get("question"):
                return turn.play(step)
        raise StepError("The tour has no such question.")

    return answered(request, key, act)


@console_page
@require_POST
def delete(request: HttpRequest, key: UUID) -> HttpResponse:
    mine(request, key).delete()
    return redirect("conversation:index")


def answered(request: HttpRequest, key: UUID, act: Act, *, question: str = "") -> HttpResponseBase:
    """Take a conversation on, and answer with the page; or piece by piece, to the script."""
    conversation = mine(request, key)
    streams = STREAM in request.headers.get("Accept", "")
    try:
        with ExitStack() as stack:
            stack.enter_context(slot(request.user.pk))
            events = until_done(act(turn_of(conversation)), stack.pop_all())
            # Begun here: what was begun is ended, and given free, even if nobody comes to read it.
            events = chain(first(events), events)
    except StepError as error:
        if streams:
            return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
        return page(request, conversation, refusal=str(error), question=question, status=409)
    if streams:
        response = StreamingHttpResponse(lines(events), content_type=STREAM)
        response["X-Accel-Buffering"] = "no"
        return response
    for _ in events:
        pass
    return HttpResponseRedirect(f"{conversation_url(conversation)}#controls")


def until_done(events: Iterator[Event], held: ExitStack) -> Iterator[Event]:
    with held:
        yield from events


def first(events: Iterator[Event]) -> list[Event]:
    return [event for event in [next(events, None)] if event is not None]


def lines(events: Iterable[Event]) -> Iterator[bytes]:
    """Yield events as the script reads them (Server-Sent Events)."""
    for event in events:
        yield b"data: " + orjson.dumps(as_json(event)) + b"\n\n"
    yield b'data: {"end": true}\n\n'


def as_json(event: Event) -> dict[str, Any]:
    if isinstance(event, Text):
        return {"text": event.text}
    if isinstance(event, Noted):
        html = [
            render_to_string("simulator/message.html", {"message": each})
            for each in shown(event.message.conversation, event.message)
        ]
        return {"message": event.message.pk, "html": "".join(html)}
    return {"problem": event.words} if isinstance(event, Problem) else {"waits": True}


def turn_of(conversation: Conversation) -> Turn:
    endpoint = None if conversation.is_tour else Endpoint.of_settings()
    return Turn(conversation, endpoint, site_fetcher())


def owned(request: HttpRequest) -> "QuerySet[Conversation]":
    return Conversation.objects.filter(owner=request.user.pk)


def owned_plugins(request: HttpRequest) -> "QuerySet[InstalledPlugin]":
    return InstalledPlugin.objects.filter(owner=request.user.pk)


def mine(request: HttpRequest, key: UUID) -> Conversation:
    return get_object_or_404(owned(request), key=key)


def conversation_url(conversation: Conversation) -> str:
    return reverse("conversation:conversation", args=[conversation.key])

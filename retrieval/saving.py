"""Saving a document on the page for people, stage by stage.

A script is told of each stage as it begins, a line of JSON each; a plain form waits for the last.
"""

import json
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_protect

from api.dear_work import caller
from api.json_api import BodyTooLarge
from plugins.mounts import PluginRequest
from retrieval.datastore import Datastore
from retrieval.exceptions import RefusedError, UnavailableError
from retrieval.forms import AddForm
from retrieval.loads.archives import is_archive
from retrieval.loads.at_once import Saved, saving
from retrieval.loads.receiving import Received, begin
from retrieval.parsing import UnreadableFileError
from retrieval.uploads import receive, too_large

FAILURES = (RefusedError, UnavailableError)
LINES = "application/x-ndjson"
READ_ON = 2  # times of what a file may have: what else the form says is kept
Page = Callable[[PluginRequest, Datastore], HttpResponseBase]


def with_own_upload(page: Page) -> Page:
    """Let a file go to a temporary file, within its limit, before anything reads the form.

    The check against forged forms reads it, so it has to come after.
    """

    @wraps(page)
    def prepared(request: PluginRequest, store: Datastore) -> HttpResponseBase:
        if request.method == "POST":
            try:
                with receive(request, times=READ_ON) as handler:
                    request.POST  # noqa: B018  (reads it)
            except (BodyTooLarge, RequestDataTooBig) as error:
                context = {"problem": getattr(error, "detail", "The text is too long. Split it.")}
                return render(request, "retrieval/too_large.html", context, status=413)
            if handler.stopped:
                request.too_large = str(too_large().detail)  # type: ignore[attr-defined]
        return csrf_protect(page)(request, store)

    return prepared


def received(request: PluginRequest) -> AddForm:
    """Return the form that was sent."""
    problem = getattr(request, "too_large", "")
    form = AddForm(request.POST, request.FILES, too_large=problem)
    form.sender = caller.get()
    return form


def stages(form: AddForm, store: Datastore) -> Iterator[dict[str, Any]]:
    """Save what a form holds; yield each stage as it begins, and at last the document's id.

    What takes long is `behind` instead. After a refusal the form has the errors.
    """
    if not form.is_valid():
        return
    received = form.received()
    try:
        if len(received) > 1 or is_archive(received[0].file, received[0].name):
            for each in received:
                begin(store, each)
            yield {"behind": len(received)}
        else:
            yield from at_once(received[0], form, store)
    except UnreadableFileError as error:
        form.add_error("file", str(error))
    except FAILURES as error:
        form.add_error(None, str(error))


def at_once(one: Received, form: AddForm, store: Datastore) -> Iterator[dict[str, Any]]:
    for step in saving(store, one, sender=form.sender):
        match step:
            case None:
                yield {"stage": "Reading the file …"}
            case (done, of):
                passages = f"{of:,} passage{'' if of == 1 else 's'}"
                yield {"stage": f"Making {passages} searchable …", "done": done / of}
            case Saved(key, notes):
                yield {"saved": key, "notes": list(notes)}
            case _:
                yield {"behind": 1}


def save(request: PluginRequest, store: Datastore, form: AddForm) -> HttpResponseBase | None:
    """Save a document and lead to where its reader sees it; None where the form was refused."""
    if LINES in request.headers.get("Accept", ""):
        lines = (json.dumps(line) + "\n" for line in told(request, store, form))
        # Unbuffered by proxies: a stage is to be seen while it lasts.
        headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
        return StreamingHttpResponse(lines, content_type=LINES, headers=headers)
    for stage in stages(form, store):
        if key := stage.get("saved"):
            for note in stage["notes"]:
                messages.warning(request, note)
            return HttpResponseRedirect(place_of(request, saved=key))
        if "behind" in stage:
            return HttpResponseRedirect(place_of(request, behind=stage["behind"]))
    return None


def told(request: PluginRequest, store: Datastore, form: AddForm) -> Iterator[dict[str, Any]]:
    for stage in stages(form, store):
        if key := stage.get("saved"):
            yield {**stage, "place": place_of(request, saved=key)}
        elif "behind" in stage:
            yield {**stage, "place": place_of(request, behind=stage["behind"])}
        else:
            yield stage
    if form.errors:
        yield {"errors": {name: list(errors) for name, errors in form.errors.items()}}


def place_of(request: PluginRequest, **what: str | int) -> str:
    """Return where the page says what became of a form, as often as it is loaded."""
    return f"{request.mount.url('pages:library')}?{urlencode(what)}#said"


def refused(request: PluginRequest, context: dict[str, Any]) -> HttpResponse:
    status = 413 if getattr(request, "too_large", "") else 400
    return render(request, "retrieval/library.html", context, status=status)

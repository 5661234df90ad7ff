"""The shortest way to a plugin's API."""

from typing import Any

from django.http import HttpResponse
from django.template.response import SimpleTemplateResponse

from api.views import Answer
from plugins.documents import allowed
from plugins.mounts import PluginRequest


def answer_api(request: PluginRequest) -> Answer | HttpResponse:
    """Call the view that a request was resolved to, and nothing else."""
    request.resolver_match = request.mount.match
    view, args, kwargs = request.mount.match
    if request.method == "OPTIONS" and hasattr(view, "cls"):
        return allowed(methods_of(view))
    if hasattr(view, "answer"):
        answer: Answer = view.answer(request, *args, **kwargs)
        return answer
    response: HttpResponse = view(request, *args, **kwargs)
    if isinstance(response, SimpleTemplateResponse):  # as those of DRF's own views are
        response.render()
    response["Content-Length"] = len(response.content)
    response["Cache-Control"] = "no-store"
    return response


def methods_of(view: Any) -> tuple[str, ...]:
    """Return the methods that an API view knows, in the order in which it would name them."""
    found = view.cls(**view.initkwargs).allowed_methods
    return (*found, *(["HEAD"] if "GET" in found and "HEAD" not in found else []))

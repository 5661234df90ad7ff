"""The shortest way to a plugin's API."""

from typing import Any

from django.http import HttpResponse
from django.template.response import SimpleTemplateResponse

from api.request_log import running
from api.views import Answer
from plugins.documents import allowed
from plugins.mounts import PluginMount, PluginRequest
from plugins.usage import count_call, operation_name


def answer_api(request: PluginRequest) -> Answer | HttpResponse:
    """Call the view that a request was resolved to, and nothing else."""
    request.resolver_match = request.mount.match
    view, args, kwargs = request.mount.match
    if request.method == "OPTIONS" and hasattr(view, "cls"):
        return allowed(methods_of(view))
    mount = request.mount
    if running.get():
        note_operation(mount, request.method)
    is_api = mount.part == "api"
    try:
        answer: Answer | HttpResponse = getattr(view, "answer", view)(request, *args, **kwargs)
    except Exception:
        if is_api:
            count_call(mount.plugin.slug, mount.match.url_name, request.method, 500)
        raise
    if isinstance(answer, HttpResponse):
        if isinstance(answer, SimpleTemplateResponse):  # as those of DRF's own views are
            answer.render()
        answer["Content-Length"] = len(answer.content)
        answer["Cache-Control"] = "no-store"
    if is_api:
        count_call(mount.plugin.slug, mount.match.url_name, request.method, answer.status_code)
    return answer


def note_operation(mount: PluginMount, method: str | None) -> None:
    """Say in the request log what a request is for; of one within another, the inner counts."""
    if noted := running.get():
        noted.plugin = mount.plugin.slug
        noted.operation = operation_name(method, mount.match.url_name)


def methods_of(view: Any) -> tuple[str, ...]:
    """Return the methods that an API view knows, in the order in which it would name them."""
    found = view.cls(**view.initkwargs).allowed_methods
    return (*found, *(["HEAD"] if "GET" in found and "HEAD" not in found else []))

"""The shortest way to a plugin's API."""

from django.http import HttpResponse
from django.template.response import SimpleTemplateResponse

from api.views import Answer
from plugins.mounts import PluginRequest


def answer_api(request: PluginRequest) -> Answer | HttpResponse:
    """Call the view that a request was resolved to, and nothing else."""
    request.resolver_match = request.mount.match
    view, args, kwargs = request.mount.match
    if hasattr(view, "answer"):
        answer: Answer = view.answer(request, *args, **kwargs)
        return answer
    response: HttpResponse = view(request, *args, **kwargs)
    if isinstance(response, SimpleTemplateResponse):  # as those of DRF's own views are
        response.render()
    response["Content-Length"] = len(response.content)
    response["Cache-Control"] = "no-store"
    return response

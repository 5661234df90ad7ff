"""Which plugin stands at the root of the host that a request came to."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port

from config.urls import ROOTED


class PluginHostMiddleware:
    """Chooses the URLs by host: `PLUGIN_HOSTS`, `<slug>.localhost`, else `ROOT_PLUGIN`.

    ChatGPT looks for a plugin's manifest at the root of its host.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        domain, _ = split_domain_port(request.get_host())
        slug = settings.PLUGIN_HOSTS.get(domain) or domain.removesuffix(".localhost")
        # None, when neither names a plugin, means Django's ROOT_URLCONF.
        request.urlconf = ROOTED.get(slug) or ROOTED.get(settings.ROOT_PLUGIN)
        return self.get_response(request)

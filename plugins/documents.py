"""How documents are answered: whole once, and after that only when they have changed."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256

from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers

from api.json_api import json_response
from plugins.compression import compressed, takes_gzip
from plugins.mounts import PluginRequest

OWN = "private, no-cache"
"""For what names the host that it was asked of: a cache that others use may not keep it, and
everybody asks each time whether theirs is still right."""
SHARED = "public, max-age=3600"
"""For what is the same at every host."""
READ = ("GET", "HEAD", "OPTIONS")

View = Callable[[PluginRequest], HttpResponse]


def document(caching: str) -> Callable[[View], View]:
    """Make a view one of a document: only read, with an ETag (RFC 9110 section 8.8.3), by which
    it is asked for again."""

    def made(view: View) -> View:
        @wraps(view)
        def answer(request: PluginRequest) -> HttpResponse:
            if request.method == "OPTIONS":
                return allowed(READ)
            if request.method not in READ:
                response = json_response({"detail": "This is only read: use GET."}, 405)
                response["Allow"] = ", ".join(READ)
                return response
            response = view(request)
            if response.status_code != 200:
                return response
            if compressible(response):
                patch_vary_headers(response, ["Accept-Encoding"])
                if takes_gzip(request):
                    response.content = compressed(response.content)
                    response["Content-Encoding"] = "gzip"
            # Of what is sent, compressed or not: each has an ETag of its own (section 8.8.3.3).
            etag = f'"{sha256(response.content).hexdigest()[:32]}"'
            response["Cache-Control"] = caching
            response["ETag"] = etag
            # It answers None for no response alone.
            return get_conditional_response(request, etag, response=response) or response

        return answer

    return made


def compressible(response: HttpResponse) -> bool:
    """Say whether compression is of use: a PNG is compressed as it is."""
    return not response["Content-Type"].startswith("image/")


def allowed(methods: tuple[str, ...]) -> HttpResponse:
    """Answer OPTIONS (RFC 9110 section 9.3.7)."""
    return HttpResponse(status=204, headers={"Allow": ", ".join(methods)})

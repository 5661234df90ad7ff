"""What is compressed, and what never is.

Who hears how long an answer is, though not what is in it, and can put words into it, finds out
what else is there, word by word (BREACH, CVE-2013-3587). So nothing that is one person's is
compressed: only documents, which are the same for all, and pages for somebody who is not signed
in. Of these, the one secret is the token of a form, which Django masks anew in each answer.
"""

import gzip
import re
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

KEPT = 128
"""Documents, of whatever plugins and hosts, that stay compressed: some megabytes at most."""

GZIP = re.compile(r"(x-)?gzip(;q=(?!0(\.0*)?$).*)?")


@lru_cache(maxsize=KEPT)
def compressed(content: bytes) -> bytes:
    """Return a document as gzip has it, always the same of the same: its ETag says so."""
    return gzip.compress(content, mtime=0)


def takes_gzip(request: HttpRequest) -> bool:
    """Say whether a client takes gzip (RFC 9110 section 12.5.3); `gzip;q=0` refuses it."""
    accepted = request.headers.get("Accept-Encoding", "").lower().replace(" ", "").split(",")
    return any(map(GZIP.fullmatch, accepted))


class PageCompressionMiddleware(GZipMiddleware):
    """Compresses pages for who is not signed in. A stream is left alone: it is read as it comes."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        kind = response.get("Content-Type", "")
        if response.streaming or not kind.startswith("text/html"):
            return response
        session = settings.SESSION_COOKIE_NAME
        if session in request.COOKIES or session in response.cookies:
            patch_vary_headers(response, ["Accept-Encoding"])
            return response
        return super().process_response(request, response)

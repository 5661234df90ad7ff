"""What scripts of other origins may call: what clients call, and never what people see.

RFC 9700 section 2.6. None of it looks at cookies, so none are let through.
"""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from django.views import View

Endpoint = Callable[..., Any]


def open_to_scripts(endpoint: Endpoint) -> Endpoint:
    """Let scripts of every origin call an endpoint and read its answer; preflights included."""
    view: type[View] = endpoint.view_class  # type: ignore[attr-defined]

    @wraps(endpoint)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = endpoint(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "retry-after, www-authenticate"
        if request.method == "OPTIONS":
            methods = [name.upper() for name in view.http_method_names if hasattr(view, name)]
            response["Access-Control-Allow-Methods"] = ", ".join(methods)
            response["Access-Control-Allow-Headers"] = (
                "authorization, content-type, mcp-protocol-version"
            )
            response["Access-Control-Max-Age"] = "3600"
        return response

    return opened

"""A limit on how often one address may try to sign in or up.

Each try costs a slow password hash, so a flood of them would keep the workers from all else.
django-axes, beside this, minds failures for one username.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from api.throttling import Limit, client_address


def limit_attempts(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer 429 to a POST when its address has used up THROTTLE_SIGN_IN."""

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        limit = Limit("sign_in", client_address(request))
        if request.method != "POST" or limit.allows(request):
            return view(request, *args, **kwargs)
        response = render(request, "accounts/locked.html", status=429)
        response["Retry-After"] = str(limit.wait)
        return response

    return limited

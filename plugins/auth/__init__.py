"""The ways in which a caller proves who is calling.

An auth scheme is an object that answers for itself: what the manifest and the OpenAPI document say
of it, how a request is authenticated and who is let in, how it is refused, which header a browser
may send, which routes it needs, and how a person installs with it. A new one is one subclass, and a
template each, `install/<slug>.html` and `legal/<slug>.html`.

A token is bound to one plugin, its audience (RFC 9700 section 2.3): every other plugin and
scheme refuses it.
"""

from plugins.auth.bearer import BearerScheme, ServiceHTTP, UserHTTP, user_of
from plugins.auth.oauth import OAuth, Scope
from plugins.auth.scheme import AuthScheme, NoAuth

__all__ = [
    "AuthScheme",
    "BearerScheme",
    "NoAuth",
    "OAuth",
    "Scope",
    "ServiceHTTP",
    "UserHTTP",
    "user_of",
]

"""What is granted of the scopes that a client asks for: RFC 6749 section 3.3."""

import re
from collections.abc import Collection, Iterable

NAMED = 5  # of the scopes that nobody knows, so many are said
UNSAYABLE = re.compile(r"[^\x21\x23-\x5b\x5d-\x7e]")  # in an error_description, section 5.2


def separated(asked: Iterable[str], *, known: Collection[str]) -> list[str]:
    """Return the scopes one by one, though some clients put commas where spaces belong.

    A comma may be part of a scope's name, so one that is known as it is stays whole.
    """
    return [
        part
        for scope in asked
        for part in ([scope] if scope in known else scope.split(","))
        if part
    ]


def granted(asked: Iterable[str], *, known: Collection[str]) -> list[str]:
    """Return those of the scopes that are known, once each.

    Many clients ask for `offline_access` and `openid` everywhere, so what is unknown is left out.
    The answer says what was granted (section 5.1).
    """
    each = separated(asked, known=known)
    return [scope for scope in dict.fromkeys(each) if scope in known]


def nothing_known(asked: Iterable[str], *, known: Collection[str]) -> str:
    """Return what is said where none of them is."""
    named = separated(asked, known=known)[:NAMED]
    unknown = ", ".join(UNSAYABLE.sub("?", scope)[:40] for scope in named)
    return (
        f"No scope is known here by the name {unknown}. Known scopes are: {' '.join(known)}. "
        "Ask for these, separated by spaces, or name none to ask for all."
    )

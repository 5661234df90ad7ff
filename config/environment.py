"""Reads environment variables; says of a value that is wrong, in a line, what it may be."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError
from marshmallow import ValidationError
from marshmallow.validate import Range

POSITIVE = Range(min=1)
NOT_NEGATIVE = Range(min=0)
ABOVE_ZERO = Range(min=0, min_inclusive=False)
A_PORT = Range(min=1, max=65535)


def check_object(value: Any) -> None:
    if not isinstance(value, dict):
        raise ValidationError("Not a valid object.")


def worded(kind: str, allowed: str, *, secret: bool = False) -> Callable[..., Any]:
    """Return a method that reads a kind of value, or raises ImproperlyConfigured.

    A value that may hold a `secret` is not shown.
    """
    read = getattr(Env, kind)

    def method(self: Env, name: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return read(self, name, *args, **kwargs)
        except (EnvError, ValueError) as error:  # ValueError: of a dict
            said = getattr(error, "error_messages", [])
            own = isinstance(said, list) and said and not str(said[0]).startswith("Not a valid")
            words = " ".join(map(str, said)) if own and not secret else f"Write {allowed}."
            shown = "not understood" if secret else repr(os.environ.get(name, ""))
            raise ImproperlyConfigured(f"{name} is {shown}. {words}") from error

    return method


class Environment(Env):
    """The environment, and a `.env` file once it is read."""

    if not TYPE_CHECKING:  # the types are those of the methods that these stand for
        str = worded("str", "text")
        bool = worded("bool", "on or off")
        int = worded("int", "a whole number")
        float = worded("float", "a number")
        list = worded("list", "names with commas between")
        dict = worded("dict", "NAME=VALUE, with commas between", secret=True)
        json = worded("json", 'JSON, such as {"NAME": …}', secret=True)
        dj_db_url = worded(
            "dj_db_url",
            "postgres://USER:PASSWORD@HOST:5432/NAME or sqlite:////PATH; signs such as @ in a "
            "password percent-encoded",
            secret=True,
        )
        dj_cache_url = worded("dj_cache_url", "redis://HOST:6379/0 or locmem://", secret=True)

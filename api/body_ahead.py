"""A request that is answered before its body is there, where that can be.

The application is asked by whoever sends the body and what for. It answers, such as with a refusal;
or it begins to read, and then the body is waited for, and the application asked once more.
"""

from typing import Any

AHEAD = "body.ahead"
"""Set in the environ while the application is asked whether it will read the body."""
COUNTED = "body.counted"
"""Where an environ that comes twice, for that, keeps at which limits it was counted."""
UNKNOWN_LENGTH = 64 * 1024
"""Bytes that a body without a length is taken to have meanwhile: with none, there would seem to be
no body."""


class BodyWantedError(BaseException):
    """Who asks for a body that was not taken in yet, ends with this: nothing may catch it."""


class BodyAhead:
    """Stands for a body that waits to be taken in, while it is asked whether it will be read."""

    def read(self, *args: Any) -> bytes:
        raise BodyWantedError

    readline = read

    def close(self) -> None:
        pass


def ahead_of(environ: dict[str, Any]) -> dict[str, Any]:
    """Return an environ to ask with. What is counted then is not counted again with `environ`."""
    counted = environ.setdefault(COUNTED, {})
    ahead = {**environ, "wsgi.input": BodyAhead(), AHEAD: True, COUNTED: counted}
    ahead["CONTENT_LENGTH"] = environ.get("CONTENT_LENGTH") or str(UNKNOWN_LENGTH)
    return ahead

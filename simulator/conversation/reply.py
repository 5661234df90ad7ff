"""What a model answers, put together from the pieces of a stream."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

TEXT_MAX = 200_000
"""Characters of an answer, and of one call's arguments."""
CALLS_MAX = 16
"""Of one answer."""


@dataclass
class Call:
    """A function that the model wants to call."""

    id: str = ""
    name: str = ""
    arguments: str = ""

    def as_dict(self) -> dict[str, str]:
        # Some servers name no calls, and some name all of them alike.
        made = f"call_{uuid4().hex[:24]}"
        return {"id": made, "name": clean(self.name), "arguments": clean(self.arguments)}


@dataclass
class Reply:
    """Chat Completions in pieces: text to append, and calls by their index."""

    text: str = ""
    calls: list[Call] = field(default_factory=list)
    at: dict[int, Call] = field(default_factory=dict)
    """The call that the next pieces of an index belong to."""
    finish: str = ""
    """Why the model ended; "" where it has not."""
    tokens: int | None = None
    """Of what the model read, as the endpoint counted it."""

    def add(self, chunk: Any) -> str:
        """Take in one piece and return the text in it; raises ValueError for what is none."""
        usage = getattr(chunk, "usage", None)
        if isinstance(read := getattr(usage, "prompt_tokens", None), int):
            self.tokens = read
        choices = getattr(chunk, "choices", None)
        if choices is not None and not isinstance(choices, list):
            raise ValueError("choices are no list")
        if not choices:
            return ""
        choice = choices[0]
        if finish := getattr(choice, "finish_reason", None):
            self.finish = str(finish)
        delta = getattr(choice, "delta", None)
        for piece in getattr(delta, "tool_calls", None) or ():
            self.add_call(piece)
        said = [getattr(delta, name, None) for name in ("content", "refusal")]
        text = "".join(clean(each) for each in said if isinstance(each, str))
        self.text += text
        if len(self.text) > TEXT_MAX:
            raise ValueError(f"an answer of more than {TEXT_MAX} characters")
        return text

    def add_call(self, piece: Any) -> None:
        index = getattr(piece, "index", None)
        given = str(getattr(piece, "id", None) or "")
        call = self.at.get(index) if isinstance(index, int) else None
        if call is None or (given and call.id and given != call.id):
            call = Call()  # some servers send each call whole, and number none of them
            self.calls.append(call)
            if isinstance(index, int):
                self.at[index] = call
        if len(self.calls) > CALLS_MAX:
            raise ValueError(f"more than {CALLS_MAX} calls at once")
        function = getattr(piece, "function", None)
        call.id = call.id or given
        call.name += str(getattr(function, "name", None) or "")
        call.arguments += str(getattr(function, "arguments", None) or "")
        if len(call.arguments) > TEXT_MAX:
            raise ValueError(f"arguments of more than {TEXT_MAX} characters")

    @property
    def wanted(self) -> list[dict[str, str]]:
        return [call.as_dict() for call in self.calls]


def clean(text: str) -> str:
    """Return a text that can be kept and sent: without NUL, and without halves of a letter."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def as_sent(call: Mapping[str, str], arguments: str) -> dict[str, Any]:
    """Return a call as it is told to an endpoint again."""
    function = {"name": call["name"], "arguments": arguments}
    return {"id": call["id"], "type": "function", "function": function}

"""Calls of a tool that differ in their arguments and ids alone: the SDK's kernel sees the first.

What surrounds the arguments is the same in each of them: the method, the revision, what the client
says of itself. The kernel is asked whether that is right, and in which shape the answer goes out.
Where a call succeeded, both are remembered by its frame, and the next one in it is answered without
asking again, which costs as much as the call. Whatever is new, refused, or went wrong is for the
kernel. Who calls is asked each time, by the view.
"""

from typing import Any

import orjson

from plugins.mcp.calls import content_of
from plugins.plugin import Plugin

Frame = tuple[Plugin, bytes, tuple[str | None, ...]]
"""Whose tool is called, the message without id and arguments, and the headers that belong to it."""
Shape = dict[str, Any]
"""A result as the kernel made it, without what was answered: the next answer is put in."""
CONTENT = ("content", "structuredContent")

FRAME_MAX = 2_000  # bytes
FRAMES_MAX = 1_000

shapes: dict[Frame, Shape] = {}


def frame_of(plugin: Plugin, message: Any, headers: tuple[str | None, ...]) -> Frame | None:
    """Return the frame of a call; None for what is none, or is not quite usual."""
    if not isinstance(message, dict) or message.get("method") != "tools/call":
        return None
    params = message.get("params")
    if type(message.get("id")) not in (int, str) or not isinstance(params, dict):
        return None
    if not isinstance(params.get("arguments", {}), dict):
        return None
    try:
        said = orjson.dumps({**message, "id": 0, "params": {**params, "arguments": None}})
    except orjson.JSONEncodeError:  # which reads deeper than it writes
        return None
    length = len(said) + sum(len(header or "") for header in headers)
    return (plugin, said, headers) if length <= FRAME_MAX else None


def keep(frame: Frame, result: Shape, answer: bytes) -> None:
    """Remember in which shape an answer went out, where another can take its place."""
    made = filled(result, answer)
    if made and orjson.loads(orjson.dumps(made)) == result:
        if len(shapes) >= FRAMES_MAX:
            shapes.clear()
        emptied = {name: None for name in CONTENT if name in result}  # it is somebody's
        shapes[frame] = {**result, **emptied}


def filled(shape: Shape, answer: bytes) -> Shape | None:
    """Return the result that says an answer; None where it is none of this shape."""
    if answer[:1] not in (b"{", b""):
        return None
    result = {**shape, "content": content_of(answer)}
    if "structuredContent" in shape:
        result["structuredContent"] = orjson.Fragment(answer or b"{}")
    return result

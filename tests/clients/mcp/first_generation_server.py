"""A server of the first generation of the SDK: it knows the handshake alone, and keeps sessions."""

import sys

from mcp.server.fastmcp import FastMCP  # type: ignore[attr-defined]
from mcp.types import ToolAnnotations

HINTS = {"readOnlyHint": True, "destructiveHint": False}
READS = ToolAnnotations.model_validate({**HINTS, "idempotentHint": True, "openWorldHint": False})
server = FastMCP("Notes", instructions="Keeps notes.", host="127.0.0.1", port=int(sys.argv[1]))


@server.tool(name="getNotes", description="Get the notes.", annotations=READS)  # type: ignore[untyped-decorator]
def get_notes(name: str) -> list[str]:
    return [name]


@server.tool(name="failNote", description="Fail, as tools do.", annotations=READS)  # type: ignore[untyped-decorator]
def fail_note() -> str:
    raise ValueError("There is no such note.")


if __name__ == "__main__":
    server.run("streamable-http")

"""What an MCP client of each era sends, through Django's test client."""

from typing import Any

from tests.conftest import Mount

LEGACY, MODERN = "2025-11-25", "2026-07-28"
ERAS = [LEGACY, MODERN]


def message(method: str, params: dict[str, Any] | None = None, *, era: str) -> dict[str, Any]:
    params = dict(params or {})
    if era == MODERN:
        params["_meta"] = {
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": {},
        }
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def ask(
    mount: Mount,
    method: str,
    params: dict[str, Any] | None = None,
    *,
    era: str = LEGACY,
    token: str | None = None,
    headers: dict[str, str] | None = None,
) -> Any:
    """Send one request as a client of an era does, and return Django's response."""
    sent = {"accept": "application/json, text/event-stream", "mcp-protocol-version": era}
    if era == MODERN:
        sent["mcp-method"] = method
        if method == "tools/call":
            sent["mcp-name"] = str((params or {})["name"])
    return mount.post(
        "/mcp", message(method, params, era=era), token=token, headers={**sent, **(headers or {})}
    )


def call(mount: Mount, tool: str, arguments: dict[str, Any], **kwargs: Any) -> Any:
    return ask(mount, "tools/call", {"name": tool, "arguments": arguments}, **kwargs)


def result(response: Any) -> Any:
    assert response.status_code == 200, response.content
    return response.json()["result"]

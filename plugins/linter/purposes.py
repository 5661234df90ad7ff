"""What each request of a check is for; whoever shows a trace has a sentence for each."""

from enum import StrEnum


class Purpose(StrEnum):
    MANIFEST = "manifest"
    LOGO = "logo"
    DOCUMENT = "document"
    CORS = "cors"
    PREFLIGHT = "preflight"
    CONTENT_TYPE = "content-type"
    LEGAL = "legal"
    BARE_CALL = "bare-call"
    """Of an operation that only reads, without a token."""
    NO_SUCH_PATH = "no-such-path"
    SERVER_METADATA = "server-metadata"
    RESOURCE_METADATA = "resource-metadata"

    MCP_BARE = "mcp-bare"
    MCP_DISCOVER = "server/discover"
    MCP_INITIALIZE = "initialize"
    MCP_INITIALIZED = "notifications/initialized"
    MCP_LEAVE = "leave"
    MCP_TOOLS = "tools/list"
    MCP_RESOURCE = "resources/read"
    MCP_CALL = "tools/call"

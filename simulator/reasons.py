"""What each request of a client is for, and where that is written down."""

import re

from plugins.linter.purposes import Purpose
from simulator.trace import Why

PLUGINS = "https://web.archive.org/web/2024/https://platform.openai.com/docs/plugins/"
MCP = "https://modelcontextprotocol.io/specification/2025-11-25/"
MODERN_MCP = "https://modelcontextprotocol.io/specification/2026-07-28/"

RFC = re.compile(r"https://www\.rfc-editor\.org/rfc/rfc(\d+)#section-([\d.]+)")


def rfc(number: int, section: str) -> str:
    return f"https://www.rfc-editor.org/rfc/rfc{number}#section-{section}"


def place(link: str) -> str:
    """Return in words what a link of these leads to."""
    if found := RFC.fullmatch(link):
        return f"RFC {found[1]}, section {found[2]}"
    return "MCP’s specification" if link.startswith(MCP) else "OpenAI’s documentation of plugins"


UNSAID = Why("", "")
MANIFEST = Why(
    "Reads the plugin's manifest: its names, its API, and how callers authenticate.",
    f"{PLUGINS}getting-started/plugin-manifest",
)
DOCUMENT = Why(
    "Reads the OpenAPI document, from which a model learns what it can call.",
    f"{PLUGINS}getting-started/openapi-definition",
)
VERIFY = Why(
    "Reads the manifest again, to see that its owner put the verification token into it.",
    f"{PLUGINS}authentication/service-level",
)
CALL = Why(
    "Calls an operation for the model, with the credential of the installation.",
    f"{PLUGINS}getting-started/running-a-plugin",
)
SERVER_METADATA = Why(
    "Asks the authorization server what it offers, such as PKCE, registration and revocation.",
    rfc(8414, "3"),
)
RESOURCE_METADATA = Why(
    "Asks the protected resource which authorization server gives tokens for it.",
    rfc(9728, "3"),
)
REGISTER = Why(
    "Registers as a client, with the address to which people come back.", rfc(7591, "3.1")
)
AUTHORIZE = Why(
    "Sends the person to sign in and agree, with a state that only this client knows.",
    rfc(6749, "4.1.1"),
)
COME_BACK = Why(
    "The person is back with a code; the state and the issuer are compared with what was sent.",
    rfc(6749, "4.1.2"),
)
EXCHANGE = Why("Exchanges the code for tokens, once.", rfc(6749, "4.1.3"))
REFRESH = Why("Gets a new access token for the refresh token.", rfc(6749, "6"))
REVOKE = Why("Ends a token before its time, so that it opens nothing any more.", rfc(7009, "2.1"))
UNREGISTER = Why("Deletes the client that was registered for this.", rfc(7592, "2.3"))

OF_CHECKS = {
    Purpose.MANIFEST: Why(
        "Reads the manifest, to hold it to what ChatGPT asks of one.",
        f"{PLUGINS}getting-started/plugin-manifest",
    ),
    Purpose.LOGO: Why(
        "Fetches the logo: an image, and no GIF.", f"{PLUGINS}getting-started/plugin-manifest"
    ),
    Purpose.DOCUMENT: Why(
        "Reads the OpenAPI document, to hold it to what models and importers need.",
        f"{PLUGINS}getting-started/openapi-definition",
    ),
    Purpose.CORS: Why(
        "Checks whether ChatGPT's pages may read a document of a plugin on this machine.",
        f"{PLUGINS}getting-started/running-a-plugin",
    ),
    Purpose.PREFLIGHT: Why(
        "Asks for permission, as a browser does before a page of the web reaches "
        "into a private network.",
        "https://wicg.github.io/private-network-access/#cors-preflight",
    ),
    Purpose.CONTENT_TYPE: Why(
        "Checks whether the manifest says that it is JSON.", rfc(9110, "8.3")
    ),
    Purpose.LEGAL: Why(
        "Checks whether the page with the legal information is there.",
        f"{PLUGINS}getting-started/plugin-manifest",
    ),
    Purpose.BARE_CALL: Why(
        "Calls an operation that only reads, without a token: what is protected has to refuse.",
        rfc(6750, "3"),
    ),
    Purpose.NO_SUCH_PATH: Why(
        "Asks for what is not there, to see whether a refusal is JSON, which a model can read.",
        rfc(9110, "15.5"),
    ),
    Purpose.SERVER_METADATA: Why(
        "Reads what the authorization server says of itself, and compares.", rfc(8414, "3")
    ),
    Purpose.RESOURCE_METADATA: Why(
        "Reads which authorization server gives tokens for the MCP server.", rfc(9728, "3")
    ),
    Purpose.MCP_BARE: Why(
        "Asks the MCP server for its tools without a token, to see whether it wants one.",
        f"{MCP}basic/authorization",
    ),
    Purpose.MCP_DISCOVER: Why(
        "Asks the MCP server who it is, as clients of the newest revision do: without a handshake.",
        f"{MODERN_MCP}server/discover",
    ),
    Purpose.MCP_INITIALIZE: Why(
        "Begins the handshake of older revisions: each side says what it can.",
        f"{MCP}basic/lifecycle#initialization",
    ),
    Purpose.MCP_INITIALIZED: Why(
        "Ends the handshake: the server's answer was read.", f"{MCP}basic/lifecycle#initialization"
    ),
    Purpose.MCP_LEAVE: Why(
        "Ends the session that the MCP server keeps for this.",
        f"{MCP}basic/transports#session-management",
    ),
    Purpose.MCP_TOOLS: Why(
        "Asks the MCP server for its tools.", f"{MCP}server/tools#listing-tools"
    ),
    Purpose.MCP_RESOURCE: Why(
        "Reads the page of a widget that a tool points to.",
        f"{MCP}server/resources#reading-resources",
    ),
    Purpose.MCP_CALL: Why("Calls a tool for the model.", f"{MCP}server/tools#calling-tools"),
}
"""What a check asks for, and an MCP server is asked in any case."""

"""What each request of a client is for, and where that is written down."""

import re

from simulator.trace import Why

PLUGINS = "https://web.archive.org/web/2024/https://platform.openai.com/docs/plugins/"
MCP = "https://modelcontextprotocol.io/specification/2025-11-25/"

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
LINT = Why(
    "Looks whether the plugin is as clients need it, without changing anything.",
    f"{PLUGINS}getting-started",
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
MCP_ASK = Why(
    "Asks the MCP server who it is, and whether it wants a token.", f"{MCP}basic/lifecycle"
)
MCP_TOOLS = Why("Asks the MCP server for its tools.", f"{MCP}server/tools#listing-tools")
MCP_CALL = Why("Calls a tool for the model.", f"{MCP}server/tools#calling-tools")

"""Where people reach a plugin, checked before it is written into files for others."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from plugins.plugin import Plugin

LOOPBACK = "localhost"
LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
# In ASCII, as DNS and certificates have it; or an address of IPv6, which urlsplit looked at.
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})*|[0-9a-f.]*:[0-9a-f:.]+")
PATH = re.compile(
    r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~%-]*)*"
)  # nothing that needs quotes anywhere


class UnusableAddressError(ValueError):
    """An address under which no client could install the plugin; the message says why."""


@dataclass(frozen=True)
class Address:
    """One mount of a plugin, as people reach it."""

    root: str
    """Without a slash at its end."""

    @property
    def mcp(self) -> str:
        return f"{self.root}/mcp"

    @property
    def page(self) -> str:
        return f"{self.root}/"

    @property
    def is_public(self) -> bool:
        """Whether others than this machine reach it: listings take no other."""
        return not is_loopback(urlsplit(self.root).hostname or "")

    @property
    def reversed_host(self) -> str:
        """The host as the MCP registry names the space of whoever holds it: com.example.plugins."""
        host = urlsplit(self.root).hostname or ""
        return ".".join(reversed(host.replace(":", "-").split(".")))


def parse_address(text: str, plugin: Plugin) -> Address:
    """Return the mount that a text names, by its own URL or by that of its MCP server.

    Agent Plugins 1.0.0 section 7.2.1: https, but for `localhost` or an address of this machine.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise UnusableAddressError(f"'{text}' is no URL: {error}.") from error
    possible = HOST.fullmatch(host) and PATH.fullmatch(parts.path) and port != 0
    if parts.scheme not in ("https", "http") or not possible or parts.netloc.endswith(":"):
        raise UnusableAddressError(f"'{text}' is no URL that begins with https://.")
    if parts.scheme == "http" and not is_loopback(host):
        raise UnusableAddressError(
            "Clients take https alone, but for http://localhost and http://127.0.0.1."
        )
    if parts.username is not None or parts.query or parts.fragment or text.endswith(("?", "#")):
        raise UnusableAddressError("It must have no user, no query and no fragment.")
    path = parts.path.rstrip("/").removesuffix("/mcp")
    if path and not path.endswith(f"/{plugin.slug}"):
        raise UnusableAddressError(
            f"The plugin is not at '{path}'. Name where it is: below /{plugin.slug}, or at the "
            "root of a host of its own."
        )
    return Address(f"{parts.scheme}://{parts.netloc.lower()}{path}")


def is_loopback(host: str) -> bool:
    try:
        return host == LOOPBACK or ip_address(host).is_loopback
    except ValueError:
        return False

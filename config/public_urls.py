"""The addresses under which tunnels and cloud development environments show this machine."""

import re
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")


def public_urls(environ: Mapping[str, str], *, port: int) -> list[str]:
    """Return them as the environment announces them, exactly: no wildcards.

    Codespaces, Gitpod, Replit and CodeSandbox each say it their own way; PUBLIC_URL says it for any
    tunnel or proxy, and comes first.
    """
    hosts = [environ.get("REPLIT_DEV_DOMAIN")]
    if "CODESPACE_NAME" in environ:
        domain = environ.get("GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN", "app.github.dev")
        hosts.append(f"{environ['CODESPACE_NAME']}-{port}.{domain}")
    if workspace := urlsplit(environ.get("GITPOD_WORKSPACE_URL", "")).hostname:
        hosts.append(f"{port}-{workspace}")
    if "CSB" in environ or "CODESANDBOX_HOST" in environ:
        hosts.append(f"{socket.gethostname()}-{port}.csb.app")
    named = [public_url(environ["PUBLIC_URL"])] if environ.get("PUBLIC_URL") else []
    return [*named, *(f"https://{host.lower()}" for host in hosts if host)]


def public_url(setting: str) -> str:
    """Return what PUBLIC_URL says; raises ImproperlyConfigured."""
    url = setting.strip().lower().removesuffix("/")
    if not ORIGIN.fullmatch(url):
        raise ImproperlyConfigured(
            "PUBLIC_URL is no address of this site. Write it with its scheme and without a path, "
            f"such as https://abc.tunnel.example; it is {setting!r}."
        )
    return url

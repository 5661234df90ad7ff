"""The names under which cloud development environments show this machine to a browser."""

import socket
from collections.abc import Mapping
from urllib.parse import urlsplit


def public_hosts(environ: Mapping[str, str], *, port: int) -> list[str]:
    """Return the host names that the environment announces, exactly: no wildcards.

    Codespaces, Replit and CodeSandbox each say it their own way; PUBLIC_URL says it for any
    tunnel or proxy.
    """
    hosts = [urlsplit(environ.get("PUBLIC_URL", "")).hostname, environ.get("REPLIT_DEV_DOMAIN")]
    if "CODESPACE_NAME" in environ:
        domain = environ.get("GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN", "app.github.dev")
        hosts.append(f"{environ['CODESPACE_NAME']}-{port}.{domain}")
    if "CSB" in environ or "CODESANDBOX_HOST" in environ:
        hosts.append(f"{socket.gethostname()}-{port}.csb.app")
    return [host for host in hosts if host]

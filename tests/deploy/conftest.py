"""The site as docs/deploy.md puts it on the internet: production, behind nginx and behind Caddy."""

import json
import secrets
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.clients.live_site import SETTINGS, foreign_environ, own_database, run
from tests.deploy.proxies import MAIN, OWN, Process, Proxy, caddy, nginx, started, stop
from tests.ports import free_port

PROXIES = {"nginx": nginx, "caddy": caddy}
BUFFERS = {"nginx": "on", "caddy": "off"}
CALLS_A_DAY = 200  # from one address, to each of two processes


@dataclass(frozen=True)
class Deployed:
    """A site in two processes, and the proxy in front of them."""

    proxy: Proxy
    processes: dict[int, Process]
    """By port."""
    folder: Path
    environ: Mapping[str, str]
    client_id: str
    client_secret: str
    """Those of an OAuth client of the plugin todo-oauth."""

    def start(self, port: int) -> None:
        command = [sys.executable, "-m", "config.server"]
        log = self.folder / f"{port}.log"
        self.processes[port] = started(command, {**self.environ, "PORT": str(port)}, port, log)

    def stop(self, port: int) -> None:
        """End a process as systemd does, once it has answered what it has begun."""
        stop(self.processes.pop(port))


@pytest.fixture(scope="module", params=PROXIES)
def deployed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    """A site behind each of the two proxies, at two hosts: its own, and one of a plugin."""
    folder = tmp_path_factory.mktemp(request.param)
    ports = free_port(), free_port()
    with PROXIES[request.param](folder, ports) as proxy, own_database(folder) as database:
        environ = {
            **foreign_environ(),
            **SETTINGS,
            "ALLOWED_HOSTS": f"{MAIN},{OWN}",
            "CONTACT_EMAIL": f"support@{MAIN}",
            "DATABASE_URL": database,
            "DJANGO_SUPERUSER_PASSWORD": secrets.token_urlsafe(),
            "HOST": "127.0.0.1",
            "HTTPS": "on",
            "PLUGIN_HOSTS": f"{OWN}=todo-oauth",
            "PROXY_BUFFERS": BUFFERS[request.param],
            "SECRET_KEY": secrets.token_urlsafe(50),
            "STATIC_ROOT": str(folder / "static"),
            "THROTTLE": "on",
            "THROTTLE_ADDRESS": f"{CALLS_A_DAY}/d",
            "TRUST_PROXY": "on",
        }
        made = json.loads(run(environ, "-m", "tests.clients.prepare_site"))["todo-oauth"]
        site = Deployed(proxy, {}, folder, environ, **made)
        try:
            for port in ports:
                site.start(port)
            yield site
        finally:
            for port in list(site.processes):
                site.stop(port)

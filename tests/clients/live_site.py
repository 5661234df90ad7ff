"""Runs the real site over real sockets, as `make serve` does, with a database of its own."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from plugins.plugin import Plugin
from tests.clients.oauth_install import install
from tests.clients.prepare_site import USERNAME
from tests.ports import free_port
from tests.site.plugins import PLUGINS
from todos.urls import TODO_API

PROJECT = Path(__file__).parents[2]
TODO_PLUGINS = [plugin for plugin in PLUGINS if plugin.api is TODO_API]
STARTS_WITHIN = 240  # seconds
STOPS_WITHIN = 40

SETTINGS = {
    "ALLOWED_HOSTS": ".localhost,127.0.0.1",
    "DEBUG": "off",
    "DJANGO_SETTINGS_MODULE": "tests.live_settings",
    "HTTPS": "off",
    "THROTTLE": "off",
}
"""Those of production, but for http and for calling as fast as a machine does."""


@dataclass(frozen=True)
class ServedPlugin:
    """One plugin of the running site."""

    plugin: Plugin
    address: str
    """Host and port of the site."""
    token: str | None
    """A token that opens the API; None where anybody may call."""

    @property
    def url(self) -> str:
        """Where the plugin stands below its prefix."""
        return f"http://{self.address}/{self.plugin.slug}"

    @property
    def own_host_url(self) -> str:
        """Where it stands at the root."""
        return f"http://{self.plugin.slug}.localhost:{self.address.partition(':')[2]}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


@contextmanager
def own_database(directory: Path) -> Iterator[str]:
    """Make an empty database, on the server of DATABASE_URL if that is PostgreSQL."""
    url = urlsplit(os.environ.get("DATABASE_URL", ""))
    if not url.scheme.startswith("postgres"):
        yield f"sqlite:///{directory / 'clients.sqlite3'}"
        return
    name = f"clients_{secrets.token_hex(4)}"
    with psycopg.connect(url.geturl(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield url._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def running_site(environ: Mapping[str, str], log: Path) -> Iterator[str]:
    """Serve the site on a free port of this machine, and return its host and port."""
    port = str(free_port())
    command = [sys.executable, "-m", "config.server"]
    environ = {**environ, "HOST": "127.0.0.1", "PORT": port}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=PROJECT, env=environ, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while not answers(f"http://127.0.0.1:{port}/"):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"The site did not start. It said:\n{log.read_text()}")
            time.sleep(0.1)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def foreign_environ() -> dict[str, str]:
    """Return the environment for a process whose coverage is not measured."""
    return {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}


def answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


def run(environ: Mapping[str, str], *command: str) -> str:
    """Run Python as an operator does, and return its standard output."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=PROJECT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass(frozen=True)
class LiveSite:
    """The running site, and every plugin by its slug."""

    environ: Mapping[str, str]
    plugins: Mapping[str, ServedPlugin]
    url: str

    @property
    def person(self) -> dict[str, str]:
        """How somebody signs in."""
        return {"username": USERNAME, "password": self.environ["DJANGO_SUPERUSER_PASSWORD"]}

    def manage(self, *command: str) -> str:
        return run(self.environ, "manage.py", *command)


@contextmanager
def live_site(directory: Path, **settings: str) -> Iterator[LiveSite]:
    """Make a site of its own, with all that it keeps in `directory`, and serve it."""
    with own_database(directory) as database_url:
        environ = {
            **foreign_environ(),  # granian's workers end without writing down what they measured
            **SETTINGS,
            **settings,
            "DATABASE_URL": database_url,
            "STATIC_ROOT": str(directory / "static"),
            "SECRET_KEY": secrets.token_urlsafe(50),
            "DJANGO_SUPERUSER_PASSWORD": secrets.token_urlsafe(),
        }
        made = json.loads(run(environ, "-m", "tests.clients.prepare_site"))
        with running_site(environ, directory / "log") as address:
            plugins: dict[str, ServedPlugin] = {}
            site = LiveSite(environ, plugins, f"http://{address}")
            for plugin in PLUGINS:
                token = made.get(plugin.slug)
                if isinstance(token, dict):  # a client, which has to be installed to get one
                    token = install(f"{site.url}/{plugin.slug}", **token, **site.person)
                plugins[plugin.slug] = ServedPlugin(plugin, address, token)
            yield site

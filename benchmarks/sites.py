"""The site in the ways in which it is measured, each started when it is first asked for."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property

from benchmarks.sampling import progress
from benchmarks.servers import (
    SERVE,
    Server,
    allowed_cores,
    behind_nginx,
    own_postgres,
    pinned,
    production_settings,
    running,
)

FASTEST = {"THREADS": "1", "PROXY_BUFFERS": "on"}
"""One thread does not wait for Python's lock. A proxy in front of it takes slow requests in."""


class Sites:
    """All run until the stack ends, those on SQLite on one database."""

    def __init__(self, stack: ExitStack, directory: str, postgres_url: str | None) -> None:
        self.stack = stack
        self.directory = directory
        self.has_postgres = postgres_url is not None
        self.postgres_url = postgres_url or ""
        cores = allowed_cores()
        self.one, self.two, self.load = cores[:1], cores[:2], cores[-1:]
        if len(cores) < 2:
            progress("Without two cores to pin to, the load and the servers share the machine.")
            self.one = self.two = self.load = []

    def start(
        self,
        name: str,
        command: Sequence[str],
        settings: Mapping[str, str],
        cores: Sequence[int] | None = None,
    ) -> Server:
        """Start a server on one core, or on these."""
        progress(f"Starting {name} …")
        with pinned(self.one if cores is None else cores):
            return self.stack.enter_context(running(name, command, settings))

    @cached_property
    def settings(self) -> dict[str, str]:
        return production_settings(f"sqlite:///{self.directory}/site.sqlite3")

    @cached_property
    def fastest(self) -> Server:
        return self.start("the site, fastest setting", SERVE, self.settings | FASTEST)

    @cached_property
    def fastest_two(self) -> Server:
        settings = self.settings | FASTEST | {"WORKERS": "2"}
        return self.start("the site, fastest setting, 2 workers", SERVE, settings, self.two)

    @cached_property
    def long_way(self) -> Server:
        settings = self.settings | FASTEST | {"SHORT_WAY": "off"}
        return self.start("the site with SHORT_WAY=off", SERVE, settings)

    @cached_property
    def default(self) -> Server:
        return self.start("the site by `make serve`", SERVE, self.settings)

    @cached_property
    def two_workers(self) -> Server:
        settings = self.settings | {"WORKERS": "2"}
        return self.start("the site with 2 workers", SERVE, settings, self.two)

    @cached_property
    def proxied(self) -> Server | None:
        with pinned(self.one):
            return self.stack.enter_context(behind_nginx(self.fastest))

    @cached_property
    def postgres_settings(self) -> dict[str, str]:
        url = self.stack.enter_context(own_postgres(self.postgres_url))
        return production_settings(url)

    @cached_property
    def postgres(self) -> Server:
        """The default server: while one thread waits for PostgreSQL, another works."""
        return self.start("the site on PostgreSQL", SERVE, self.postgres_settings)

"""Sends them, two at a time, and looks at what comes back and at the memory of the site."""

import http.client
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.processes import children
from tests.chaos.site import Site
from tests.chaos.words import Reader
from tests.hostile.making import Known, Maker, Sent
from tests.routes import routes
from tests.site.plugins import PLUGINS

AT_ONCE = 2
"""No more than there are places for dear work: nobody is to be told that the site is busy."""
SETTINGS = {
    "CONSOLE": "on",
    "OAUTH_CLIENT_REGISTRATION": "on",
    "WORKERS": "1",
    "METRICS": "on",
}
WARM = 5
"""After a part of that many all is loaded that is ever used, and memory is to stay what it is."""
GROWS_MOST = 1.10


@dataclass
class Found:
    statuses: Counter[int] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    """In KiB: when all was loaded, and then after each tenth."""

    @property
    def growth(self) -> float:
        return self.memory[-1] / self.memory[0]


def send(port: int, sent: Sent) -> int:
    """Return the status of an answer; 0 where there was none."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            with suppress(OSError):  # who refuses a body may do so before its end
                connection.sendall(sent.bytes)
            method = sent.head.partition(" ")[0]
            answer = http.client.HTTPResponse(connection, method=method)
            answer.begin()
            answer.read()
            return answer.status
    except (OSError, http.client.HTTPException):
        return 0


def memory_of(site: Site) -> int:
    """Return what the processes of a site hold, in KiB; what they share counts once."""
    pids = [site.process.pid]
    for pid in pids:
        pids += children(pid)
    return sum(
        int(line.split()[1])
        for pid in pids
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        if line.startswith("Pss:")
    )


@contextmanager
def hostile_site(directory: Path, database_url: str) -> Iterator[tuple[Site, Known]]:
    """Serve a site, and find out what can be known of it."""
    site = Site(directory, database_url, SETTINGS)
    tokens = site.prepare()
    site.start()
    try:
        site.recover()
        reader = Reader(site, "ann", site.password)
        yield (
            site,
            Known(
                paths=sorted({*routes()}),
                fields=sorted(
                    {name for plugin in PLUGINS for name in fields_of(site, plugin.slug)}
                ),
                tokens={slug: token for slug, token in tokens.items() if isinstance(token, str)},
                cookie=reader.cookie,
                csrf=reader.cookies["csrftoken"].value,
            ),
        )
    finally:
        site.stop()


def fields_of(site: Site, slug: str) -> Iterator[str]:
    """Yield all names of parameters and properties in a plugin's document."""
    document = site.ask("GET", f"/{slug}/openapi-full.json").json()
    for schema in document["components"].get("schemas", {}).values():
        yield from schema.get("properties", {})
    for path in document["paths"].values():
        for operation in path.values():
            yield from (each["name"] for each in operation.get("parameters", ()))


def attack(
    site: Site, known: Known, count: int, seed: int, say: Callable[[str], None] = lambda text: None
) -> Found:
    maker, found = Maker(known, seed), Found()
    warm, tenth = count // WARM, count // 10

    def one(number: int) -> tuple[int, int]:
        return number, send(site.port, maker.make(number))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for start in range(0, count, tenth):
            for number, status in pool.map(one, range(start, min(start + tenth, count))):
                found.statuses[status] += 1
                if status >= 500 or not status:
                    line = maker.make(number).head.partition("\r\n")[0][:150]
                    found.failed.append(f"{status} at request {number} of seed {seed}: {line}")
            if start + tenth >= warm:
                found.memory.append(memory_of(site))
            say(f"{start + tenth} sent, {memory_of(site) // 1024} MiB, {len(found.failed)} failed")
    return found

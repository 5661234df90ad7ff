"""The todo API of this site beside its peers: GET, POST and DELETE of each, in turn."""

import json
from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from benchmarks.peers import peers
from benchmarks.prepare import READER, WRITER
from benchmarks.sampling import Samples, progress, take
from benchmarks.servers import Server, pinned, run_python
from benchmarks.sites import Sites
from benchmarks.targets import KINDS, Target

WARM_UP: dict[str, Any] = {"count": 1_000, "seconds": 0.5}
LISTS = range(300)  # which POST and DELETE take in turn

OPEN = "this site"  # without authentication, where nothing else is said
OPEN_POSTGRES = f"{OPEN}, PostgreSQL"
DEFAULT, TWO = f"{OPEN}, default server", f"{OPEN}, default server, 2 workers"


class Targets(list[Target]):
    """What is compared; those of the site have lists of their own in one database."""

    def add(self, name: str, server: Server, slug: str = "", **options: Any) -> None:
        own = len(self)
        lists = {"reads": f"ten-{own}", "writes": [f"{own}-{each}" for each in LISTS]}
        prefix = f"/{slug}" if slug else ""
        self.append(Target(name, server, prefix, **{**lists, **options}))

    def add_with_tokens(self, server: Server, settings: Mapping[str, str], on: str = "") -> None:
        """Add the schemes with tokens. A person's opens that person's list and no other."""
        made = json.loads(run_python(settings, "-m", "benchmarks.prepare", "tokens"))
        own = {"reads": READER, "writes": [WRITER]}
        self.add(f"{OPEN}, service token{on}", server, "todo-service", tokens=made["service"])
        self.add(f"{OPEN}, personal token{on}", server, "todo-user", tokens=made["personal"], **own)
        self.add(f"{OPEN}, OAuth token{on}", server, "todo-oauth", tokens=made["oauth"], **own)


def targets(arguments: Namespace, sites: Sites) -> Targets:
    """Start all that is compared."""
    found = Targets()
    for peer in peers(arguments, sites.directory, sites.stack):
        found.add(peer.name, sites.start(peer.name, peer.command, peer.settings))
    found.add(OPEN, sites.fastest, "todo")
    found.add_with_tokens(sites.fastest, sites.settings)
    found.add(f"{OPEN}, MCP", sites.fastest, "todo", mcp=True)
    if sites.proxied:
        found.add(f"{OPEN}, behind nginx", sites.proxied, "todo")
    else:
        progress("nginx is not installed: its row is left out.")
    found.add(f"{OPEN}, SHORT_WAY=off", sites.long_way, "todo")
    found.add(f"{OPEN}, MCP, SHORT_WAY=off", sites.long_way, "todo", mcp=True)
    found.add(DEFAULT, sites.default, "todo")
    found.add(TWO, sites.two_workers, "todo")
    if sites.has_postgres:
        found.add(OPEN_POSTGRES, sites.postgres, "todo")
        found.add_with_tokens(sites.postgres, sites.postgres_settings, ", PostgreSQL")
    return found


def measure(arguments: Namespace, sites: Sites) -> Samples:
    """Measure all in turn, so that a slow minute of the machine hits all alike."""
    compared = targets(arguments, sites)
    samples: Samples = {target.name: {kind: [] for kind in KINDS} for target in compared}
    with pinned(sites.load):
        progress("Checking that all give the same answers, and warming up …")
        for target in compared:
            target.check()
            for kind in KINDS:
                target.send(kind, connections=arguments.connections, **WARM_UP)
            target.check_count()
        for number in range(arguments.rounds):
            progress(f"Round {number + 1} of {arguments.rounds}")
            for kind in KINDS:
                for target in compared:
                    samples[target.name][kind].append(one(target, kind, arguments))
        for target in compared:
            target.check_count()
    return samples


def one(target: Target, kind: str, arguments: Namespace) -> Any:
    length = {"connections": arguments.connections, "seconds": arguments.seconds}
    sample = take(target.server, lambda: target.send(kind, **length))
    cpu = f"{sample.cpu_us:8.0f} µs of CPU each" if sample.cpu_us else ""
    progress(f"  {kind:7}{target.name:38}{sample.per_second:8.0f}/s{cpu}")
    return sample

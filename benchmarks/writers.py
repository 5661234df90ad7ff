"""32 writers at once on SQLite, each on a list of its own, through two processes."""

import time
from argparse import Namespace

from benchmarks.load import LoadError, Stream, run
from benchmarks.sampling import Sample, progress, take
from benchmarks.servers import pinned
from benchmarks.sites import Sites
from benchmarks.targets import Target

WRITERS = 32


def measure(arguments: Namespace, sites: Sites) -> Sample:
    """Write for so long. Raises LoadError unless each list is what was sent, in its order."""
    lists = [f"writer-{number}" for number in range(WRITERS)]
    site = Target("32 writers", sites.two_workers, "/todo", writes=lists)
    sent: dict[str, list[str]] = {username: [] for username in lists}
    end = time.perf_counter() + arguments.writers

    def writer(username: str) -> Stream:
        while time.perf_counter() < end:
            todo = f"Number {len(sent[username])}"
            yield site.request("POST", username, todo=todo).message()
            sent[username].append(todo)

    progress(f"{WRITERS} writers write for {arguments.writers:g} s …")
    with pinned(sites.load):
        sample = take(site.server, lambda: run(site.server.port, [*map(writer, lists)]))
        kept = dict(zip(lists, site.read(lists), strict=True))
    if not sample.errors and kept != sent:
        raise LoadError("A list is not what its writer sent, in that order.")
    return sample

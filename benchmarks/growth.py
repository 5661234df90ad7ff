"""What a page at the end of a list costs, and POST and DELETE there, as the list grows.

In a table of a million todos, whose rows lie in it as they come: one of the long list, some of
others, the next of the long list.
"""

import sqlite3
from argparse import Namespace
from collections.abc import Sequence
from urllib.parse import urlsplit

from benchmarks.load import Request, repeated, run
from benchmarks.sampling import Sample, progress, take
from benchmarks.servers import Server, pinned
from benchmarks.sites import Sites
from benchmarks.targets import KINDS

TODOS = 1_000_000
SIZES = {10: 1_000, 1_000: 20, 100_000: 1}  # how many lists there are of each
REQUESTS, SECONDS = 1_000, 1  # of each kind at most, whichever comes first
BUY_MILK = b'{"todo": "Buy milk"}'

LISTS = """
    SELECT 'todo', CASE
        WHEN i % 10 = 0 THEN '100000-0'
        WHEN i % 50 = 1 THEN '1000-' || (i / 50 % 20)
        WHEN i % 100 = 2 THEN '10-' || (i / 100 % 1000)
        ELSE 'other-' || (i / 10 % 5000)
    END, 'Buy milk' FROM
"""
INSERT = f"INSERT INTO todos_todo (store, username, text) {LISTS}"
FILL_SQLITE = f"""
    {INSERT} (WITH RECURSIVE n(i) AS (
        SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {TODOS - 1}
    ) SELECT i FROM n)
"""
FILL_POSTGRES = f"{INSERT} generate_series(0, {TODOS - 1}) AS n(i)"

Growth = dict[str, dict[str, dict[int, list[Sample]]]]
"""By database, kind of request, length of the list, and round."""


def fill(url: str) -> None:
    parts = urlsplit(url)
    progress(f"Writing {TODOS:,} todos …")
    if parts.scheme == "sqlite":
        with sqlite3.connect(parts.path) as connection:
            connection.execute(FILL_SQLITE)
        connection.close()
    else:
        import psycopg

        with psycopg.connect(url, autocommit=True) as postgres:
            postgres.execute(FILL_POSTGRES.encode())
            postgres.execute("VACUUM ANALYZE todos_todo")


def measure(arguments: Namespace, sites: Sites) -> Growth:
    places = {"SQLite": (sites.fastest, sites.settings["DATABASE_URL"])}
    if sites.has_postgres:
        places["PostgreSQL"] = (sites.postgres, sites.postgres_settings["DATABASE_URL"])
    found: Growth = {}
    with pinned(sites.load):
        for name, (server, url) in places.items():
            fill(url)
            found[name] = {kind: {size: [] for size in SIZES} for kind in KINDS}
            for number in range(arguments.rounds + 1):
                for size in SIZES:
                    for kind, sample in ends(server, size).items():
                        if number:  # the first warms up
                            found[name][kind][size].append(sample)
                            progress(f"  {kind:7}{size:9,}{sample.p50_ms:9.2f} ms")
    return found


def ends(server: Server, size: int) -> dict[str, Sample]:
    """Measure at the end of lists of a length, which are hardly longer afterwards."""
    lists = [f"/todo/todos/{size}-{number}" for number in range(SIZES[size])]
    page = f"?limit=10&offset={size - 10}"
    last = b'{"todo_idx": %d}' % (size - 1)

    def sent(requests: Sequence[Request], count: int = REQUESTS) -> Sample:
        stream = repeated(requests, count=count, seconds=SECONDS)
        return take(server, lambda: run(server.port, [stream]))

    read = sent([Request(method="GET", path=path + page) for path in lists])
    added = sent([Request(method="POST", path=path, body=BUY_MILK) for path in lists])
    gone = [Request(method="DELETE", path=path, body=last) for path in lists]
    return {"GET": read, "POST": added, "DELETE": sent(gone, added.requests)}

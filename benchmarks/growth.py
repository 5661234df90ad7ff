"""What a page at the end of a list costs, and POST and DELETE there, as the list grows.

In a table of a million todos, whose rows lie in it as they come: one of the long list, some of
others, the next of the long list.
"""

import sqlite3
from argparse import Namespace
from typing import Any
from urllib.parse import urlsplit

from benchmarks.load import Request, repeated, run
from benchmarks.sampling import Sample, progress, take
from benchmarks.servers import Server, pinned
from benchmarks.sites import Sites
from benchmarks.targets import KINDS

TODOS = 1_000_000
SIZES = {10: 1_000, 1_000: 20, 100_000: 1}  # how many lists there are of each
LONGEST: dict[str, Any] = {"count": 1_000, "seconds": 2}

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
    kinds: dict[str, dict[str, Any]] = {
        "GET": {"path": f"?limit=10&offset={size - 10}"},
        "POST": {"body": b'{"todo": "Buy milk"}'},
        "DELETE": {"body": b'{"todo_idx": %d}' % (size - 1)},
    }
    found = {}
    for kind, options in kinds.items():
        query = options.pop("path", "")
        stream = repeated(
            [Request(method=kind, path=f"{path}{query}", **options) for path in lists],
            **LONGEST,
        )
        found[kind] = take(server, lambda: run(server.port, [stream]))  # noqa: B023
    return found

"""Sends 20,000 hostile requests to a site on each database: `make hostile`."""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from tests.chaos.databases import own_directory
from tests.chaos.postgresql import cluster

COUNT = 20_000


@contextmanager
def database(kind: str, directory: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{directory}/hostile.sqlite3"
        return
    with cluster(directory / "postgresql") as server:
        server.execute("CREATE DATABASE hostile")
        yield server.url("hostile")


def say(progress: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {progress}", file=sys.stderr, flush=True)


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.site.settings"
    django.setup()
    from tests.hostile.run import GROWS_MOST, attack, hostile_site

    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--requests", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    chosen = parser.parse_args()
    wrong = []
    for kind in chosen.database or ("sqlite", "postgresql"):
        with (
            own_directory() as directory,
            database(kind, directory) as url,
            hostile_site(directory, url) as (site, known),
        ):
            found = attack(site, known, chosen.requests, chosen.seed, say)
            memory = ", ".join(f"{each / 1024:.0f}" for each in found.memory)
            statuses = ", ".join(f"{n:,} × {s}" for s, n in sorted(found.statuses.items()))
            print(f"{kind}: {chosen.requests:,} requests to {len(known.paths)} routes: {statuses}")
            print(
                f"{kind}: MiB, from when all is loaded: {memory}; × {found.growth:.2f}", flush=True
            )
            wrong += [f"{kind}: {each}" for each in found.failed]
            if not 2 - GROWS_MOST < found.growth < GROWS_MOST:
                wrong.append(f"{kind}: memory changed × {found.growth:.2f}")
            if found.failed:
                print(site.said())
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()

"""Kills, fills and takes away, and says what came of it: `make chaos`, for a quarter of an hour."""

import argparse
import signal
import sys
import time
from types import FrameType

from tests.chaos.databases import DATABASES, own_directory
from tests.chaos.postgresql import program
from tests.chaos.run import Plan, Row, trial
from tests.chaos.site import BrokenError

HEAD = (
    "| database | fault | times | acknowledged | 503 in words | cut off | back after s, most |\n"
    "|---|---|--:|--:|--:|--:|--:|"
)


def line(row: Row) -> str:
    back = sorted(row.back) or [0.0]
    middle, most = back[len(back) // 2], back[-1]
    cells = (row.times, row.acknowledged, row.refused, row.cut_off)
    counts = " | ".join(f"{each:,}" for each in cells)
    return f"| {row.database} | {row.fault} | {counts} | {middle:.1f}, {most:.1f} |"


def say(progress: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {progress}", file=sys.stderr, flush=True)


def stop(number: int, frame: FrameType | None) -> None:
    sys.exit("Stopped. All that was started has ended.")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=Plan.rounds, help="kills, of a worker or the server"
    )
    parser.add_argument("--restarts", type=int, default=Plan.restarts, help="of PostgreSQL")
    parser.add_argument("--seed", type=int, default=Plan.seed)
    parser.add_argument("--database", choices=DATABASES, action="append")
    chosen = parser.parse_args()
    plan = Plan(chosen.rounds, chosen.restarts, chosen.seed)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    began = time.monotonic()
    print(HEAD, flush=True)
    for name in chosen.database or DATABASES:
        if name == "postgresql" and not program("initdb"):
            sys.exit("There is no initdb on this machine: install PostgreSQL, or name --database.")
        with (
            own_directory() as directory,
            DATABASES[name](directory) as database,
            trial(database, directory, plan, say) as running,
        ):
            try:
                for row in running.rows():
                    print(line(row), flush=True)
            except BrokenError as error:
                sys.exit(f"\n{error}\n\nThe site said:\n{running.site.said()}")
            if database.disk is None:
                print(f"{database.name}: no full disk, as only root mounts a small one.")
    minutes = (time.monotonic() - began) / 60
    print(f"\nEvery acknowledged write is there, once. {minutes:.1f} minutes.")


if __name__ == "__main__":
    main()

"""Compares this site with the published design and with what else it could be built on.

`make bench` runs it. Progress goes to stderr and the result to stdout; README.md beside this
file says how to read it.
"""

import json
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import growth, operations, report, todos, workers, writers
from benchmarks.load import LoadError
from benchmarks.plot import as_svg
from benchmarks.sampling import progress
from benchmarks.servers import PROJECT, FailedCommandError
from benchmarks.sites import Sites

PARTS: dict[str, Callable[[Namespace, Sites], Any]] = {
    "todos": todos.measure,
    "tokens": operations.measure_tokens,
    "sports": operations.measure_sports,
    "workers": workers.measure,
    "writers": writers.measure,
    "growth": growth.measure,
}
BY_DEFAULT = ["todos", "tokens"]
ALL_WRITERS = 30  # seconds


def options() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks.bench", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=BY_DEFAULT, help="parts (todos tokens)"
    )
    parser.add_argument("--all", action="store_true", help="every part")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured (3)")
    parser.add_argument("--seconds", type=float, default=1, help="length of a measurement (1)")
    parser.add_argument("--connections", type=int, default=8, help="kept open at a time (8)")
    parser.add_argument(
        "--writers", type=float, help="seconds that 32 writers write (5; 30 with --all)"
    )
    parser.add_argument(
        "--postgres-url",
        help="a PostgreSQL server to use too, in databases that are made and dropped; "
        "its CPU time is not counted",
    )
    parser.add_argument("--plot", type=Path, default=PROJECT / "benchmarks/result.svg")
    parser.add_argument("--json", type=Path, help="a file for every sample")
    parser.add_argument(
        "--bench-python",
        type=Path,
        default=PROJECT / ".venv-bench/bin/python",
        help="a Python that has requirements-bench.txt installed (.venv-bench/bin/python)",
    )
    arguments = parser.parse_args()
    if arguments.all:
        arguments.only = list(PARTS)
    if arguments.writers is None:
        arguments.writers = ALL_WRITERS if arguments.all else 5
    if not arguments.bench_python.exists():
        parser.error(f"there is no {arguments.bench_python}; `make bench` installs it")
    return arguments


def measure(arguments: Namespace) -> tuple[dict[str, Any], list[str]]:
    """Return what each part found, and what failed: the other parts are shown nevertheless."""
    found, failures = {}, []
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        sites = Sites(stack, directory, arguments.postgres_url)
        for name, part in PARTS.items():
            if name in arguments.only:
                try:
                    found[name] = part(arguments, sites)
                except (LoadError, FailedCommandError) as error:
                    failures.append(f"The part {name!r} failed. {error}")
                    progress(failures[-1])
    return found, failures


def show(found: dict[str, Any], arguments: Namespace) -> None:
    print(report.machine(arguments))
    if "todos" in found:
        print("", report.todos(found["todos"]), "", report.comparisons(found["todos"]), sep="\n")
        arguments.plot.write_text(as_svg(found["todos"]))
    alone = {**found.get("tokens", {}), **found.get("sports", {})}
    if alone:
        print("", report.operations(alone), sep="\n")
    if "growth" in found:
        print("", report.growth(found["growth"]), sep="\n")
    if found.get("workers"):
        print("", report.workers(found["workers"]), sep="\n")
    if "writers" in found:
        print("", report.writers(found["writers"], arguments.writers), sep="\n")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1, default=asdict))


def main() -> None:
    arguments = options()
    try:
        found, failures = measure(arguments)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    show(found, arguments)
    if failures:
        raise SystemExit("\n".join(failures))


if __name__ == "__main__":
    main()

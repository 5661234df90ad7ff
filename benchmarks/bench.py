"""Compares this site under its production server with the published in-memory design.

`make bench` runs it. Progress goes to stderr and the result to stdout; README.md beside this
file says how to read it.
"""

import argparse
import json
import secrets
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from benchmarks.load import LoadError
from benchmarks.report import BASELINE, as_table, machine
from benchmarks.rounds import RUN, Rounds, Sample, Target, progress
from benchmarks.servers import (
    HYPERCORN,
    PROJECT,
    SERVE,
    Server,
    cores,
    manage,
    pin,
    production_settings,
    running,
)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured (5)")
    parser.add_argument("--seconds", type=float, default=3, help="length of a measurement (3)")
    parser.add_argument("--connections", type=int, default=8, help="kept open at a time (8)")
    parser.add_argument("--json", action="store_true", help="print every sample, as JSON")
    parser.add_argument(
        "--database-url",
        help="an empty database to use instead of a temporary SQLite file; "
        "its server's CPU time is not counted",
    )
    parser.add_argument(
        "--baseline-python",
        type=Path,
        default=PROJECT / ".venv-bench/bin/python",
        help="a Python that has requirements-bench.txt installed (.venv-bench/bin/python)",
    )
    arguments = parser.parse_args()
    if not arguments.baseline_python.exists():
        parser.error(f"there is no {arguments.baseline_python}; `make bench` installs it")
    return arguments


def targets(quart: Server, site: Server, settings: dict[str, str]) -> list[Target]:
    """Return the APIs to measure, the baseline first, with new tokens where they are needed."""
    person = f"person-{RUN}"
    account = {"DJANGO_SUPERUSER_PASSWORD": secrets.token_urlsafe(32)}
    superuser = ["--no-input", f"--username={person}", "--email=person@example.com"]
    manage(settings | account, "createsuperuser", *superuser)
    named = "--name=Benchmark"
    service = manage(settings, "create_service_token", "--plugin=todo-service", named)
    user = manage(settings, "create_user_token", person, "--plugin=todo-user", named)
    return [
        Target(BASELINE, quart),
        Target("todo", site, "/todo"),
        Target("todo-service", site, "/todo-service", token=service),
        Target("todo-user", site, "/todo-user", token=user, reads=person),
    ]


def measure(arguments: argparse.Namespace) -> dict[str, list[Sample]]:
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        server_core, load_core = cores()
        if server_core is None:
            progress("Without two cores to pin to, the load and the servers share the machine.")
        pin(server_core)
        progress("Starting Quart and `make serve` …")
        hypercorn = (str(arguments.baseline_python), *HYPERCORN, "benchmarks/quart_baseline.py:app")
        quart = stack.enter_context(running(BASELINE, hypercorn, {}))
        database_url = arguments.database_url or f"sqlite:///{directory}/bench.sqlite3"
        settings = production_settings(database_url)
        site = stack.enter_context(running("make serve", SERVE, settings))
        quart_todo, todo, *with_tokens = targets(quart, site, settings)
        rounds = Rounds(
            [quart_todo, todo, *with_tokens],
            mcp=todo,
            connections=arguments.connections,
            seconds=arguments.seconds,
        )
        pin(load_core)
        progress("Warming up …")
        rounds.prepare()
        for number in range(arguments.rounds):
            progress(f"Round {number + 1} of {arguments.rounds}")
            rounds.measure()
        return rounds.samples


def main() -> None:
    arguments = options()
    try:
        samples = measure(arguments)
    except LoadError as error:
        raise SystemExit(f"The benchmark failed. {error}") from error
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    setup = machine(arguments)
    if arguments.json:
        print(json.dumps({"setup": setup, "samples": samples}, indent=2, default=asdict))
    else:
        print(as_table(samples, setup))


if __name__ == "__main__":
    main()

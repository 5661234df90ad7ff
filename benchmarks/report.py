"""The result as a Markdown table, ready for README.md."""

import argparse
import datetime
import platform
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from benchmarks.rounds import Sample
from benchmarks.servers import PYTHON

BASELINE = "Quart"
ROWS = ("GET todo", "POST todo", "DELETE todo", "GET todo-service", "GET todo-user")
HEADER = """\
| request | requests/s | baseline | ratio | CPU µs per request | baseline | ratio |
|---|--:|--:|--:|--:|--:|--:|"""


def machine(arguments: argparse.Namespace) -> str:
    """Say where and how it was measured."""
    python = subprocess.run([PYTHON, "-V"], stdout=subprocess.PIPE, text=True, check=True)
    database = urlsplit(arguments.database_url or "sqlite:").scheme
    return (
        f"{datetime.date.today()}, {processor()}, {python.stdout.strip()}, {database}; "
        f"medians of {arguments.rounds} rounds of {arguments.seconds:g} s, "
        f"{arguments.connections} connections."
    )


def processor() -> str:
    """Return the CPU's model, as Linux names it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def as_table(samples: Mapping[str, Sequence[Sample]], setup: str) -> str:
    lines = [setup, "", HEADER]
    for name in ROWS:
        method = name.split()[0]
        site, quart = samples[name], samples[f"{method} {BASELINE}"]
        cells = [
            name,
            *compared(site, quart, lambda sample: sample.per_second, "{:,.0f}"),
            *compared(site, quart, lambda sample: sample.cpu_us, "{:,.0f}"),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def compared(
    site: Sequence[Sample],
    quart: Sequence[Sample],
    figure: Callable[[Sample], float | None],
    form: str,
) -> list[str]:
    """Return both medians, and the median of the ratios within each round."""
    pairs = [(figure(mine), figure(other)) for mine, other in zip(site, quart, strict=True)]
    known = [(mine, other) for mine, other in pairs if mine is not None and other]
    if not known:
        return ["n/a"] * 3
    return [
        form.format(median(mine for mine, _ in known)),
        form.format(median(other for _, other in known)),
        f"{median(mine / other for mine, other in known):.2f}",
    ]

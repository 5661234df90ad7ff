"""The result as a Markdown table, ready for README.md."""

import argparse
import datetime
import platform
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from benchmarks.measuring import table_row
from benchmarks.rounds import Sample

BASELINE = "Quart"
ROWS = {  # each with what it is compared with
    "GET todo": f"GET {BASELINE}",
    "POST todo": f"POST {BASELINE}",
    "DELETE todo": f"DELETE {BASELINE}",
    "GET todo-service": f"GET {BASELINE}",
    "GET todo-user": f"GET {BASELINE}",
    "MCP GET todo": "GET todo",
    "MCP POST todo": "POST todo",
}
HEADER = """\
| request | requests/s | baseline | ratio | CPU µs per request | baseline | ratio |
|---|--:|--:|--:|--:|--:|--:|"""


def machine(arguments: argparse.Namespace) -> str:
    """Say where and how it was measured."""
    database = urlsplit(arguments.database_url or "sqlite:").scheme
    return (
        f"{datetime.date.today()}, {processor()}, Python {platform.python_version()}, {database}; "
        f"medians of {arguments.rounds} rounds of {arguments.seconds:g} s, "
        f"{arguments.connections} connections."
    )


def processor() -> str:
    """Return the CPU's model, as Linux names it."""
    cpuinfo = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.+)", cpuinfo.read_text()) if cpuinfo.exists() else []
    return names[0] if names else platform.processor() or platform.machine()


def as_table(samples: Mapping[str, Sequence[Sample]], setup: str) -> str:
    lines = [setup, "", HEADER]
    for name, baseline in ROWS.items():
        site, other = samples[name], samples[baseline]
        rates = compared(site, other, lambda sample: sample.per_second)
        costs = compared(site, other, lambda sample: sample.cpu_us)
        lines.append(table_row(name, *rates, *costs))
    return "\n".join(lines)


def compared(
    site: Sequence[Sample], baseline: Sequence[Sample], figure: Callable[[Sample], float | None]
) -> list[str]:
    """Return both medians, and the median of the ratios within each round."""
    pairs = [(figure(mine), figure(other)) for mine, other in zip(site, baseline, strict=True)]
    known = [(mine, other) for mine, other in pairs if mine is not None and other]
    if not known:
        return ["n/a"] * 3
    return [
        f"{median(mine for mine, _ in known):,.0f}",
        f"{median(other for _, other in known):,.0f}",
        f"{median(mine / other for mine, other in known):.2f}",
    ]

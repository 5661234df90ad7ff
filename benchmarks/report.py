"""The results as Markdown tables, ready for README.md."""

import datetime
import platform
import re
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.growth import TODOS, Growth
from benchmarks.measuring import table_row
from benchmarks.peers import (
    DRF,
    FASTAPI,
    FASTAPI_POSTGRES,
    HYPERCORN,
    LIMIT,
    NINJA,
    UVICORN,
)
from benchmarks.sampling import GENERATOR_LIMIT, Sample, Samples, middle, ratio
from benchmarks.servers import allowed_cores
from benchmarks.targets import KINDS
from benchmarks.todos import DEFAULT, OPEN, OPEN_POSTGRES, TWO
from benchmarks.workers import CONNECTIONS, Found, cores_used
from benchmarks.writers import WRITERS

TODOS_HEADER = """\
| GET · POST · DELETE | requests/s | × | CPU µs | × | p50 ms | p99 ms | errors |
|---|--:|--:|--:|--:|--:|--:|--:|"""
COMPARISONS = (
    (OPEN, UVICORN),
    (OPEN, FASTAPI),
    (OPEN_POSTGRES, FASTAPI_POSTGRES),
    (OPEN, NINJA),
    (OPEN, DRF),
    (OPEN, LIMIT),
    (TWO, DEFAULT),
)
LIMITED = "†"  # beside a figure that is the load generator's own


def rate(sample: Sample) -> float:
    return sample.per_second


def cheapness(sample: Sample) -> float | None:
    return sample.cheapness


def machine(arguments: Namespace) -> str:
    """Say where and how it was measured."""
    return (
        f"{datetime.date.today()}, {processor()}, {len(allowed_cores()) or '?'} cores, "
        f"Python {platform.python_version()}; medians of {arguments.rounds} rounds of "
        f"{arguments.seconds:g} s, {arguments.connections} connections."
    )


def processor() -> str:
    """Return the CPU's model, as Linux names it."""
    cpuinfo = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.+)", cpuinfo.read_text()) if cpuinfo.exists() else []
    return names[0] if names else platform.processor() or platform.machine()


def number(value: float | None, digits: int = 0) -> str:
    return "n/a" if value is None else f"{value:,.{digits}f}"


def todos(samples: Samples) -> str:
    baseline = samples[HYPERCORN]
    lines = [TODOS_HEADER]
    for name, by_kind in samples.items():
        each = list(by_kind.values())
        pairs = [(by_kind[kind], baseline[kind]) for kind in KINDS]
        cells = (
            [number(middle(kind, rate)) + limited(kind) for kind in each],
            [number(ratio(*pair, rate), 2) for pair in pairs],
            [number(middle(kind, lambda sample: sample.cpu_us)) for kind in each],
            [number(ratio(*pair, cheapness), 2) for pair in pairs],
            [number(middle(kind, lambda sample: sample.p50_ms), 2) for kind in each],
            [number(middle(kind, lambda sample: sample.p99_ms), 1) for kind in each],
            [number(sum(sample.errors for sample in kind)) for kind in each],
        )
        lines.append(table_row(name, *map(" · ".join, cells)))
    return "\n".join(lines)


def limited(samples: Sequence[Sample]) -> str:
    share = middle(samples, lambda sample: sample.generator_share) or 0
    return LIMITED if share > GENERATOR_LIMIT else ""


def comparisons(samples: Samples) -> str:
    lines = ["| throughput (inverse CPU) | GET | POST | DELETE |", "|---|--:|--:|--:|"]
    for mine, other in COMPARISONS:
        if mine in samples and other in samples:
            pairs = [(samples[mine][kind], samples[other][kind]) for kind in KINDS]
            cells = [
                f"{number(ratio(*pair, rate), 2)} ({number(ratio(*pair, cheapness), 2)})"
                for pair in pairs
            ]
            lines.append(table_row(f"{mine} ÷ {other}", *cells))
    return "\n".join(lines)


def growth(found: Growth) -> str:
    """Return what a request costs by the length of its list, and how many times the shortest's."""
    sizes = [*next(iter(next(iter(found.values())).values()))]
    heads = [f"{size:,} todos" for size in sizes]
    lines = [
        table_row(f"{TODOS:,} todos in all; CPU µs, p50 ms", *heads, "× CPU", "× p50"),
        "|---|" + "--:|" * (len(heads) + 2),
    ]

    def p50(sample: Sample) -> float:
        return sample.p50_ms

    def cpu(sample: Sample) -> float | None:
        return sample.cpu_us

    for database, kinds in found.items():
        for kind, by_size in kinds.items():
            cells = [
                f"{number(middle(by_size[size], cpu))}, {number(middle(by_size[size], p50), 2)}"
                for size in sizes
            ]
            ends = by_size[sizes[-1]], by_size[sizes[0]]
            times = [number(ratio(*ends, figure), 1) for figure in (cpu, p50)]
            errors = sum(each.errors for size in sizes for each in by_size[size])
            mark = f" ({errors} errors)" if errors else ""
            lines.append(table_row(f"{kind}, {database}{mark}", *cells, *times))
    return "\n".join(lines)


def operations(found: Mapping[str, Sequence[Sample]]) -> str:
    heads = ("operation", "requests/s", "CPU µs", "p50 ms", "p99 ms", "errors")
    lines = [table_row(*heads), "|---|" + "--:|" * 5]
    figures: tuple[tuple[Callable[[Sample], float | None], int], ...] = (
        (rate, 0),
        (lambda sample: sample.cpu_us, 0),
        (lambda sample: sample.p50_ms, 2),
        (lambda sample: sample.p99_ms, 1),
    )
    for name, samples in found.items():
        cells = [number(middle(samples, figure), digits) for figure, digits in figures]
        lines.append(table_row(name, *cells, sum(sample.errors for sample in samples)))
    return "\n".join(lines)


def workers(found: Found) -> str:
    """Return what two workers answer beside one, and how much of the cores they had for it."""
    heads = (
        f"{CONNECTIONS} connections, by `wrk`",
        "1 worker, requests/s (cores)",
        "2 workers",
        "×",
        "errors",
    )
    lines = [table_row(*heads), "|---|" + "--:|" * 4]
    for name, by_count in found.items():
        one, two = by_count.values()
        cells = [f"{number(middle(each, rate))} ({cores_used(each):.2f})" for each in (one, two)]
        errors = sum(sample.errors for sample in (*one, *two))
        lines.append(table_row(name, *cells, number(ratio(two, one, rate), 2), errors))
    return "\n".join(lines)


def writers(sample: Sample, seconds: float) -> str:
    order = "nothing said of the order" if sample.errors else "each list as it was sent, in order"
    return (
        f"{WRITERS} writers for {seconds:g} s on SQLite, 2 workers: {sample.requests:,} todos, "
        f"{sample.per_second:,.0f} a second, p99 {sample.p99_ms:.0f} ms, "
        f"{sample.errors} errors; {order}."
    )

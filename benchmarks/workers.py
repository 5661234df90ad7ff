"""Two workers beside one, under the load of `wrk`.

Where there are two cores in all, the load takes its part of what two workers could have: `wrk`, in
C, a third of what `load.py` takes. So this says more of the workers than the row of them does; and
where each worker may use `SHARE` of a core alone, the load is in nobody's way.
"""

import re
import shutil
import subprocess
import tempfile
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import product
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

from benchmarks.sampling import Sample, progress
from benchmarks.servers import FailedCommandError, Server, pinned
from benchmarks.shares import limited, parent_group
from benchmarks.sites import Sites
from benchmarks.targets import Target
from benchmarks.todos import LISTS

CONNECTIONS = 32
ROUNDS = 3  # times as many as others: it hangs on where Linux puts two workers and the load
ONE, TWO = "1 worker", "2 workers"
SHARE = 0.4
POST = """
local number = 0
request = function()
  number = number + 1
  local path = "/todo/todos/shared-" .. number % LISTS
  return wrk.format("POST", path, {["Content-Type"] = "application/json"}, '{"todo": "Buy milk"}')
end
"""
KINDS = {"GET": "", "POST": POST.replace("LISTS", str(len(LISTS)))}
MS = {"us": 0.001, "ms": 1, "s": 1000}

Found = dict[str, dict[str, list[Sample]]]
"""By kind and setting, of one worker and of two; round by round."""


def measure(arguments: Namespace, sites: Sites) -> Found:
    """Measure one worker and two in turn; nothing where `wrk` is not installed."""
    if (program := shutil.which("wrk")) is None:
        progress("wrk is not installed (apt install wrk): two workers are not measured by it.")
        return {}
    settings = {
        "fastest setting": {ONE: sites.fastest, TWO: sites.fastest_two},
        "default server": {ONE: sites.default, TWO: sites.two_workers},
    }
    Target("wrk", sites.fastest, "/todo", writes=["for-wrk"]).send(
        "POST", connections=1, seconds=10, count=10
    )
    limits: dict[str, Callable[[Server], AbstractContextManager[None]]] = {
        "": lambda server: nullcontext()
    }
    if parent_group():
        limits[f", {SHARE} of a core each"] = lambda server: limited(server, SHARE)
    else:
        progress("No control group can be made here (by root it can), so the load is in the way.")
    found: Found = {}
    for number in range(arguments.rounds * ROUNDS):
        progress(f"Workers, round {number + 1} of {arguments.rounds * ROUNDS}")
        for name, servers in settings.items():
            for kind, (limit, within) in product(KINDS, limits.items()):
                samples = found.setdefault(f"{kind}, {name}{limit}", {ONE: [], TWO: []})
                for count, server in servers.items():
                    # Who is limited leaves a part of any core to the load.
                    cores = sites.load if count == ONE and not limit else sites.two
                    with within(server):
                        samples[count].append(send(program, server, kind, arguments.seconds, cores))
    return found


def send(program: str, server: Server, kind: str, seconds: float, cores: Sequence[int]) -> Sample:
    """Have `wrk` send requests for so long. Raises FailedCommandError."""
    seconds = max(1, round(seconds))  # of which it takes whole ones
    with tempfile.TemporaryDirectory(prefix="bench-wrk-") as directory:
        script = Path(directory, "requests.lua")
        script.write_text(KINDS[kind])
        options = ("-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(script))
        address = f"http://127.0.0.1:{server.port}/todo/todos/for-wrk"
        before, before_cpu = server.cpu_seconds(), children_cpu()
        with pinned(cores):
            command = [program, *options, address]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        after = server.cpu_seconds()
        own = children_cpu() - before_cpu
    said = done.stdout
    requests = re.search(r"(\d+) requests in ([\d.]+)s", said)
    if done.returncode or requests is None:
        raise FailedCommandError(f"wrk: {said}{done.stderr}")
    answered, took = int(requests[1]), float(requests[2])
    errors = sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", said)))
    for line in re.findall(r"Socket errors: (.+)", said):
        errors += sum(map(int, re.findall(r"\d+", line)))
    used = None if before is None or after is None else after - before
    return Sample(
        requests=answered,
        errors=errors,
        per_second=(answered - errors) / took,
        cpu_us=used / answered * 1e6 if used is not None and answered else None,
        p50_ms=latency(said, 50),
        p99_ms=latency(said, 99),
        generator_share=own / took,
    )


def children_cpu() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def latency(said: str, percent: int) -> float:
    found = re.search(rf"\b{percent}% +([\d.]+)(us|ms|s)\b", said)
    return float(found[1]) * MS[found[2]] if found else 0


def cores_used(samples: Sequence[Sample]) -> float:
    """Return how many cores the server took."""
    return median((sample.cpu_us or 0) * sample.per_second / 1e6 for sample in samples)

"""A server that others wrote, in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.development_server import PROJECT, process_environ, wait_for
from tests.ports import free_port


@dataclass(frozen=True)
class ForeignServer:
    url: str

    def set(self, **state: Any) -> Any:
        """Change what it is, beside anything that it would do by itself; return what it says."""
        answer = httpx.post(f"{self.url}/testing", json=state)
        return answer.raise_for_status().json()


@contextmanager
def foreign_server(
    module: str, directory: Path, *, program: str = sys.executable
) -> Iterator[ForeignServer]:
    """Run a module, by the Python of an environment; it serves at the port that it is told."""
    port = free_port()
    log = directory / f"{module}.log"
    command = [program, "-m", module, str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=process_environ(measured=False),
            stdout=output,
            stderr=output,
        )
    try:
        wait_for(port, process, log)
        yield ForeignServer(f"http://localhost:{port}")
    finally:
        process.terminate()
        process.wait(60)

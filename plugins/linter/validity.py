"""Whether a document is valid OpenAPI, by a validator in a process that can be stopped."""

import atexit
import json
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import Any

PROJECT = Path(__file__).parents[2]
SECONDS = 10.0
"""For one document."""
START_SECONDS = 60.0
"""For the process, until it says that it is ready."""


class Worker:
    """One process for all documents, as it takes long to start; stopped, it is begun anew."""

    def __init__(self) -> None:
        self.lock = Lock()
        # It ends with the thread that starts it (api/processes.py): not with one of a request.
        self.starter = ThreadPoolExecutor(1, thread_name_prefix="validator")
        self.running: tuple[subprocess.Popen[bytes], Connection] | None = None

    def ask(self, question: bytes, seconds: float) -> bytes:
        """Return its answer; raises TimeoutError, and OSError or EOFError where it broke."""
        if not self.lock.acquire(timeout=seconds):
            raise TimeoutError
        try:
            if self.running and self.running[0].poll() is not None:  # it was ended by others
                self.stop()
            _, line = self.running = self.running or self.starter.submit(start).result()
            line.send_bytes(question)
            return received(line, seconds)
        except BaseException:  # an answer that is not waited for is not to be the next one's
            self.stop()
            raise
        finally:
            self.lock.release()

    def stop(self) -> None:
        if self.running:
            process, line = self.running
            line.close()
            process.kill()
            process.wait()
            self.running = None


def received(line: Connection, seconds: float) -> bytes:
    if not line.poll(seconds):
        raise TimeoutError
    return line.recv_bytes()


def start() -> tuple[subprocess.Popen[bytes], Connection]:
    ours, theirs = Pipe()
    with theirs:
        process = subprocess.Popen(  # noqa: S603  (nothing of it is from elsewhere)
            [sys.executable, "-m", "plugins.linter.validity_worker", str(theirs.fileno())],
            cwd=PROJECT,
            env={},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    try:
        received(ours, START_SECONDS)
    except BaseException:
        ours.close()
        process.kill()
        process.wait()
        raise
    return process, ours


worker = Worker()
atexit.register(worker.stop)


def faults(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return where a document is invalid, and how; raises TimeoutError, OSError, EOFError."""
    written = json.dumps(document, skipkeys=True, default=str)  # YAML has dates
    answer = json.loads(worker.ask(written.encode(), SECONDS))
    return [(str(at), str(found)) for at, found in answer]

"""Commands of `manage.py` that run beside a server, for as long as it does.

The setting BESIDE_SERVER names them. One that ends is started again; when the server ends, however
it does, they end too.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock, Thread

from django.conf import settings

from api.processes import let_others_first

AGAIN = 2  # seconds until one that ended is started again, the first time
LATEST = 60  # seconds, when it ends each time
LIVED = 10  # seconds after which it did not end at its start
STOPS_WITHIN = 30  # seconds
LOOK = 1  # seconds between two looks whether the server is there
SERVER = "BESIDE_SERVER_PROCESS"
"""Names the server's process to what runs beside it, and may start when that has ended."""

STARTING = Lock()
"""Held while a process is started. Were the server forked meanwhile, as granian is for a worker,
the fork would have the pipe by which Popen learns of the start, and be waited for to its end."""
os.register_at_fork(
    before=STARTING.acquire, after_in_parent=STARTING.release, after_in_child=STARTING.release
)


@contextmanager
def beside_server() -> Iterator[None]:
    """Run them while the server runs."""
    ended = Event()
    # As it is now: Django's server sets variables for itself that it finds no settings for.
    environ = {**os.environ, SERVER: str(os.getpid())}
    threads = [
        # Which a server that is reloaded does not wait for; what they run sees that it is gone.
        Thread(target=keep_running, args=(command.split(), environ, ended), daemon=True)
        for command in settings.BESIDE_SERVER
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def keep_running(command: list[str], environ: dict[str, str], ended: Event) -> None:
    manage = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *command]
    wait = AGAIN
    while not ended.is_set():
        started = time.monotonic()
        with STARTING:
            process = subprocess.Popen(  # noqa: S603
                manage,
                env=environ,
                stdin=subprocess.DEVNULL,
                # Its own, and so its group: Ctrl-C is told to the server, which ends it in order.
                start_new_session=True,
            )
        let_others_first(process.pid)  # from its start on, which takes a second of a core
        while process.poll() is None and not ended.wait(LOOK / 5):
            pass
        stop(process)
        wait = AGAIN if time.monotonic() - started > LIVED else min(2 * wait, LATEST)
        ended.wait(wait)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def end_with_server() -> None:
    """End this process, which runs beside a server, when that is there no more."""
    server = int(os.environ.get(SERVER) or os.getppid())
    Thread(target=watch, args=(server,), name="beside", daemon=True).start()


def watch(server: int) -> None:
    while os.getppid() == server:
        time.sleep(LOOK)
    os.kill(os.getpid(), signal.SIGTERM)  # it ends what it is at
    time.sleep(STOPS_WITHIN)
    os._exit(1)

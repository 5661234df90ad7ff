"""Serves the site for production: `make serve`, after its checks.

granian takes requests in, however slowly they come (`config.rsgi`), so the site is safe without a
proxy. Behind one that hands on whole requests only, and takes answers at once, as nginx does,
`PROXY_BUFFERS=on` lets threads read and write by themselves (`config.wsgi`), which is faster.
"""

import os
import resource
import signal
import sys
from contextlib import ExitStack
from functools import partial
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from api.beside import beside_server
from api.processes import die_with_parent
from config.environment import POSITIVE, Environment
from config.figures import figures_folder
from config.free_port import refuse_taken

env = Environment()
HEADER_MILLISECONDS = 10_000
"""How long the head of a request may take."""
CONNECTIONS = 8192
"""To each process, silent ones too. More wait in the socket's queue until some end."""
LOGGER = {"handlers": ["console"], "level": "INFO", "propagate": False}
"""Granian's own, of the processes and not of requests."""
STOPS_WITHIN = 30
"""Seconds until a worker that has not ended is."""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("DEBUG", "false")  # as in config.wsgi
    # Each thread would keep memory that no other gets: a third more, after long texts.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")  # read by glibc as a worker starts
    try:
        buffered, port = settings.PROXY_BUFFERS, settings.PORT
        workers = env.int("WORKERS", 1, validate=POSITIVE)
        threads = env.int("THREADS", 4, validate=POSITIVE)
    except ImproperlyConfigured as error:  # its words are enough
        sys.exit(str(error))
    host = env.str("HOST", "127.0.0.1")
    allow_connections()
    # The two would share its requests in silence.
    refuse_taken(host, port, "python -m config.server")
    server = Granian(
        "config.wsgi:application" if buffered else "config.rsgi:application",
        host,
        port,
        interface=Interfaces.WSGI if buffered else Interfaces.RSGI,
        workers=workers,
        blocking_threads=threads if buffered else 1,
        blocking_threads_idle_timeout=600,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS),
        backpressure=CONNECTIONS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOPS_WITHIN,
        log_dictconfig=settings.LOGGING | {"loggers": {"_granian": LOGGER}},
    )
    end_while_started()
    load = partial(application_of_worker, parent=os.getpid())
    with ExitStack() as stack:
        stack.enter_context(beside_server())
        if settings.METRICS:  # all workers write their figures in a folder
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(stack.enter_context(figures_folder()))
        server.serve(target_loader=load)


def application_of_worker(target: str, *, parent: int) -> Any:
    """Return what a worker serves, first of all things in it.

    If the process that started it is killed, it ends: it would keep the port from the next one.
    """
    die_with_parent(parent)
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


def end_while_started() -> None:
    """Let a worker that is asked to end before it serves do so at once.

    A fork has the handlers of what it was made of, until it sets its own: it would not hear.
    """
    asked = (signal.SIGINT, signal.SIGTERM)

    def begin_anew() -> None:
        for number in asked:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, asked)

    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, asked),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, asked),
        after_in_child=begin_anew,
    )


def allow_connections() -> None:
    """Let a process have as many open as the machine lets it: each connection is a file."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main()

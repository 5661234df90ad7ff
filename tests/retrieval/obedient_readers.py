"""A forkserver whose readers do what their file says: as if it had taken them over."""

import os
import signal
import sys
from unittest.mock import patch

from retrieval.parsing import Limits, forkserver
from retrieval.parsing.confinement import confine

REFUSED = 77


def obey(suffix: str, charset: str, limits: Limits) -> None:
    confine(limits)
    try:
        exec(sys.stdin.buffer.read(), {"suffix": suffix, "charset": charset})  # noqa: S102
    except PermissionError:
        sys.exit(REFUSED)


class Fork:
    """Fails after one SIGUSR1 and until the next, as where there is no room for a process.

    Linux holds root to no number of them. After a SIGUSR2 it fails as nobody foresaw.
    """

    def __init__(self) -> None:
        self.fork, self.no_room, self.broken = os.fork, False, False
        signal.signal(signal.SIGUSR1, self.change)
        signal.signal(signal.SIGUSR2, self.break_down)

    def change(self, *_: object) -> None:
        self.no_room = not self.no_room

    def break_down(self, *_: object) -> None:
        self.broken = True

    def __call__(self) -> int:
        if self.broken:
            raise RuntimeError("broken")
        if self.no_room:
            raise BlockingIOError("Resource temporarily unavailable")
        return self.fork()


if __name__ == "__main__":
    with patch("retrieval.parsing.forkserver.read_standard_input", obey), patch("os.fork", Fork()):
        forkserver.main()

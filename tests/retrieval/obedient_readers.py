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
    """Fails after one SIGUSR1 and until the next: Linux holds root to no number of processes."""

    def __init__(self) -> None:
        self.fork, self.no_room = os.fork, False
        signal.signal(signal.SIGUSR1, self.change)

    def change(self, *_: object) -> None:
        self.no_room = not self.no_room

    def __call__(self) -> int:
        if self.no_room:
            raise BlockingIOError("Resource temporarily unavailable")
        return self.fork()


if __name__ == "__main__":
    with patch("retrieval.parsing.forkserver.read_standard_input", obey), patch("os.fork", Fork()):
        forkserver.main()

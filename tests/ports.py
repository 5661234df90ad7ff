"""Ports for servers in processes of their own."""

import os
import socket

FIRST = 10_000
"""All of ours lie below those that the system gives to clients (Linux: from 32768)."""
EACH = 10
_next = FIRST + os.getpid() % 2_000 * EACH


def free_port() -> int:
    """Return a port of this machine that no client, and no parallel worker, comes upon.

    Between this and the server's start it is nobody's, so it must be one that none asks for.
    """
    global _next
    while True:
        port, _next = _next, _next + 1
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port

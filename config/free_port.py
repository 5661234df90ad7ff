"""Tells at once whether a server can have its address: `config.free_port HOST PORT COMMAND`.

It needs the standard library alone, so that `make run` and `make serve` ask before all else.
"""

import socket
import sys


def refuse_taken(host: str, port: int, command: str) -> None:
    """End where another server has the port; `command` is what to type again, at another."""
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            sys.exit(
                f"Cannot serve at {host}:{port}: {error.strerror}. "
                f"Name another port: PORT={another(port)} {command}"
            )


def another(port: int) -> int:
    return port + 1 if 1024 <= port < 65535 else 8001


def main() -> None:
    host, port, command = sys.argv[1:]
    if not (port.isascii() and port.isdecimal() and 1 <= int(port) <= 65535):
        sys.exit(f"PORT is {port!r}. Write a number from 1 to 65535: PORT=8001 {command}")
    refuse_taken(host, int(port), command)


if __name__ == "__main__":
    main()

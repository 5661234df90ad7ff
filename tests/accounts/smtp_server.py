"""A mail server of a few lines, that takes what is sent to it and forwards nothing (RFC 5321)."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread


class Session(socketserver.StreamRequestHandler):
    server: "Server"

    def handle(self) -> None:
        self.say(b"220 here")
        for line in self.rfile:
            command = line[:4].upper()
            if command == b"DATA":
                self.say(b"354 go on")
                self.server.letters.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
            self.say(b"221 bye" if command == b"QUIT" else b"250 ok")
            if command == b"QUIT":
                return

    def say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.letters: list[str] = []


@contextmanager
def smtp_server() -> Iterator[Server]:
    with Server() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()

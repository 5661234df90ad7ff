"""A server of Valkey's protocol (RESP) that notes the commands it is sent, and holds one entry."""

import json
import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

OF_CLIENTS = {b"HELLO", b"CLIENT", b"INFO", b"PING"}
GREETING = {b"server": b"valkey", b"version": b"8.1.0", b"proto": 3, b"role": b"master"}


@contextmanager
def recording_valkey(answers: Mapping[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the server's port, and what it is sent, as it comes."""
    sent: list[dict[str, Any]] = []
    entry = [b"__vector_score", b"0.1", b"payload", json.dumps(answers["entry"]).encode()]
    replies: dict[bytes, Any] = {
        b"HELLO": GREETING,
        b"INFO": b"# Replication\r\nrole:master\r\nconnected_slaves:0\r\n",
        b"FT.INFO": [b"index_name", b"chunks"],
        b"FT.SEARCH": [1, b"chunks:" + answers["entry"]["id"].encode(), entry],
        b"DEL": 1,
    }
    made: set[bytes] = set()

    def reply(command: list[bytes]) -> bytes:
        name = command[0].upper()
        if name not in OF_CLIENTS:
            words = [word.decode() if word.isascii() else word.hex() for word in command[1:]]
            sent.append({"request": name.decode(), "body": words})
        made.add(name)
        if name == b"FT.INFO" and b"FT.CREATE" not in made:
            return b"-Index with name 'chunks' not found\r\n"
        return encoded(replies.get(name, b"OK"))

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while line := self.rfile.readline():
                command = []
                for _ in range(int(line[1:])):
                    length = int(self.rfile.readline()[1:])
                    command.append(self.rfile.read(length + 2)[:-2])
                self.wfile.write(reply(command))

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield str(server.server_address[1]), sent
        finally:
            server.shutdown()
            thread.join()


def encoded(value: Any) -> bytes:
    """Return a value in RESP3."""
    if value == b"OK":
        return b"+OK\r\n"
    if isinstance(value, int):
        return b":%d\r\n" % value
    if isinstance(value, bytes):
        return b"$%d\r\n%s\r\n" % (len(value), value)
    if isinstance(value, dict):
        pairs = [part for pair in value.items() for part in pair]
        return b"%%%d\r\n" % len(value) + b"".join(map(encoded, pairs))
    return b"*%d\r\n" % len(value) + b"".join(map(encoded, value))

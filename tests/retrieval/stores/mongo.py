"""A server of MongoDB's wire protocol that notes the commands it is sent.

https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/: OP_MSG, and the OP_QUERY with
which a driver introduces itself.
"""

import json
import socketserver
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013
HEADER = struct.Struct("<iiii")  # length, request id, the request that it answers, opcode
OF_DRIVERS = {"lsid", "$db", "$clusterTime", "$readPreference", "txnNumber"}
HELLO = {
    "ok": 1.0,
    "helloOk": True,
    "ismaster": True,
    "isWritablePrimary": True,
    "minWireVersion": 0,
    "maxWireVersion": 21,
    "maxBsonObjectSize": 16_777_216,
    "maxMessageSizeBytes": 48_000_000,
    "maxWriteBatchSize": 100_000,
    "logicalSessionTimeoutMinutes": 30,
}


@contextmanager
def recording_mongo(answers: Mapping[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the server's address, and what it is sent, as it comes; it holds one entry."""
    import bson

    sent: list[dict[str, Any]] = []
    replies: dict[str, dict[str, Any]] = {
        "listCollections": {"cursor": {"id": 0, "ns": "site", "firstBatch": [{"name": "chunks"}]}},
        "aggregate": {"cursor": {"id": 0, "ns": "site.chunks", "firstBatch": [answers["entry"]]}},
        "update": {"n": 1, "nModified": 1},
        "delete": {"n": 1},
    }

    def reply(command: dict[str, Any]) -> dict[str, Any]:
        name = next(iter(command))
        if name in ("hello", "ismaster", "isMaster"):
            return HELLO
        if name not in ("ping", "endSessions"):
            said = {key: value for key, value in command.items() if key not in OF_DRIVERS}
            sent.append({"request": name, "body": json.loads(json.dumps(said, default=str))})
        return {"ok": 1.0, **replies.get(name, {})}

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while header := self.rfile.read(HEADER.size):
                length, number, _, opcode = HEADER.unpack(header)
                body = self.rfile.read(length - HEADER.size)
                if opcode == OP_QUERY:
                    start = body.index(b"\0", 4) + 9  # flags, name, numbers to skip and to return
                    answer = bson.encode(reply(bson.decode(body[start:])))
                    told, kind = struct.pack("<iqii", 8, 0, 0, 1) + answer, OP_REPLY
                else:
                    told, kind = b"\0\0\0\0\0" + bson.encode(reply(command(body))), OP_MSG
                self.wfile.write(HEADER.pack(HEADER.size + len(told), 0, number, kind) + told)

    def command(body: bytes) -> dict[str, Any]:
        """Return a message's command, with the documents of its sequences in their places."""
        found: dict[str, Any] = {}
        at = 4
        while at < len(body):
            kind, (size,) = body[at], struct.unpack_from("<i", body, at + 1)
            section = body[at + 1 : at + 1 + size]
            if kind == 0:
                found = {**bson.decode(section), **found}
            else:
                end = section.index(b"\0", 4)
                found[section[4:end].decode()] = bson.decode_all(section[end + 1 :])
            at += 1 + size
        return found

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"mongodb://127.0.0.1:{server.server_address[1]}/?directConnection=true", sent
        finally:
            server.shutdown()
            thread.join()

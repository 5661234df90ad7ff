"""What others notice of clients that hold on to what they have: 200 of each kind, then all at once.

Meanwhile a client asks for its list and adds to it, each time on a new connection. Fails where one
in a hundred waits for a second, or is not answered.
"""

import resource
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from benchmarks.dear import JSON, PAUSE, WAIT_MAX_MS, Found, ask, fill_list
from benchmarks.measuring import table_row
from benchmarks.servers import SERVE, Server, production_settings, running

EACH = 200
SECONDS = 10  # of each kind
HEAD = "POST /todo/todos/slow HTTP/1.1\r\nHost: 127.0.0.1\r\n"
UPLOAD = "POST /retrieval-none/upsert-file HTTP/1.1\r\nHost: 127.0.0.1\r\n"
FORM = 'Content-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nThe ferry'
LONG_ANSWER = "GET /todo/todos/full HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
"""Of 200 KB: more than lies between the site and who reads nothing. More of them would be many
requests, and not slow ones."""
KINDS = {
    "silent": "",
    "unfinished headers": f"{HEAD}X-Header: begun",
    "unfinished bodies": f'{HEAD}Content-Length: 1000\r\n\r\n{{"todo": "bu',
    "unfinished long bodies": f"{HEAD}Content-Length: 1000000\r\n\r\n" + " " * 70_000,
    "unfinished multipart": f"{UPLOAD}Content-Type: multipart/form-data; boundary=x\r\n"
    f"Content-Length: 1000000\r\n\r\n--x\r\n{FORM}",
    "unfinished chunks": f'{HEAD}Transfer-Encoding: chunked\r\n\r\nc\r\n{{"todo": "bu\r\n',
    "read no answer": LONG_ANSWER,
}


@contextmanager
def held(port: int, sent: str, count: int = EACH) -> Iterator[list[socket.socket]]:
    """Open so many connections, send each as much as it takes, and let it be."""
    with ExitStack() as stack:
        connections = []
        for _ in range(count):
            connection = stack.enter_context(closing(socket.socket()))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(10)
            connection.connect(("127.0.0.1", port))
            connection.sendall(sent.encode())
            connections.append(connection)
        yield connections


def probe(server: Server, seconds: float = SECONDS) -> Found:
    """Read and write in turn, as somebody else."""
    found = Found([], 0, Counter(), server.memory_mib())
    until = time.perf_counter() + seconds
    while (started := time.perf_counter()) < until:
        writes = len(found.waits) % 2
        try:
            if writes:
                answer = ask(server.port, "POST", "/todo/todos/ann", b'{"todo": "milk"}', JSON)
            else:
                answer = ask(server.port, "GET", "/todo/todos/ann?limit=10")
            answered = answer.status == 200
        except OSError:
            answered = False
        found.waits.append((time.perf_counter() - started) * 1000)
        found.unanswered += not answered
        time.sleep(PAUSE)
    found.memory = server.memory_mib()
    return found


def still_open(connections: Sequence[socket.socket]) -> int:
    """Return how many connections the site has not ended."""
    count = 0
    for each in connections:
        each.settimeout(0)
        try:
            count += bool(each.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            count += 1
        except OSError:
            pass
    return count


def main() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(table_row(f"{EACH} of each", "p50 ms", "p99 ms", "longest ms", "MiB", "open at the end"))
    print(table_row("---", *["--:"] * 5))
    failed = []
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        database = Path(directory, "bench.sqlite3")
        settings = production_settings(f"sqlite:///{database}")
        with running("make serve", SERVE, settings) as server:
            fill_list(database)
            probe(server, 2)  # so that all is loaded
            for name in ("nobody", *KINDS, "all at once"):
                kinds = {"nobody": [], "all at once": [*KINDS]}.get(name, [name])
                with ExitStack() as stack:
                    connections = [
                        each
                        for kind in kinds
                        for each in stack.enter_context(held(server.port, KINDS[kind]))
                    ]
                    found = probe(server)
                    left = still_open(connections)
                p50, p99 = found.percentile(0.5), found.percentile(0.99)
                waits = (p50, p99, max(found.waits))
                cells = [*(f"{each:,.0f}" for each in waits), found.memory, left]
                print(table_row(name, *cells), flush=True)
                if found.unanswered or p99 > WAIT_MAX_MS:
                    failed.append(f"{name} ({found.unanswered} unanswered)")
    if failed:
        raise SystemExit(f"Others noticed: {', '.join(failed)}.")


if __name__ == "__main__":
    main()

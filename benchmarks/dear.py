"""What others notice while dear work is asked for: each operation at its dearest, 8 at a time.

Meanwhile a client of another plugin asks for its list, one time after the other. Fails where it
waits for a second, or the site, with the processes that it starts, takes more memory than it may.
"""

import json
import re
import sqlite3
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.measuring import table_row
from benchmarks.servers import SERVE, Server, production_settings, running

AT_ONCE = 8
SECONDS = 10  # of each
PAUSE = 0.02  # seconds between two probes
AGAIN = 0.2  # seconds until who was told to come again does, which is far too soon
WAIT_MAX_MS, MEMORY_MAX_MIB = 1_000, 1_536
TODOS = 10_000  # of one list, each as long as it may be
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes


Send = Callable[[int], Answer]
"""Sends one request to a port."""


def ask(
    port: int, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] = {}
) -> Answer:
    connection = HTTPConnection("127.0.0.1", port, timeout=300)
    try:
        connection.request(method, path, body or None, dict(headers))
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()


def sending(method: str, path: str, body: bytes = b"", headers: Mapping[str, str] = JSON) -> Send:
    return lambda port: ask(port, method, path, body, headers)


def upsert(text: str, key: str = "") -> Send:
    documents = {"documents": [{"id": key or "dear", "text": text}]}
    body = json.dumps(documents, ensure_ascii=False).encode()
    return sending("POST", "/retrieval-none/upsert", body)


def upload(content: bytes) -> Send:
    head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    body = head.encode() + content + b"\r\n--x--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    return sending("POST", "/retrieval-none/upsert-file?wait=true", body, kind)


def query(text: str) -> Send:
    queries = {"queries": [{"query": text, "top_k": 50}] * 10, "include_embeddings": True}
    return sending("POST", "/retrieval-none/query", json.dumps(queries).encode())


def sign_in(port: int) -> Answer:
    """Try a password; as somebody else each time, as nobody may try one name for long."""
    page = ask(port, "GET", "/accounts/login/")
    token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)', page.content)
    cookie = next(value for name, value in page.headers.items() if name.lower() == "set-cookie")
    fields = {
        "csrfmiddlewaretoken": token[1].decode() if token else "",
        "username": f"nobody-{next(NUMBERS)}",
        "password": "a-long-enough-word",
    }
    headers = {**FORM, "Cookie": cookie.partition(";")[0]}
    return ask(port, "POST", "/accounts/login/", urlencode(fields).encode(), headers)


NUMBERS = count()


def shared_pages(pages: int = 500, size: int = 1_000_000) -> bytes:
    """Return a small PDF whose pages all show the same: so many bytes of operators."""
    shown = zlib.compress(b"BT /F1 12 Tf 72 720 Td (a) Tj ET\n" * (size // 33), 9)
    kids = b" ".join(b"%d 0 R" % number for number in range(5, 5 + pages))
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]"
        b"/Resources<</Font<</F1 3 0 R>>>>/Contents 4 0 R>>"
    )
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(shown), shown),
        *[page] * pages,
    ]
    written, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj%sendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        len(written),
    )
    return b"%sxref\n0 %d\n0000000000 65535 f \n%s%s" % (written, len(objects) + 1, table, end)


SENTENCE = "The ferry leaves at nine from the pier near the old harbour of the town. "
LINE = "Lines of a paragraph that was wrapped go on, and on, to its end\n"
HAN = "漢字仮名交じり文章"
CASES: dict[str, Send] = {
    "upsert: 500 passages": upsert(SENTENCE * 6_000),
    "upsert: 2 MB, refused": upsert((SENTENCE * 30_000)[:1_990_000]),
    "upsert: 2 MB with one emoji, refused": upsert("😀" + (LINE * 40_000)[:1_990_000]),
    "upsert-file: 500 pages that share 1 MB": upload(shared_pages()),
    "query: 10 of 2,000 characters": query((SENTENCE * 30)[:2_000]),
    "query: 10 of 2,000 characters, Chinese": query((HAN * 250)[:2_000]),
    "getDocument: 2 MB": sending("GET", "/retrieval-none/documents/long"),
    "sign in": sign_in,
    "getTodos: 10,000 of 2,000 characters": sending("GET", "/todo/todos/full"),
    "addTodo to a full list": sending("POST", "/todo/todos/full", b'{"todo": "milk"}'),
    "deleteTodo at the end of a full list": sending(
        "DELETE", "/todo/todos/full", b'{"todo_idx": 10000}'
    ),
}


@dataclass
class Found:
    """What was seen while one kind of dear work was asked for."""

    waits: list[float]  # of the other client, in milliseconds
    unanswered: int  # of its requests
    statuses: Counter[int]
    memory: int  # MiB at most

    def percentile(self, part: float) -> float:
        return sorted(self.waits)[int(len(self.waits) * part)]


def watch(port: int, send: Send, memory: Callable[[], int], seconds: float = SECONDS) -> Found:
    """Ask for dear work in AT_ONCE threads, probe another plugin meanwhile, and look at memory."""
    found = Found([], 0, Counter(), memory())
    done = threading.Event()

    def ask_on() -> None:
        while not done.is_set():
            with suppress(OSError, HTTPException):
                status = send(port).status
                found.statuses[status] += 1
                if status == 503:
                    done.wait(AGAIN)

    def look() -> None:
        while not done.wait(0.1):
            found.memory = max(found.memory, memory())

    threads = [threading.Thread(target=each) for each in [*[ask_on] * AT_ONCE, look]]
    for thread in threads:
        thread.start()
    until = time.perf_counter() + seconds
    while (started := time.perf_counter()) < until:
        try:
            answered = ask(port, "GET", "/todo/todos/ann").status == 200
        except OSError:
            answered = False
        found.waits.append((time.perf_counter() - started) * 1000)
        found.unanswered += not answered
        time.sleep(PAUSE)
    done.set()
    for thread in threads:
        thread.join()
    return found


def fill_list(database: Path) -> None:
    with sqlite3.connect(database, timeout=20) as connection:
        connection.executemany(
            "INSERT INTO todos_todo (store, username, text) VALUES ('todo', 'full', ?)",
            [("x" * 2_000,)] * TODOS,
        )
    connection.close()


def prepare(server: Server, database: Path) -> None:
    """Fill a list, and put in what is searched and a document of 2 MB."""
    fill_list(database)
    for send in (upsert(SENTENCE * 5_000), upsert(f"a{' ' * 1_990_000}b", "long")):
        if send(server.port).status != 200:
            raise SystemExit("The documents were not saved.")


def main() -> None:
    print(table_row("8 at a time", "p50 ms", "p99 ms", "longest ms", "MiB", "answers"))
    print(table_row("---", *["--:"] * 4, "---"))
    failed = []
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        database = Path(directory, "bench.sqlite3")
        settings = production_settings(f"sqlite:///{database}") | {"TODO_QUOTA": f"{TODOS}"}
        with running("make serve", SERVE, settings) as server:
            prepare(server, database)
            for name, send in CASES.items():
                found = watch(server.port, send, server.memory_mib)
                p50, p99 = found.percentile(0.5), found.percentile(0.99)
                waits = [f"{each:,.0f}" for each in (p50, p99, max(found.waits), found.memory)]
                said = ", ".join(f"{n:,} × {status}" for status, n in found.statuses.items())
                print(table_row(name, *waits, said), flush=True)
                if found.unanswered or p99 > WAIT_MAX_MS or found.memory > MEMORY_MAX_MIB:
                    failed.append(name)
    if failed:
        raise SystemExit(f"Others noticed, or it took too much memory: {', '.join(failed)}.")


if __name__ == "__main__":
    main()

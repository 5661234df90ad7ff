"""The limit: a function of WSGI and one statement of SQLite, with nothing around or between them.

It checks nothing, refuses nothing and knows no other path: no application is like it.
"""

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from typing import Any

GET = "SELECT text FROM todo WHERE username = ? ORDER BY id"
ADD = "INSERT INTO todo (username, text) VALUES (?, ?)"
DELETE = """
    DELETE FROM todo WHERE id = (
        SELECT id FROM todo WHERE username = ? ORDER BY id LIMIT 1 OFFSET ?
    ) RETURNING text
"""

local = threading.local()


def connect() -> sqlite3.Connection:
    connection = sqlite3.connect(os.environ["DATABASE"], isolation_level=None, timeout=20)
    connection.executescript("""
        PRAGMA journal_mode=WAL;
        PRAGMA synchronous=NORMAL;
        CREATE TABLE IF NOT EXISTS todo (id INTEGER PRIMARY KEY, username TEXT, text TEXT);
        CREATE INDEX IF NOT EXISTS todo_list ON todo (username, id);
    """)
    return connection


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    try:
        execute = local.connection.execute
    except AttributeError:
        local.connection = connect()
        execute = local.connection.execute
    username = environ["PATH_INFO"].removeprefix("/todos/")
    answer: Any
    if environ["REQUEST_METHOD"] == "GET":
        answer = {"todos": [text for (text,) in execute(GET, (username,))]}
    else:
        body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        if environ["REQUEST_METHOD"] == "POST":
            execute(ADD, (username, body["todo"]))
            answer = {"todo": body["todo"]}
        else:
            [(text,)] = execute(DELETE, (username, body["todo_idx"])).fetchall()
            answer = {"deleted": text}
    content = json.dumps(answer).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
    start_response("200 OK", headers)
    return [content]

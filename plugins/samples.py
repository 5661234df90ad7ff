"""Requests that show what a plugin does, as people type them: by curl, in Python, in JavaScript."""

import json
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One request of an API, which an `API` declares among its `samples`."""

    title: str
    """What it does, for people: “Add a todo”."""
    path: str
    """Below the plugin's root; `{username}` stands for whose it is."""
    method: str = "GET"
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    """Sent as JSON."""


@dataclass(frozen=True)
class Request:
    """A sample at a plugin's address, with what its caller sends."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Written:
    """A sample's title, and the request in each language."""

    title: str
    languages: tuple[tuple[str, str, str], ...]
    """Of each its slug, its name and the code."""


def written(samples: Iterable[Sample], *, url: str, username: str, header: str) -> list[Written]:
    """Write samples for a plugin whose root is at `url`; `header` is "" where none is wanted."""
    return [
        Written(
            sample.title,
            tuple(
                (slug, name, write(request_of(sample, url, username, header)))
                for slug, name, write in LANGUAGES
            ),
        )
        for sample in samples
    ]


def request_of(sample: Sample, url: str, username: str, header: str) -> Request:
    path = sample.path.replace("{username}", quote(username, safe=""))
    query = f"?{urlencode(sample.query)}" if sample.query else ""
    name, _, value = header.partition(": ")
    headers = {name: value} if header else {}
    return Request(sample.method, f"{url}{path}{query}", headers, sample.body)


def as_curl(request: Request) -> str:
    parts = [f"curl {shlex.quote(request.url)}"]
    if request.method != ("GET" if request.body is None else "POST"):
        parts[0] = f"curl -X {request.method} {shlex.quote(request.url)}"
    parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in request.headers.items()]
    if request.body is not None:
        parts += [
            "-H 'Content-Type: application/json'",
            f"-d {shlex.quote(json.dumps(request.body, ensure_ascii=False))}",
        ]
    return " \\\n  ".join(parts)


def as_python(request: Request) -> str:
    """Return what `requests` takes, which most machines with Python have."""
    lines = [f'    "{request.url}",']
    if request.headers:
        lines.append(f"    headers={quoted(dict(request.headers))},")
    if request.body is not None:
        lines.append(f"    json={quoted(request.body)},")
    call = f"answer = requests.{request.method.lower()}("
    made = "\n".join([call, *lines, ")"]) if len(lines) > 1 else f"{call}{lines[0].strip(' ,')})"
    return f"import requests\n\n{made}\nprint(answer.json())"


def quoted(value: Any) -> str:
    """Return a value as Python writes it, its texts as JSON does: both know double quotes."""
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False)
        case dict():
            pairs = ", ".join(f"{quoted(name)}: {quoted(item)}" for name, item in value.items())
            return f"{{{pairs}}}"
        case list():
            return f"[{', '.join(map(quoted, value))}]"
    return repr(value)


def as_javascript(request: Request) -> str:
    headers = dict(request.headers)
    if request.body is not None:
        headers["Content-Type"] = "application/json"
    options = [f'  method: "{request.method}",'] if request.method != "GET" else []
    if headers:
        options.append(f"  headers: {json.dumps(headers)},")
    if request.body is not None:
        options.append(f"  body: JSON.stringify({json.dumps(request.body, ensure_ascii=False)}),")
    given = ", {\n" + "\n".join(options) + "\n}" if options else ""
    return f'const answer = await fetch("{request.url}"{given});\nconsole.log(await answer.json());'


LANGUAGES: tuple[tuple[str, str, Callable[[Request], str]], ...] = (
    ("curl", "curl", as_curl),
    ("python", "Python", as_python),
    ("javascript", "JavaScript", as_javascript),
)

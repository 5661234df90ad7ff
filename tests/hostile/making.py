"""Makes the requests."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from tests.hostile import words

CHUNK = 1_000
MULTIPART = "multipart/form-data; boundary=xx"
HANDS_OFF = ("logout", "/accounts/delete/", "/admin/auth/user/1")
"""What would end the session of who asks, or the person."""


@dataclass(frozen=True)
class Known:
    """What somebody knows who means harm: what there is, and credentials that open it."""

    paths: Sequence[str]
    fields: Sequence[str]
    """Names in what the plugins take."""
    tokens: Mapping[str, str]
    """By the first part of a path."""
    cookie: str
    """Of somebody who may do all."""
    csrf: str


@dataclass(frozen=True)
class Sent:
    head: str
    body: bytes

    @property
    def bytes(self) -> bytes:
        return self.head.encode("latin-1", "replace") + self.body


class Maker:
    def __init__(self, known: Known, seed: int) -> None:
        self.known, self.seed = known, seed

    def make(self, number: int) -> Sent:
        """Return the request of a number; always the same, of a seed and a site."""
        return Making(self.known, Random(f"{self.seed} {number}")).request()


class Making:
    def __init__(self, known: Known, chance: Random) -> None:
        self.known, self.chance = known, chance
        self.choose = chance.choice

    def often(self, part: float) -> bool:
        return self.chance.random() < part

    def value(self, depth: int = 0) -> Any:
        """Return something for JSON; now and then long, or with more in it."""
        if self.often(0.02):
            return words.LONG
        if depth < 3 and self.often(0.15):
            return [self.value(depth + 1) for _ in range(self.chance.randrange(4))]
        if depth < 3 and self.often(0.1):
            return {self.name(): self.value(depth + 1) for _ in range(self.chance.randrange(4))}
        return self.choose(words.PLAIN)

    def name(self) -> str:
        return self.choose(self.known.fields if self.often(0.7) else words.NAMES)

    def fields(self) -> dict[str, Any]:
        return {self.name(): self.value() for _ in range(self.chance.randrange(1, 6))}

    def path(self) -> str:
        path = self.choose(self.known.paths)
        if self.often(0.2):
            path = path.replace("me", quote(self.text(), safe=""), 1)
        if self.often(0.2):
            path += self.choose(words.ENDINGS)
        return path.replace(" ", "%20")

    def text(self) -> str:
        return self.choose(words.TEXTS).encode("utf-8", "surrogatepass").decode("latin-1")

    def query(self) -> str:
        if self.often(0.6):
            return ""
        pairs = [
            (self.name(), self.choose(words.TEXTS)) for _ in range(self.chance.randrange(1, 5))
        ]
        if self.often(0.05):
            pairs *= 300
        return "?" + urlencode(pairs, errors="surrogatepass")

    def request(self) -> Sent:
        path, method = self.path(), self.choose(words.METHODS)
        if any(each in path for each in HANDS_OFF):
            method = "GET" if "logout" not in path else "FOO"
        kind = self.choose(words.CONTENT_TYPES)
        body = self.body(path, kind) if method != "GET" or self.often(0.05) else b""
        lines = [f"{method} {path}{self.query()} HTTP/1.1", f"Host: {self.choose(words.HOSTS)}"]
        lines += [f"{name}: {value}" for name, value in self.headers(path)]
        if kind and body:
            lines.append(f"Content-Type: {kind}")
        if body and self.often(0.15):
            lines.append("Transfer-Encoding: chunked")
            body = chunked(body)
        elif body or method not in ("GET", "HEAD"):
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join([*map(one_line, lines), "Connection: close", "", ""])
        return Sent(head, body)

    def headers(self, path: str) -> list[tuple[str, str]]:
        names = self.chance.sample([*words.HEADERS], self.chance.randrange(4))
        found = [(name, self.choose(words.HEADERS[name])) for name in names]
        slug = path.split("/")[1]
        if slug in self.known.tokens and self.often(0.7):
            found.append(("Authorization", f"Bearer {self.known.tokens[slug]}"))
        elif self.often(0.2):
            found.append(("Authorization", self.choose(words.AUTHORIZATIONS)))
        elif self.often(0.7):
            found.append(("Cookie", self.known.cookie))
            if self.often(0.9):
                found.append(("X-CSRFToken", self.known.csrf))
        return found

    def body(self, path: str, kind: str) -> bytes:
        if self.often(0.08):
            return self.chance.randbytes(self.chance.choice((1, 100, 5_000, 100_000)))
        if "json" in kind or self.often(0.1):
            return self.json(path)
        if "multipart" in kind:
            return self.multipart()
        pairs = [(name, as_text(value)) for name, value in self.fields().items()]
        pairs.append(("csrfmiddlewaretoken", self.known.csrf))
        if self.often(0.03):
            pairs *= 400
        return urlencode(pairs, errors="surrogatepass").encode()

    def json(self, path: str) -> bytes:
        if self.often(0.15):
            return self.choose(words.BROKEN_JSON).encode("utf-8", "surrogatepass")
        body: Any = self.fields() if self.often(0.8) else self.value()
        # <examples>
        if path.startswith("/retrieval") and self.often(0.5):
            body = {self.choose(("documents", "queries", "ids", "filter")): [self.fields()]}
        # </examples>
        if path.endswith("/mcp") and self.often(0.8):
            body = self.message()
        return json.dumps(body).encode("utf-8", "surrogatepass")

    def message(self) -> Any:
        params = {"name": self.name(), "arguments": self.fields(), "uri": self.choose(words.TEXTS)}
        message: dict[str, Any] = {
            "jsonrpc": self.choose(("2.0", "2.0", "2.0", "1.0", 2)),
            "id": self.choose((1, "x", None, 1.5, [], {})),
            "method": self.choose(words.TOOLS),
            "params": self.choose((params, params, self.fields(), [], None)),
        }
        return [message] * self.chance.randrange(30) if self.often(0.1) else message

    def multipart(self) -> bytes:
        parts = []
        for name, value in {**self.fields(), "csrfmiddlewaretoken": self.known.csrf}.items():
            disposition = f'form-data; name="{one_line(name)}"'
            if self.often(0.3):
                ending = self.choose((".txt", ".pdf", ".docx", ".eml", ".csv", "", ".\x00"))
                disposition += f'; filename="{one_line(as_text(value)[:50])}{ending}"'
            head = f"--xx\r\nContent-Disposition: {disposition}\r\n"
            if self.often(0.1):
                head += "Content-Transfer-Encoding: base64\r\n"
            parts.append(f"{head}\r\n{as_text(value)}\r\n")
        end = "--xx--\r\n" if self.often(0.9) else "--x"
        return ("".join(parts) + end).encode("utf-8", "surrogatepass")


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def one_line(text: str) -> str:
    """What would end a header would be no part of it."""
    return text.replace("\r", "").replace("\n", "").replace("\x00", "")


def chunked(body: bytes) -> bytes:
    pieces = (body[start : start + CHUNK] for start in range(0, len(body), CHUNK))
    return b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in pieces) + b"0\r\n\r\n"

"""Takes the secrets out of what was sent and answered, so that it can be shown and given away.

A secret is known by the name that it bears in a header, a query, a form or JSON. What was so known
once is then masked by its value, wherever else it stands: in a path, a page, an error.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlunsplit

from api.fetching import Fetched
from api.hosts import parts_of
from simulator.trace import Exchange

MASK = "***"
ANSWERED = frozenset(
    {
        *("access_token", "refresh_token", "id_token", "token", "registration_access_token"),
        *("client_secret", "client_assertion", "code_verifier", "password"),
    }
)
SENT = ANSWERED | {"code"}
"""An answer's `code` says what happened, and is no secret."""
HEADERS = frozenset(
    {
        *("authorization", "proxy-authorization", "cookie", "set-cookie"),
        *("x-api-key", "mcp-session-id"),
    }
)
PAIR = re.compile(r'"(\w+)"\s*:\s*"((?:[^"\\]|\\.)*)"?')
"""A name and a text in JSON, which may be cut off."""
VALUE_MIN = 8
"""Characters: what is shorter is masked in its place alone, or it would be found everywhere."""

VALUES_MAX = 100
"""Of what others answer; who answers with more of them names no secrets, but keeps a page busy."""


def shown(exchanges: Sequence[Exchange], *, reveal: bool = False) -> Sequence[Exchange]:
    """Return the exchanges as people see them: without secrets, unless they are revealed."""
    return exchanges if reveal else masked(exchanges)


def masked(exchanges: Iterable[Exchange]) -> tuple[Exchange, ...]:
    masker = Masker()
    noted = [masker.exchange(each) for each in exchanges]
    return tuple(masker.exchange(each) for each in noted)  # now that all values are known


def without_secrets(text: str, exchanges: Iterable[Exchange]) -> str:
    """Return a text without the secrets of some exchanges."""
    masker = Masker()
    for each in exchanges:
        masker.exchange(each)
    return masker.everywhere(text)


class Masker:
    def __init__(self) -> None:
        self.values: dict[str, tuple[str, ...]] = {}
        """How each secret may be written, the longest first."""
        self.left = VALUES_MAX
        self.is_answered = False

    def exchange(self, exchange: Exchange) -> Exchange:
        return replace(
            exchange,
            url=self.everywhere(self.url(exchange.url)),
            headers=self.headers(exchange.headers),
            body=self.body(exchange.body, exchange.headers, SENT),
            answer=self.answer(exchange.answer) if exchange.answer else None,
            error=self.everywhere(exchange.error),
        )

    def answer(self, answer: Fetched) -> Fetched:
        self.is_answered = True
        try:
            return Fetched(
                self.everywhere(self.url(answer.url)),
                answer.status,
                self.headers(answer.headers),
                self.body(answer.body, answer.headers, ANSWERED),
            )
        finally:
            self.is_answered = False

    def secret(self, value: str) -> str:
        if len(value) < VALUE_MIN or MASK in value or value in self.values:
            return MASK
        if not self.is_answered or self.left:
            self.left -= self.is_answered
            known = {**self.values, value: ways_to_write(value)}
            self.values = {each: known[each] for each in sorted(known, key=len, reverse=True)}
        return MASK

    def everywhere(self, text: str) -> str:
        for ways in self.values.values():
            for written in ways:
                text = text.replace(written, MASK)
        return text

    def url(self, url: str) -> str:
        parts = parts_of(url)
        return urlunsplit(
            parts._replace(query=self.form(parts.query), fragment=self.form(parts.fragment))
        )

    def form(self, text: str) -> str:
        pairs = parse_qsl(text, keep_blank_values=True)
        if not any(name in SENT for name, _ in pairs):
            return text
        shown = [(name, self.secret(value) if name in SENT else value) for name, value in pairs]
        return urlencode(shown, safe="*")

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {name: self.everywhere(self.header(name, headers[name])) for name in headers}

    def header(self, name: str, value: str) -> str:
        if name.lower() == "location":
            return self.url(value)
        if name.lower() not in HEADERS:
            return value
        scheme, space, credential = value.partition(" ")
        if name.lower().endswith("authorization") and space:
            return f"{scheme} {self.secret(credential)}"
        return self.secret(value)

    def body(self, body: bytes, headers: Mapping[str, str], names: frozenset[str]) -> bytes:
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return body
        kind = next((headers[each] for each in headers if each.lower() == "content-type"), "")
        if "x-www-form-urlencoded" in kind:
            return self.everywhere(self.form(text)).encode()
        try:
            value = json.loads(text)
            shown = self.json(value, names)
        except (ValueError, RecursionError):
            return self.everywhere(self.torn(text, names)).encode()
        if shown != value:
            text = json.dumps(shown, ensure_ascii=False)
        return self.everywhere(text).encode("utf-8", "replace")

    def torn(self, text: str, names: frozenset[str]) -> str:
        """Mask what looks like JSON in what is none: cut off, broken, or the events of a stream."""
        return PAIR.sub(
            lambda pair: f'"{pair[1]}": "{self.secret(pair[2])}"' if pair[1] in names else pair[0],
            text,
        )

    def json(self, value: Any, names: frozenset[str]) -> Any:
        if isinstance(value, dict):
            return {
                name: self.secret(each)
                if name in names and isinstance(each, str)
                else self.json(each, names)
                for name, each in value.items()
            }
        return [self.json(each, names) for each in value] if isinstance(value, list) else value


def ways_to_write(value: str) -> tuple[str, ...]:
    """Return a secret as it may stand in a text, an address, a form or JSON."""
    ways = (value, quote(value, safe="", errors="replace"), json.dumps(value)[1:-1])
    return tuple(dict.fromkeys((*ways, quote_plus(value, errors="replace"))))

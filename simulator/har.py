"""A trace as an HTTP Archive, which browsers' tools open (HAR 1.2)."""

import base64
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from api.fetching import Fetched
from api.hosts import parts_of
from simulator.trace import Exchange

CREATOR = {"name": "example-plugins simulator", "version": "1"}
UNKNOWN = -1  # as the format says it


def as_har(exchanges: Iterable[Exchange]) -> dict[str, Any]:
    return {
        "log": {
            "version": "1.2",
            "creator": CREATOR,
            "pages": [],
            "entries": [entry(exchange) for exchange in exchanges],
        }
    }


def entry(exchange: Exchange) -> dict[str, Any]:
    milliseconds = round(exchange.seconds * 1000, 3)
    said = [exchange.why.sentence, exchange.why.link, exchange.error]
    if exchange.in_browser:
        said.append("The person's browser sent it; its answer was not seen.")
    return {
        "startedDateTime": exchange.started.isoformat(),
        "time": milliseconds,
        "request": request(exchange),
        "response": response(exchange.answer),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": " ".join(filter(None, said)),
    }


def request(exchange: Exchange) -> dict[str, Any]:
    query = parse_qsl(parts_of(exchange.url).query, keep_blank_values=True)
    made: dict[str, Any] = {
        "method": exchange.method,
        "url": exchange.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": pairs(exchange.headers),
        "queryString": [{"name": name, "value": value} for name, value in query],
        "headersSize": UNKNOWN,
        "bodySize": len(exchange.body),
    }
    if exchange.body:
        text = exchange.body.decode("utf-8", "replace")
        made["postData"] = {"mimeType": kind(exchange.headers), "text": text}
    return made


def response(answer: Fetched | None) -> dict[str, Any]:
    """Return a response; one of status 0 where there is none, as browsers write it."""
    status = answer.status if answer else 0
    headers = answer.headers if answer else {}
    body = answer.body if answer else b""
    return {
        "status": status,
        "statusText": HTTPStatus(status).phrase if status in set(HTTPStatus) else "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": pairs(headers),
        "content": content(body, kind(headers)),
        "redirectURL": next((headers[each] for each in headers if each.lower() == "location"), ""),
        "headersSize": UNKNOWN,
        "bodySize": len(body),
    }


def content(body: bytes, mime: str) -> dict[str, Any]:
    made = {"size": len(body), "mimeType": mime}
    try:
        return {**made, "text": body.decode()}
    except UnicodeDecodeError:
        return {**made, "text": base64.b64encode(body).decode(), "encoding": "base64"}


def pairs(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": headers[name]} for name in headers]


def kind(headers: Mapping[str, str]) -> str:
    return next((headers[each] for each in headers if each.lower() == "content-type"), "")

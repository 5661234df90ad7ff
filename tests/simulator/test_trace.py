"""What was sent and answered can be shown, given away, and opened by other tools."""

import json
import shlex
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest

from api.fetching import Fetched
from plugins.linter.purposes import Purpose
from simulator import reasons
from simulator.curl import as_curl
from simulator.har import as_har
from simulator.masking import shown, without_secrets
from simulator.trace import Exchange, Why

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
SECRET = "a-secret/of some+length"
WRITTEN = (SECRET, "a-secret%2Fof%20some%2Blength", "a-secret%2Fof+some%2Blength")


def exchange(url: str = "https://a.example/", **more: Any) -> Exchange:
    said = {"why": reasons.EXCHANGE, "method": "POST", "started": datetime(2026, 1, 2, tzinfo=UTC)}
    return Exchange(url=url, **{**said, **more})


def answer(body: bytes = b"", status: int = 200, **headers: str) -> Fetched:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fetched("https://a.example/", status, named, body)


HOLDING = [
    exchange(headers={"Authorization": f"Bearer {SECRET}"}),
    exchange(headers={"authorization": SECRET}),
    exchange(headers={"Cookie": SECRET}),
    exchange(answer=answer(Set_Cookie=SECRET)),
    exchange(headers={"Mcp-Session-Id": SECRET}),
    exchange(f"https://a.example/?code={WRITTEN[1]}&state=x"),
    exchange(f"https://a.example/#access_token={WRITTEN[1]}"),
    exchange(answer=answer(Location=f"https://b.example/?code={WRITTEN[2]}")),
    exchange(headers={"Content-Type": FORM}, body=f"client_secret={WRITTEN[2]}".encode()),
    exchange(headers={"content-type": JSON}, body=json.dumps({"code_verifier": SECRET}).encode()),
    exchange(answer=answer(json.dumps({"refresh_token": SECRET}).encode(), Content_Type=JSON)),
    exchange(answer=answer(json.dumps([{"a": {"id_token": SECRET}}]).encode())),
    exchange(answer=answer(f'data: {{"access_token": "{SECRET}"}}\n\n'.encode())),
    exchange(answer=answer(f'{{"more": [{{"access_token" : "{SECRET}", "cut'.encode())),
]


@pytest.mark.parametrize("holding", HOLDING, ids=range(len(HOLDING)))
def test_a_secret_is_masked_by_its_name_and_then_everywhere(holding: Exchange) -> None:
    elsewhere = [
        exchange(f"https://a.example/{WRITTEN[1]}", error=f"{SECRET} is unknown"),
        exchange(answer=answer(f"<p>{SECRET}".encode(), Content_Type="text/html")),
        exchange(body=json.dumps({"echo": f"<{SECRET}>"}).encode()),
    ]
    text = repr(shown([*elsewhere, holding]))  # what came before it was known, too
    assert not any(written in text for written in WRITTEN)
    assert "***" in text
    assert any(written in repr(shown([holding], reveal=True)) for written in WRITTEN)


def test_what_is_no_secret_stays_as_it_is() -> None:
    plain = exchange(
        "https://a.example/?state=x&scope=",
        headers={"Content-Type": JSON, "Accept": JSON},
        body=b'{ "grant_type":"refresh_token", "codes": ["a"] }',
        answer=answer(b'{"code": "not_found", "token_type": "bearer", "expires_in": 5}'),
    )
    assert shown([plain]) == (plain,)


def test_a_short_secret_is_masked_in_its_place_alone() -> None:
    [masked] = shown([exchange("https://a.example/abc?code=abc")])
    assert masked.url == "https://a.example/abc?code=***"


@pytest.mark.parametrize("body", [b"\xff\x00", b"[" * 100_000, b'{"a": "\\ud800"}', b""])
def test_a_body_of_any_kind_can_be_shown(body: bytes) -> None:
    each = exchange(answer=answer(body, Content_Type=JSON), body=body)
    json.dumps(as_har(shown([each])))


def test_a_request_can_be_run_again_by_curl() -> None:
    command = as_curl(
        exchange("https://a.example/?a=1&b='", headers={"Accept": JSON}, body=b'{"a": "it\'s"}')
    )
    assert shlex.split(command) == [
        *("curl", "--request", "POST", "https://a.example/?a=1&b='"),
        *("--header", f"Accept: {JSON}", "--data-raw", '{"a": "it\'s"}'),
    ]
    assert as_curl(exchange(method="GET")) == "curl https://a.example/"


def test_an_error_repeats_no_secret_that_was_sent() -> None:
    sent = exchange(headers={"Authorization": "Bearer sent-secret"}, body=b'{"code": "a code of"}')
    assert without_secrets("No: sent-secret, a code of.", [sent]) == "No: ***, ***."


def test_curl_takes_an_address_for_one() -> None:
    command = as_curl(exchange("https://a.example/[1-9]{a,b}", method="GET"))
    assert command == "curl --globoff 'https://a.example/[1-9]{a,b}'"


# --- HAR -----------------------------------------------------------------------------------


def having(**properties: Any) -> dict[str, Any]:
    """Return the schema of an object that has these, and nothing that no reader knows."""
    return {
        "type": "object",
        "properties": {name.rstrip("_"): each for name, each in properties.items()},
        "required": [name for name in properties if not name.endswith("_")],
        "additionalProperties": False,
    }


TEXT, NUMBER = {"type": "string"}, {"type": "number"}
PAIRS = {"type": "array", "items": having(name=TEXT, value=TEXT)}
SIZES = {"headersSize": {"type": "integer"}, "bodySize": {"type": "integer"}}
HAR = having(
    log=having(
        version={"const": "1.2"},
        creator=having(name=TEXT, version=TEXT),
        pages={"const": []},
        entries={
            "type": "array",
            "items": having(
                startedDateTime={"type": "string", "format": "date-time"},
                time={"type": "number", "minimum": 0},
                request=having(
                    **dict.fromkeys(("method", "url", "httpVersion"), TEXT),
                    **dict.fromkeys(("cookies", "headers", "queryString"), PAIRS),
                    **SIZES,
                    postData_=having(mimeType=TEXT, text=TEXT),
                ),
                response=having(
                    status={"type": "integer"},
                    **dict.fromkeys(("statusText", "httpVersion", "redirectURL"), TEXT),
                    **dict.fromkeys(("cookies", "headers"), PAIRS),
                    content=having(
                        size={"type": "integer"}, mimeType=TEXT, text=TEXT, encoding_=TEXT
                    ),
                    **SIZES,
                ),
                cache={"const": {}},
                timings=having(send=NUMBER, wait=NUMBER, receive=NUMBER),
                comment=TEXT,
            ),
        },
    )
)
"""What HAR 1.2 says must be there (sections "HAR Data Structure")."""


@pytest.mark.parametrize("each", [*HOLDING, exchange(error="Refused."), exchange(in_browser=True)])
def test_the_archive_is_of_the_form_that_its_readers_know(each: Exchange) -> None:
    checker = jsonschema.FormatChecker()
    for archive in (as_har([each]), as_har(shown([each]))):
        jsonschema.Draft202012Validator(HAR, format_checker=checker).validate(archive)


def test_what_is_no_text_is_archived_all_the_same() -> None:
    [entry] = as_har([exchange(answer=answer(b"\xff"))])["log"]["entries"]
    assert entry["response"]["content"]["encoding"] == "base64"


def test_each_reason_is_one_sentence_and_a_link() -> None:
    own = [each for each in vars(reasons).values() if isinstance(each, Why) and each.sentence]
    whys = [*own, *reasons.OF_CHECKS.values()]
    assert len(whys) > 25
    for why in whys:
        assert why.sentence.endswith(".") and ". " not in why.sentence
        assert why.link.startswith("https://")


def test_each_request_of_a_check_has_a_sentence_of_its_own() -> None:
    assert set(reasons.OF_CHECKS) == set(Purpose)
    assert len({why.sentence for why in reasons.OF_CHECKS.values()}) == len(Purpose)

"""Reads what an authorization server answers a client."""

from typing import Any

import orjson

from api.fetching import Fetched
from plugins.linter.rules import shown
from simulator.errors import StepError


def read_answer(answer: Fetched, endpoint: str, section: str) -> dict[str, Any]:
    """Return the JSON object of a good answer; raises StepError, in the server's words if any."""
    said = parsed(answer)
    if isinstance(said, dict) and refusal(answer):
        why = f"{said['error']}: {said.get('error_description') or 'it does not say why'}"
        raise StepError(f"The {endpoint} refuses with HTTP status {answer.status}, {why}")
    if not 200 <= answer.status < 300:
        raise StepError(
            f"The {endpoint} answers HTTP status {answer.status}: "
            f"{shown(answer.body.decode('utf-8', 'replace'))}. See the server's log."
        )
    if not isinstance(said, dict):
        kind = answer.header("content-type") or "no Content-Type"
        raise StepError(
            f"The {endpoint} answers {kind}, and no JSON object: "
            f"{shown(answer.body.decode('utf-8', 'replace'))}. Let it answer as {section} says."
        )
    return said


def refusal(answer: Fetched) -> bool:
    """Say whether a server refuses in the words of OAuth (RFC 6749 section 5.2)."""
    said = parsed(answer)
    return isinstance(said, dict) and answer.status >= 400 and "error" in said


def parsed(answer: Fetched) -> Any:
    try:
        return orjson.loads(answer.body)
    except ValueError:
        return None

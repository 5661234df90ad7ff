"""Lessons that call an operation with what opens nothing."""

import secrets as random
from dataclasses import replace
from typing import Any

from api.fetching import Fetched
from simulator.console.lesson import Lesson, Outcome
from simulator.errors import StepError
from simulator.fetching import TracedFetcher
from simulator.operation import Operation
from simulator.reasons import rfc
from simulator.schemes import Scheme
from simulator.subject import Subject


class CallLesson(Lesson):
    """Calls an operation with what opens nothing."""

    needs_visit = False

    def applies(self, scheme: Scheme) -> bool:
        return scheme.authenticates

    def headers(self) -> dict[str, str]:
        raise NotImplementedError

    def learn(self, fetcher: TracedFetcher, subject: Subject) -> Outcome:
        operation, values = harmless(subject)
        first = len(fetcher.trace)
        try:
            operation.call(fetcher, values, self.headers())
        finally:
            fetcher.trace[first:] = [replace(each, why=self.why) for each in fetcher.trace[first:]]
        answer = fetcher.trace[first].answer  # an MCP server may refuse before the call itself
        if answer is None:
            return Outcome(None, fetcher.trace[first].error)
        return self.judged(operation, answer)

    def judged(self, operation: Operation, answer: Fetched) -> Outcome:
        challenge = answer.header("www-authenticate")
        if answer.status == 401 and challenge:
            return Outcome(True, f"{operation.id} was refused: HTTP status 401, {challenge}.")
        if answer.status == 401:
            return Outcome(False, "It was refused with 401, but without a WWW-Authenticate header.")
        good = f"{operation.id} answered HTTP status {answer.status}, not 401."
        return Outcome(False, good)


class WithoutToken(CallLesson):
    slug = "without-token"
    title = "Call without the token"
    expects = "HTTP status 401, and a WWW-Authenticate header that says how to authenticate."
    section = "RFC 6750, section 3"
    link = rfc(6750, "3")
    doing = "Calls an operation without a credential, on purpose."

    def headers(self) -> dict[str, str]:
        return {}


class MadeUpToken(CallLesson):
    slug = "made-up-token"
    title = "Call with a made-up token"
    expects = 'HTTP status 401, with error="invalid_token" in its WWW-Authenticate header.'
    section = "RFC 6750, section 3.1"
    link = rfc(6750, "3.1")
    doing = "Calls an operation with a token that nobody gave out, on purpose."

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {random.token_urlsafe(32)}"}

    def judged(self, operation: Operation, answer: Fetched) -> Outcome:
        outcome = super().judged(operation, answer)
        if outcome.is_good and "invalid_token" not in answer.header("www-authenticate"):
            return Outcome(False, f"{outcome.said} It does not say invalid_token.")
        return outcome


def harmless(subject: Subject) -> tuple[Operation, dict[str, Any]]:
    """Return an operation that reads, with the arguments it takes; raises StepError."""
    for operation in subject.operations:
        needed = [each for each in operation.arguments if each.required]
        if operation.reads:
            return operation, {each.name: needed_value(each.example) for each in needed}
    raise StepError("It has no operation that only reads, so none is called without leave.")


def needed_value(example: Any) -> Any:
    return "me" if example is None else example

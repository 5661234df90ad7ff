"""Steps that are broken on purpose: what a good server answers, and whether this one does.

A lesson that takes a code of its own takes a client of its own too, wherever one can be had: what
a good server ends when it is attacked is then the lesson's, and not the installation's.
"""

import json
import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from api.fetching import Fetched
from simulator.errors import StepError
from simulator.fetching import TracedFetcher
from simulator.oauth import authorization, tokens
from simulator.oauth.authorization import Visit
from simulator.oauth.server import Server
from simulator.operation import Operation
from simulator.reasons import rfc
from simulator.schemes import Scheme
from simulator.subject import Subject
from simulator.trace import Why


@dataclass(frozen=True)
class Outcome:
    is_good: bool | None
    """None where it cannot be told."""
    said: str


class Lesson:
    slug: ClassVar[str]
    title: ClassVar[str]
    expects: ClassVar[str]
    """What a good server answers."""
    section: ClassVar[str]
    """Where that is written down, in words."""
    link: ClassVar[str]
    needs_visit: ClassVar[bool] = True
    """Whether it takes a code, and so a person who agrees."""
    doing: ClassVar[str]
    """What its request is for."""

    @property
    def why(self) -> Why:
        return Why(self.doing, self.link)

    def applies(self, scheme: Scheme) -> bool:
        """Say whether it can be taken where callers authenticate so."""
        return scheme.sends_away


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


class CodeLesson(Lesson):
    """Does wrong with a code that a person agreed to."""

    def altered(self, visit: Visit) -> Visit:
        """Return the way that the person is sent, and what the client remembers of it."""
        return visit

    def learn(
        self,
        fetcher: TracedFetcher,
        server: Server,
        client: dict[str, Any],
        visit: Visit,
        came_back: Mapping[str, str],
    ) -> Outcome:
        """Take the lesson; what a server gave all the same goes into `client`, to be ended."""
        code = authorization.code_of(server, visit, came_back)
        fields = {"code": code, "redirect_uri": visit.redirect_uri}
        if visit.verifier:
            fields["code_verifier"] = visit.verifier
        return self.wrong(fetcher, server, client, fields)

    def wrong(
        self,
        fetcher: TracedFetcher,
        server: Server,
        client: dict[str, Any],
        fields: dict[str, str],
    ) -> Outcome:
        raise NotImplementedError

    def exchange(
        self,
        fetcher: TracedFetcher,
        server: Server,
        client: dict[str, Any],
        fields: Mapping[str, str],
    ) -> Outcome:
        """Exchange the code for tokens, which a good server does not."""
        sent = {"grant_type": "authorization_code", **fields}
        return judged(tokens.ask(fetcher.to(self.why), server, client, sent), client)


def receive(client: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Take tokens, and remember those before them: all are ended in the end."""
    names = ("access_token", "refresh_token")
    earlier = {name: client[name] for name in names if name in client}
    client["earlier"] = [*client.get("earlier", []), *([earlier] if earlier else [])]
    client.update(given)


def judged(answer: Fetched, client: dict[str, Any]) -> Outcome:
    """Say whether a token endpoint refused as it should (RFC 6749 section 5.2)."""
    try:
        said = json.loads(answer.body)
    except ValueError:
        said = None
    said = said if isinstance(said, dict) else {}
    if isinstance(said.get("access_token"), str):
        names = ("access_token", "refresh_token")
        receive(client, {name: said[name] for name in names if isinstance(said.get(name), str)})
        return Outcome(False, f"It answered HTTP status {answer.status}, and gave tokens.")
    status = f"HTTP status {answer.status}"
    if answer.status in (400, 401) and said.get("error"):
        why = f": {said['error_description']}" if said.get("error_description") else ""
        return Outcome(True, f"It refused: {status}, {said['error']}{why}")
    return Outcome(False, f"It gave no tokens, but answered {status} without an error in JSON.")


class WrongState(CodeLesson):
    slug = "wrong-state"
    title = "Come back with a wrong state"
    expects = (
        "A server echoes the state exactly as it was sent. A client that remembers another "
        "refuses, and exchanges nothing: somebody else may have started this."
    )
    section = "RFC 6749, sections 4.1.2 and 10.12"
    link = rfc(6749, "10.12")
    doing = "Comes back with a state that this client does not remember, on purpose."

    def altered(self, visit: Visit) -> Visit:
        return replace(visit, state=random.token_urlsafe(24))

    def learn(
        self,
        fetcher: TracedFetcher,
        server: Server,
        client: dict[str, Any],
        visit: Visit,
        came_back: Mapping[str, str],
    ) -> Outcome:
        sent = parse_qs(urlsplit(visit.url).query).get("state")
        if [came_back.get("state")] != sent:
            return Outcome(False, "The server did not echo the state that was sent.")
        try:
            authorization.code_of(server, visit, came_back)
        except StepError as error:
            return Outcome(True, f"The server echoed the state, and this client refused. {error}")
        return Outcome(False, "The state was taken for the right one.")


class WrongVerifier(CodeLesson):
    slug = "wrong-verifier"
    title = "Send a wrong verifier"
    expects = "HTTP status 400, invalid_grant: the verifier does not fit the code_challenge."
    section = "RFC 7636, section 4.6"
    link = rfc(7636, "4.6")
    doing = "Exchanges a code with a verifier that does not fit its challenge, on purpose."

    def applies(self, scheme: Scheme) -> bool:
        return super().applies(scheme) and bool(scheme.details.get("offers_s256"))

    def wrong(
        self,
        fetcher: TracedFetcher,
        server: Server,
        client: dict[str, Any],
        fields: dict[str, str],
    ) -> Outcome:
        fields["code_verifier"] = random.token_urlsafe(48)
        return self.exchange(fetcher, server, client, fields)


class SkipPKCE(WrongVerifier):
    slug = "skip-pkce"
    title = "Skip PKCE"
    expects = "HTTP status 400: a code that was asked for with a code_challenge wants its verifier."
    section = "RFC 9700, section 2.1.1"
    link = rfc(9700, "2.1.1")
    doing = "Exchanges a code without the verifier that it wants, on purpose."

    def wrong(
        self,
        fetcher: TracedFetcher,
        server: Server,
        client: dict[str, Any],
        fields: dict[str, str],
    ) -> Outcome:
        del fields["code_verifier"]
        return self.exchange(fetcher, server, client, fields)


class AnotherRedirectURI(CodeLesson):
    slug = "another-redirect-uri"
    title = "Name another redirect_uri"
    expects = "HTTP status 400, invalid_grant: the code was sent to another address."
    section = "RFC 6749, section 4.1.3"
    link = rfc(6749, "4.1.3")
    doing = "Exchanges a code with another redirect_uri than it was asked for with, on purpose."

    def wrong(
        self,
        fetcher: TracedFetcher,
        server: Server,
        client: dict[str, Any],
        fields: dict[str, str],
    ) -> Outcome:
        fields["redirect_uri"] += "elsewhere"
        return self.exchange(fetcher, server, client, fields)


class ReplayCode(CodeLesson):
    slug = "replay-code"
    title = "Replay the code"
    expects = "HTTP status 400, invalid_grant; and it ends the tokens that the code was good for."
    section = "RFC 6749, section 4.1.2"
    link = rfc(6749, "4.1.2")
    doing = "Exchanges a code that was exchanged already, on purpose."

    def wrong(
        self,
        fetcher: TracedFetcher,
        server: Server,
        client: dict[str, Any],
        fields: dict[str, str],
    ) -> Outcome:
        receive(client, tokens.exchange(fetcher, server, client, fields))
        outcome = self.exchange(fetcher, server, client, fields)
        if not (outcome.is_good and client.get("refresh_token")):
            return outcome
        after = refreshed(fetcher.to(self.why), server, client)
        ended = "It ended the tokens, too." if after.is_good else "The tokens it gave are alive."
        return Outcome(outcome.is_good, f"{outcome.said} {ended}")


class RefreshTwice(CodeLesson):
    slug = "refresh-twice"
    title = "Use the refresh token twice"
    expects = "HTTP status 400, invalid_grant; and it ends the tokens, as one of the two stole it."
    section = "RFC 9700, section 4.14.2"
    link = rfc(9700, "4.14.2")
    doing = "Sends a refresh token that was used already, on purpose."

    def wrong(
        self,
        fetcher: TracedFetcher,
        server: Server,
        client: dict[str, Any],
        fields: dict[str, str],
    ) -> Outcome:
        receive(client, tokens.exchange(fetcher, server, client, fields))
        first = client.get("refresh_token")
        if not first:
            return Outcome(None, "It gives no refresh tokens.")
        receive(client, tokens.refresh(fetcher, server, client, first))
        if client["refresh_token"] == first:
            return Outcome(
                None, "It gives the same refresh token again, which is for clients with a secret."
            )
        return refreshed(fetcher.to(self.why), server, {**client, "refresh_token": first})


def refreshed(fetcher: TracedFetcher, server: Server, client: dict[str, Any]) -> Outcome:
    """Try a refresh that a good server refuses."""
    sent = {"grant_type": "refresh_token", "refresh_token": client["refresh_token"]}
    return judged(tokens.ask(fetcher, server, client, sent), client)


LESSONS: Mapping[str, Lesson] = {
    each.slug: each()
    for each in (
        *(WithoutToken, MadeUpToken, WrongState, WrongVerifier, SkipPKCE),
        *(AnotherRedirectURI, ReplayCode, RefreshTwice),
    )
}

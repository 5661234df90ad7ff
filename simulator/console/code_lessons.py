"""Lessons that do wrong with a code that a person agreed to."""

import json
import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from simulator.console.lesson import Lesson, Outcome
from simulator.errors import StepError
from simulator.fetching import TracedFetcher
from simulator.oauth import authorization, tokens
from simulator.oauth.authorization import Visit
from simulator.oauth.server import Server
from simulator.reasons import rfc
from simulator.schemes import Scheme
from simulator.trace import Why

TOKENS = ("access_token", "refresh_token")
Fields = dict[str, str]


@dataclass
class Client:
    """A lesson's own client at the token endpoint, and all that it was ever given there."""

    fetcher: TracedFetcher
    server: Server
    known: dict[str, Any]
    """Its id and its secret, and its latest tokens."""
    earlier: list[Mapping[str, str]] = field(default_factory=list)
    """Tokens before those: all are ended in the end."""

    def exchange(self, fields: Fields) -> None:
        """Exchange a code as it should be; raises StepError, FetchError."""
        self.receive(tokens.exchange(self.fetcher, self.server, self.known, fields))

    def refresh(self) -> None:
        token = self.known["refresh_token"]
        self.receive(tokens.refresh(self.fetcher, self.server, self.known, token))

    def receive(self, given: Mapping[str, Any]) -> None:
        self.earlier.append({name: self.known[name] for name in TOKENS if name in self.known})
        self.known.update(given)

    def try_exchange(self, why: Why, fields: Fields) -> Outcome:
        """Exchange a code, which a good server does not."""
        return self.attempt(why, {"grant_type": "authorization_code", **fields})

    def try_refresh(self, why: Why, token: str) -> Outcome:
        return self.attempt(why, {"grant_type": "refresh_token", "refresh_token": token})

    def attempt(self, why: Why, fields: Fields) -> Outcome:
        """Say whether the endpoint refuses as it should (RFC 6749 section 5.2)."""
        answer = tokens.ask(self.fetcher.to(why), self.server, self.known, fields)
        try:
            said = json.loads(answer.body)
        except ValueError:
            said = None
        said = said if isinstance(said, dict) else {}
        if isinstance(said.get("access_token"), str):
            self.receive({name: said[name] for name in TOKENS if isinstance(said.get(name), str)})
            return Outcome(False, f"It answered HTTP status {answer.status}, and gave tokens.")
        status = f"HTTP status {answer.status}"
        if answer.status in (400, 401) and said.get("error"):
            why_not = f": {said['error_description']}" if said.get("error_description") else "."
            return Outcome(True, f"It refused: {status}, {said['error']}{why_not}")
        return Outcome(False, f"It gave no tokens, but answered {status} without an error in JSON.")


class CodeLesson(Lesson):
    """Does wrong with a code that a person agreed to."""

    def altered(self, visit: Visit) -> Visit:
        """Return the way that the person is sent, and what the client remembers of it."""
        return visit

    def learn(self, client: Client, visit: Visit, came_back: Mapping[str, str]) -> Outcome:
        """Take the lesson, now that the person is back; raises StepError, FetchError."""
        code = authorization.code_of(client.server, visit, came_back)
        fields = {"code": code, "redirect_uri": visit.redirect_uri}
        if visit.verifier:
            fields["code_verifier"] = visit.verifier
        return self.wrong(client, fields)

    def wrong(self, client: Client, fields: Fields) -> Outcome:
        """Do wrong with what a good exchange would send."""
        raise NotImplementedError


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

    def learn(self, client: Client, visit: Visit, came_back: Mapping[str, str]) -> Outcome:
        sent = parse_qs(urlsplit(visit.url).query).get("state")
        if [came_back.get("state")] != sent:
            return Outcome(False, "The server did not echo the state that was sent.")
        try:
            authorization.code_of(client.server, visit, came_back)
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

    def wrong(self, client: Client, fields: Fields) -> Outcome:
        fields["code_verifier"] = random.token_urlsafe(48)
        return client.try_exchange(self.why, fields)


class SkipPKCE(WrongVerifier):
    slug = "skip-pkce"
    title = "Skip PKCE"
    expects = "HTTP status 400: a code that was asked for with a code_challenge wants its verifier."
    section = "RFC 9700, section 2.1.1"
    link = rfc(9700, "2.1.1")
    doing = "Exchanges a code without the verifier that it wants, on purpose."

    def wrong(self, client: Client, fields: Fields) -> Outcome:
        del fields["code_verifier"]
        return client.try_exchange(self.why, fields)


class AnotherRedirectURI(CodeLesson):
    slug = "another-redirect-uri"
    title = "Name another redirect_uri"
    expects = "HTTP status 400, invalid_grant: the code was sent to another address."
    section = "RFC 6749, section 4.1.3"
    link = rfc(6749, "4.1.3")
    doing = "Exchanges a code with another redirect_uri than it was asked for with, on purpose."

    def wrong(self, client: Client, fields: Fields) -> Outcome:
        fields["redirect_uri"] += "elsewhere"
        return client.try_exchange(self.why, fields)


class ReplayCode(CodeLesson):
    slug = "replay-code"
    title = "Replay the code"
    expects = "HTTP status 400, invalid_grant; and it ends the tokens that the code was good for."
    section = "RFC 6749, section 4.1.2"
    link = rfc(6749, "4.1.2")
    doing = "Exchanges a code that was exchanged already, on purpose."
    looks_after = Why("Finds out whether the tokens that the code was good for have ended.", link)

    def wrong(self, client: Client, fields: Fields) -> Outcome:
        client.exchange(fields)
        outcome = client.try_exchange(self.why, fields)
        token = client.known.get("refresh_token")
        if not (outcome.is_good and token):
            return outcome
        after = client.try_refresh(self.looks_after, token)
        ended = "It ended the tokens, too." if after.is_good else "The tokens it gave are alive."
        return Outcome(outcome.is_good, f"{outcome.said} {ended}")


class RefreshTwice(CodeLesson):
    slug = "refresh-twice"
    title = "Use the refresh token twice"
    expects = (
        "HTTP status 400, invalid_grant; and it ends the tokens, as one of the two stole it. "
        "Some servers wait for a short while, as the first answer may have been lost."
    )
    section = "RFC 9700, section 4.14.2"
    link = rfc(9700, "4.14.2")
    doing = "Sends a refresh token that was used already, on purpose."

    def wrong(self, client: Client, fields: Fields) -> Outcome:
        client.exchange(fields)
        first = client.known.get("refresh_token")
        if not first:
            return Outcome(None, "It gives no refresh tokens.")
        client.refresh()
        second = client.known["refresh_token"]
        if second == first:
            return Outcome(
                None, "It gives the same refresh token again, which is for clients with a secret."
            )
        outcome = client.try_refresh(self.why, first)
        if client.known["refresh_token"] != second:
            return Outcome(
                None,
                "It gave another pair of tokens. That is right for a short while after the first "
                "use, and wrong later; this lesson does not wait to see.",
            )
        return outcome

"""The ways in which a client authenticates: each says what it needs, and what it sends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from simulator.errors import StepError
from simulator.fetching import TracedFetcher
from simulator.oauth.authorization import Visit

Secrets = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a person gives for an installation."""

    token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Need:
    """One thing that a scheme needs of the person who installs."""

    name: str
    """Of the field of `Given`."""
    words: str
    kind: str = "password"
    """Of an input of HTML."""

    @property
    def label(self) -> str:
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Begun:
    """An installation that was begun, and the way that its person has to go before it is done."""

    secrets: Secrets = field(repr=False)
    visit: Visit | None = None


class Scheme:
    """One way to authenticate; the base sends nothing."""

    slug: ClassVar[str]
    """Its name in a manifest."""
    name: ClassVar[str]
    is_verified: ClassVar[bool] = False
    """Whether the plugin's owner has to put a verification token into the manifest."""
    sends_away: ClassVar[bool] = False
    """Whether the person has to agree somewhere else."""
    authenticates: ClassVar[bool] = True
    """Whether a call bears a credential."""
    renews: ClassVar[bool] = False
    """Whether its tokens can be refreshed and revoked."""

    def __init__(self, details: Mapping[str, Any]) -> None:
        self.details = details
        """What has to be remembered of it, none of it secret."""

    @classmethod
    def of_manifest(cls, url: str, auth: Mapping[str, Any], fetcher: TracedFetcher) -> "Scheme":
        """Return the scheme as the manifest at a URL says it; raises StepError."""
        return cls({})

    def needs(self) -> tuple[Need, ...]:
        return ()

    def places(self) -> dict[str, str]:
        """Return where a person signs in, and where secrets go but for calls, by words for it."""
        return {}

    def missing(self, given: Given) -> Need | None:
        """Return what only the person can give, and did not."""
        return next((need for need in self.needs() if not getattr(given, need.name)), None)

    def begin(self, fetcher: TracedFetcher, given: Given, redirect_uri: str) -> Begun:
        """Begin to install; raises StepError, FetchError."""
        return Begun({})

    def finish(self, fetcher: TracedFetcher, begun: Begun, came_back: Mapping[str, str]) -> Secrets:
        """Return the secrets, now that the person is back; raises StepError, FetchError."""
        return begun.secrets

    def give_up(self, fetcher: TracedFetcher, begun: Begun) -> list[str]:
        """Undo what was begun and cannot be finished; say in words what was done."""
        return []

    def headers(self, secrets: Secrets) -> dict[str, str]:
        """Return what authenticates a call."""
        return {}

    def refresh(self, fetcher: TracedFetcher, secrets: Secrets) -> Secrets | None:
        """Return new secrets, because the old ones were refused; None where there is no way."""
        return None

    def revoke(self, fetcher: TracedFetcher, secrets: Secrets) -> list[str]:
        """End what can be ended at the other side; say in words what was done, or was not."""
        return self.revoke_tokens(fetcher, secrets)

    def revoke_tokens(self, fetcher: TracedFetcher, secrets: Secrets) -> list[str]:
        """End the tokens, and leave what they came from."""
        return []


class NoAuth(Scheme):
    """Anybody may call."""

    slug = "none"
    name = "no sign-in"
    authenticates = False


class TokenScheme(Scheme):
    """A token that the plugin's site gave somebody, to paste."""

    whose: ClassVar[str]

    @classmethod
    def of_manifest(cls, url: str, auth: Mapping[str, Any], fetcher: TracedFetcher) -> "Scheme":
        return cls({"authorization_type": auth.get("authorization_type")})

    def needs(self) -> tuple[Need, ...]:
        return (Need("token", self.whose),)

    def begin(self, fetcher: TracedFetcher, given: Given, redirect_uri: str) -> Begun:
        if not given.token.isascii() or not given.token.isprintable():
            raise StepError("A token has no other characters than a header can carry.")
        return Begun({"token": given.token})

    def headers(self, secrets: Secrets) -> dict[str, str]:
        kind = str(self.details.get("authorization_type") or "bearer").title()
        return {"Authorization": f"{kind} {secrets['token']}"}

    def revoke_tokens(self, fetcher: TracedFetcher, secrets: Secrets) -> list[str]:
        return ["Its token still opens the plugin: revoke it where you got it."]


class ServiceHTTP(TokenScheme):
    """One token for all the people whom the service serves."""

    slug = "service_http"
    name = "a service token"
    whose = "the service token, which the plugin's operator makes"
    is_verified = True


class UserHTTP(TokenScheme):
    """Each person's own token."""

    slug = "user_http"
    name = "a personal token"
    whose = "a token of your own, which you make at the plugin's site"

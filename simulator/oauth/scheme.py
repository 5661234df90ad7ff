"""OAuth as one of the schemes: the client's whole way, from a client id to revoked tokens."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from api.fetching import FetchError
from simulator import reasons
from simulator.errors import StepError
from simulator.fetching import TracedFetcher
from simulator.oauth import authorization, discovery, registration, tokens
from simulator.oauth.server import Server
from simulator.schemes import Begun, Given, Need, Scheme, Secrets


class OAuth(Scheme):
    """Each person agrees, at the authorization server, to what the client may do for them."""

    slug = "oauth"
    name = "OAuth"
    is_verified = True
    sends_away = True
    renews = True

    @classmethod
    def of_manifest(cls, url: str, auth: Mapping[str, Any], fetcher: TracedFetcher) -> "OAuth":
        return cls(discovery.of_manifest(url, auth, fetcher).as_details())

    @property
    def server(self) -> Server:
        return Server.of_details(self.details)

    def needs(self) -> tuple[Need, ...]:
        """A client needs to be made by hand only where none can register."""
        if self.server.registration_url:
            return ()
        return (Need("client_id", "an OAuth client, which the plugin's operator makes", "text"),)

    def places(self) -> dict[str, str]:
        return {
            "You sign in and agree at": self.server.authorize_url,
            "The code, and the client’s secret, go to": self.server.token_url,
        }

    def begin(self, fetcher: TracedFetcher, given: Given, redirect_uri: str) -> Begun:
        if given.client_id:
            client = registration.made_by_hand(self.server, given.client_id, given.client_secret)
        else:
            client = registration.register(fetcher, self.server, redirect_uri)
        visit = authorization.visit(
            self.server, client_id=client["client_id"], redirect_uri=redirect_uri
        )
        fetcher.to(reasons.AUTHORIZE).note_visit(visit.url)
        return Begun(client, visit)

    def finish(self, fetcher: TracedFetcher, begun: Begun, came_back: Mapping[str, str]) -> Secrets:
        assert begun.visit
        back = f"{begun.visit.redirect_uri}?{urlencode(came_back)}"
        fetcher.to(reasons.COME_BACK).note_visit(back)
        fields = {
            "code": authorization.code_of(self.server, begun.visit, came_back),
            "redirect_uri": begun.visit.redirect_uri,
        }
        if begun.visit.verifier:
            fields["code_verifier"] = begun.visit.verifier
        return {**begun.secrets, **tokens.exchange(fetcher, self.server, begun.secrets, fields)}

    def give_up(self, fetcher: TracedFetcher, begun: Begun) -> list[str]:
        return self.unregister(fetcher, begun.secrets)

    def headers(self, secrets: Secrets) -> dict[str, str]:
        return {"Authorization": f"Bearer {secrets['access_token']}"}

    def refresh(self, fetcher: TracedFetcher, secrets: Secrets) -> Secrets | None:
        if not secrets.get("refresh_token"):
            return None
        fresh = tokens.refresh(fetcher, self.server, secrets, secrets["refresh_token"])
        return {**secrets, **fresh}

    def revoke(self, fetcher: TracedFetcher, secrets: Secrets) -> list[str]:
        return [*self.revoke_tokens(fetcher, secrets), *self.unregister(fetcher, secrets)]

    def revoke_tokens(self, fetcher: TracedFetcher, secrets: Secrets) -> list[str]:
        names = [name for name in ("refresh_token", "access_token") if secrets.get(name)]
        if not self.server.revocation_url:
            return ["Its tokens still open the plugin: the server offers no revocation (RFC 7009)."]
        try:
            for name in names:
                tokens.revoke(fetcher, self.server, secrets, secrets[name])
        except (FetchError, StepError) as error:
            return [f"Its tokens were not revoked: {error}"]
        return ["Revoked its tokens."]

    def unregister(self, fetcher: TracedFetcher, secrets: Mapping[str, Any]) -> list[str]:
        try:
            return [said] if (said := registration.unregister(fetcher, secrets)) else []
        except (FetchError, StepError) as error:
            return [str(error)]

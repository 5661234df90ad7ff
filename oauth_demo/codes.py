"""Authorization codes: what is kept of them, and what they name (RFC 6749 sections 1.3.1, 10.5)."""

import uuid
from dataclasses import dataclass, field

from oauth2_provider.models import Grant

from oauth_demo.models import digest
from oauth_demo.revocation import end_family


@dataclass(frozen=True)
class AuthorizationCode:
    """A code, as a client is given it and presents it. The database has its digest alone."""

    secret: str = field(repr=False)

    @property
    def digest(self) -> str:
        return digest(self.secret)

    @property
    def token_family(self) -> uuid.UUID:
        """The family of the tokens that the code is redeemed for.

        Being made from the code, it needs no record: a code that comes back names what to revoke.
        """
        return uuid.UUID(self.digest[:32])

    def find_grant(self) -> Grant | None:
        return Grant.objects.filter(code=self.digest).select_related("user").first()

    def end_tokens(self) -> None:
        """End what the code was redeemed for: it came back (RFC 6749 section 4.1.2)."""
        end_family(self.token_family)

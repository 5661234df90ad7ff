"""Makes the clients that this site itself vouches for."""

from typing import Any

from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import Application


def make_client(name: str, redirect_uri: str, *, user: Any) -> dict[str, str]:
    """Return the id and the secret of a new client, which goes when its person's account goes."""
    secret = generate_client_secret()
    client = Application(
        name=name,
        user=user,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        client_secret=secret,
        redirect_uris=redirect_uri,
    )
    client.full_clean()
    client.save()
    return {"client_id": client.client_id, "client_secret": secret}

"""Who calls the plugins here."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from oauth2_provider.models import AccessToken

from oauth_demo.models import Token, audience, digest
from plugins.plugin import Plugin
from tests.oauth.conftest import CALLBACK, register


@pytest.fixture
def token(plugin: Plugin, ann: User) -> str | None:
    return token_for(plugin, ann)


def token_for(plugin: Plugin, ann: User) -> str | None:
    """Return what opens the plugin, by hand or as OAuth gives it; None where nothing does."""
    if plugin.auth.callers == "everybody":
        return None
    if plugin.auth.tokens_by_hand:
        owner = ann if plugin.auth.callers == "people" else None
        return Token.objects.issue(plugin=plugin.slug, name="MCP", user=owner)[1]
    secret = f"secret-of-{plugin.slug}"
    AccessToken.objects.create(
        user=ann,
        application=register("ChatGPT", CALLBACK).application,
        token_checksum=digest(secret),
        expires=timezone.now() + timedelta(minutes=5),
        scope=" ".join(plugin.auth.scopes),
        resource=[audience(plugin.slug)],
    )
    return secret

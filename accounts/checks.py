"""System checks of what the account area needs of the settings."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register


@register(Tags.security, deploy=True)
def check_sender(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Find mail that would come from nobody: most servers refuse it, or drop it."""
    if not settings.SENDS_MAIL or not settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        return []
    return [
        checks.Warning(
            "EMAIL_URL is set, and no address that mail comes from.",
            hint="Set EMAIL_FROM, or CONTACT_EMAIL, to an address of a domain of yours.",
            id="accounts.W001",
        )
    ]

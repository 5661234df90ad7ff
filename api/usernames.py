"""The username that a path bears: whose data an operation is about."""

import re

from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework.exceptions import ValidationError

from api.normalization import nfc

USERNAME_MAX_LENGTH = 150  # characters, as in django.contrib.auth
USERNAME_PATTERN = r"^[^/%\x00-\x1f\x7f]+$"
USERNAME = OpenApiParameter(
    "username",
    {
        "type": "string",
        "minLength": 1,
        "maxLength": USERNAME_MAX_LENGTH,
        "pattern": USERNAME_PATTERN,
        "example": "ann",
    },
    OpenApiParameter.PATH,
    description="Whose list. Ask for the username if it is not known; otherwise use 'global'.",
    examples=[OpenApiExample("Everybody's", value="global")],
)


def checked(username: str) -> str:
    """Return a username as it is kept, in Form C; raises ValidationError for what is none."""
    username = nfc(username, longest=USERNAME_MAX_LENGTH)
    if len(username) > USERNAME_MAX_LENGTH:
        raise ValidationError({"username": f"Too long: {USERNAME_MAX_LENGTH} characters at most."})
    if not re.fullmatch(USERNAME_PATTERN, username):
        # Django leaves a path's bytes that are not UTF-8 in their percent-encoding.
        raise ValidationError(
            {
                "username": "Must not hold a slash, a percent sign or a control character. "
                "Percent-encode it once, as UTF-8."
            }
        )
    return username

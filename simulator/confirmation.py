"""Whether a person is asked before a model's call is sent."""

from enum import Enum


class Confirmation(Enum):
    """What ChatGPT did before a call."""

    NEVER = "never"
    """It reads."""
    UNTIL_ALLOWED = "until allowed"
    """It writes, and the person may allow it for the rest of the conversation."""
    ALWAYS = "always"
    """It has consequences: each call waits for the person."""

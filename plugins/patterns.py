"""Which regular expressions the engines of all clients run, RE2 and Rust's among them."""

import re

NOT_IN_RE2 = re.compile(r"\(\?(?:[=!]|<[=!])|\\[1-9]")
"""Looking ahead or behind, and references back."""


def is_portable(pattern: str) -> bool:
    """Say whether a pattern neither looks around nor back; clients refuse a whole list for one."""
    return not NOT_IN_RE2.search(pattern.replace("\\\\", ""))  # escaped backslashes escape nothing

"""What people and clients get wrong where a token belongs: `Authorization: Bearer …` (RFC 6750)."""

import re

TOKEN_WORDS = r"(?:(?:access[_-]?|api[_-]?)?(?:token|key)|authorization)"

FAULTS = {
    r"authorization\s*[:=]": "The header's name stands in its value once more.",
    r"bearer\s*$": "No token stands after the word Bearer.",
    r"bearer\s*[:=]": "A sign stands after the word Bearer, where a space belongs.",
    r"bearer\s+bearer\b": (
        "The word Bearer stands there twice: what was pasted as the token begins with it, and the "
        "client puts it there as well."
    ),
    rf"bearer\s+{TOKEN_WORDS}\s*[:=]": "A name stands before the token.",
    r"bearer\s+\S+\s": "There are several words after Bearer. A token has no spaces.",
    r"bearer\s+[\"'`<({\[]": "The token stands in quotes or brackets.",
    r"bearer\s+(?:\$|%|undefined$|null$|none$|nil$)": (
        "The client has no token to send, and sent the name of a variable or an empty value."
    ),
    r"bearer\s+.*[^\x21-\x7e]": "There are characters after Bearer that no token has.",
}
"""By how such a header begins, in any case of letters; the first that fits is said."""


def fault_of(header: str) -> str:
    """Return what is wrong with an Authorization header, without a word of the token; or ""."""
    return next(
        (words for begins, words in FAULTS.items() if re.match(begins, header, re.IGNORECASE)), ""
    )

"""What others wrote, as a terminal may show it: without what would command it."""

from unicodedata import category

JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
"""Which Persian and many other scripts are written with."""


def visible(text: str, kept: str = "\n\t") -> str:
    """Return a text whose control characters, but for some, are shown as Python writes them."""
    return "".join(
        each if is_harmless(each) or each in kept else each.encode("unicode_escape").decode()
        for each in text
    )


def is_harmless(letter: str) -> bool:
    """Tell whether it is drawn, or only shapes what is: a space of some width, or a joiner."""
    return letter.isprintable() or letter in JOINERS or category(letter) == "Zs"


def in_one_line(text: str) -> str:
    """Return a text that is one line of a list, whatever it holds."""
    return visible(text, kept="")

"""What others wrote, as a terminal may show it: without what would command it."""


def visible(text: str, kept: str = "\n\t") -> str:
    """Return a text whose control characters, but for some, are shown as Python writes them."""
    return "".join(
        each if each.isprintable() or each in kept else each.encode("unicode_escape").decode()
        for each in text
    )


def in_one_line(text: str) -> str:
    """Return a text that is one line of a list, whatever it holds."""
    return visible(text, kept="")

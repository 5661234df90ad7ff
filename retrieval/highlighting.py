"""Marks, in a passage, the words that a question asked for."""

import re

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from retrieval.terms import terms

WORDS = re.compile(r"\w+")


def highlighted(text: str, question: str) -> SafeString:
    """Return a passage as HTML, each word of the question's stems in a `mark`; all else escaped."""
    asked = set(terms(question))
    parts: list[tuple[str, str, str, str]] = []
    end = 0
    for word in WORDS.finditer(text):
        if asked.intersection(terms(word[0])):
            parts.append((text[end : word.start()], "mark", word[0], "mark"))
            end = word.end()
    marked = format_html_join("", "{}<{}>{}</{}>", parts)
    return marked + format_html_join("", "{}", [(text[end:],)])

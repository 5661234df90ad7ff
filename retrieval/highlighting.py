"""Marks, in a passage, the words that a question asked for."""

import re

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from retrieval.terms import terms

WORDS = re.compile(r"(\w+)")


def highlighted(text: str, question: str) -> SafeString:
    """Return a passage as HTML, each word of the question's stems in a `mark`; all else escaped."""
    asked = set(terms(question))
    parts = [
        format_html("<mark>{}</mark>", part) if place % 2 and asked & set(terms(part)) else part
        for place, part in enumerate(WORDS.split(text))  # what stands between words, a word, …
    ]
    return format_html_join("", "{}", ((part,) for part in parts))

"""Links of the admin from one thing to another: from a token to its person, and back."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html


def linked(name: str, words: str = "") -> Callable[[Any], Any]:
    """Return a column that names what a foreign key refers to, and leads to it."""

    @admin.display(description=words or name, ordering=name)
    def link(row: Any) -> Any:
        target = getattr(row, name)
        if target is None:
            return None
        meta = target._meta
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[target.pk])
        return format_html('<a href="{}">{}</a>', url, target)

    return link

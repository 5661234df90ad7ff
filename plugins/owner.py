"""Whose it is that stands under a username: a person's, where the plugin knows people."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from plugins.registry import find_plugin


def belongs_to_people(store: str) -> bool:
    plugin = find_plugin(store)
    return plugin is not None and plugin.auth.callers == "people"


@admin.display(description="username", ordering="username")
def owner(row: Any) -> Any:
    """Name whose a row is, for a list of the admin, and lead to their account if they have one.

    The row has a `store` and a `username`.
    """
    if not belongs_to_people(row.store):
        return row.username
    query = urlencode({"username": row.username})
    url = reverse("admin:auth_user_changelist")
    return format_html('<a href="{}?{}">{}</a>', url, query, row.username)

"""A person's deletion in the admin, which says beforehand what goes with them."""

from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html

from accounts.erasure import kept_of
from api.personal_data import Kept


def deleted_objects(people: Iterable[Any]) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
    """Return what the admin shows before it deletes, as `get_deleted_objects` does.

    Whoever may delete a person may delete what goes with them: the library lets nobody delete a
    token, so that nobody leaves half of what belongs together.
    """
    listed: list[Any] = []
    counts: dict[str, int] = {}
    for person in people:
        kept = kept_of(person)
        listed += [str(person), [as_html(each) for each in kept if each.name != "account"]]
        for each in kept:
            counts[each.many] = counts.get(each.many, 0) + each.count
    return listed, counts, set(), []


def as_html(kept: Kept) -> str:
    if not kept.admin_url:
        return str(kept)
    return format_html('<a href="{}">{}</a>', kept.admin_url, kept)

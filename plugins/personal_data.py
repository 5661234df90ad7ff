"""What plugins keep of a person, where only they could reach it."""

from collections.abc import Iterator
from typing import Any

from api.personal_data import Kept
from plugins.registry import declared_plugins


def personal_data(person: Any) -> Iterator[Kept]:
    """Say what every plugin keeps under a person's name.

    What lies under the name in a store that others write to is not theirs.
    """
    for plugin in declared_plugins():
        if plugin.auth.callers == "people":
            yield from plugin.api.kept(plugin, person.get_username())

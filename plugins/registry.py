"""The plugins of this site, found by a setting."""

from django.conf import settings
from django.utils.module_loading import import_string

from plugins.plugin import Plugin


def declared_plugins() -> tuple[Plugin, ...]:
    """Return the list that the setting PLUGINS names by its dotted path."""
    plugins: tuple[Plugin, ...] = import_string(settings.PLUGINS)
    return plugins


def find_plugin(slug: str) -> Plugin | None:
    return next((plugin for plugin in declared_plugins() if plugin.slug == slug), None)

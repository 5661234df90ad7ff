"""What goes with an account that is deleted."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

from config.plugins import PLUGINS


def erase(sender: Any, instance: AbstractBaseUser, **kwargs: Any) -> None:
    """Delete what a person kept where only they could reach it (receives `post_delete`).

    Otherwise the next to take the username would find it. What lies under the name in a store
    that others write to is not theirs, and stays.
    """
    for plugin in PLUGINS:
        if plugin.auth.personal:
            plugin.api.erase(plugin.slug, instance.get_username())

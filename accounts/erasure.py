"""What goes with an account that is deleted."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

from plugins.registry import declared_plugins


def erase(sender: Any, instance: AbstractBaseUser, **kwargs: Any) -> None:
    """Delete what a person kept where only they could reach it (receives `post_delete`).

    Otherwise the next to take the username would find it. What lies under the name in a store
    that others write to is not theirs, and stays.
    """
    for plugin in declared_plugins():
        if plugin.auth.callers == "people":
            plugin.api.erase(plugin, instance.get_username())


def start_afresh(sender: Any, instance: AbstractBaseUser, created: bool, **kwargs: Any) -> None:
    """Give a new account nothing that a name's last owner left behind (receives `post_save`).

    A request that was let in before an account was deleted may write after it.
    """
    if created:
        erase(sender, instance)

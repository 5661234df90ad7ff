"""What the commands that list and revoke tokens share: how tokens are chosen."""

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser

from oauth_demo.models import Token
from plugins.registry import declared_plugins

if TYPE_CHECKING:
    from django.db.models import QuerySet


def add_choices(parser: CommandParser) -> None:
    parser.add_argument("--plugin", help="of this plugin only")
    parser.add_argument("--username", help="of this person only")
    parser.add_argument("--name", help="with this name only")


def chosen(*, plugin: str | None, username: str | None, name: str | None) -> "QuerySet[Token]":
    """Return the tokens that the options choose; raises CommandError where one names nothing."""
    tokens = Token.objects.select_related("user")
    if plugin:
        # One that is declared no more may have tokens still.
        if not (plugin in opened() or tokens.filter(plugin=plugin).exists()):
            raise CommandError(
                f"--plugin: No plugin '{plugin}' has tokens. These have: {', '.join(opened())}."
            )
        tokens = tokens.filter(plugin=plugin)
    if username:
        people = get_user_model()
        person = people.objects.filter(username=people.normalize_username(username)).first()
        if person is None:
            raise CommandError(
                f"--username: There is no account '{username}'. The admin lists them all."
            )
        tokens = tokens.filter(user=person)
    return tokens.filter(name=name) if name else tokens


def opened() -> list[str]:
    return [plugin.slug for plugin in declared_plugins() if plugin.auth.tokens_by_hand]

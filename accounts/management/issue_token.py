"""What the commands that make tokens share."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from oauth_demo.models import Token
from plugins.registry import declared_plugins

DAYS_MAX = 3650


class IssueTokenCommand(BaseCommand):
    """Makes a token. Standard output is the token alone, so that a script can take it."""

    callers: str
    """Of the plugins' schemes, which: those that let in services, or people."""

    def add_arguments(self, parser: CommandParser) -> None:
        slugs = [
            plugin.slug
            for plugin in declared_plugins()
            if plugin.auth.tokens_by_hand and plugin.auth.callers == self.callers
        ]
        parser.add_argument("--plugin", required=True, choices=slugs, help="the plugin it opens")
        parser.add_argument("--name", required=True, help="where it is used, to know it again")
        parser.add_argument("--days", type=int, help="after how many it ends; else it has no end")

    def issue(self, *, plugin: str, name: str, user: Any, days: int | None, revoke_at: str) -> None:
        if days is not None and not 1 <= days <= DAYS_MAX:
            raise CommandError(f"--days: Give a number from 1 to {DAYS_MAX}, or leave it out.")
        if not name.strip():
            raise CommandError("--name: It is empty. Say where the token is used, such as ChatGPT.")
        try:
            _, secret = Token.objects.issue(plugin=plugin, name=name, user=user, days=days)
        except ValidationError as error:
            raise CommandError(f"--name: {' '.join(error.messages)}") from error
        self.stderr.write(
            f"A token of {user or 'a service'} for {plugin}, named “{name}”. Keep it safe: only "
            f"its hash is stored, so this is the last time you see it. Revoke it {revoke_at}, or "
            "with revoke_token."
        )
        self.stdout.write(secret)

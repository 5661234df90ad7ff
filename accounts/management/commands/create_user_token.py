from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser

from accounts.management.issue_token import IssueTokenCommand


class Command(IssueTokenCommand):
    help = "Make a personal token for a plugin. The token is the last line, and is shown once."
    callers = "people"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="whose token; it opens what bears this name")
        super().add_arguments(parser)

    def handle(
        self, *args: Any, username: str, plugin: str, name: str, days: int | None, **options: Any
    ) -> None:
        users = get_user_model()
        username = users.normalize_username(username)  # as its account was named
        user = users.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(
                f"username: There is no active account '{username}'. Sign up at "
                "/accounts/signup/ first."
            )
        self.issue(plugin=plugin, name=name, user=user, days=days, revoke_at="at /accounts/tokens/")

from typing import Any

from accounts.management.issue_token import IssueTokenCommand


class Command(IssueTokenCommand):
    help = "Make a service token for a plugin. The token is the last line, and is shown once."
    callers = "services"

    def handle(self, *args: Any, plugin: str, name: str, days: int | None, **options: Any) -> None:
        self.issue(plugin=plugin, name=name, user=None, days=days, revoke_at="in the admin")

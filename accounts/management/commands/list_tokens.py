from typing import Any

from django.core.management.base import CommandParser

from accounts.management.chosen_tokens import add_choices, chosen
from accounts.management.listing import ListingCommand


class Command(ListingCommand):
    help = "List the tokens made by hand, the latest first; no secret is kept to be shown."
    nothing = "There is no such token. --all lists those too that are revoked or expired."

    def add_arguments(self, parser: CommandParser) -> None:
        add_choices(parser)
        parser.add_argument(
            "--all", action="store_true", dest="ended", help="revoked and expired ones, too"
        )
        super().add_arguments(parser)

    def handle(
        self,
        *args: Any,
        plugin: str | None,
        username: str | None,
        name: str | None,
        ended: bool,
        **options: Any,
    ) -> None:
        tokens = chosen(plugin=plugin, username=username, name=name)
        rows = [
            {
                "id": token.pk,
                "plugin": token.plugin,
                "person": str(token.user) if token.user else None,
                "name": token.name,
                "created": token.created_at,
                "last used": token.last_used_at,
                "expires": token.expires_at,
                "state": token.state,
            }
            for token in tokens
            if ended or token.state == "live"
        ]
        self.list(rows, as_json=options["json"])

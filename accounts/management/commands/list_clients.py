from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db.models import Count, Max
from oauth2_provider.models import Application

from accounts.management.listing import ListingCommand
from plugins.registry import declared_plugins


class Command(ListingCommand):
    help = "List the OAuth clients, the latest first, with how many people each is connected with."
    nothing = "There are no clients. create_oauth_client makes one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--plugin", help="only those that somebody connected with this plugin")
        super().add_arguments(parser)

    def handle(self, *args: Any, plugin: str | None, **options: Any) -> None:
        clients = Application.objects.all()
        if plugin:
            known = [each.slug for each in declared_plugins() if each.auth.scopes]
            if plugin not in known:
                raise CommandError(
                    f"--plugin: No client connects with '{plugin}'. One does with: "
                    f"{', '.join(known)}."
                )
            clients = clients.filter(consents__plugin=plugin)
        people = Count("consents__user", distinct=True)
        used = Max("consents__last_used_at")
        rows = [
            {
                "client_id": client.client_id,
                "name": client.name,
                "type": client.client_type,
                "made by": client.registration_source,
                "people": client.people,
                "last token": client.used,
                "created": client.created,
            }
            for client in clients.annotate(people=people, used=used).order_by("-created")
        ]
        self.list(rows, as_json=options["json"])

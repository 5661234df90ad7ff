from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from oauth2_provider.models import Application

from oauth_demo.revocation import end_client


class Command(BaseCommand):
    help = (
        "End all that people agreed to that an OAuth client may do, with its codes and tokens, at "
        "once. It may ask them again, unless it is deleted too."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("client", help="its client_id, or its name; list_clients has both")
        parser.add_argument("--delete", action="store_true", help="delete the client, too")

    def handle(self, *args: Any, client: str, delete: bool, **options: Any) -> None:
        found = list(Application.objects.filter(client_id=client.replace("\0", "")))
        found = found or list(Application.objects.filter(name=client.replace("\0", "")))
        if not found:
            raise CommandError(
                f"client: There is none with the client_id or name '{client}'. list_clients lists "
                "what there is."
            )
        if len(found) > 1:
            ids = ", ".join(each.client_id for each in found)
            raise CommandError(f"client: {len(found)} have this name. Give a client_id: {ids}.")
        [application] = found
        people = application.consents.values("user").distinct().count()
        end_client(application)
        if delete:
            application.delete()
        gone = "and the client was deleted" if delete else "the client itself stays"
        who = "1 person" if people == 1 else f"{people} people"
        self.stdout.write(f"Ended the access of “{application.name}” for {who}; {gone}.")

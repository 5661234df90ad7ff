from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.management.chosen_tokens import add_choices, chosen

HOW = "Name one by its id, which list_tokens shows, or choose with --plugin, --username and --name."


class Command(BaseCommand):
    help = f"Revoke tokens made by hand, at once and for good. {HOW}"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "ids", nargs="*", type=int, metavar="id", help="as list_tokens shows it"
        )
        add_choices(parser)
        parser.add_argument(
            "--several", action="store_true", help="go on where the options choose more than one"
        )

    def handle(
        self,
        *args: Any,
        ids: list[int],
        plugin: str | None,
        username: str | None,
        name: str | None,
        several: bool,
        **options: Any,
    ) -> None:
        if not (ids or plugin or username or name):
            raise CommandError(f"Which token? {HOW}")
        tokens = chosen(plugin=plugin, username=username, name=name).filter(revoked_at=None)
        if ids:
            tokens = tokens.filter(pk__in=ids)
            if missing := set(ids) - set(tokens.values_list("pk", flat=True)):
                said = ", ".join(map(str, sorted(missing)))
                raise CommandError(f"id: No token {said} is there to be revoked. {HOW}")
        found = list(tokens)
        if not found:
            raise CommandError(f"No such token is there to be revoked. {HOW}")
        if len(found) > 1 and not (ids or several):
            each = "\n".join(f"  {token.pk}  {token}" for token in found)
            raise CommandError(
                f"These are {len(found)} tokens:\n{each}\nName one by its id, or add --several. "
                "Nothing was revoked."
            )
        for token in found:
            token.revoke()
            whose = token.user or "a service"
            self.stdout.write(f"Revoked “{token.name}” of {whose} for {token.plugin}.")

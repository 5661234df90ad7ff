"""The worker of the task queue, which takes up what one before it has left."""

from argparse import ArgumentParser
from typing import Any

from django_tasks_db.management.commands import db_worker

from api.beside import end_with_server
from retrieval.loads.workers import prepare


class Command(db_worker.Command):
    help = (
        "Work at loads: read the files that were sent, and make them searchable. Run as many as "
        "the machine has cores to spare; each takes one. Killed, it loses nothing: another goes on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--beside", action="store_true", help="end with the process that started it"
        )
        parser.set_defaults(reload=False)  # with its server, which reloads by itself

    def handle(self, *args: Any, **options: Any) -> None:
        if options.pop("beside"):
            end_with_server()
        prepare()
        super().handle(*args, **options)

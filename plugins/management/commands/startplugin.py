import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from plugins.startplugin.edits import EditError
from plugins.startplugin.files import NewPlugin, schemes, write
from plugins.startplugin.names import UnusableNameError, usable


class Command(BaseCommand):
    help = "Start a plugin of your own: a working, tested app, declared and documented."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="of the app and the plugin, a plural such as 'notes'")
        parser.add_argument(
            "--auth", required=True, choices=list(schemes()), help="how its callers sign in"
        )
        parser.add_argument("--name-for-human", help="what people call it; 20 characters at most")
        parser.add_argument(
            "--description", help="what people are told that it does; 100 characters at most"
        )

    def handle(
        self,
        *args: Any,
        name: str,
        auth: str,
        name_for_human: str | None,
        description: str | None,
        **options: Any,
    ) -> None:
        if not find_spec("ruff"):
            raise CommandError("Run 'make setup-dev' first: what is written is formatted with it.")
        root = Path(settings.BASE_DIR)
        try:
            names = usable(name, root)
            plugin = NewPlugin(
                names=names,
                scheme=schemes()[auth],
                name_for_human=name_for_human or names.plural.capitalize(),
                description=description or f"Keep {names.plural}: add, read and delete them.",
            )
            files = plugin.files(root)
        except (UnusableNameError, EditError) as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        changed = [str(path) for path in files if (root / path).exists()]
        undo = write(root, files)
        try:
            tidy(root, [str(path) for path in files if path.suffix == ".py"])
            prove(root, name)
        except BaseException:
            undo()
            raise
        self.tell(names.slug, name, changed)

    def tell(self, slug: str, name: str, changed: list[str]) -> None:
        self.stdout.write(
            f"Made {name}/ (the app, its logo in {name}/static/logos/) and tests/{name}/.\n"
            f"Changed {', '.join(changed)}.\n\n"
            "Now:\n"
            f"  make run             and open http://localhost:8000/{slug}/\n"
            f"  .venv/bin/python -m pytest tests/{name}\n\n"
            f"Then make it yours: {name}/models.py is what it keeps, {name}/views.py what it\n"
            f"answers, and its entry in {changed[0]} what people and models are told of it."
        )


def tidy(root: Path, paths: list[str]) -> None:
    """Format Python files as the project does."""
    for command in (["check", "--select", "I", "--fix"], ["format"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--quiet", "--no-cache", *paths]
        subprocess.run(ruff, cwd=root, check=True)  # noqa: S603  (of this environment)


def prove(root: Path, name: str) -> None:
    """Let the project check itself with the plugin in it; raises CommandError if it does not."""
    for command in (
        ["-m", "ruff", "check", "--no-cache", "--quiet", name, f"tests/{name}"],
        ["manage.py", "check"],
        ["manage.py", "makemigrations", name, "--check", "--dry-run"],
    ):
        result = subprocess.run(  # noqa: S603  (itself)
            [sys.executable, *command], cwd=root, capture_output=True, text=True
        )
        if result.returncode:
            raise CommandError(
                f"The site would not be right with it:\n{result.stderr or result.stdout}\n"
                "Nothing was changed."
            )

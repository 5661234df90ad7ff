import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

REMOVED = (
    "sports",
    "retrieval",
    "benchmarks",
    "tests/sports",
    "tests/retrieval",
    "tests/browser/test_library.py",
    "tests/browser/test_loads.py",
    "tests/clients/test_schemathesis_retrieval.py",
    "tests/oauth/test_walk.py",
    "tests/clients/importers/node_fetch.js",
    "docs/sports.md",
    "docs/retrieval.md",
    "docs/stores.md",
    "docs/pictures",
    "requirements-bench.txt",
    "requirements-sports-data.txt",
    "requirements-multilingual.txt",
    "requirements-stores.txt",
    ".ci/product",
    "config/management/commands/removeexamples.py",
    "tests/config/test_removal.py",
)
TODOS = Path("tests/site/todos")
MARK = "(#|<!--) <examples>"
MARKED = re.compile(rf"((?<=\n\n))?^.*{MARK}[\s\S]*?</examples>.*\n(?(1)\n*)", re.MULTILINE)


class Command(BaseCommand):
    help = (
        "Take the example plugins out of the site, with all that serves them. The todo app moves "
        "to tests/site/, where it goes on testing the framework."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, yes: bool, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        if not find_spec("ruff"):
            raise CommandError(
                "Run 'make setup-dev' first: what remains is tidied with its linter."
            )
        refuse_uncommitted(root)
        if not yes and not agreed():
            raise CommandError("Nothing was changed.")
        for name in REMOVED:
            remove(root / name)
        for path in marked(root):
            path.write_text(without_examples(path.read_text()))
        move_todos(root)
        tidy(root)
        self.stdout.write(
            "Took todos, sports and retrieval out of the site. The todo app is now "
            f"{TODOS}/: the framework's tests run on it.\n\n"
            "Now:\n"
            "  make lint test       what remains is right\n"
            "  git diff             read what README.md and docs/ say now, and make them yours\n"
            "  make lock            forget the packages that nothing needs any more\n"
            "  make reset           forget the demo; a database that you keep has the examples'\n"
            "                       tables in it still, which do no harm"
        )


def agreed() -> bool:
    try:
        return input("Take todos, sports and retrieval out? Type yes: ").strip() == "yes"
    except EOFError:  # nobody is there to ask
        return False


def refuse_uncommitted(root: Path) -> None:
    """Let nobody lose work: what is taken out here comes back from Git alone."""
    status = subprocess.run(
        ["git", "status", "--porcelain"],  # noqa: S607
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if status.returncode or status.stdout:
        raise CommandError(
            "Commit your work with Git first, so that you can go back. Nothing was changed."
        )


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def marked(root: Path) -> list[Path]:
    """Return the files of the project that have something between marks."""
    command = ["git", "grep", "-lE", MARK]
    names = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False).stdout  # noqa: S603
    return [root / name for name in names.splitlines()]


def without_examples(text: str) -> str:
    """Leave out the lines from one that has the mark <examples> to one that has </examples>.

    The marks are in comments, which a row of a table can have too, and both may be in one line.
    Of empty lines on both sides, those before remain. A layer of imports is one string: it has no
    room for a mark.
    """
    return MARKED.sub("", text).replace(" | todos | sports | retrieval", "")


def move_todos(root: Path) -> None:
    """Move the app below tests/site/, under its old label: its migrations stay what they are."""
    shutil.move(root / "todos", root / TODOS)
    for path in (root / "tests").rglob("*.py"):
        text = re.sub(r"^(\s*from) todos\b", r"\1 tests.site.todos", path.read_text(), flags=re.M)
        if TODOS in path.relative_to(root).parents:
            text = text.replace('name = "todos"', 'name = "tests.site.todos"')
        path.write_text(text)


def tidy(root: Path) -> None:
    """Drop unused imports, and format."""
    for command in (["check", "--fix", "--select", "I,F401"], ["format"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--quiet", "--no-cache", "."]
        subprocess.run(ruff, cwd=root, check=False)  # noqa: S603  (of this environment)

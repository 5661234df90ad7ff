import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import removal

REMOVED = ("sports", "retrieval", "benchmarks", "tests/sports", "tests/retrieval")
ALONE = (
    "docs/sports.md",
    "docs/retrieval.md",
    "requirements-bench.txt",
    "requirements-sports-data.txt",
    "requirements-stores.txt",
    ".ci/product",
    "config/removal.py",
    "config/management/commands/removeexamples.py",
    "tests/config/test_removal.py",
)
TODOS = Path("tests/site/todos")


class Command(BaseCommand):
    help = (
        "Take the example plugins out of the site, with all that serves them. The todo app moves "
        "to tests/site/, where it goes on testing the framework."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, yes: bool, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        refuse_uncommitted(root)
        if not yes and input("Take todos, sports and retrieval out? Type yes: ").strip() != "yes":
            raise CommandError("Nothing was changed.")
        remove(root)
        move_todos(root)
        rewrite(root)
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


def remove(root: Path) -> None:
    for name in REMOVED:
        shutil.rmtree(root / name, ignore_errors=True)
    for name in ALONE:
        (root / name).unlink(missing_ok=True)
    for path in (root / "tests").rglob("test_*.py"):
        if removal.imports_examples(path.read_text(), ("sports", "retrieval")):
            path.unlink()


def move_todos(root: Path) -> None:
    """Move the app below tests/site/, under its old label: its migrations stay what they are."""
    shutil.move(root / "todos", root / TODOS)
    for path in (root / "tests").rglob("*.py"):
        text = re.sub(r"^(\s*from) todos\b", r"\1 tests.site.todos", path.read_text(), flags=re.M)
        if TODOS in path.relative_to(root).parents:
            text = text.replace('name = "todos"', 'name = "tests.site.todos"')
        path.write_text(text)


def rewrite(root: Path) -> None:
    """Change the files in which the examples are named among others."""
    apps = removal.EXAMPLES
    for name, change in {
        "config/plugins.py": lambda text: removal.python(text, apps),
        "config/settings.py": removal.settings,
        "tests/conftest.py": lambda text: removal.python(text, ("sports", "retrieval")),
        "tests/browser/test_pages.py": removal.lines,
        "tests/config/test_readme.py": removal.lines,
        "pyproject.toml": removal.pyproject,
        "Makefile": removal.makefile,
        ".ci/run": removal.script,
    }.items():
        path = root / name
        path.write_text(change(path.read_text()))
    for path in (root / "tests").rglob("test_*.py"):
        path.write_text(removal.remaining_tests(path.read_text()))
    for path in [*root.glob("*.md"), *root.glob("docs/*.md")]:
        path.write_text(removal.markdown(path.read_text()))


def tidy(root: Path) -> None:
    """Drop unused imports and format, where the project's linter is installed."""
    if find_spec("ruff"):
        for command in (["check", "--fix", "--select", "I,F401"], ["format"]):
            ruff = [sys.executable, "-m", "ruff", *command, "--quiet", "--no-cache", "."]
            subprocess.run(ruff, cwd=root, check=False)  # noqa: S603  (of this environment)

"""Backup and restore by commands, of a database of the test's own, on SQLite and on PostgreSQL."""

import json
import shlex
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.clients.live_site import own_database
from tests.development_server import MANAGE, PROJECT, process_environ

pytestmark = [pytest.mark.outside, pytest.mark.database]

Command = tuple[str, ...]
COMMANDS = """
import json, sys
import django
django.setup()
from django.core.management import CommandError, call_command
from django.contrib.auth.models import User
for command in json.loads(sys.argv[1]):
    if command[0] == "add":
        User.objects.create_user(command[1])
    elif command[0] == "accounts":
        print("accounts:", *User.objects.order_by("username").values_list("username", flat=True))
    else:
        try:
            call_command(*command)
        except CommandError as error:
            print("refused:", error)
"""
"""Runs several in one process: to start it takes longer than most of them."""


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """Settings of a site whose database is migrated and has one account, and of its backup."""
    folder = tmp_path_factory.mktemp("backups")
    with own_database(folder) as url:
        made = {**process_environ(), "DATABASE_URL": url, "FIRST": str(folder / "first")}
        made["DJANGO_SETTINGS_MODULE"] = "tests.site.settings"
        said = manage(made, ("migrate", "-v0"), ("add", "ann"), ("backup", made["FIRST"]))
        assert "Keep the SECRET_KEY" in said
        yield made


def manage(environ: Mapping[str, str], *commands: Command) -> str:
    """Run commands one after the other, and return what they say."""
    given = [sys.executable, "-c", COMMANDS, json.dumps(commands)]
    done = subprocess.run(given, cwd=PROJECT, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def restored(environ: Mapping[str, str]) -> Command:
    return ("restore", "--yes", environ["FIRST"])


def test_what_was_saved_comes_back_and_what_came_later_goes(
    environ: Mapping[str, str], tmp_path: Path
) -> None:
    first, second = Path(environ["FIRST"]), tmp_path / "second"
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    said = manage(
        environ,
        ("add", "bob"),
        ("migrate", "sessions", "zero", "-v0"),  # as if of another version
        ("accounts",),
        restored(environ),
        ("accounts",),
        ("migrate",),
        ("add", "cleo"),  # numbers go on where they were
        ("backup", str(second)),  # of what was itself restored
        ("restore", "--yes", str(second)),
        ("accounts",),
    )
    found = [line for line in said.splitlines() if line.startswith("accounts:")]
    assert found == ["accounts: ann bob", "accounts: ann", "accounts: ann cleo"]
    assert "No migrations to apply" in said and "earlier version" not in said
    folders = (tmp_path, first.parent)
    assert not [path for folder in folders for path in folder.glob(".*")]


def test_a_restored_earlier_version_says_so_and_can_be_migrated(
    environ: Mapping[str, str], tmp_path: Path
) -> None:
    said = manage(
        environ,
        restored(environ),
        ("migrate", "sessions", "zero", "-v0"),
        ("backup", str(tmp_path / "earlier")),
        ("migrate", "-v0"),
        ("restore", "--yes", str(tmp_path / "earlier")),
        ("migrate", "-v0"),
        ("accounts",),
    )
    assert said.count("It is of an earlier version: run manage.py migrate.") == 1
    assert said.endswith("accounts: ann\n")


def test_what_is_no_backup_changes_nothing(environ: Mapping[str, str], tmp_path: Path) -> None:
    damaged, other, missing = (tmp_path / name for name in ("damaged", "other", "missing"))
    content = Path(environ["FIRST"]).read_bytes()
    damaged.write_bytes(content[: len(content) // 2])
    other.write_text("a shopping list")
    refused = [("restore", "--yes", str(path)) for path in (damaged, other, missing)]
    said = manage(
        environ,
        restored(environ),
        *refused,
        ("backup", str(tmp_path / "none/copy")),
        ("accounts",),
    ).splitlines()
    why = [line for line in said if line.startswith("refused:")]
    assert len(why) == 4 and said[-1] == "accounts: ann"
    for line, words in zip(
        why[1:], ("is no backup of", "cannot be read", "There is no folder"), strict=True
    ):
        assert words in line
    assert not list(tmp_path.glob(".*"))


def test_nobody_is_asked_who_is_not_there(environ: Mapping[str, str]) -> None:
    said = manage(environ, restored(environ), ("add", "bob"), ("restore", environ["FIRST"]))
    assert "refused: Nobody is here to ask: --yes does not ask." in said
    assert "accounts: ann bob" in manage(environ, ("accounts",))


def test_a_backup_that_fails_leaves_the_earlier_one(
    environ: Mapping[str, str], tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    copy.write_text("the earlier one")
    limited = shlex.join([*MANAGE, "backup", str(copy)])  # in KiB, as on a disk that is full
    done = subprocess.run(
        ["bash", "-c", f"trap '' XFSZ; ulimit -f 8; exec {limited}"],
        env=environ,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and "No backup was made" in done.stderr, done.stderr
    assert copy.read_text() == "the earlier one"
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]

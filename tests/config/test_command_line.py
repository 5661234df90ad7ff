"""Which database a command works on, and what is said where it may be the wrong one."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as own
from django.db import connection

from config.command_line import doubt, works_on_data
from tests.development_server import process_environ


@pytest.fixture
def served(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout that `make serve` ran in, and its own database."""
    settings.STATIC_ROOT = tmp_path
    monkeypatch.setitem(connection.settings_dict, "NAME", settings.DEVELOPMENT_DATABASE)


def test_the_database_is_named_where_another_serves(served: None) -> None:
    said = doubt({})
    assert said.startswith(f"This works on the development database {own.DEVELOPMENT_DATABASE}: ")
    assert "set them as it has them" in said


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "DEBUG", "MAKELEVEL"])
def test_who_says_which_site_is_meant_is_told_nothing(served: None, name: str) -> None:
    assert doubt({name: "x"}) == ""


def test_in_development_there_is_no_doubt(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path / "never-collected"
    assert doubt({}) == ""


def test_it_is_said_of_every_command_that_reads_or_changes_what_is_kept() -> None:
    for command in (
        *("seed_demo", "create_user_token", "create_oauth_client", "revoke_token", "list_tokens"),
        *("revoke_client", "list_clients", "clearclients", "createsuperuser", "changepassword"),
    ):
        assert works_on_data(command)
    for command in ("runserver", "migrate", "check", "reset", "startplugin", "help", "unknown", ""):
        assert not works_on_data(command)


@pytest.mark.outside
@pytest.mark.parametrize(
    "command",
    [
        ["list_tokens"],
        ["list_clients"],
        ["create_service_token", "--plugin", "todo-service", "--name", "x"],
        ["create_oauth_client", "--name", "x", "--redirect-uri", "https://a.example/"],
        ["seed_demo"],
    ],
)
def test_a_database_without_tables_is_told_in_words(command: list[str], tmp_path: Path) -> None:
    database = tmp_path / "empty.sqlite3"
    environ = {
        **process_environ(),
        "DJANGO_SETTINGS_MODULE": "tests.site.settings",
        "DATABASE_URL": f"sqlite:///{database}",
    }
    result = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=own.BASE_DIR,
        env=environ,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1 and "Traceback" not in result.stderr
    assert result.stderr.startswith(f"The database {database} has no tables.")
    assert "run `make migrate`" in result.stderr and "SECRET_KEY" in result.stderr

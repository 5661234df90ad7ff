"""Migrations of one app, and back: what follows one happens only on this version's tables."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from tests.development_server import process_environ

pytestmark = pytest.mark.outside


def migrate(database: Path, *target: str) -> None:
    environ = {
        **process_environ(),
        "DJANGO_SETTINGS_MODULE": "tests.site.settings",
        "DATABASE_URL": f"sqlite:///{database}",
    }
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0", *target]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environ, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def own_apps() -> list[str]:
    """Return the labels of this project's apps that have migrations."""
    migrated = MigrationLoader(None).migrated_apps
    here = [app for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR]
    return sorted({app.label for app in here} & migrated)


def test_one_app_alone_then_all_of_them(tmp_path: Path) -> None:
    migrate(tmp_path / "new.sqlite3", "auth")
    migrate(tmp_path / "new.sqlite3")


def test_the_last_migration_of_each_app_goes_back_and_comes_again(tmp_path: Path) -> None:
    database = tmp_path / "back.sqlite3"
    migrate(database)
    graph = MigrationLoader(None).graph
    for label in own_apps():
        [last] = graph.leaf_nodes(label)
        [before] = [name for app, name in graph.node_map[last].parents if app == label] or ["zero"]
        migrate(database, label, str(before))
    migrate(database)


def test_where_migrations_are_only_recorded_nothing_follows_them(tmp_path: Path) -> None:
    migrate(tmp_path / "faked.sqlite3", "--fake")

"""`make reset` forgets the development database, and no other."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

NAMES = ("db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm")


@pytest.fixture
def database(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A development site's database, in a folder of its own."""
    for name in NAMES:
        (tmp_path / name).write_bytes(b"kept")
    settings.DEBUG = True
    settings.DEVELOPMENT_DATABASE = tmp_path / "db.sqlite3"
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "db.sqlite3"))
    return tmp_path


def left(folder: Path) -> int:
    return len(list(folder.iterdir()))


def answers(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda prompt: answer)


def test_who_agrees_has_no_database_any_more(
    database: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(monkeypatch, "yes")
    call_command("reset")
    assert left(database) == 0
    said = capsys.readouterr().out
    assert "Removed db.sqlite3" in said and "`make run`" in said


def test_who_does_not_agree_keeps_it(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "y")
    with pytest.raises(CommandError, match=r"Nothing was removed\."):
        call_command("reset")
    assert left(database) == 3


def test_a_script_is_not_asked_and_removes_nothing(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(CommandError, match="make reset YES=1"):
        call_command("reset")
    assert left(database) == 3


def test_a_script_may_say_so_outright(database: Path) -> None:
    call_command("reset", "--yes")
    assert left(database) == 0


def test_a_production_sites_database_stays(database: Path, settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="Only the development database"):
        call_command("reset", "--yes")
    assert left(database) == 3


def test_another_database_stays(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", str(database / "other.sqlite3"))
    with pytest.raises(CommandError, match="Only the development database"):
        call_command("reset", "--yes")
    assert left(database) == 3


def test_where_there_is_none_it_says_how_to_make_one(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in NAMES:
        (database / name).unlink()
    call_command("reset")
    assert "`make run` makes one" in capsys.readouterr().out

"""A copy of the whole database in one file, and the database made of such a copy again.

Both are all or nothing: a copy that breaks off leaves no file, and a restore that breaks off leaves
the database as it was.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import mkstemp

from django.db import connection

SQLITE = b"SQLite format 3\x00"
POSTGRESQL = b"PGDMP"
"""How a file begins that holds a copy of either."""
EMPTY = "DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;"


class BackupError(Exception):
    """What went wrong, and what to do."""


def save(path: Path) -> None:
    """Write a copy of the database, as it is at one moment, to a file that its owner alone reads.

    The site may run meanwhile. Raises BackupError; the file is then not there, or the earlier one.
    """
    with beside(path) as unfinished:
        if connection.vendor == "sqlite":
            copy_sqlite(Path(connection.settings_dict["NAME"]), unfinished)
        else:
            on_the_database("pg_dump", "--format=custom", "--no-owner", f"--file={unfinished}")
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)


def load(path: Path) -> None:
    """Put what a copy holds in place of all that the database has. Raises BackupError."""
    begins = beginning(path)
    connection.close()
    if connection.vendor == "sqlite":
        refuse_unless(begins.startswith(SQLITE), path, "SQLite")
        check_sqlite(path)
        copy_sqlite(path, Path(connection.settings_dict["NAME"]))
    else:
        refuse_unless(begins.startswith(POSTGRESQL), path, "PostgreSQL")
        load_postgresql(path)


def load_postgresql(path: Path) -> None:
    """Make SQL of the copy, and run it in one transaction with the end of what was there."""
    listed = run("pg_restore", "--list", str(path)).decode().splitlines(keepends=True)
    # Where a database was restored before, the copy makes the schema itself.
    listed = [line for line in listed if " SCHEMA - public " not in line]
    with beside(path) as contents, beside(path) as sql:
        contents.write_text("".join(listed))
        run("pg_restore", "--no-owner", f"--use-list={contents}", f"--file={sql}", str(path))
        options = ("--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--single-transaction")
        on_the_database("psql", *options, f"--command={EMPTY}", f"--file={sql}")


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Make a file in the same folder that its owner alone reads, and that goes unless it moves."""
    try:
        handle, name = mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    except OSError as error:
        raise BackupError(f"Beside {path} no file can be made: {error.strerror}.") from error
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(16)
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from error


def refuse_unless(right: bool, path: Path, kind: str) -> None:
    if not right:
        raise BackupError(
            f"{path} is no backup of {kind}, which DATABASE_URL names. Nothing was changed."
        )


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database as it is at one moment, into one that others may have open."""
    try:
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
    except sqlite3.Error as error:
        raise BackupError(f"{source} could not be copied to {target}: {error}.") from error


def check_sqlite(path: Path) -> None:
    """Raise BackupError for a file that is damaged."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            found = copy.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.Error as error:
        found = (str(error),)
    if found != ("ok",):
        raise BackupError(f"{path} is damaged ({found[0]}). Nothing was changed.")


def on_the_database(name: str, *options: str) -> None:
    """Run one of PostgreSQL's programs on the site's database, as `manage.py dbshell` does."""
    settings = connection.settings_dict
    arguments, environ = connection.client.settings_to_cmd_args_env(settings, [])
    *login, database = arguments[1:]
    run(name, *login, f"--dbname={database}", *options, environ=environ or {})


def run(name: str, *arguments: str, environ: Mapping[str, str] = {}) -> bytes:
    """Run a program of PostgreSQL, and return what it says. Raises BackupError."""
    path = shutil.which(name)
    if path is None:
        raise BackupError(f"{name} is missing: apt-get install postgresql-client.")
    done = subprocess.run(  # noqa: S603  (with settings of the operator's)
        [path, *arguments], env={**os.environ, **environ}, capture_output=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{name}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout

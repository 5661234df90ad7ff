"""Runs `manage.py`'s commands; says which database is meant where another may have been.

Whoever forgets the variables of a production site works on its checkout's development database.
"""

import os
import sys
from collections.abc import Mapping

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line, get_commands
from django.db import DatabaseError, connection

DATABASELESS = frozenset(
    {
        *("check_plugin", "collectstatic", "findstatic", "package_plugin", "removeexamples"),
        *("spectacular", "startplugin"),
    }
)
SAY_IT_THEMSELVES = frozenset({"reset", "runserver"})


def run(argv: list[str]) -> None:
    """Run a command; end in words where the settings are wrong, or the database has no tables."""
    command = argv[1] if len(argv) > 1 else ""
    try:
        settings.DEBUG  # noqa: B018  (reads them)
    except ImproperlyConfigured as error:  # its words are enough
        raise SystemExit(str(error)) from None
    if works_on_data(command):
        if said := doubt(os.environ):
            sys.stderr.write(f"{said}\n")
        if not has_tables():
            raise SystemExit(
                f"{database()[0].upper()}{database()[1:]} has no tables. If it is the right one, "
                "run `make migrate`; if not, set the variables that the site runs with: "
                "DATABASE_URL, SECRET_KEY."
            )
    execute_from_command_line(argv)


def works_on_data(command: str) -> bool:
    """Tell whether a command reads or changes what is kept; Django's own core does not."""
    if command in DATABASELESS | SAY_IT_THEMSELVES:
        return False
    django.setup()
    return get_commands().get(command, "django.core") != "django.core"


def doubt(environ: Mapping[str, str]) -> str:
    """Return what to say before a command; "" where its database is likely the one that is meant.

    It is in doubt in a checkout that serves for production, as its collected files show, once
    nothing says which site is meant. `make run`, and whoever sets DEBUG, says so.
    """
    chosen = {"SECRET_KEY", "DATABASE_URL", "DEBUG", "MAKELEVEL"} & environ.keys()
    if chosen or not settings.STATIC_ROOT.exists():
        return ""
    return (
        f"This works on {database()}: neither SECRET_KEY nor DATABASE_URL is set. For the site "
        "that `make serve` runs, set them as it has them."
    )


def database() -> str:
    """Name the database, without a password."""
    name = connection.settings_dict["NAME"]
    development = str(name) == str(settings.DEVELOPMENT_DATABASE)
    return f"the {'development ' if development else ''}database {name}"


def has_tables() -> bool:
    """Tell whether it was ever migrated; one that does not answer counts as if."""
    try:
        return "django_migrations" in connection.introspection.table_names()
    except DatabaseError:  # the command will say what is wrong with it
        return True

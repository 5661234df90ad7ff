"""What the environment makes of the settings, each time in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from django.conf import settings

from config.secret_key import INSECURE_PREFIX
from tests.development_server import process_environ

pytestmark = pytest.mark.outside
SECRET = "s" * 50


def load(*names: str, environ: Mapping[str, str] = {}, first: str = "") -> Any:
    """Return the named settings as JSON values, or what was printed of the error."""
    code = (
        f"{first}\nimport json; from django.conf import settings\n"
        f"print(json.dumps([getattr(settings, name) for name in {names!r}], default=str))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env={**process_environ(), "DJANGO_SETTINGS_MODULE": "config.settings", **environ},
        capture_output=True,
        text=True,
    )
    return json.loads(result.stdout) if result.returncode == 0 else result.stderr


def test_with_nothing_set_it_is_a_development_site_for_this_machine() -> None:
    debug, hosts, https = load("DEBUG", "ALLOWED_HOSTS", "SECURE_SSL_REDIRECT")
    assert (debug, https) == (True, False)
    assert hosts == [".localhost", "127.0.0.1", "[::1]"]


def test_a_secret_makes_it_production() -> None:
    loaded = load("DEBUG", "ALLOWED_HOSTS", "SECURE_SSL_REDIRECT", environ={"SECRET_KEY": SECRET})
    assert loaded == [False, [], True]


@pytest.mark.parametrize(
    "environ",
    [
        {"DEBUG": "false"},
        {"SECRET_KEY": "short"},
        {"SECRET_KEY": INSECURE_PREFIX + SECRET},
        {"SECRET_KEY": INSECURE_PREFIX + SECRET, "DEBUG": "off"},
    ],
)
def test_production_does_not_start_with_a_development_secret(environ: dict[str, str]) -> None:
    error = load("DEBUG", environ=environ)
    assert "ImproperlyConfigured: Production needs a SECRET_KEY of its own" in error


def test_a_server_without_a_secret_does_not_take_itself_for_development() -> None:
    assert "Production needs a SECRET_KEY" in load("DEBUG", first="import config.wsgi")


@pytest.mark.parametrize("https", ["on", "off"])
def test_production_passes_djangos_deployment_checks(https: str) -> None:
    # Without https Django warns, as it should; a trial on this machine starts all the same.
    level = "WARNING" if https == "on" else "ERROR"
    result = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", level],
        cwd=settings.BASE_DIR,
        env={
            **process_environ(),
            "SECRET_KEY": os.urandom(40).hex(),
            "ALLOWED_HOSTS": "example.com",
            "HTTPS": https,
            "CONTACT_EMAIL": "help@example.com",
        },
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert https == "off" or "no issues" in result.stdout


def test_database_url_chooses_the_database() -> None:
    [databases] = load("DATABASES", environ={"DATABASE_URL": "postgres://u:p@db.example:5433/name"})
    database = databases["default"]
    assert database["ENGINE"] == "api.postgresql"
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example", 5433, "name")


def test_what_a_database_url_says_of_postgresql_is_kept() -> None:
    url = {"DATABASE_URL": "postgres://ann:secret@db.example/plugins?sslmode=require"}
    [database] = load("DATABASES", environ=url)
    options = database["default"]["OPTIONS"]
    assert options == {"sslmode": "require", "prepare_threshold": 2}
    [database] = load("DATABASES", environ={**url, "DATABASE_PREPARED": "off"})
    assert database["default"]["OPTIONS"]["prepare_threshold"] is None


def test_host_names_are_tidied() -> None:
    environ = {"ALLOWED_HOSTS": "A.example, b.example", "PLUGIN_HOSTS": "A.Example = todo"}
    assert load("ALLOWED_HOSTS", "PLUGIN_HOSTS", environ=environ) == [
        ["a.example", "b.example"],
        {"a.example": "todo"},
    ]


@pytest.mark.parametrize("value", ["FULLL", ""])
def test_a_durability_that_does_not_exist_is_refused(value: str) -> None:
    assert "SQLITE_SYNCHRONOUS" in load("DEBUG", environ={"SQLITE_SYNCHRONOUS": value})


def test_sqlite_waits_for_its_lock_and_keeps_a_log() -> None:
    [databases] = load("DATABASES")
    options = databases["default"]["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]


@pytest.mark.parametrize(
    ("environ", "on"),
    [
        ({}, True),
        ({"OAUTH_CLIENT_REGISTRATION": "off"}, False),
        ({"SECRET_KEY": SECRET}, False),
        ({"SECRET_KEY": SECRET, "OAUTH_CLIENT_REGISTRATION": "on"}, True),
    ],
)
def test_one_setting_lets_clients_make_themselves_known(environ: dict[str, str], on: bool) -> None:
    [library] = load("OAUTH2_PROVIDER", environ=environ)
    assert (library["DCR_ENABLED"], library["CIMD_ENABLED"]) == (on, on)


def test_the_setting_that_it_replaces_is_refused_with_words() -> None:
    error = load("DEBUG", environ={"OAUTH_CLIENT_METADATA": "off"})
    assert "OAUTH_CLIENT_REGISTRATION switches both" in error


def test_private_schemes_are_named() -> None:
    names = ("OAUTH_REDIRECT_SCHEMES",)
    assert load(*names) == [["cursor"]]
    assert load(*names, environ={"OAUTH_REDIRECT_SCHEMES": "cursor,my.app"}) == [
        ["cursor", "my.app"]
    ]
    assert load(*names, environ={"OAUTH_REDIRECT_SCHEMES": ""}) == [[]]


@pytest.mark.parametrize("scheme", ["javascript", "http", "data", "Cursor", "cursor:", "*"])
def test_what_a_browser_opens_itself_is_no_private_scheme(scheme: str) -> None:
    error = load("DEBUG", environ={"OAUTH_REDIRECT_SCHEMES": f"cursor,{scheme}"})
    assert "is no private scheme" in error


def test_throttling_can_be_turned_off() -> None:
    [framework] = load("REST_FRAMEWORK", environ={"THROTTLE": "off"})
    assert framework["DEFAULT_THROTTLE_CLASSES"] == []

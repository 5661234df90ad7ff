"""What the environment makes of the settings, each time in a process of its own."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
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


@pytest.mark.parametrize(
    ("environ", "places"),
    [({}, 2), ({"THREADS": "1"}, 1), ({"THREADS": "8"}, 4), ({"DEAR_THREADS": "3"}, 3)],
)
def test_half_of_the_threads_do_dear_work_and_one_at_least(
    environ: dict[str, str], places: int
) -> None:
    assert load("DEAR_THREADS", environ=environ) == [places]


def test_no_place_for_dear_work_is_refused() -> None:
    assert "DEAR_THREADS" in load("DEAR_THREADS", environ={"DEAR_THREADS": "0"})


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
    assert options == {"sslmode": "require", "prepare_threshold": 2, "connect_timeout": 5}
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


def manage(environ: Mapping[str, str], *args: str) -> Any:
    """Run `manage.py`."""
    return subprocess.run(
        [sys.executable, "manage.py", *args],
        cwd=settings.BASE_DIR,
        env={**process_environ(), "DJANGO_SETTINGS_MODULE": "config.settings", **environ},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DEBUG", "maybe", "DEBUG is 'maybe'. Write on or off."),
        ("HTTPS", "", "HTTPS is ''. Write on or off."),
        ("PORT", "x", "PORT is 'x'. Write a whole number."),
        ("PORT", "0", "PORT is '0'. Must be greater than or equal to 1 and less than or"),
        ("NOTES_SECONDS", "soon", "NOTES_SECONDS is 'soon'. Write a number."),
        ("SIGN_IN_FAILURES", "-1", "SIGN_IN_FAILURES is '-1'. Must be greater than or equal to 1."),
        ("MCP_SCOPE_CHALLENGE", "x", "MCP_SCOPE_CHALLENGE is 'x'. Must be one of: http, result."),
        ("CORS_ORIGINS", "a.example", "CORS_ORIGINS is 'a.example'. 'a.example' names no origin."),
        ("OAUTH_REDIRECT_SCHEMES", "http", "OAUTH_REDIRECT_SCHEMES is 'http'. “http” is no"),
        ("PUBLIC_URL", "x", "PUBLIC_URL is no address of this site."),
        ("SECRET_KEY", "short", "Production needs a SECRET_KEY of its own"),
    ],
)
def test_a_value_that_is_wrong_is_told_in_words_and_no_traceback(
    name: str, value: str, said: str
) -> None:
    result = manage({name: value}, "check")
    assert result.returncode == 1 and result.stderr.startswith(said)
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres://ann:secret@db.example:port/x"),
        ("CACHE_URL", "redis://:secret@cache.example:port/0"),
        ("EMAIL_URL", "smtp://ann:secret@mail.example:port"),
        ("VERIFICATION_TOKENS", '{"todo": secret}'),
        ("VERIFICATION_TOKENS", '["secret"]'),
        ("PLUGIN_HOSTS", "secret"),
        ("OPENAI_APPS_CHALLENGE", "secret"),
    ],
)
def test_of_a_value_that_may_hold_a_secret_the_name_alone_is_told(name: str, value: str) -> None:
    result = manage({name: value}, "check")
    assert result.returncode == 1 and result.stderr.startswith(f"{name} ")
    assert len(result.stderr.splitlines()) == 1
    assert "secret" not in result.stderr


@pytest.mark.parametrize("name", ["DEBUG", "PORT", "WORKERS", "THREADS"])
def test_the_server_for_production_tells_the_same(name: str) -> None:
    environ = {**process_environ(), "SECRET_KEY": SECRET, name: "maybe"}
    command = [sys.executable, "-m", "config.server"]
    result = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environ, capture_output=True, text=True
    )
    assert result.returncode == 1 and result.stderr.startswith(f"{name} is 'maybe'. Write ")


@pytest.mark.parametrize("target", ["run", "serve"])
def test_a_port_that_is_taken_is_told_before_anything_is_done(target: str, tmp_path: Path) -> None:
    database = tmp_path / "db.sqlite3"
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = subprocess.run(
            ["make", target, f"PORT={port}"],
            cwd=settings.BASE_DIR,
            env={**process_environ(), "DATABASE_URL": f"sqlite:///{database}"},
            capture_output=True,
            text=True,
        )
    assert result.returncode != 0 and result.stdout == ""
    assert f"Cannot serve at 127.0.0.1:{port}: Address already in use." in result.stderr
    assert f"PORT={port + 1} make {target}" in result.stderr
    assert not database.exists()


@pytest.mark.parametrize("port", ["", "x", "0", "70000"])
def test_a_port_that_is_none_is_told_by_make(port: str) -> None:
    command = ["make", "run", f"PORT={port}"]
    result = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert "PORT=8001 make run" in result.stderr

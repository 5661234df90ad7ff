"""docs/your-own.md, followed by its commands alone; a todo plugin stands in for `notes`."""

import re
import shlex
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
from django.conf import settings
from django.core.management import load_command_class

from tests.clients.oauth_install import submit
from tests.development_server import MANAGE, DevelopmentServer

PAGE = Path(settings.BASE_DIR, "docs", "your-own.md").read_text()
SECTION = PAGE.partition("## Let a client talk to it")[2].partition("\n## ")[0]


def here(text: str, server: DevelopmentServer) -> str:
    """Return commands of the page as they are for the server and the plugin of the test."""
    for shown, meant in (
        (":8000", f":{server.port}"),
        (".venv/bin/python manage.py", shlex.join(MANAGE)),
        ("/notes/items/", "/todo-oauth/todos/"),
        ("/notes/", "/todo-oauth/"),
        ("notes:", "todos:"),
        ('"text":', '"todo":'),
    ):
        text = text.replace(shown, meant)
    return text


def test_its_commands_lead_to_a_client_that_talks_to_a_plugin(
    development_site: DevelopmentServer,
) -> None:
    shown = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
    blocks = [here(block, development_site) for block in shown]
    register, _, ask, _, redeem, _, call = blocks
    known: dict[str, str] = {}

    def run(script: str) -> str:
        """Run commands in a shell that knows what a person has filled in."""
        filled = "".join(f"{name}={shlex.quote(value)}\n" for name, value in known.items())
        command = ["bash", "-euc", filled + script]
        return subprocess.check_output(command, env=development_site.environ, text=True)

    printed = run(register)
    for name, label in (("CLIENT_ID", "Client ID"), ("CLIENT_SECRET", "Client secret")):
        [known[name]] = re.findall(rf"{label}\s+(\S+)", printed)
    known["CODE"] = agree(run(ask).strip(), password_of_ann(development_site))
    [known["TOKEN"]] = re.findall(r'"access_token": ?"([^"]+)"', run(redeem))
    assert "It works" in run(call)


def password_of_ann(server: DevelopmentServer) -> str:
    printed = subprocess.check_output([*MANAGE, "seed_demo"], env=server.environ, text=True)
    [password] = re.findall(r"account ann +password (\S+)", printed)
    return str(password)


def agree(address: str, password: str) -> str:
    """Do in a browser what the page says, and return the code that is then in its address."""
    with httpx.Client(follow_redirects=True) as browser:
        page = submit(browser, browser.get(address), username="ann", password=password)
        sent_back = submit(browser, page, follow=False, allow="True").headers["Location"]
    [code] = parse_qs(urlsplit(sent_back).query)["code"]
    return code


def test_its_first_commands_exist() -> None:
    command = load_command_class("plugins", "startplugin")
    help_text = command.create_parser("manage.py", "startplugin").format_help()
    for option in re.findall(r"`(--[a-z-]+)`", PAGE.partition("## Let")[0]):
        assert option in help_text

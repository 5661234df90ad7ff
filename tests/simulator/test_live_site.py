"""This site's own plugins are installed and called, at both mounts, and as MCP servers."""

import json
import re
import subprocess
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from simulator import installing
from simulator.fetching import site_fetcher
from simulator.models import InstalledPlugin
from tests.clients.conftest import LoopbackTransport
from tests.clients.live_site import LiveSite
from tests.clients.oauth_install import submit
from tests.development_server import MANAGE, DevelopmentServer
from tests.simulator.conftest import Person, step

pytestmark = [pytest.mark.outside, pytest.mark.django_db]

SLUGS = ["todo", "todo-service", "todo-user", "todo-oauth"]
CALLBACK = "http://127.0.0.1/callback"


def agreeing(username: str, password: str) -> Person:
    """Return a person who signs in and agrees, with a browser that knows `*.localhost`."""

    def person(url: str) -> None:
        with httpx.Client(transport=LoopbackTransport(), follow_redirects=True) as browser:
            page = submit(browser, browser.get(url), username=username, password=password)
            if page.url.path != "/callback":  # what was agreed before is not asked again
                submit(browser, page, follow=True, allow="True")

    return person


@pytest.fixture(scope="session")
def client_by_hand(production_site: LiveSite) -> list[str]:
    """An OAuth client that an operator made for the simulator."""
    named = ["--name", "Simulator", "--redirect-uri", CALLBACK]
    made = json.loads(production_site.manage("create_oauth_client", *named, "--json"))
    return ["--client-id", made["client_id"], "--client-secret", made["client_secret"]]


@pytest.fixture(scope="session")
def anns_demo_password(development_site: DevelopmentServer) -> str:
    told: Any = subprocess.run(
        [*MANAGE, "seed_demo"],
        env=development_site.environ,
        check=True,
        capture_output=True,
        text=True,
    )
    return str(re.search(r"account ann +password (\S+)", told.stdout)[1])  # type: ignore[index]


def credential(site: LiveSite, slug: str, by_hand: list[str]) -> list[str]:
    token = site.plugins[slug].token
    if slug == "todo-oauth":
        return [*by_hand, "--open-browser", "--seconds", "30"]
    return ["--token", token] if token else []


@pytest.mark.parametrize("at", ["url", "own_host_url"])
@pytest.mark.parametrize("slug", SLUGS)
def test_a_plugin_installs_by_its_scheme_and_keeps_a_todo(
    production_site: LiveSite,
    client_by_hand: list[str],
    send_to: Callable[[Person], None],
    slug: str,
    at: str,
) -> None:
    send_to(agreeing(**production_site.person))
    address = getattr(production_site.plugins[slug], at)
    given = credential(production_site, slug, client_by_hand)
    said = step("install_plugin", address, "--name", "tried", *given)
    assert (said.status, said.err) == (0, "")
    assert "It offers getTodos, addTodo, deleteTodo." in said.out
    keep_a_todo("username=ann")
    uninstalled = step("uninstall_plugin", "tried")
    assert uninstalled.status == 0
    assert ("Revoked its tokens." in uninstalled.out) == (slug == "todo-oauth")


@pytest.mark.parametrize("slug", SLUGS)
def test_an_mcp_server_takes_the_same_steps(
    production_site: LiveSite,
    client_by_hand: list[str],
    send_to: Callable[[Person], None],
    slug: str,
) -> None:
    send_to(agreeing(**production_site.person))
    given = credential(production_site, slug, client_by_hand)
    address = f"{production_site.plugins[slug].url}/mcp"
    said = step("install_plugin", address, "--name", "tried", *given)
    assert (said.status, said.err) == (0, "")
    # Whose list it is, a tool for people's own lists does not ask.
    keep_a_todo(*(["username=ann"] if slug in ("todo", "todo-service") else []))
    assert step("uninstall_plugin", "tried").status == 0


def test_two_processes_that_renew_at_once_both_go_on_until_it_is_uninstalled(
    production_site: LiveSite, client_by_hand: list[str], send_to: Callable[[Person], None]
) -> None:
    send_to(agreeing(**production_site.person))
    plugin = production_site.plugins["todo-oauth"]
    given = credential(production_site, "todo-oauth", client_by_hand)
    assert step("install_plugin", plugin.url, "--name", "tried", *given).status == 0
    installed = InstalledPlugin.objects.get()
    scheme, spent = installing.scheme_of(installed), installed.secrets
    renewed = [scheme.refresh(site_fetcher(loopback=True), spent) for _ in range(2)]
    tokens = [str((secrets or {})["access_token"]) for secrets in renewed]
    for secrets in renewed:
        installed.secrets = dict(secrets or {})
        installed.save()
        assert step("call_plugin", "tried", "getTodos", "username=ann").status == 0
    assert "Revoked its tokens." in step("uninstall_plugin", "tried").out
    for token in tokens:
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{plugin.url}/todos/ann", headers=headers).status_code == 401


def keep_a_todo(*whose: str) -> None:
    """Add, read and delete one at the end of a list."""
    added = step("call_plugin", "tried", "addTodo", *whose, "todo=Buy milk")
    assert (added.status, added.err) == (0, "")
    read = step("call_plugin", "tried", "getTodos", *whose)
    todos = json.loads(read.out)["todos"]
    assert todos[-1] == "Buy milk"
    deleted = step("call_plugin", "tried", "deleteTodo", *whose, f"todo_idx={len(todos) - 1}")
    assert json.loads(deleted.out) == {"deleted": "Buy milk"}


def test_a_token_of_another_plugin_is_refused(production_site: LiveSite) -> None:
    token = str(production_site.plugins["todo-service"].token)
    address = production_site.plugins["todo-user"].url
    assert step("install_plugin", address, "--name", "tried", "--token", token).status == 0
    said = step("call_plugin", "tried", "getTodos", "username=ann")
    assert said.status == 1 and "HTTP status 401. The credential is not accepted" in said.err


def test_an_mcp_server_is_not_installed_with_a_token_that_it_refuses(
    production_site: LiveSite,
) -> None:
    address = f"{production_site.plugins['todo-user'].url}/mcp"
    said = step("install_plugin", address, "--name", "tried", "--token", "wrong")
    assert said.status == 1 and not InstalledPlugin.objects.exists()


@pytest.mark.parametrize("path", ["", "/mcp"])
def test_where_clients_may_register_nothing_but_the_address_is_needed(
    development_site: DevelopmentServer,
    anns_demo_password: str,
    send_to: Callable[[Person], None],
    path: str,
) -> None:
    send_to(agreeing("ann", anns_demo_password))
    address = f"localhost:{development_site.port}/todo-oauth{path}"
    options = ["--name", "tried", "--open-browser", "--seconds", "30"]
    said = step("install_plugin", address, *options)
    assert (said.status, said.err) == (0, "")
    assert step("call_plugin", "tried", "getTodos", *([] if path else ["username=ann"])).status == 0
    assert step("uninstall_plugin", "tried").out == (
        "Revoked its tokens.\nDeleted the client that had been registered.\nUninstalled “tried”.\n"
    )

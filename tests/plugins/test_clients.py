"""What pages and documents tell people to paste is what each client reads."""

import json
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from plugins.auth import AuthScheme, NoAuth, OAuth, Scope, ServiceHTTP, UserHTTP
from plugins.clients import CLIENTS, ways
from plugins.plugin import Plugin
from todos.urls import TODO_API

DOCS = Path(settings.BASE_DIR) / "docs"
ADDRESS = "http://localhost:8000/notes/mcp"
OPEN, BY_CONSENT = NoAuth(), OAuth(read=Scope("r", "Read"), write=Scope("w", "Write"))


def notes(auth: AuthScheme) -> Plugin:
    return Plugin(
        slug="notes",
        name_for_human="Notes",
        name_for_model="notes",
        description_for_human="Keep notes.",
        description_for_model="Keeps notes.",
        auth=auth,
        api=TODO_API,
    )


def snippet(client: str, auth: AuthScheme) -> str:
    [way] = [way for way in ways(notes(auth), ADDRESS) if way.client == client]
    return way.snippet


@pytest.mark.parametrize("auth", [OPEN, BY_CONSENT], ids=["none", "oauth"])
def test_a_client_needs_the_address_alone_where_nobody_is_given_a_token(auth: AuthScheme) -> None:
    assert snippet("ChatGPT", auth) == snippet("Claude", auth) == ADDRESS
    assert shlex.split(snippet("Claude Code", auth))[-2:] == ["notes", ADDRESS]
    assert tomllib.loads(snippet("Codex", auth)) == {"mcp_servers": {"notes": {"url": ADDRESS}}}
    assert json.loads(snippet("VS Code", auth)) == {
        "servers": {"notes": {"type": "http", "url": ADDRESS}}
    }
    assert json.loads(snippet("Cursor", auth)) == {"mcpServers": {"notes": {"url": ADDRESS}}}


def test_who_has_to_sign_in_is_told_how() -> None:
    def told(auth: AuthScheme) -> list[str]:
        return [way.sign_in for way in ways(notes(auth), ADDRESS) if way.sign_in]

    assert told(BY_CONSENT) == ["claude mcp login notes", "codex mcp login notes"]
    assert told(OPEN) == told(UserHTTP()) == []
    pages = (DOCS / "mcp.md").read_text()
    assert all(f"`{words}`" in pages for words in told(BY_CONSENT))


@pytest.mark.parametrize("auth", [ServiceHTTP(), UserHTTP()], ids=["service", "user"])
def test_a_token_is_named_and_never_written(auth: AuthScheme) -> None:
    assert snippet("ChatGPT", auth) == snippet("Claude", auth) == ""
    command = shlex.split(snippet("Claude Code", auth))
    assert command[-2:] == ["--header", "Authorization: Bearer ${NOTES_TOKEN}"]
    [codex] = tomllib.loads(snippet("Codex", auth))["mcp_servers"].values()
    assert codex == {"url": ADDRESS, "bearer_token_env_var": "NOTES_TOKEN"}
    vs_code = json.loads(snippet("VS Code", auth))
    assert header(vs_code["servers"]["notes"]) == "Bearer ${input:notes-token}"
    assert [(each["id"], each["password"]) for each in vs_code["inputs"]] == [("notes-token", True)]
    cursor = json.loads(snippet("Cursor", auth))
    assert header(cursor["mcpServers"]["notes"]) == "Bearer ${env:NOTES_TOKEN}"


def header(server: dict[str, Any]) -> str:
    [value] = server["headers"].values()
    return str(value)


@pytest.mark.parametrize("client", [client.name for client in CLIENTS])
def test_the_documentation_shows_what_the_pages_show(client: str) -> None:
    text = (Path(settings.BASE_DIR) / "docs" / "mcp.md").read_text()
    assert f"### {client}\n" in text
    for auth in (OPEN, UserHTTP()):
        assert snippet(client, auth) in text

"""`manage.py package_plugin` writes what today's clients install, from the declaration alone."""

import json
import zipfile
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.management import CommandError, call_command

from plugins.packaging.address import Address, UnusableAddressError, parse_address
from plugins.packaging.files import NAMES, package
from plugins.plugin import Plugin
from tests.plugins.package_formats import FORMATS
from tests.site.plugins import PLUGINS, TODO_PLUGINS

TODO = TODO_PLUGINS[0]
PORTABLE = {"plugin.json", "mcp.json"}


def packaged(plugin: Plugin, url: str = "") -> dict[str, Any]:
    """Return the JSON documents of a plugin's package."""
    address = parse_address(url or f"https://plugins.example/{plugin.slug}", plugin)
    return {
        name: json.loads(content)
        for name, content in package(plugin, address).items()
        if name.endswith(".json")
    }


@pytest.mark.parametrize("where", ["https://plugins.example/", "http://localhost:8000/"])
def test_every_plugins_package_keeps_to_every_format(plugin: Plugin, where: str) -> None:
    documents = packaged(plugin, f"{where}{plugin.slug}")
    for name, document in documents.items():
        jsonschema.Draft202012Validator(FORMATS[name]).validate(document)
    assert ("server.json" in documents) == where.startswith("https:")


def test_the_formats_know_every_file() -> None:
    assert set(FORMATS) == {name for name in NAMES if name.endswith(".json")}


def test_a_plugin_is_packaged_for_agent_plugins_unless_a_token_has_to_be_named(
    plugin: Plugin,
) -> None:
    assert (packaged(plugin).keys() >= PORTABLE) != plugin.auth.tokens_by_hand


def test_a_token_is_named_for_each_client_that_sends_one_and_never_written() -> None:
    documents = packaged(TODO_PLUGINS[2])
    [server] = documents[".mcp.json"]["mcpServers"].values()
    assert server["headers"] == {"Authorization": "Bearer ${TODO_USER_TOKEN}"}
    assert server["bearer_token_env_var"] == "TODO_USER_TOKEN"
    [header] = documents["server.json"]["remotes"][0]["headers"]
    assert (header["name"], header["value"]) == ("Authorization", "Bearer {token}")
    for plugin in (TODO, TODO_PLUGINS[3]):
        assert "oken" not in json.dumps(packaged(plugin)[".mcp.json"])


def test_a_package_says_what_the_declaration_says(settings: Any) -> None:
    settings.SITE_NAME, settings.CONTACT_EMAIL = "Our site", "help@plugins.example"
    plugin = replace(TODO, name_for_human="Ours", description_for_human="It is.", version="2.1.0")
    documents = packaged(plugin)
    author = {"name": "Our site", "email": "help@plugins.example"}
    for name in ("plugin.json", ".codex-plugin/plugin.json", ".claude-plugin/plugin.json"):
        said = documents[name]
        assert (said["name"], said["version"], said["author"]) == ("todo", "2.1.0", author)
        assert (said["description"], said["homepage"]) == (
            "It is.",
            "https://plugins.example/todo/",
        )
    shown = documents["plugin.json"]["extensions"]["com.openai"]["interface"]
    assert documents[".codex-plugin/plugin.json"]["interface"] == shown
    assert (shown["displayName"], shown["capabilities"]) == ("Ours", ["Read", "Write"])
    server = documents["server.json"]
    assert (server["name"], server["title"]) == ("example.plugins/todo", "Ours")
    assert server["remotes"][0]["url"] == "https://plugins.example/todo/mcp"
    assert server["icons"][0]["src"] == "https://plugins.example/todo/logo.png"


# --- The address -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("https://plugins.example/todo", "https://plugins.example/todo"),
        ("https://plugins.example/todo/", "https://plugins.example/todo"),
        ("https://plugins.example/todo/mcp", "https://plugins.example/todo"),
        ("https://plugins.example/below/todo/mcp/", "https://plugins.example/below/todo"),
        ("HTTPS://Todo.Example", "https://todo.example"),
        ("https://todo.example:8443/mcp", "https://todo.example:8443"),
        ("http://localhost:8000/todo", "http://localhost:8000/todo"),
        ("http://127.0.0.1/todo", "http://127.0.0.1/todo"),
        ("http://[::1]:8000/todo", "http://[::1]:8000/todo"),
    ],
)
def test_an_address_is_the_mounts_or_that_of_its_server(url: str, root: str) -> None:
    assert parse_address(url, TODO) == Address(root)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "is no URL"),
        ("plugins.example/todo", "is no URL"),
        ("ftp://plugins.example/todo", "is no URL"),
        ("https:///todo", "is no URL"),
        ("https://plugins.example:port/todo", "is no URL"),
        ("https://plügins.example/todo", "is no URL"),
        ("https://plugins..example/todo", "is no URL"),
        ("https://plugins.example:/todo", "is no URL"),
        ("https://plugins.example:0/todo", "is no URL"),
        ('https://plugins.example/"; `id`/todo', "is no URL"),
        ("https://plugins.example/a b/todo", "is no URL"),
        ("https://plugins.example/../todo", "is no URL"),
        ("http://plugins.example/todo", "https alone"),
        ("http://todo.localhost:8000/", "https alone"),
        ("http://192.168.1.5/todo", "https alone"),
        ("https://ann:secret@plugins.example/todo", "no user"),
        ("https://plugins.example/todo?token=x", "no query"),
        ("https://plugins.example/todo?", "no query"),
        ("https://plugins.example/todo#x", "no fragment"),
        ("https://plugins.example/other", "not at '/other'"),
        ("https://plugins.example/todo/openapi.yaml", "below /todo, or at the root"),
        ("https://plugins.example/mytodo", "not at '/mytodo'"),
    ],
)
def test_an_address_that_no_client_could_use(url: str, why: str) -> None:
    with pytest.raises(UnusableAddressError, match=why):
        parse_address(url, TODO)


# --- The command -------------------------------------------------------------------------


def run(folder: Path, *options: str, plugin: str = "todo", url: str = "") -> str:
    said = StringIO()
    url = url or f"https://plugins.example/{plugin}"
    call_command(
        "package_plugin", plugin, f"--url={url}", f"--output={folder}", *options, stdout=said
    )
    return said.getvalue()


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_zip_holds_the_folder_and_both_are_the_same_each_time(tmp_path: Path) -> None:
    said = run(tmp_path / "todo")
    with zipfile.ZipFile(tmp_path / "todo.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == contents(
            tmp_path / "todo"
        )
    run(tmp_path / "again")
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "todo.zip").read_bytes()
    assert f"claude plugin marketplace add {tmp_path}/todo" in said
    assert "codex plugin add todo@todo" in said


def test_what_is_in_the_folder_is_written_over_only_when_told(tmp_path: Path) -> None:
    run(tmp_path)
    (tmp_path / "mine").write_text("kept")
    before = contents(tmp_path)
    with pytest.raises(CommandError, match="already"):
        run(tmp_path, plugin="todo-user")
    assert contents(tmp_path) == before
    said = run(tmp_path, "--force", plugin="todo-user")
    assert "as TODO_USER_TOKEN" in said
    assert PORTABLE.isdisjoint(contents(tmp_path))
    assert contents(tmp_path)["mine"] == b"kept"


def test_a_zip_of_the_same_name_is_written_over_only_when_told(tmp_path: Path) -> None:
    (tmp_path / "todo.zip").write_bytes(b"mine")
    with pytest.raises(CommandError, match="already"):
        run(tmp_path / "todo")
    assert contents(tmp_path) == {"todo.zip": b"mine"}
    run(tmp_path / "todo", "--force")
    assert zipfile.is_zipfile(tmp_path / "todo.zip")


def test_the_folder_one_stands_in_is_named_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path / "mine")
    run(Path())
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "mine.zip"}


def test_who_has_to_sign_in_is_told_how(tmp_path: Path) -> None:
    said = run(tmp_path / "oauth", plugin="todo-oauth")
    assert "  claude mcp login plugin:todo-oauth:todo-oauth\n  codex mcp login todo-oauth\n" in said
    assert "login" not in run(tmp_path / "open", plugin="todo")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match=r"could not be written: .*Not a directory"):
        run(tmp_path / "file" / "package")


def test_a_package_for_this_machine_says_that_it_is_one(tmp_path: Path) -> None:
    assert "with its public address" in run(tmp_path, url="http://localhost:8000/todo")


@pytest.mark.parametrize(
    ("plugin", "url", "why"),
    [
        ("nothing", "", "plugin: There is no plugin 'nothing'. There are: todo,"),
        ("todo", "http://plugins.example/todo", "--url: Clients take https alone"),
    ],
)
def test_what_cannot_be_packaged_is_told_and_writes_nothing(
    tmp_path: Path, plugin: str, url: str, why: str
) -> None:
    with pytest.raises(CommandError) as refused:
        run(tmp_path / "package", plugin=plugin, url=url)
    assert str(refused.value).startswith(why)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_in_the_checkout_unless_told(tmp_path: Path, settings: Any) -> None:
    settings.BASE_DIR = tmp_path
    call_command("package_plugin", "todo", "--url=https://todo.example", stdout=StringIO())
    assert {path.name for path in (tmp_path / "dist").iterdir()} == {"todo", "todo.zip"}


def test_every_declared_plugin_can_be_packaged_at_a_host_of_its_own() -> None:
    names = {
        packaged(each, f"https://{each.slug}.example")["server.json"]["name"] for each in PLUGINS
    }
    assert names == {f"example.{each.slug}/{each.slug}" for each in PLUGINS}

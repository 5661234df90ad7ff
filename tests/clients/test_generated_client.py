"""openapi-python-client writes a client from each document, and that client does the work."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.clients.live_site import ServedPlugin, foreign_environ
from tests.clients.prepare_site import USERNAME

COMMAND = Path(sys.executable).with_name("openapi-python-client")


class GeneratedClient:
    """The package that was generated for a plugin, and a client made with it."""

    def __init__(self, package: ModuleType, served: ServedPlugin) -> None:
        self.name = package.__name__
        self.tag = re.sub("([A-Z])", r"_\1", served.plugin.name_for_model).lower()
        self.http = (
            package.AuthenticatedClient(base_url=served.url, token=served.token)
            if served.token
            else package.Client(base_url=served.url)
        )

    def call(self, operation: str, **kwargs: Any) -> Any:
        """Call the function of an operation, and return the model of its answer."""
        function = import_module(f"{self.name}.api.{self.tag}.{operation}").sync
        return function(USERNAME, client=self.http, **kwargs)

    def model(self, name: str, **fields: Any) -> Any:
        return getattr(import_module(f"{self.name}.models"), name)(**fields)

    def todos(self) -> list[str]:
        todos: list[str] = self.call("get_todos").todos
        return todos


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[ServedPlugin], Path]:
    """Generate a plugin's client, once for all tests; return the package's folder."""
    made: dict[str, Path] = {}

    def generate(served: ServedPlugin) -> Path:
        name = f"client_of_{served.plugin.name_for_model.lower()}"
        if name not in made:
            directory = tmp_path_factory.mktemp("generated")
            config = directory / "config.yaml"
            config.write_text("post_hooks: []\n")  # no formatter runs over what was generated
            command = [str(COMMAND), "generate", "--url", f"{served.url}/openapi.json"]
            command += ["--meta", "none", "--fail-on-warning", "--config", str(config)]
            command += ["--output-path", str(directory / name)]
            done = subprocess.run(
                command, env=foreign_environ(), capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
            made[name] = directory / name
        return made[name]

    return generate


@pytest.fixture
def client(
    todo_plugin: ServedPlugin,
    generated: Callable[[ServedPlugin], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[GeneratedClient]:
    package = generated(todo_plugin)
    monkeypatch.syspath_prepend(package.parent)
    client = GeneratedClient(import_module(package.name), todo_plugin)
    with client.http:
        yield client
    for module in [m for m in sys.modules if m.partition(".")[0] == package.name]:
        del sys.modules[module]


def test_the_generated_client_adds_a_todo(client: GeneratedClient) -> None:
    before = client.todos()
    added = client.call("add_todo", body=client.model("AddTodo", todo="buy milk"))
    assert added == client.model("AddedTodo", todo="buy milk")
    assert client.todos() == [*before, "buy milk"]


def test_the_generated_client_deletes_a_todo(client: GeneratedClient) -> None:
    before = client.todos()
    client.call("add_todo", body=client.model("AddTodo", todo="call Bob"))
    deleted = client.call("delete_todo", body=client.model("DeleteTodo", todo_idx=len(before)))
    assert deleted == client.model("DeletedTodo", deleted="call Bob")
    assert client.todos() == before


def test_the_generated_client_reads_a_part_of_the_list(client: GeneratedClient) -> None:
    before = client.todos()
    for todo in ("first", "second"):
        client.call("add_todo", body=client.model("AddTodo", todo=todo))
    part = client.call("get_todos", limit=1, offset=len(before))
    assert part == client.model("Todos", todos=["first"], next_offset=len(before) + 1)


def test_the_generated_client_reads_a_refusal(client: GeneratedClient) -> None:
    problem = client.call("delete_todo", body=client.model("DeleteTodo", todo_idx=2**31 - 1))
    assert problem.detail.startswith("There is no todo at index 2147483647")

"""Each importer shows a model every operation, and calls it with the plugin's credential."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clients.calls import documented_calls, load
from tests.clients.live_site import LiveSite, foreign_environ
from tests.clients.requests_by_document import operation
from tests.programs import PACKAGES, node, python

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def site(production_site: LiveSite) -> LiveSite:
    load(production_site)
    return production_site


@pytest.fixture(scope="module")
def documents(site: LiveSite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with each plugin's document: the full one, where there is one."""
    folder = tmp_path_factory.mktemp("documents")
    for slug, served in site.plugins.items():
        full = httpx.get(f"{served.url}/openapi-full.json")
        shown = full if full.is_success else httpx.get(f"{served.url}/openapi.json")
        (folder / f"{slug}.json").write_text(shown.text)
    return folder


@pytest.mark.parametrize(
    ("environment", "script"),
    [
        ("fastmcp", "fastmcp_tools.py"),
        ("importers", "adk_tools.py"),
        ("importers", "semantic_kernel_tools.py"),
    ],
)
def test_it_makes_tools_of_every_document(
    site: LiveSite, tmp_path: Path, environment: str, script: str
) -> None:
    for slug, (shown, answers) in use(site, environment, script, tmp_path).items():
        served = site.plugins[slug]
        document = httpx.get(f"{served.url}/openapi.json").json()
        for name, given in documented_calls(served.plugin):
            said = shown[name]["description"]
            assert said and len(said) < 1024, (slug, name, said)
            assert set(given) <= set(shown[name]["arguments"]), (slug, name)
            answer = operation(document, name)[2]["responses"]["200"]
            fields = properties(document, answer["content"]["application/json"]["schema"])
            assert answers[name].keys() <= fields, (slug, name, answers[name])


def properties(document: dict[str, Any], schema: dict[str, Any]) -> set[str]:
    name = schema["$ref"].rpartition("/")[2]
    return set(document["components"]["schemas"][name]["properties"])


def test_the_clients_of_openapi_generator_call_every_operation(
    site: LiveSite, documents: Path
) -> None:
    generate(documents)
    for slug, (shown, answers) in use(site, "importers", "generated_client.py", documents).items():
        for name, _ in documented_calls(site.plugins[slug].plugin):
            assert answers[name], (slug, name)
        if "upsertFile" in shown:
            assert answers["upsertFile"]["ids"]


def generate(documents: Path) -> None:
    """Generate a client of every document beside it, all by one process: Java starts slowly."""
    configs = []
    for document in documents.glob("*.json"):
        config = document.with_suffix(".yaml")
        settings = {
            "generatorName": "python",
            "inputSpec": str(document),
            "outputDir": str(document.with_suffix("")),
            "additionalProperties": {"packageName": f"client_{document.stem.replace('-', '_')}"},
        }
        config.write_text(json.dumps(settings))
        configs.append(str(config))
    program = str(Path(python("importers")).with_name("openapi-generator-cli"))
    run([program, "batch", "--fail-fast", *configs])


def test_redocly_finds_no_fault_in_any_document(documents: Path) -> None:
    program = [node(), str(PACKAGES / "@redocly/cli/bin/cli.js"), "lint", "--format=checkstyle"]
    # A reference alone takes no description beside it; an allOf of one does (OpenAPI 3.0.3 4.7.23).
    skipped = ["--skip-rule=no-illogical-composition-keywords"]
    said = run([*program, "--extends=recommended", *skipped, *map(str, documents.glob("*.json"))])
    assert "<error" not in said, said


# <examples>
def test_node_fetch_uploads_in_chunks(site: LiveSite) -> None:
    served = site.plugins["retrieval-none"]
    setup = {
        "url": f"{served.url}/upsert-file",
        "headers": served.headers,
        "name": "mill.txt",
        "content": "The mill stands by the river." + "\n" * 1_000_000,
    }
    answer = json.loads(run([node(), str(HERE / "node_fetch.js")], json.dumps(setup)))
    assert answer["status"] == 200, answer
    assert json.loads(answer["body"])["ids"]
    # </examples>


def use(site: LiveSite, environment: str, script: str, folder: Path) -> dict[str, tuple[Any, Any]]:
    """Run an importer's script for all plugins; return what it shows of each, and the answers."""
    plugins = [
        {
            "slug": slug,
            "url": served.url,
            "headers": served.headers,
            "calls": documented_calls(served.plugin),
            "folder": str(folder),
        }
        for slug, served in site.plugins.items()
    ]
    said = run([python(environment), str(HERE / script)], json.dumps(plugins))
    results = json.loads(said.splitlines()[-1])
    assert results.keys() == site.plugins.keys()
    return {slug: (each["shown"], each["answers"]) for slug, each in results.items()}


def run(command: list[str], given: str = "") -> str:
    done = subprocess.run(
        command,
        input=given,
        env={**foreign_environ(), "NODE_PATH": str(PACKAGES), "HOME": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout

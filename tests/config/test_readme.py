"""What the README says is true."""

import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.core.management import get_commands

from config.plugins import PLUGINS
from plugins.plugin import Plugin
from tests.development_server import DevelopmentServer

ROOT = Path(settings.BASE_DIR)
README = (ROOT / "README.md").read_text()
DOCUMENTS = ["README.md", "CONTRIBUTING.md"]
DOCUMENTS += sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))
CURLS = [
    block
    for name in DOCUMENTS
    if name != "docs/your-own.md"  # test_your_own.py follows that one
    if name != "docs/deploy.md"  # tests/deploy/guide follows it
    if name != "docs/oauth.md"  # tests/oauth/test_walk.py, whose every step wants the one before
    # <examples>
    if name != "docs/sports.md"  # what it asks is in data that not every checkout has
    # </examples>
    for block in re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text(), re.DOTALL)
    if "curl" in block
]
ANSWERS = ("todo", "nobody inherits it", "opens at nine", "status_url")


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.slug)
def test_every_plugin_is_in_the_table_with_both_addresses(plugin: Plugin) -> None:
    [row] = [line for line in README.splitlines() if line.startswith(f"| `{plugin.slug}` |")]
    assert f"http://localhost:8000/{plugin.slug}/" in row
    assert f"http://{plugin.slug}.localhost:8000/" in row


def test_every_setting_is_explained() -> None:
    source = (ROOT / "config" / "settings.py").read_text()
    names = re.findall(r'env\.\w+\(\s*"(\w+)"', source)
    explained = (ROOT / "docs" / "settings.md").read_text().replace("`_", "`THROTTLE_")
    missing = [name for name in names if name != "PORT" and f"`{name}`" not in explained]
    assert len(names) > 15
    assert missing == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_that_is_named_exists(name: str) -> None:
    text = (ROOT / name).read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^|\s)make ([a-z-]+)", text, re.MULTILINE)) - {"by", "a", "it"}
    assert named <= targets
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) <= set(get_commands())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_that_is_linked_exists(name: str) -> None:
    path = ROOT / name
    for target in re.findall(r"\]\(([^):#]+)\)", path.read_text()):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("block", CURLS)
def test_every_curl_that_is_shown_works(development_site: DevelopmentServer, block: str) -> None:
    before = seeded_todos(development_site)
    script = block.replace(":8000", f":{development_site.port}").replace(
        ".venv/bin/python manage.py", f"{sys.executable} {ROOT}/manage.py"
    )
    # --fail makes curl itself fail when the answer is an error.
    script = f'curl() {{ command curl --fail --silent --show-error "$@"; echo; }}\n{script}'
    result = subprocess.run(
        ["bash", "-euc", script], env=development_site.environ, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert any(answer in result.stdout for answer in ANSWERS)
    assert seeded_todos(development_site)[: len(before)] == before


def seeded_todos(site: DevelopmentServer) -> list[str]:
    """Return the todos that anybody finds at the first start, which no example may take away."""
    found: list[str] = []
    # <examples>
    answer = httpx.get(f"http://127.0.0.1:{site.port}/todo/todos/global", trust_env=False)
    found += answer.json()["todos"]
    # </examples>
    return found


# <examples>
def test_the_readme_is_for_each_aim() -> None:
    aims = ["Try", "Connect", "Build your own", "Run in production", "Learn OAuth"]
    headings = re.findall(r"^## (.*)", README, re.MULTILINE)
    assert [heading for heading in headings if heading in aims] == aims
    first_screen = README.partition("\n## ")[0]
    for aim in aims:
        assert f"[{aim}](#{aim.lower().replace(' ', '-')})" in first_screen
    assert "2024" in first_screen and "11 December 2026" in first_screen
    assert README.count("December 2026") == 1


# </examples>


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_picture_is_small_and_says_what_it_shows(name: str) -> None:
    for words, target in re.findall(r"!\[(.*?)\]\((.*?)\)", (ROOT / name).read_text()):
        assert len(words) > 20
        assert ((ROOT / name).parent / target).stat().st_size < 150_000


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_heading_that_is_linked_is_there(name: str) -> None:
    path = ROOT / name
    for target, anchor in re.findall(r"\]\(([^):#]*)#([^)]+)\)", path.read_text()):
        text = (path.parent / target if target else path).read_text()
        assert anchor in map(anchor_of, re.findall(r"^#+ (.*)", text, re.MULTILINE)), anchor


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_sentence_stands_twice_in_a_paragraph(name: str) -> None:
    for paragraph in (ROOT / name).read_text().split("\n\n"):
        sentences = re.split(r"[.:,] ", " ".join(paragraph.split()))
        long = [sentence for sentence in sentences if len(sentence) > 50 and "|" not in sentence]
        assert len(long) == len(set(long)), paragraph


def anchor_of(heading: str) -> str:
    """Return by which name a heading is linked to."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")

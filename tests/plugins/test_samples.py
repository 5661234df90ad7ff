"""The examples that pages show do what they say, as they stand there."""

import html
import re
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client

from plugins.plugin import Plugin
from plugins.samples import LANGUAGES, Sample, written
from tests.clients.live_site import LiveSite
from tests.site.plugins import PLUGINS


def shown(page: str, language: str) -> list[str]:
    """Return the examples of a page in one language."""
    found = re.findall(rf'<pre class="command in-{language}"><code>(.*?)</code>', page, re.DOTALL)
    return [html.unescape(code) for code in found]


@pytest.mark.parametrize("language", [slug for slug, _, _ in LANGUAGES])
def test_every_plugins_page_has_an_example_in_every_language(
    plugin: Plugin, language: str, db: None
) -> None:
    page = Client().get(f"/{plugin.slug}/", headers={"host": "localhost"}).text
    assert len(shown(page, language)) == len(plugin.api.samples) > 0


def test_the_first_page_shows_one_of_the_first_plugin(db: None) -> None:
    page = Client().get("/", headers={"host": "localhost"}).text
    assert len(shown(page, "curl")) == 1
    assert f"http://localhost/{PLUGINS[0].slug}/" in shown(page, "curl")[0]


def filled_in(code: str, served: Any) -> str:
    """Return an example with what its reader puts into it."""
    code = code.replace("USERNAME", "ann")
    return code.replace(served.plugin.auth.placeholder or "-", served.token or "-")


def run(language: str, code: str) -> str:
    command = {"curl": ["bash", "-euc", f"{code} --fail --silent --show-error"]}
    command["python"] = [sys.executable, "-c", code]
    return subprocess.check_output(command[language], text=True)


@pytest.mark.parametrize("slug", [plugin.slug for plugin in PLUGINS])
@pytest.mark.parametrize("language", ["curl", "python"])  # tests/browser runs the third
def test_every_example_works(production_site: LiveSite, language: str, slug: str) -> None:
    served = production_site.plugins[slug]
    page = subprocess.check_output(["curl", "--silent", f"{served.url}/"], text=True)
    for code in shown(page, language):
        answer = run(language, filled_in(code, served))
        assert "detail" not in answer and re.match(r"\{['\"]", answer)


def test_an_example_quotes_what_a_shell_or_a_language_would_take_for_its_own() -> None:
    sample = Sample(
        title="Add", method="POST", path="lists/{username}", body={"it's": ['"$HOME"', True, None]}
    )
    [example] = written([sample], url="https://a.example/", username="a/b c", header="X-Key: it's")
    code = {slug: text for slug, _, text in example.languages}
    echoed = code["curl"].replace("curl ", "printf '%s\\n' ", 1)
    assert subprocess.check_output(["bash", "-euc", echoed], text=True).splitlines() == [
        "https://a.example/lists/a%2Fb%20c",
        *("-H", "X-Key: it's", "-H", "Content-Type: application/json"),
        *("-d", '{"it\'s": ["\\"$HOME\\"", true, null]}'),
    ]
    sent: dict[str, Any] = {}
    python = code["python"].replace("import requests", "").replace("print(answer.json())", "")
    requests = type("Requests", (), {"post": lambda url, **given: sent.update(given, url=url)})
    exec(python, {"requests": requests})  # noqa: S102
    assert sent == {
        "url": "https://a.example/lists/a%2Fb%20c",
        "headers": {"X-Key": "it's"},
        "json": {"it's": ['"$HOME"', True, None]},
    }


def test_a_request_that_changes_something_by_another_method_names_it() -> None:
    sample = Sample(title="Take it out", method="DELETE", path="items/1")
    [example] = written([sample], url="https://a.example/", username="", header="")
    code = {slug: text for slug, _, text in example.languages}
    assert code["curl"] == "curl -X DELETE https://a.example/items/1"
    assert "requests.delete(" in code["python"]
    assert 'method: "DELETE"' in code["javascript"]

"""What people see of the plugins: the first page, a page that is not there, the legal pages."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.html import escape

from plugins.plugin import Plugin
from tests.conftest import Mount, mount_of
from tests.site.plugins import PLUGINS

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}

pytestmark = pytest.mark.django_db


def first_page() -> str:
    return Client().get("/", headers={"host": "localhost"}).text


def test_the_first_page_groups_the_plugins_by_their_api() -> None:
    groups = re.split(r'<section class="group"', first_page())[1:]
    shown = [re.findall(r"<h3><a [^>]*>(.*?)</a></h3>", group) for group in groups]
    titles = [re.findall(r"<h2 [^>]*>(.*?)</h2>", group)[0] for group in groups]
    by_api: dict[str, list[str]] = {}
    for plugin in PLUGINS:
        by_api.setdefault(plugin.api.title or plugin.name_for_human, []).append(
            plugin.name_for_human
        )
    assert dict(zip(titles, shown, strict=True)) == by_api


def test_each_row_of_it_says_how_the_plugin_is_called_and_where(plugin: Plugin) -> None:
    [row] = [
        row for row in re.findall(r"<li>.*?</li>", first_page(), re.DOTALL)
        if f'>{plugin.name_for_human}</a></h3>' in row
    ]  # fmt: skip
    assert plugin.auth.name in row and escape(plugin.description_for_human) in row
    assert f'href="http://localhost/{plugin.slug}/"' in row
    code = row.partition('address"><code>')[2].partition("</code>")[0]
    address = re.sub(r"</?span[^>]*>", "", code)
    assert address == f"http://localhost/{plugin.slug}/mcp"


def test_a_path_below_a_plugin_at_which_there_is_nothing_is_a_page_for_people(
    mount: Mount,
) -> None:
    page = mount.get("/nothing", headers=BROWSER)
    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "There is no page here" in page.text
    assert f'href="{mount.prefix}/docs"' in page.text
    assert "Accept" in page["Vary"]


@pytest.mark.parametrize("accept", ["*/*", "application/json", ""])
def test_it_is_json_for_machines(mount: Mount, accept: str) -> None:
    answer = mount.get("/nothing", headers={"accept": accept})
    assert (answer.status_code, list(answer.json())) == (404, ["detail"])
    assert "Accept" in answer["Vary"]


def test_it_is_json_for_whoever_sends_something(mount: Mount) -> None:
    answer = mount.post("/nothing", {}, headers=BROWSER)
    assert (answer.status_code, list(answer.json())) == (404, ["detail"])


def test_a_person_who_is_signed_in_sees_so_there(mount: Mount, ann: User) -> None:
    mount.client.force_login(ann)
    assert "Sign out" in mount.get("/nothing", headers=BROWSER).text


def test_a_failure_of_a_plugins_page_is_a_page_for_people(
    plugin: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    mount = mount_of(plugin.slug)  # at its own host, the root is the site's
    monkeypatch.setattr("plugins.views.card", None)
    assert "Something went wrong here" in mount.get("/", headers=BROWSER).text
    assert list(mount.get("/").json()) == ["detail"]


def test_the_legal_page_names_an_address_as_text(mount: Mount, settings: Any) -> None:
    settings.CONTACT_EMAIL = "help@plugins.example"
    page = mount.get("/legal").text
    assert ">help@plugins.example</a>" in page and "no\n  other" not in page
    settings.CONTACT_EMAIL = ""
    page = mount.get("/legal").text
    assert f">support@{mount.host}</a>" in page and "CONTACT_EMAIL" in page


def test_the_legal_page_names_a_persons_rights(mount: Mount) -> None:
    page = mount.get("/legal").text
    rights = page.partition("<h2>Your rights</h2>")[2].partition("<h2>")[0]
    if not mount.plugin.api.keeps_data:
        assert "nothing of yours" in rights
    elif mount.plugin.auth.callers == "people":
        for right in ("take it with you", "have it deleted", "end an access", "complain"):
            assert right in rights
        assert 'href="/accounts/tokens/"' in rights and 'href="/accounts/apps/"' in rights
    else:
        assert "tied to no account" in rights and "complain" in rights


def test_an_icon_is_where_browsers_look_without_being_told(mount: Mount) -> None:
    client = Client(headers={"host": mount.host})
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer["Location"]) == (302, "/static/favicon.ico")


def test_a_page_that_is_sent_to_others_has_a_picture(plugin: Plugin) -> None:
    picture = re.compile(r'<meta property="og:image" content="(.*?)">')
    assert picture.findall(first_page()) == ["http://localhost/static/social-card.png"]
    page = Client().get(f"/{plugin.slug}/", headers={"host": "localhost"}).text
    assert picture.findall(page) == [f"http://localhost/{plugin.slug}/logo.png"]
    assert escape(plugin.description_for_human) in page.partition("</head>")[0]

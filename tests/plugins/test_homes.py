"""Where people see what a plugin keeps for them, and what is said where nothing is theirs."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.conftest import Mount
from tests.site.plugins import PLUGINS

pytestmark = pytest.mark.django_db
HOMES = [plugin for plugin in PLUGINS if plugin.home]


SAID = {"everybody": "Nobody’s: no one signs in", "services": "The services’: no person"}


def plugin_page(mount: Mount) -> str:
    path = f"/{mount.plugin.slug}/"
    return str(mount.client.get(path, headers={"host": mount.host}).text)


def test_a_plugin_says_whose_it_is_what_it_keeps(mount: Mount) -> None:
    page, plugin = plugin_page(mount), mount.plugin
    assert ("Your own page" in page) == bool(plugin.home)
    for callers, words in SAID.items():
        assert (words in page) == (callers == plugin.auth.callers and plugin.api.keeps_data)


def test_every_plugin_that_keeps_todos_or_texts_for_people_has_a_home() -> None:
    assert all(
        plugin.home
        for plugin in PLUGINS
        if plugin.pages and plugin.auth.callers == "people" and plugin.api.keeps_data
    )
    assert HOMES


def test_the_plugins_page_leads_to_a_persons_own(mount: Mount, ann: User) -> None:
    if mount.plugin.home:
        mount.client.force_login(ann)
        _, _, after = plugin_page(mount).partition("See what it keeps for you")
        link = after.partition('href="')[2].partition('"')[0]
        assert mount.client.get(link, headers={"host": mount.host}).status_code == 200


def test_a_person_finds_all_that_is_theirs_in_one_place(
    client: Client, ann: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert client.get("/yours/")["Location"] == "/accounts/login/?next=/yours/"
    assert 'href="/yours/"' not in client.get("/").text
    client.force_login(ann)
    assert 'href="/yours/"' in client.get("/").text
    with django_assert_num_queries(2):  # the session and its person
        page = client.get("/yours/").text
    for plugin in PLUGINS:
        assert (f'href="/{plugin.slug}/' in page) == bool(plugin.home)

"""What a token made by hand is: named, of one plugin, perhaps with an end."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from oauth_demo.models import Token
from plugins.registry import find_plugin
from tests.accounts.test_accounts import make_token, signed_in

pytestmark = pytest.mark.django_db


def test_two_live_tokens_of_one_name_are_refused(ann: User, anns_token: str) -> None:
    page = make_token(signed_in(ann), name="Laptop")
    assert "token of that name" in page.context["form"].errors["name"][0]
    assert Token.objects.count() == 1


@pytest.mark.parametrize("other", ["plugin", "person", "revoked"])
def test_a_name_is_free_elsewhere(ann: User, bob: User, anns_token: str, other: str) -> None:
    if other == "revoked":
        Token.objects.get().revoke()
    plugin = "another-user" if other == "plugin" else "todo-user"
    Token.objects.issue(plugin=plugin, name="Laptop", user=bob if other == "person" else ann)
    assert Token.objects.filter(name="Laptop").count() == 2


def test_two_service_tokens_of_one_name_are_refused(service_token: str) -> None:
    with pytest.raises(ValidationError, match="token of that name"):
        Token.objects.issue(plugin="todo-service", name="ChatGPT")


@pytest.mark.parametrize("slug", ["todo-user", "todo-service"])
def test_the_console_may_be_given_several(ann: User, slug: str) -> None:
    plugin = find_plugin(slug)
    assert plugin
    for _ in range(3):
        plugin.auth.hand_out(plugin, ann, "https://a.example/")
    names = set(Token.objects.values_list("name", flat=True))
    assert names == {"Console of ann", "Console of ann-2", "Console of ann-3"}


@pytest.mark.parametrize(("days", "ends"), [("30", 30), ("365", 365), ("", None), ("0", None)])
def test_a_person_chooses_when_a_token_ends(ann: User, days: str, ends: int | None) -> None:
    data = {"plugin": "todo-user", "name": "ChatGPT", "days": days}
    page = signed_in(ann).post("/accounts/tokens/", data, follow=True)
    expires_at = Token.objects.get().expires_at
    if ends is None:
        assert expires_at is None and "Ends" not in page.text.partition("Made so far")[2]
    else:
        assert expires_at
        assert abs(expires_at - timezone.now() - timedelta(days=ends)) < timedelta(minutes=1)
        assert "Ends <time" in page.text


def test_an_end_that_is_not_offered_is_refused(ann: User) -> None:
    data = {"plugin": "todo-user", "name": "ChatGPT", "days": "7000000000"}
    page = signed_in(ann).post("/accounts/tokens/", data)
    assert page.context["form"].errors["days"] and not Token.objects.exists()


def test_the_page_says_when_a_token_was_last_used(ann: User, anns_token: str) -> None:
    assert "Last used: never" in signed_in(ann).get("/accounts/tokens/").text
    Token.objects.update(last_used_at=timezone.now())
    assert "Last used: <time" in signed_in(ann).get("/accounts/tokens/").text


@pytest.mark.django_db(transaction=True)
def test_tokens_that_shared_a_name_before_are_numbered(ann: User) -> None:
    migration = import_module("oauth_demo.migrations.0003_token_expiry_and_last_use")
    constraints = Token._meta.constraints
    with connection.schema_editor() as editor:
        for constraint in constraints:
            editor.remove_constraint(Token, constraint)
    try:
        for number in range(3):
            Token.objects.create(plugin="todo-user", name="Laptop", user=ann, digest=f"{number}")
        Token.objects.create(plugin="todo-service", name="Laptop", digest="3")
        migration.number_names(apps, None)
        names: Any = Token.objects.order_by("pk").values_list("name", flat=True)
        assert list(names) == ["Laptop", "Laptop-2", "Laptop-3", "Laptop"]
    finally:
        with connection.schema_editor() as editor:
            for constraint in constraints:
                editor.add_constraint(Token, constraint)


def test_a_token_is_no_option_to_a_shell(ann: User) -> None:
    made = [Token.objects.issue(plugin="todo-user", name=str(n), user=ann)[1] for n in range(100)]
    assert all(secret.isalnum() and len(secret) == 43 for secret in made)

"""Every command that is given something wrong names it, and says what to do; nothing is changed."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from oauth2_provider.models import Application

from oauth_demo.models import Token

pytestmark = pytest.mark.django_db
TOKEN = "create_service_token --plugin todo-service --name"
CLIENT = "create_oauth_client --name ChatGPT --redirect-uri"
HTTPS = "https://a.example/callback"

REFUSED = [
    ("create_service_token --name x", "--plugin"),
    (f"{TOKEN} x --plugin todo", "--plugin: invalid choice: 'todo' .choose from"),
    (f"{TOKEN} _", "--name: It is empty. Say where"),
    (f"{TOKEN} taken", "--name: There is a token of that name .* Choose another name, or revoke"),
    (f"{TOKEN} x --days 0", "--days: Give a number from 1 to"),
    (f"{TOKEN} x --days many", "--days: invalid int value"),
    ("create_user_token bob --plugin todo-user --name x", "username: There is no .* Sign up at"),
    ("create_user_token ann --plugin todo-user --name taken", "--name: .* Choose another"),
    ("list_tokens --plugin nothing", "--plugin: No plugin 'nothing'.* These have: todo-service"),
    ("list_tokens --username bob", "--username: There is no account 'bob'"),
    ("revoke_token", "Which token.* list_tokens"),
    ("revoke_token 999999", "id: No token 999999 is there.* list_tokens"),
    ("revoke_token one", "id: invalid int value"),
    ("revoke_token --name nothing", "No such token.* list_tokens"),
    ("revoke_token --name taken", "(?s)These are 2 tokens.* --several"),
    (f"{CLIENT} callback", "--redirect-uri: A redirect URI begins with"),
    (f"create_oauth_client --name _ --redirect-uri {HTTPS}", "--name: It is empty"),
    (f"create_oauth_client --name {'a' * 256} --redirect-uri {HTTPS}", "--name: .* 255"),
    (f"create_oauth_client --name Laptop --redirect-uri {HTTPS}", "--name: .*Choose another"),
    ("list_clients --plugin todo", "--plugin: No client connects with 'todo'.* todo-oauth"),
    ("revoke_client nothing", "client: There is none with .* list_clients"),
    ("revoke_client Twice", "client: 2 have this name. Give a client_id"),
    (
        "package_plugin nothing --url https://a.example/x",
        "plugin: There is no plugin 'nothing'.*todo",
    ),
    ("package_plugin --plugin nothing --url https://a.example/x", "plugin: There is no plugin"),
    (
        "package_plugin --url https://a.example/x",
        "one of the arguments plugin --plugin is required",
    ),
    ("package_plugin todo --url nowhere", "--url: "),
    ("seed_demo", "Set DEBUG"),
    ("reset --yes", "Only the development database"),
    # <examples>
    ("load_documents /nowhere --plugin retrieval", "path: There is no file or folder"),
    ("load_documents . --plugin todo", "--plugin: There is no .* These do: retrieval"),
    ("load_documents . --plugin retrieval --username ann", "--username: .* leave it out"),
    ("load_documents . --plugin retrieval-user", "--username: .* name an account"),
    ("load_documents . --plugin retrieval-user --username bob", "--username: .* Sign up"),
    ("load_documents . --plugin retrieval --batch 0", "--batch: .*one document"),
    ("reembed --plugin nothing", "--plugin: There are no documents .* none at all"),
    ("reindex --plugin nothing", "--plugin: There are no documents"),
    ("import_sports nowhere.csv", "nowhere.csv"),
    # </examples>
    ("uninstall_plugin nothing", "nothing.*install_plugin|installed_plugins"),
    ("call_plugin nothing getTodos", "nothing.*install_plugin|installed_plugins"),
]


@pytest.fixture
def kept(ann: User) -> None:
    for plugin, user in (("todo-service", None), ("todo-user", ann)):
        Token.objects.issue(plugin=plugin, name="taken", user=user)
    for name, kind in (("Laptop", "public"), ("Twice", "public"), ("Twice", "public")):
        Application.objects.create(
            name=name, client_type=kind, authorization_grant_type="authorization-code"
        )


@pytest.mark.parametrize(("command", "message"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_is_wrong_is_named_with_the_way_out(kept: Any, command: str, message: str) -> None:
    before = (Token.objects.live().count(), Application.objects.count())
    words = ["" if word == "_" else word for word in command.split()]
    with pytest.raises(CommandError, match=message):
        call_command(*words)
    assert (Token.objects.live().count(), Application.objects.count()) == before

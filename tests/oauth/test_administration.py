"""What the operator has: a command that makes clients, and an admin without secrets."""

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken

from oauth_demo.models import Consent
from tests.conftest import Mount
from tests.oauth.conftest import LOOPBACK, Browser, OAuthClient, connect, redeem, refresh

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> str:
    output = StringIO()
    call_command("create_oauth_client", *arguments, stdout=output)
    return output.getvalue()


def create_json(*arguments: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(create(*arguments, "--json"))
    return answer


def test_the_command_makes_a_client_that_works(todo_oauth: Mount, ann: User) -> None:
    answer = create_json("--name", "ChatGPT", "--redirect-uri", "https://a.example/callback")
    assert answer.keys() == {"client_id", "client_secret"}
    client = OAuthClient(Application.objects.get(), answer["client_secret"])
    assert client.id == answer["client_id"]
    assert redeem(todo_oauth, client, Browser(todo_oauth, ann).agree(client)).status_code == 200


@pytest.mark.parametrize("host", ["chat.openai.com", "chatgpt.com"])
@pytest.mark.parametrize("plugin_id", ["plugin-0a1b", "g-0a1b2c3d"])
def test_chatgpts_callback_is_registered_at_both_hosts(host: str, plugin_id: str) -> None:
    create("--name", "ChatGPT", "--redirect-uri", f"https://{host}/aip/{plugin_id}/oauth/callback")
    assert Application.objects.get().redirect_uris.split() == [
        f"https://chat.openai.com/aip/{plugin_id}/oauth/callback",
        f"https://chatgpt.com/aip/{plugin_id}/oauth/callback",
    ]


def test_the_command_tells_what_to_paste_where() -> None:
    text = create("--name", "ChatGPT", "--redirect-uri", "https://a.example/callback")
    client = Application.objects.get()
    assert client.client_id in text
    assert "Client secret" in text
    assert text.endswith("  https://a.example/callback\n")


def test_the_command_says_that_a_program_on_a_persons_machine_may_use_any_port() -> None:
    text = create("--name", "Codex", "--public", "--redirect-uri", "http://127.0.0.1/callback")
    assert "  http://127.0.0.1/callback (at any port)" in text


def test_the_command_updates_the_client_of_that_name(todo_oauth: Mount, ann: User) -> None:
    first = create_json("--name", "ChatGPT", "--redirect-uri", "https://a.example/callback")
    second = create_json("--name", "ChatGPT", "--redirect-uri", "https://b.example/callback")
    assert second == {"client_id": first["client_id"], "client_secret": None}
    client = OAuthClient(Application.objects.get(), first["client_secret"])
    assert client.redirect_uri == "https://b.example/callback"
    assert redeem(todo_oauth, client, Browser(todo_oauth, ann).agree(client)).status_code == 200


def test_a_new_secret_replaces_the_old_one(todo_oauth: Mount, ann: User) -> None:
    arguments = ("--name", "ChatGPT", "--redirect-uri", "https://a.example/callback")
    old = create_json(*arguments)["client_secret"]
    new = create_json(*arguments, "--new-secret")["client_secret"]
    browser, application = Browser(todo_oauth, ann), Application.objects.get()
    for secret, status in ((old, 401), (new, 200)):
        client = OAuthClient(application, secret)
        assert redeem(todo_oauth, client, browser.agree(client)).status_code == status


def test_a_public_client_has_no_secret() -> None:
    arguments = ("--name", "Laptop", "--public", "--redirect-uri", LOOPBACK)
    assert create_json(*arguments)["client_secret"] is None
    assert "PKCE" in create(*arguments)
    assert Application.objects.get().client_type == "public"


@pytest.mark.parametrize("uri", ["callback", "javascript:alert(1)", "https://*.example/", "https:"])
def test_a_redirect_uri_must_be_one(uri: str) -> None:
    with pytest.raises(CommandError):
        create("--name", "ChatGPT", "--redirect-uri", uri)
    assert not Application.objects.exists()


def test_a_client_does_not_change_its_kind() -> None:
    create("--name", "Laptop", "--public", "--redirect-uri", LOOPBACK)
    with pytest.raises(CommandError, match="is public"):
        create("--name", "Laptop", "--redirect-uri", LOOPBACK)


def test_the_admin_shows_no_secret(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    tokens = connect(todo_oauth, ann, chatgpt)
    tokens = refresh(todo_oauth, chatgpt, tokens["refresh_token"]).json()
    code = Browser(todo_oauth, ann).agree(chatgpt)
    hidden = [code, chatgpt.secret, chatgpt.application.client_secret]
    hidden += [tokens["access_token"], tokens["refresh_token"]]
    hidden += AccessToken.objects.values_list("token_checksum", flat=True)
    hidden += RefreshToken.objects.values_list("token_checksum", flat=True)
    hidden += Grant.objects.values_list("code", flat=True)
    admin = Client()
    admin.force_login(User.objects.create_superuser("admin"))
    for model in (Application, Grant, AccessToken, RefreshToken, Consent):
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}"
        pages = [f"{base}/", *(f"{base}/{row.pk}/change/" for row in model.objects.all())]
        assert len(pages) > 1
        for page in pages:
            response = admin.get(page)
            assert response.status_code == 200
            assert not [secret for secret in hidden if secret in response.text], page
        assert admin.get(f"{base}/add/").status_code == 403


def test_the_admin_ends_access(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    admin = Client()
    admin.force_login(User.objects.create_superuser("admin"))
    for url, action in (
        ("/admin/oauth2_provider/accesstoken/", "revoke_tokens"),
        ("/admin/oauth2_provider/refreshtoken/", "revoke_tokens"),
        ("/admin/oauth_demo/consent/", "delete_selected"),
    ):
        tokens = connect(todo_oauth, ann, chatgpt)
        assert todo_oauth.get("/todos/ann", token=tokens["access_token"]).status_code == 200
        rows = {
            "accesstoken": AccessToken.objects,
            "refreshtoken": RefreshToken.objects.filter(revoked=None),
            "consent": Consent.objects,
        }[url.split("/")[-2]]
        chosen = [str(pk) for pk in rows.values_list("pk", flat=True)]
        admin.post(url, {"action": action, "_selected_action": chosen, "post": "yes"})
        assert todo_oauth.get("/todos/ann", token=tokens["access_token"]).status_code == 401
        assert refresh(todo_oauth, chatgpt, tokens["refresh_token"]).status_code == 400


def test_the_admin_edits_nothing_that_was_granted(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    connect(todo_oauth, ann, chatgpt, scope="todos:read")
    admin = Client()
    admin.force_login(User.objects.create_superuser("admin"))
    token = AccessToken.objects.get()
    url = f"/admin/oauth2_provider/accesstoken/{token.pk}/change/"
    admin.post(url, {"scope": "todos:read todos:write"})
    assert AccessToken.objects.get().scope == "todos:read"

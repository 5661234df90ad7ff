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
from tests.site.plugins import PLUGINS

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
    assert answer.keys() == {"client_id", "client_secret", "plugins"}
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


def values(text: str) -> dict[str, str]:
    """Return what stands after each name that the command prints."""
    lines = (line.strip().split("  ", 1) for line in text.splitlines() if line.startswith("  "))
    return {pair[0]: pair[1].strip() for pair in lines if len(pair) == 2}


@pytest.mark.parametrize("site", ["https://plugins.example", "http://localhost:8000/"])
def test_the_command_prints_all_that_a_gpts_form_asks_for(
    site: str, todo_oauth: Mount, ann: User
) -> None:
    """All of it works, and nothing else is printed."""
    callback = "https://chatgpt.com/aip/g-0a1b/oauth/callback"
    options = ("--name", "GPT", "--redirect-uri", callback, "--plugin", "todo-oauth")
    printed = values(create(*options, "--site", site))
    root = f"{site.rstrip('/')}/todo-oauth"
    client = Application.objects.get()
    secret = printed.pop("Client secret")
    assert printed == {
        "Client ID": client.client_id,
        "Authorization URL": f"{root}/oauth",
        "Token URL": f"{root}/auth/oauth_exchange",
        "Scope": "todos:read todos:write",
        "Token exchange method": "Default (POST request)",
    }
    gpt = OAuthClient(client, secret)
    code = Browser(todo_oauth, ann).agree(gpt, scope=printed["Scope"])
    assert redeem(todo_oauth, gpt, code).status_code == 200


def test_the_command_prints_it_of_each_plugin_or_as_json() -> None:
    options = ("--name", "GPT", "--redirect-uri", "https://a.example/callback")
    plugins = [plugin for plugin in PLUGINS if plugin.auth.scopes]
    text = create(*options, "--site", "https://plugins.example")
    answer = create_json(*options, "--site", "https://plugins.example")["plugins"]
    assert list(answer) == [plugin.slug for plugin in plugins]
    for plugin in plugins:
        root = f"https://plugins.example/{plugin.slug}"
        assert answer[plugin.slug] == {
            "authorization_url": f"{root}/oauth",
            "token_url": f"{root}/auth/oauth_exchange",
            "scope": " ".join(plugin.auth.scopes),
            "token_exchange_method": "Default (POST request)",
        }
        assert f"{root}/oauth\n" in text and f"{root}/auth/oauth_exchange\n" in text


def test_the_command_says_so_where_there_is_no_secret_to_paste() -> None:
    public = create("--name", "Laptop", "--public", "--redirect-uri", LOOPBACK)
    assert values(public)["Client secret"] == "(none: it uses PKCE with S256)"
    options = ("--name", "GPT", "--redirect-uri", "https://a.example/callback")
    create(*options)
    assert values(create(*options))["Client secret"].startswith("(as it was; --new-secret")


@pytest.mark.parametrize(
    ("changes", "site"),
    [
        ({"PUBLIC_URLS": ["https://abc.tunnel.example"]}, "https://abc.tunnel.example"),
        ({"DEBUG": True}, "http://localhost:8000"),
        ({"ALLOWED_HOSTS": [".a.example", "b.example"], "HTTPS": True}, "https://b.example"),
        ({"ALLOWED_HOSTS": ["*"], "HTTPS": True}, "https://HOST-OF-THIS-SITE"),
        ({"ALLOWED_HOSTS": ["localhost"], "HTTPS": False}, "http://localhost:8000"),
        (
            {"ALLOWED_HOSTS": ["b.example"], "HTTPS": False, "TRUST_PROXY": True},
            "http://b.example",
        ),
    ],
)
def test_the_command_knows_where_the_site_is(
    changes: dict[str, Any], site: str, settings: Any
) -> None:
    settings.PUBLIC_URLS, settings.DEBUG, settings.PORT = [], False, 8000
    for name, value in changes.items():
        setattr(settings, name, value)
    answer = create_json("--name", "GPT", "--redirect-uri", "https://a.example/callback")
    for each in answer["plugins"].values():
        assert each["token_url"].startswith(f"{site}/")


def test_the_command_refuses_a_plugin_that_has_no_clients() -> None:
    with pytest.raises(CommandError, match="--plugin"):
        create("--name", "GPT", "--redirect-uri", "https://a.example/", "--plugin", "todo")


def test_the_command_says_that_a_program_on_a_persons_machine_may_use_any_port() -> None:
    text = create("--name", "Codex", "--public", "--redirect-uri", "http://127.0.0.1/callback")
    assert "  http://127.0.0.1/callback (at any port)" in text


def test_the_command_updates_the_client_of_that_name(todo_oauth: Mount, ann: User) -> None:
    first = create_json("--name", "ChatGPT", "--redirect-uri", "https://a.example/callback")
    second = create_json("--name", "ChatGPT", "--redirect-uri", "https://b.example/callback")
    assert (second["client_id"], second["client_secret"]) == (first["client_id"], None)
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

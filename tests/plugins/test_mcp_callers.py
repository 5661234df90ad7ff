"""Who may call a plugin's tools: who may call its API, and how the others learn to."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from oauth_demo.models import digest
from tests.conftest import Mount, mount_of
from tests.oauth.conftest import CALLBACK, Browser, redeem, register
from tests.plugins.conftest import token_for
from tests.plugins.mcp_client import MODERN, ask, call, result
from tests.site.plugins import PLUGINS
from todos.models import TodoList

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("wrong", [None, "wrong"])
def test_who_has_no_token_is_challenged(mount: Mount, wrong: str | None) -> None:
    for method in ("initialize", "tools/list", "tools/call"):
        params = {"name": "anything", "arguments": {}} if method == "tools/call" else {}
        response = ask(mount, method, params, token=wrong)
        if mount.plugin.auth.callers == "everybody":
            assert (method, response.status_code) == (method, 200)
        else:
            assert (method, response.status_code) == (method, 401)
            assert response["WWW-Authenticate"].startswith(f'Bearer realm="{mount.plugin.slug}"')
            assert response.json()["detail"]


@pytest.mark.parametrize("at", ["prefix", "host"])
@pytest.mark.parametrize("method", ["server/discover", "tools/list", "tools/call"])
def test_every_plugin_refuses_every_credential_but_its_own(ann: User, method: str, at: str) -> None:
    """RFC 9700 section 2.3. What is refused is refused before a tool is looked for."""
    own = {plugin: secret for plugin in PLUGINS if (secret := token_for(plugin, ann))}
    headers = {f"the token of {plugin.slug}": f"Bearer {own[plugin]}" for plugin in own}
    for plugin in PLUGINS:
        secret = own.get(plugin, "x")
        headers |= {
            "nothing": "",
            "no secret": "Bearer ",
            "two": f"Bearer {secret} {secret}",
            "no scheme": secret,
            "another scheme": f"Basic {secret}",
            "the stored digest": f"Bearer {digest(secret)}",
            "not ASCII": "Bearer tökén",
        }
        for name, header in headers.items():
            params = {"name": "eraseAll", "arguments": {}} if method == "tools/call" else {}
            sent = {"authorization": header} if header else {}
            response = ask(mount_of(plugin.slug, at), method, params, era=MODERN, headers=sent)
            opens = plugin.auth.callers == "everybody" or name == f"the token of {plugin.slug}"
            allowed = 400 if method == "tools/call" else 200  # there is no such tool
            assert response.status_code == (allowed if opens else 401), (plugin.slug, name)


def test_a_personal_token_reaches_its_own_list_without_saying_whose(
    todo_user: Mount, anns_token: str, bob: User
) -> None:
    TodoList("todo-user", "bob").add("Bob's")
    result(call(todo_user, "addTodo", {"todo": "Ann's"}, token=anns_token))
    listed = result(call(todo_user, "getTodos", {}, token=anns_token))
    assert listed["structuredContent"] == {"todos": ["Ann's"]}
    assert todo_user.get("/todos/me", token=anns_token).json() == {"todos": ["Ann's"]}
    other = result(call(todo_user, "getTodos", {"username": "bob"}, token=anns_token))
    assert other["isError"] is True


def test_a_script_of_another_origin_is_refused(todo: Mount) -> None:
    for origin, status in (
        ("https://evil.example", 403),
        ("http://localhost", 200),
        ("https://chatgpt.com", 200),
    ):
        assert ask(todo, "tools/list", headers={"origin": origin}).status_code == status


@pytest.mark.parametrize("at", ["prefix", "host"])
@pytest.mark.parametrize("method", ["tools/list", "tools/call"])
def test_the_challenge_leads_to_metadata_of_this_very_url(at: str, method: str) -> None:
    mount = mount_of("todo-oauth", at)
    response = ask(mount, method, {"name": "getTodos", "arguments": {}})
    assert response.status_code == 401
    [url] = re.findall(r'resource_metadata="([^"]+)"', response["WWW-Authenticate"])
    assert url == f"http://{mount.host}/.well-known/oauth-protected-resource{mount.prefix}/mcp"
    metadata = mount.client.get(urlsplit(url).path, headers={"host": mount.host}).json()
    assert metadata["resource"] == f"{mount.url}/mcp"
    assert metadata["authorization_servers"] == [mount.url]


def test_a_token_asked_for_by_the_address_of_mcp_opens_it(ann: User) -> None:
    todo_oauth = mount_of("todo-oauth")
    chatgpt = register("ChatGPT", CALLBACK)
    resource = f"{todo_oauth.url}/mcp"
    code = Browser(todo_oauth, ann).agree(chatgpt, resource=resource)
    token = redeem(todo_oauth, chatgpt, code, resource=resource).json()["access_token"]
    assert result(call(todo_oauth, "getTodos", {}, token=token))["isError"] is False


def test_a_scope_that_is_lacking_is_a_403_that_names_it(ann: User) -> None:
    todo_oauth = mount_of("todo-oauth")
    chatgpt = register("ChatGPT", CALLBACK)
    code = Browser(todo_oauth, ann).agree(chatgpt, scope="todos:read")
    token = redeem(todo_oauth, chatgpt, code).json()["access_token"]
    response = call(todo_oauth, "addTodo", {"todo": "x"}, token=token)
    assert response.status_code == 403
    assert 'error="insufficient_scope", scope="todos:write"' in response["WWW-Authenticate"]
    assert "/.well-known/oauth-protected-resource/todo-oauth/mcp" in response["WWW-Authenticate"]


def test_chatgpt_is_asked_for_a_scope_within_the_result_where_a_setting_says_so(
    ann: User, settings: Settings
) -> None:
    settings.MCP_SCOPE_CHALLENGE = "result"
    todo_oauth = mount_of("todo-oauth")
    chatgpt = register("ChatGPT", CALLBACK)
    code = Browser(todo_oauth, ann).agree(chatgpt, scope="todos:read")
    token = redeem(todo_oauth, chatgpt, code).json()["access_token"]
    refused = result(call(todo_oauth, "addTodo", {"todo": "x"}, token=token))
    assert refused["isError"] is True
    [challenge] = refused["_meta"]["mcp/www_authenticate"]
    assert 'error="insufficient_scope", scope="todos:write"' in challenge
    assert f"{todo_oauth.host}/.well-known/oauth-protected-resource/todo-oauth/mcp" in challenge
    assert call(todo_oauth, "addTodo", {"todo": "x"}, token="wrong").status_code == 401


def test_a_tool_says_which_scope_it_needs(ann: User) -> None:
    def schemes(slug: str) -> dict[str, Any]:
        mount = mount_of(slug)
        tools = result(ask(mount, "tools/list", token=token_for(mount.plugin, ann)))["tools"]
        return {tool["name"]: tool.get("_meta", {}).get("securitySchemes") for tool in tools}

    assert schemes("todo")["getTodos"] == [{"type": "noauth"}]
    assert schemes("todo-user")["getTodos"] is None
    of_oauth = schemes("todo-oauth")
    assert of_oauth["getTodos"] == [{"type": "oauth2", "scopes": ["todos:read"]}]
    assert of_oauth["addTodo"] == [{"type": "oauth2", "scopes": ["todos:write"]}]

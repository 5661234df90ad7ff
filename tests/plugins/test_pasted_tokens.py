"""What is said of an Authorization header that holds more, or less, than a token."""

from typing import Any

import pytest

from tests.conftest import Mount
from tests.site.plugins import PLUGINS

pytestmark = pytest.mark.django_db
BEARER = [plugin.slug for plugin in PLUGINS if plugin.auth.header("x") == "Authorization: Bearer x"]
SECRET = "hYw7cPqzr0"
TWICE = "The word Bearer stands there twice"
SAID = {
    f"Bearer Bearer {SECRET}": TWICE,
    f"bearer bearer {SECRET}": TWICE,
    f"Bearer  Bearer\t{SECRET}": TWICE,
    f"Bearer Bearer: {SECRET}": TWICE,
    "Bearer Bearer": TWICE,
    "Bearer": "No token stands after",
    "Bearer ": "No token stands after",
    f"Bearer: {SECRET}": "A sign stands after",
    f"Bearer={SECRET}": "A sign stands after",
    f"Bearer token: {SECRET}": "A name stands before",
    f"Bearer token:{SECRET}": "A name stands before",
    f"Bearer access_token={SECRET}": "A name stands before",
    f"Bearer Authorization: Bearer {SECRET}": "A name stands before",
    f"Authorization: Bearer {SECRET}": "The header's name stands",
    f"Bearer {SECRET} {SECRET}": "There are several words",
    f'Bearer "{SECRET}"': "quotes or brackets",
    f"Bearer '{SECRET}": "quotes or brackets",
    f"Bearer <{SECRET}>": "quotes or brackets",
    f"Bearer {{{SECRET}}}": "quotes or brackets",
    "Bearer $TOKEN": "The client has no token",
    "Bearer undefined": "The client has no token",
    "Bearer null": "The client has no token",
    "Bearer None": "The client has no token",
    "Bearer tökén": "characters after Bearer",
    f"{SECRET}": "Send a token as 'Authorization: Bearer …'",
    f"Token {SECRET}": "Send a token as 'Authorization: Bearer …'",
    "Basic YTpi": "Send a token as 'Authorization: Bearer …'",
    f"Bearer {SECRET}": "This token does not open this plugin",
    f"Bearer token{SECRET}": "This token does not open this plugin",
    f"Bearer null{SECRET}": "This token does not open this plugin",
    f"Bearer bearer{SECRET}": "This token does not open this plugin",
}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


@pytest.mark.parametrize("plugin", BEARER, indirect=True)
@pytest.mark.parametrize("path", ["the API", "/mcp"])
def test_it_is_said_what_is_wrong_and_never_what_was_sent(mount: Mount, path: str) -> None:
    for header, said in SAID.items():
        response = ask(mount, path, header)
        assert response.status_code == 401, header
        detail = response.json()["detail"]
        assert said in detail, header
        assert SECRET not in response.text
        assert 'error="invalid_token"' in response["WWW-Authenticate"]


def ask(mount: Mount, path: str, header: str) -> Any:
    headers = {"authorization": header, "accept": "application/json, text/event-stream"}
    if path == "/mcp":
        return mount.post(path, LIST, headers=headers)
    document = mount.get("/openapi.json").json()
    path, item = next(iter(document["paths"].items()))
    return mount.call(next(iter(item)).upper(), path.format(username="me", id="x"), headers=headers)

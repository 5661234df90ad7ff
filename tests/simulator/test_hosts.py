"""Which host is trusted with what, where a plugin's endpoints are at several."""

import pytest

from simulator.console.page import hosts
from simulator.oauth.scheme import OAuth
from simulator.oauth.server import Server
from simulator.schemes import NoAuth, Scheme, UserHTTP

PLUGIN = "https://plugin.example/.well-known/ai-plugin.json"


def oauth(authorize: str, token: str) -> OAuth:
    server = Server(authorize_url=f"https://{authorize}/a", token_url=f"https://{token}/t")
    return OAuth(server.as_details())


@pytest.mark.parametrize(
    "scheme", [NoAuth({}), UserHTTP({}), oauth("plugin.example", "plugin.example")]
)
def test_nothing_is_said_where_all_is_at_one_host(scheme: Scheme) -> None:
    assert hosts(scheme, PLUGIN) == {}


@pytest.mark.parametrize(
    ("authorize", "token"),
    [
        ("sign-in.example", "plugin.example"),
        ("plugin.example", "tokens.example"),
        ("sign-in.example", "sign-in.example"),
        ("plugin.example:8443", "plugin.example"),
    ],
)
def test_each_is_said_where_they_are_several(authorize: str, token: str) -> None:
    assert hosts(oauth(authorize, token), PLUGIN) == {
        "You sign in and agree at": authorize,
        "The code, and the client’s secret, go to": token,
        "The token is sent to": "plugin.example",
    }

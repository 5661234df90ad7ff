"""What the site relies on in django-oauth-toolkit, name by name: an upgrade may lack one."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import oauth2_provider
import oauthlib
import pytest
from django.conf import settings
from oauth2_provider import cimd, models, oauth2_backends, oauth2_validators, views
from oauth2_provider.settings import OAuth2ProviderSettings

ROOMS = ("accounts", "api", "config", "oauth_demo", "plugins")
VALIDATOR = oauth2_validators.OAuth2Validator
AUTHORIZATION = views.AuthorizationView

# Methods that are overridden or called, with the parameters that are given to them.
METHODS = [
    (VALIDATOR, "validate_client_id", "client_id request"),
    (VALIDATOR, "validate_redirect_uri", "client_id redirect_uri request"),
    (VALIDATOR, "get_default_redirect_uri", "client_id request"),
    (VALIDATOR, "get_original_scopes", "refresh_token request"),
    (VALIDATOR, "is_within_original_scope", "request_scopes refresh_token request"),
    (VALIDATOR, "validate_refresh_token", "refresh_token client request"),
    (VALIDATOR, "save_authorization_code", "client_id code request"),
    (VALIDATOR, "save_bearer_token", "token request"),
    (AUTHORIZATION, "create_authorization_response", "request scopes credentials allow"),
    (AUTHORIZATION, "error_response", "error application"),
    (AUTHORIZATION, "handle_no_permission", ""),
    (AUTHORIZATION, "redirect", "redirect_to application"),
    (AUTHORIZATION, "validate_authorization_request", "request"),
    (views.TokenView, "create_token_response", "request"),
    (views.OAuthProtectedResourceMetadataView, "get_resource", "request"),
    (views.OAuthProtectedResourceMetadataView, "get_authorization_servers", "request"),
    (views.OAuthProtectedResourceMetadataView, "get_scopes_supported", ""),
    (views.OAuthProtectedResourceMetadataView, "get_resource_name", ""),
    (oauth2_backends.OAuthLibCore, "__init__", "server"),
    (oauth2_backends.OAuthLibCore, "extract_headers", "request"),
    (cimd.SafeMetadataFetcher, "fetch", "client_id"),
    (cimd.AllowAllCIMDPermission, "has_permission", "request client_id"),
    (views.DynamicClientRegistrationView, "post", "request"),
    (views.DynamicClientRegistrationManagementView, "put", "request client_id"),
]


@pytest.mark.parametrize(("owner", "name", "parameters"), METHODS)
def test_a_method_takes_what_it_is_given(owner: type, name: str, parameters: str) -> None:
    method = getattr(owner, name, None)
    assert method, f"{owner.__module__}.{owner.__name__} has no `{name}` any more: see oauth_demo/"
    taken = [*inspect.signature(method).parameters][1:]
    wanted = parameters.split()
    assert taken[: len(wanted)] == wanted, f"`{name}` of {owner.__name__} takes {taken} now."


def test_the_validator_leaves_the_presented_refresh_token_on_the_request() -> None:
    source = inspect.getsource(VALIDATOR.validate_refresh_token)
    assert "request.refresh_token_instance = " in source, "See oauth_demo/validator.py."


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (models.RefreshToken, "revoke_family"),
        (models.RefreshToken, "token_family"),
        (models.RefreshToken, "token_checksum"),
        (models.AccessToken, "token_checksum"),
        (models.Grant, "resource"),
        (OAuth2ProviderSettings, "server_kwargs"),
    ],
)
def test_a_name_that_is_not_documented_is_there(owner: Any, name: str) -> None:
    assert hasattr(owner, name), f"{owner.__name__} has no `{name}` any more: see oauth_demo/"


@pytest.mark.parametrize("room", [*ROOMS, "tests"])
def test_no_private_name_of_the_libraries_is_used(room: str) -> None:
    private = set(private_names())
    assert "_save_bearer_token" in private
    used = {
        f"{path.relative_to(settings.BASE_DIR)}: {name}"
        for path in (settings.BASE_DIR / room).rglob("*.py")
        for name in names(path)
        if name in private
    }
    assert not used


def private_names() -> Iterator[str]:
    """Return what oauth2_provider and oauthlib define with one underscore in front."""
    for library in (oauth2_provider, oauthlib):
        for path in Path(inspect.getfile(library)).parent.rglob("*.py"):
            text = path.read_text()
            yield from re.findall(r"(?:\bdef|\bclass|\bself\.) *(_[a-z]\w+)\b(?=.*[(:=])", text)
            yield from re.findall(r"^(_\w+) *=", text, re.MULTILINE)


def names(path: Path) -> Iterator[str]:
    """Return what a file imports, defines and looks up on objects."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.alias):
            yield node.name

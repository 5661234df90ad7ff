"""The token endpoint: what it takes, what it answers, and what cannot break it."""

import base64
import re
from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.conftest import Mount
from tests.oauth.conftest import (
    CALLBACK,
    SCOPES,
    Browser,
    OAuthClient,
    connect,
    dumps,
    error,
    pkce,
    redeem,
    refresh,
)

SAYABLE = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]{20,}")  # RFC 6749 section 5.2
FORM = "application/x-www-form-urlencoded"
PATH = "/auth/oauth_exchange"


def says_what_to_do(response: Any) -> bool:
    return bool(SAYABLE.fullmatch(response.json()["error_description"]))


@pytest.mark.parametrize("way", ["json", "form", "basic"])
def test_a_code_is_exchanged_for_tokens(
    way: str, either: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    response = redeem(either, chatgpt, Browser(either, ann).agree(chatgpt), way)
    assert response.status_code == 200, response.text
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"
    assert response["Pragma"] == "no-cache"
    answer = response.json()
    assert answer["token_type"].lower() == "bearer"
    assert answer["expires_in"] == 3600
    assert set(answer["scope"].split()) == set(SCOPES.split())
    assert either.get("/todos/ann", token=answer["access_token"]).json() == {"todos": []}


def test_a_refresh_token_is_exchanged_for_new_ones(
    either: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    old = connect(either, ann, chatgpt)
    response = refresh(either, chatgpt, old["refresh_token"])
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    new = response.json()
    assert new["access_token"] != old["access_token"]
    assert new["refresh_token"] != old["refresh_token"]
    assert either.get("/todos/ann", token=new["access_token"]).status_code == 200
    assert either.get("/todos/ann", token=old["access_token"]).status_code == 401


def test_a_verifier_that_is_missing_is_asked_for(
    todo_oauth: Mount, ann: User, laptop: OAuthClient
) -> None:
    code = Browser(todo_oauth, ann).agree(laptop, **pkce()[1])
    answer = redeem(todo_oauth, laptop, code).json()
    assert answer["error"] == "invalid_request"
    assert answer["error_description"].startswith("code_verifier is missing. Send the one")


def test_a_public_client_proves_itself_by_pkce(
    todo_oauth: Mount, ann: User, laptop: OAuthClient
) -> None:
    verifier, challenge = pkce()
    code = Browser(todo_oauth, ann).agree(laptop, **challenge)
    assert redeem(todo_oauth, laptop, code, code_verifier=verifier).status_code == 200


def test_json_is_read_whatever_the_content_type_says(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    body = {
        "grant_type": "authorization_code",
        "client_id": chatgpt.id,
        "client_secret": chatgpt.secret,
        "code": Browser(todo_oauth, ann).agree(chatgpt),
        "redirect_uri": CALLBACK,
    }
    assert todo_oauth.post(PATH, raw=dumps(body), content_type=FORM).status_code == 200


def test_unknown_and_empty_parameters_are_ignored(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 6749 section 3.2."""
    code = Browser(todo_oauth, ann).agree(chatgpt)
    extra: dict[str, Any] = {"scope": "", "resource": [], "code_verifier": None, "äöü": {"a": [1]}}
    assert redeem(todo_oauth, chatgpt, code, **extra).status_code == 200


@pytest.mark.parametrize("way", ["json", "form"])
def test_the_plugin_may_be_named_as_the_resource(
    way: str, either: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    code = Browser(either, ann).agree(chatgpt, resource=either.url)
    response = redeem(either, chatgpt, code, way, resource=[either.url, f"{either.url}/"])
    assert response.status_code == 200


def test_no_session_and_no_cookie_are_needed(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    response = redeem(todo_oauth, chatgpt, Browser(todo_oauth, ann).agree(chatgpt))
    assert response.status_code == 200
    assert not response.cookies


ERRORS = [
    ({"grant_type": None}, 400, "invalid_request"),
    ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
    (
        {"grant_type": "urn:ietf:params:oauth:grant-type:device_code"},
        400,
        "unsupported_grant_type",
    ),
    ({"code": None}, 400, "invalid_request"),
    ({"code": "unknown"}, 400, "invalid_grant"),
    ({"client_id": None}, 401, "invalid_client"),
    ({"client_id": "unknown"}, 401, "invalid_client"),
    ({"client_secret": "wrong"}, 401, "invalid_client"),
    ({"client_secret": None}, 401, "invalid_client"),
    ({"redirect_uri": "https://eve.example/callback"}, 400, "invalid_grant"),
    ({"redirect_uri": CALLBACK.replace("chat.openai.com", "chatgpt.com")}, 400, "invalid_grant"),
    ({"redirect_uri": None}, 400, "invalid_request"),
    ({"resource": "https://eve.example/"}, 400, "invalid_target"),
    ({"grant_type": "refresh_token"}, 400, "invalid_request"),
    ({"grant_type": "refresh_token", "refresh_token": "unknown"}, 400, "invalid_grant"),
]


@pytest.mark.parametrize("way", ["json", "form"])
@pytest.mark.parametrize(("changes", "status", "error"), ERRORS)
def test_errors_are_those_of_rfc_6749_section_5_2(
    changes: dict[str, str | None],
    status: int,
    error: str,
    way: str,
    todo_oauth: Mount,
    ann: User,
    chatgpt: OAuthClient,
) -> None:
    code = Browser(todo_oauth, ann).agree(chatgpt)
    response = redeem(todo_oauth, chatgpt, way=way, **{"code": code, **changes})  # type: ignore[arg-type]
    assert response.status_code == status, response.text
    assert response.json()["error"] == error
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"
    assert says_what_to_do(response)
    assert ("WWW-Authenticate" in response) == (status == 401)
    if status == 401:
        assert response["WWW-Authenticate"].startswith("Basic ")


DEEP = b'{"code":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
HOSTILE: list[tuple[bytes, str]] = [
    (b"", FORM),
    (b"", "application/json"),
    (b"null", "application/json"),
    (b"[]", "application/json"),
    (b'[["client_id", "a"]]', "application/json"),
    (b'"client_id"', "application/json"),
    (b"5", "application/json"),
    (b"NaN", "application/json"),
    (b"{", "application/json"),
    (b"{}", "application/json"),
    (b"\xff\xfe\x00", "application/json"),
    (b"\xed\xa0\x80", "application/json"),
    (b'{"client_id": "\\ud800"}', "application/json"),
    (b'{"client_id": "\\u0000"}', "application/json"),
    (b'{"code": "\\ud800", "grant_type": "authorization_code"}', "application/json"),
    (b'{"client_id": ["a"]}', "application/json"),
    (b'{"client_id": {"a": 1}}', "application/json"),
    (b'{"client_id": 1e400}', "application/json"),
    (b'{"client_id": ' + b"9" * 10_000 + b"}", "application/json"),
    (b'{"grant_type": true}', "application/json"),
    (b'{"resource": [1, null]}', "application/json"),
    (b'{"resource": [["a"]]}', "application/json"),
    (b'{"grant_type": "authorization_code", "grant_type": "refresh_token"}', "application/json"),
    (b'{"\\ud800": 1}', "application/json"),
    (DEEP, "application/json"),
    (b"[" * 200_000, "application/json"),
    (b'{"a":' * 50_000, "application/json"),
    (b'{"client_id": "' + b"a" * 250_000 + b'"}', "application/json"),
    (b"a" * 3_000_000, "application/json"),
    (b"client_id=" + b"a" * 3_000_000, FORM),
    (b"&".join(b"a=1" for _ in range(5_000)), FORM),
    (b"grant_type=authorization_code&grant_type=refresh_token", FORM),
    (b"client_id=a&client_id=b", FORM),
    (b"client_secret=a&client_secret=a", FORM),
    (b"client_id=%00", FORM),
    (b"client_id=%zz&grant_type=%ff%fe", FORM),
    (b"client_id=%ed%a0%80", FORM),
    (b"grant_type=authorization_code&code=%0d%0a", FORM),
    (b"\x00\x01\x02", FORM),
    (b"grant_type=urn:ietf:params:oauth:grant-type:device_code", FORM),
    (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
    (b"grant_type=authorization_code", "text/plain; charset=nonsense"),
]


@pytest.mark.parametrize("path", [PATH, "/auth/oauth_revoke"])
@pytest.mark.parametrize(("body", "content_type"), HOSTILE)
def test_a_hostile_body_is_refused(
    body: bytes, content_type: str, path: str, todo_oauth: Mount, chatgpt: OAuthClient
) -> None:
    response = todo_oauth.post(path, raw=body, content_type=content_type)
    assert response.status_code in (400, 401, 413), response.text
    assert response.json()["error"] in (
        "invalid_request",
        "invalid_client",
        "unsupported_grant_type",
    )
    assert response["Cache-Control"] == "no-store"
    assert says_what_to_do(response)


def basic(credentials: bytes) -> str:
    return f"Basic {base64.b64encode(credentials).decode()}"


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic ä",
        "Basic \ud83d",
        "Basic YQ",
        basic(b"no-colon"),
        basic(b":"),
        basic(b"\xff\xfe:\x00"),
        basic(b"%00:%00"),
        basic(b"a" * 100_000 + b":b"),
        "Bearer abc",
        "Digest username=a",
        "basic " * 1000,
    ],
)
def test_a_bad_authorization_header_is_refused(
    header: str, todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    body = b"grant_type=authorization_code&code=a"
    header = header.encode("utf-8", "surrogatepass").decode("latin-1")
    response = todo_oauth.post(PATH, raw=body, content_type=FORM, headers={"authorization": header})
    assert response.status_code in (400, 401)
    assert response.json()["error"] in ("invalid_client", "invalid_request")
    assert says_what_to_do(response)


def test_a_secret_sent_in_two_ways_is_refused(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 6749 section 2.3: one method in each request."""
    code = Browser(todo_oauth, ann).agree(chatgpt)
    response = redeem(todo_oauth, chatgpt, code, "basic", client_secret=chatgpt.secret)
    assert response.json()["error"] == "invalid_request"


def test_a_client_id_beside_basic_must_be_the_same(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient, laptop: OAuthClient
) -> None:
    code = Browser(todo_oauth, ann).agree(chatgpt)
    other = redeem(todo_oauth, chatgpt, code, "basic", client_id=laptop.id)
    assert other.json()["error"] == "invalid_request"
    assert redeem(todo_oauth, chatgpt, code, "basic", client_id=chatgpt.id).status_code == 200


def test_parameters_in_the_url_are_refused(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 6749 section 2.3.1."""
    for query in ("client_secret=a", "%zz", "%"):
        response = todo_oauth.post(f"{PATH}?{query}", {"grant_type": "authorization_code"})
        assert response.json()["error"] == "invalid_request"


def test_only_post_is_answered(todo_oauth: Mount, db: None) -> None:
    """RFC 6749 section 3.2."""
    for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
        response = todo_oauth.call(method, PATH)
        assert response.status_code == 405
        assert "POST" in response["Allow"]
        assert method == "HEAD" or says_what_to_do(response)


def test_a_refresh_may_ask_for_less(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 6749 section 6."""
    tokens = connect(todo_oauth, ann, chatgpt)
    less = refresh(todo_oauth, chatgpt, tokens["refresh_token"], scope="todos:read").json()
    assert less["scope"] == "todos:read"
    assert todo_oauth.get("/todos/ann", token=less["access_token"]).status_code == 200
    denied = todo_oauth.post("/todos/ann", {"todo": "x"}, token=less["access_token"])
    assert denied.status_code == 403


def test_the_answer_says_what_was_granted_of_what_was_asked(
    either: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 6749 sections 3.3 and 5.1; a refresh token comes with or without `offline_access`."""
    tokens = connect(either, ann, chatgpt, scope="openid todos:read offline_access")
    assert tokens["scope"] == "todos:read"
    assert tokens["refresh_token"]


def test_a_refresh_leaves_unknown_scopes_out_and_never_widens(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 6749 section 6."""
    tokens = connect(todo_oauth, ann, chatgpt, scope="todos:read")
    for scope in ("offline_access todos:write todos:read", "offline_access", "todos:write"):
        refused = refresh(todo_oauth, chatgpt, tokens["refresh_token"], scope=scope)
        assert error(refused) == "invalid_scope"
    less = refresh(todo_oauth, chatgpt, tokens["refresh_token"], scope="openid todos:read admin")
    assert less.json()["scope"] == "todos:read"


@pytest.mark.parametrize("at", ["index", "mcp"])
def test_any_name_of_the_plugin_opens_it_at_both_mounts(
    at: str, either: Mount, todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 8707: what a client calls the plugin in one request, it need not in the next."""
    names = {"index": f"{either.url}/", "mcp": f"{either.url}/mcp"}
    code = Browser(either, ann).agree(chatgpt, resource=names[at])
    tokens = redeem(either, chatgpt, code, resource=names[at]).json()
    assert todo_oauth.get("/todos/ann", token=tokens["access_token"]).status_code == 200


@pytest.mark.parametrize("resource", ["https://eve.example/mcp", "{url}/other", "{url}/mcp/"])
def test_no_other_resource_is_named(
    resource: str, either: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 8707 section 2."""
    resource = resource.format(url=either.url)
    code = Browser(either, ann).agree(chatgpt)
    assert error(redeem(either, chatgpt, code, resource=resource)) == "invalid_target"


def test_an_exchange_needs_no_slow_hash(todo_oauth: Mount, chatgpt: OAuthClient) -> None:
    assert chatgpt.application.client_secret.startswith("pbkdf2_sha256_once$1$")

"""What a person sees between a client's request and its answer."""

import pytest
from django.contrib.auth.models import User
from oauth2_provider.models import Grant

from oauth_demo.models import Consent
from tests.conftest import Mount
from tests.oauth.conftest import CALLBACK, SCOPES, Browser, OAuthClient, pkce, register, sent_back


def test_it_names_client_plugin_account_and_scopes(
    either: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    page = Browser(either, ann).open(chatgpt).text
    for words in ("ChatGPT", "TODO List (OAuth)", "ann", "See the todos on your list"):
        assert words in page
    assert "Add todos to your list" in page
    assert "chat.openai.com" in page
    assert ">Agree<" in page and ">Refuse<" in page


def test_agreeing_sends_a_code_and_the_same_state_back(
    either: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    browser = Browser(either, ann)
    response = browser.answer(browser.open(chatgpt, state=" a+b&c=ü "))
    assert response["Location"].startswith(f"{CALLBACK}?")
    answer = sent_back(response)
    assert answer["state"] == " a+b&c=ü "
    assert answer["iss"] == either.url
    assert answer["code"]


def test_refusing_sends_access_denied_back(either: Mount, ann: User, chatgpt: OAuthClient) -> None:
    browser = Browser(either, ann)
    answer = sent_back(browser.answer(browser.open(chatgpt), allow=""))
    assert answer["error"] == "access_denied"
    assert answer["state"] == "the-state"
    assert answer["iss"] == either.url
    assert not Grant.objects.exists()


def test_an_empty_scope_means_all_that_the_plugin_has(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    for scope in ("", None):
        Browser(todo_oauth, ann).agree(chatgpt, scope=scope)
        assert set(Grant.objects.latest("id").scope.split()) == set(SCOPES.split())


def test_the_page_shows_what_will_be_granted_of_what_was_asked(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 6749 section 3.3: many clients ask for `offline_access` and `openid` everywhere."""
    browser = Browser(todo_oauth, ann)
    page = browser.open(chatgpt, scope="openid todos:read offline_access admin todos:read")
    granted = page.text.partition('<ul class="grants">')[2].partition("</ul>")[0]
    assert granted.count("<li>") == granted.count("See the todos on your list") == 1
    for word in ("Add todos", "openid", "offline_access", "admin"):
        assert word not in granted
    browser.answer(page)
    assert Grant.objects.get().scope == "todos:read"
    assert Consent.objects.get().scope == "todos:read"


def test_what_was_agreed_is_not_asked_again(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    browser = Browser(todo_oauth, ann)
    browser.agree(chatgpt)
    assert "code" in sent_back(browser.open(chatgpt))
    assert "code" in sent_back(browser.open(chatgpt, scope="todos:read"))


def test_more_than_was_agreed_is_asked(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    browser = Browser(todo_oauth, ann)
    browser.agree(chatgpt, scope="todos:read")
    assert "code" in sent_back(browser.open(chatgpt, scope="todos:read"))
    assert browser.open(chatgpt).status_code == 200


def test_a_client_may_want_the_person_to_be_asked(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    browser = Browser(todo_oauth, ann)
    browser.agree(chatgpt)
    assert browser.open(chatgpt, prompt="consent").status_code == 200


def test_what_ann_agreed_is_asked_of_bob(
    todo_oauth: Mount, ann: User, bob: User, chatgpt: OAuthClient
) -> None:
    Browser(todo_oauth, ann).agree(chatgpt)
    assert Browser(todo_oauth, bob).open(chatgpt).status_code == 200


def test_refusing_leaves_what_was_agreed_before(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    browser = Browser(todo_oauth, ann)
    browser.agree(chatgpt, scope="todos:read")
    browser.answer(browser.open(chatgpt), allow="")
    assert "code" in sent_back(browser.open(chatgpt, scope="todos:read"))
    assert browser.open(chatgpt).status_code == 200


def test_who_is_not_signed_in_signs_in_and_comes_back(
    either: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    browser = Browser(either)
    response = browser.open(chatgpt)
    assert response.status_code == 302
    login = response["Location"]
    assert login.startswith("/accounts/login/?next=")
    page = browser.client.get(login)
    assert "/accounts/signup/?next=" in page.text
    response = browser.client.post(login, {"username": "ann", "password": "anns-password"})
    page = browser.client.get(response["Location"])
    assert "ChatGPT" in page.text
    assert "code" in sent_back(browser.answer(page))


def test_who_has_no_account_signs_up_and_comes_back(either: Mount, chatgpt: OAuthClient) -> None:
    browser = Browser(either)
    signup = browser.open(chatgpt)["Location"].replace("/login/", "/signup/")
    password = "a-Long-passphrase-1"
    answer = {"username": "carol", "password1": password, "password2": password}
    response = browser.client.post(signup, answer)
    page = browser.client.get(response["Location"])
    assert "carol" in page.text
    assert "code" in sent_back(browser.answer(page))


def test_prompt_create_leads_to_the_sign_up_page(todo_oauth: Mount, chatgpt: OAuthClient) -> None:
    response = Browser(todo_oauth).open(chatgpt, prompt="create")
    assert response["Location"].startswith("/accounts/signup/?next=")


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("client_id", "unknown"),
        ("client_id", None),
        ("redirect_uri", "https://eve.example/callback"),
        ("redirect_uri", "http://["),
        ("redirect_uri", "http://127.0.0.1:99999999/"),
        ("redirect_uri", "not a URL"),
        ("redirect_uri", None),  # ChatGPT has two: which one is meant?
        ("redirect_uri", CALLBACK + "#fragment"),
    ],
)
def test_who_asks_wrongly_is_not_sent_anywhere(
    parameter: str,
    value: str | None,
    signed_in: bool,
    todo_oauth: Mount,
    ann: User,
    chatgpt: OAuthClient,
) -> None:
    page = Browser(todo_oauth, ann if signed_in else None).open(chatgpt, **{parameter: value})
    assert page.status_code == 400
    assert "This link does not work" in page.text
    assert "Location" not in page


@pytest.mark.parametrize(
    "query", ["client_id=%zz", "client_id=a&client_id=b", "%", "&&&", "client_id=%ed%a0%80"]
)
def test_a_broken_address_is_explained(query: str, todo_oauth: Mount, ann: User) -> None:
    page = Browser(todo_oauth, ann).client.get(f"/todo-oauth/oauth?{query}")
    assert page.status_code == 400
    assert "This link does not work" in page.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "admin"}, "invalid_scope"),
        ({"scope": "openid offline_access"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"code_challenge": "a" * 43}, "invalid_request"),
        ({"code_challenge": "a" * 43, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"resource": "https://eve.example/"}, "invalid_target"),
        ({"resource": "http://localhost/todo-user"}, "invalid_target"),
    ],
)
def test_the_client_is_told_of_its_errors(
    changes: dict[str, str | None],
    error: str,
    todo_oauth: Mount,
    ann: User,
    chatgpt: OAuthClient,
) -> None:
    answer = sent_back(Browser(todo_oauth, ann).open(chatgpt, **changes))
    assert answer["error"] == error
    assert answer["state"] == "the-state"
    assert answer["iss"] == todo_oauth.url


def test_the_plugin_may_be_named_as_the_resource(
    either: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 8707; an MCP client names the URL that it connects to."""
    for resource in (either.url, f"{either.url}/", f"{either.url}/mcp"):
        assert Browser(either, ann).agree(chatgpt, resource=resource)


def test_a_public_client_on_ones_own_machine_is_asked_for_each_time(
    todo_oauth: Mount, ann: User, laptop: OAuthClient
) -> None:
    """RFC 8252 section 8.6."""
    _, challenge = pkce()
    Browser(todo_oauth, ann).agree(laptop, **challenge)
    assert Browser(todo_oauth, ann).open(laptop, **challenge).status_code == 200
    auto = Browser(todo_oauth, ann).open(laptop, approval_prompt="auto", **challenge)
    assert auto.status_code == 200


def test_a_public_client_at_an_https_address_is_remembered(todo_oauth: Mount, ann: User) -> None:
    client = register("Phone", "https://phone.example/callback", public=True)
    _, challenge = pkce()
    browser = Browser(todo_oauth, ann)
    browser.agree(client, **challenge)
    assert "code" in sent_back(browser.open(client, **challenge))


def test_the_redirect_may_lead_to_the_client_and_nowhere_else(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    policy = Browser(todo_oauth, ann).open(chatgpt)["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["form-action"] == "'self' https://chat.openai.com https://chatgpt.com"


def test_signing_in_may_lead_on_to_the_client(todo_oauth: Mount, chatgpt: OAuthClient) -> None:
    browser = Browser(todo_oauth)
    for page in ("login", "signup"):
        url = browser.open(chatgpt)["Location"].replace("/login/", f"/{page}/")
        assert "https://chatgpt.com" in browser.client.get(url)["Content-Security-Policy"]
        plain = browser.client.get(f"/accounts/{page}/?next=/todo-oauth/")
        assert "chatgpt" not in plain["Content-Security-Policy"]


def test_a_missing_field_is_explained(todo_oauth: Mount, ann: User) -> None:
    browser = Browser(todo_oauth, ann)
    for fields in ({}, {"client_id": "\0"}, {"allow": "True", "client_id": "unknown"}):
        page = browser.client.post("/todo-oauth/oauth", fields)
        assert page.status_code == 400
        assert "This link does not work" in page.text

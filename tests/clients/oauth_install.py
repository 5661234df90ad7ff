"""A person installs an OAuth plugin in a client: sign-in, consent, code, token (RFC 6749 4.1)."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.clients.prepare_site import CALLBACK


def install(
    plugin_url: str, *, client_id: str, client_secret: str, username: str, password: str
) -> str:
    """Walk through the flow over real sockets, and return the access token."""
    query = httpx.QueryParams(
        response_type="code",
        client_id=client_id,
        redirect_uri=CALLBACK,
        scope="",  # the manifest's; ChatGPT does send it empty
        state="xyz",
    )
    back = agree(f"{plugin_url}/oauth?{query}", username=username, password=password)
    [code] = parse_qs(urlsplit(back).query)["code"]
    answer = httpx.post(
        f"{plugin_url}/auth/oauth_exchange",
        json={
            "grant_type": "authorization_code",
            "client_id": client_id,
            "client_secret": client_secret,
            "code": code,
            "redirect_uri": CALLBACK,
        },
    )
    token: str = answer.raise_for_status().json()["access_token"]
    return token


def agree(url: str, *, username: str, password: str) -> str:
    """Sign in where a client sends a person, agree, and return where it sends them back to."""
    with httpx.Client(follow_redirects=True) as browser:
        page = submit(browser, browser.get(url), username=username, password=password)
        return submit(browser, page, follow=False, allow="True").headers["Location"]


def submit(
    browser: httpx.Client, page: httpx.Response, *, follow: bool = True, **fields: str
) -> httpx.Response:
    """Send the page's form: the hidden fields that it has, and these."""
    text = page.raise_for_status().text
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', text))
    hidden = {name: html.unescape(value) for name, value in hidden.items()}
    return browser.post(page.url, data={**hidden, **fields}, follow_redirects=follow)

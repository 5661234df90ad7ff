"""nginx and Caddy, as deploy/ has them, in front of the production server."""

import http.client
import json
import ssl
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.conf import settings

from tests.clients.oauth_install import submit
from tests.clients.prepare_site import CALLBACK, USERNAME
from tests.deploy.conftest import CALLS_A_DAY, PROXIES, Deployed
from tests.deploy.proxies import DEPLOY, MAIN, OWN, Proxy
from tests.ports import free_port

pytestmark = pytest.mark.outside

PERSON = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Port": "80",
    "X_Forwarded_Host": "evil.example",
    "X_Forwarded_For": "203.0.113.9",
    "Forwarded": "for=203.0.113.9;host=evil.example;proto=http",
    "X-Original-URL": "/admin/",
    "X-Rewrite-URL": "/admin/",
}
MOUNTS = pytest.mark.parametrize(("host", "prefix"), [(MAIN, "/todo-oauth"), (OWN, "")])


def token_request(site: Deployed, **fields: str) -> dict[str, str]:
    return {"client_id": site.client_id, "client_secret": site.client_secret, **fields}


@MOUNTS
def test_a_client_walks_the_whole_oauth_flow(deployed: Deployed, host: str, prefix: str) -> None:
    """Sign in, agree, code, token, call, refresh, revoke; nothing leads away from https."""
    with deployed.proxy.client(host) as browser:
        query = httpx.QueryParams(
            response_type="code",
            client_id=deployed.client_id,
            redirect_uri=CALLBACK,
            state="xyz",
            prompt="consent",  # which is remembered otherwise
        )
        page = browser.get(f"{prefix}/oauth?{query}", follow_redirects=True)
        assert page.url.scheme == "https" and page.url.host == host
        page = submit(
            browser, page, username=USERNAME, password=deployed.environ["DJANGO_SUPERUSER_PASSWORD"]
        )
        assert all(cookie.secure for cookie in browser.cookies.jar) and browser.cookies
        back = submit(browser, page, follow=False, allow="True").headers["Location"]
        answer = parse_qs(urlsplit(back).query)
        assert back.startswith(CALLBACK) and answer["state"] == ["xyz"]
        assert answer["iss"] == [f"https://{host}{prefix}"]

        exchange = f"{prefix}/auth/oauth_exchange"
        code = {"grant_type": "authorization_code", "code": answer["code"][0]}
        request = token_request(deployed, **code, redirect_uri=CALLBACK)
        tokens = browser.post(exchange, json=request).raise_for_status().json()
        todos = f"{prefix}/todos/{USERNAME}"
        first = bearer(tokens)
        assert browser.post(todos, json={"todo": host}, headers=first).json() == {"todo": host}

        refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        request = token_request(deployed, **refresh)
        tokens = browser.post(exchange, data=request).raise_for_status().json()
        second = bearer(tokens)
        assert host in browser.get(todos, headers=second).json()["todos"]
        assert browser.get(todos, headers=first).status_code == 401

        revoke = token_request(deployed, token=tokens["refresh_token"])
        assert browser.post(f"{prefix}/auth/oauth_revoke", data=revoke).status_code == 200
        assert browser.get(todos, headers=second).status_code == 401


def bearer(tokens: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


@MOUNTS
def test_what_a_client_claims_of_itself_counts_for_nothing(
    deployed: Deployed, host: str, prefix: str
) -> None:
    with deployed.proxy.client(host) as client:
        path = f"{prefix}/.well-known/oauth-authorization-server"
        answer = client.get(path, headers=FORGED)
        assert answer.json()["issuer"] == f"https://{host}{prefix}"
        assert "evil" not in answer.text and "http://" not in answer.text
        redirect = client.get("/admin/", headers={**PERSON, **FORGED})
        assert "evil" not in redirect.headers.get("Location", "") + redirect.text


def test_another_host_than_ours_never_reaches_the_site(deployed: Deployed) -> None:
    with deployed.proxy.client() as client:
        try:
            answer = client.get("/todo/openapi.json", headers={"Host": "evil.example"})
        except httpx.RemoteProtocolError:  # closed without a word
            return
        assert not answer.content or answer.status_code == 421
        assert "openapi" not in answer.text and "evil" not in answer.text


def test_a_name_without_a_certificate_is_shown_none(deployed: Deployed) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)), deployed.proxy.connection("evil.example"):
        pass


@MOUNTS
def test_http_leads_to_https_and_the_method_stays(
    deployed: Deployed, host: str, prefix: str
) -> None:
    address = ("127.0.0.1", deployed.proxy.http_port)
    path = f"{prefix}/openapi.json?a=b"
    connection = http.client.HTTPConnection(*address, timeout=30)
    connection.request("POST", path, headers={"Host": host})
    answer = connection.getresponse()
    location = urlsplit(answer.headers["Location"])
    assert answer.status == 308
    assert (location.scheme, location.hostname) == ("https", host)
    assert f"{location.path}?{location.query}" == path
    assert "Strict-Transport-Security" not in answer.headers
    connection.close()


@pytest.mark.parametrize("path", ["/", "/todo/todos/ann", "/todo/openapi.json", "/nothing"])
def test_hsts_is_said_once_and_what_can_be_smaller_is_compressed_once(
    deployed: Deployed, path: str
) -> None:
    with deployed.proxy.client() as client:
        answer = client.get(path, headers={**PERSON, "Accept-Encoding": "gzip"})
        said = answer.headers.get_list("Strict-Transport-Security")
        assert len(said) == 1 and "max-age=31536000" in said[0]
        assert answer.headers.get_list("Content-Encoding") in ([], ["gzip"])
        assert answer.text.lstrip()[:1] in "<{["  # and it was, and can be read
    if path == "/":
        assert answer.headers["Content-Encoding"] == "gzip"


def test_http_2_is_spoken(deployed: Deployed) -> None:
    url = f"https://{MAIN}/todo/todos/http2"
    found = f"{MAIN}:443:127.0.0.1:{deployed.proxy.https_port}"
    command = ["curl", "-sS", "--http2", "--cacert", str(deployed.proxy.certificate)]
    command += ["--connect-to", found, url, "-d", '{"todo": "by two"}', "-w", "\n%{http_version}"]
    answer = subprocess.check_output(command, text=True)
    assert answer.split("\n") == ['{"todo":"by two"}', "2"]


# <examples>
def test_a_file_larger_than_other_bodies_may_be_is_taken(deployed: Deployed) -> None:
    page = f"<!-- {'x' * 3_000_000} --><p>The ferry leaves at nine from the old pier.</p>"
    with deployed.proxy.client() as client:
        file = {"file": ("ferry.html", page, "text/html")}
        saved = client.post("/retrieval-none/upsert-file", files=file)
        assert saved.status_code == 200, saved.text
        asked = {"queries": [{"query": "When does the ferry leave?", "top_k": 1}]}
        found = client.post("/retrieval-none/query", json=asked)
        assert "at nine" in found.text


# </examples>


@pytest.mark.parametrize(
    ("path", "status"), [("/todo/todos/large", 413), ("/todo-service/todos/ann", 401)]
)
def test_a_refusal_arrives_though_the_body_was_not_read(
    deployed: Deployed, path: str, status: int
) -> None:
    with deployed.proxy.client() as client:
        for _ in range(10):
            answer = client.post(path, json={"todo": "x" * 3_000_000})
            assert (answer.status_code, list(answer.json())) == (status, ["detail"])


@pytest.mark.parametrize("more", [0, 20_000_000])
def test_what_is_too_large_is_refused_with_words(deployed: Deployed, more: int) -> None:
    """By the site, and far beyond its limit by the proxy, for which nothing has to arrive."""
    length = settings.FORM_MAX_BYTES + 1 + more
    head = (
        f"POST /todo/todos/large HTTP/1.1\r\nHost: {MAIN}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
    with deployed.proxy.connection() as connection:
        connection.sendall(head.encode())
        if not more:  # a proxy that buffers hands on what is whole
            try:
                for _ in range(0, length, 65536):
                    connection.sendall(b"x" * 65536)
            except OSError:  # it was refused meanwhile
                pass
        else:
            connection.sendall(b"x" * 65536)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        said = json.loads(answer.read())
        assert (answer.status, list(said)) == (413, ["detail"]), said


HEAD = f"POST /todo/todos/slow HTTP/1.1\r\nHost: {MAIN}\r\n"
UNFINISHED = {
    "says nothing": "",
    "a head": HEAD,
    "a body": f'{HEAD}Content-Length: 1000\r\n\r\n{{"todo": "bu',
    "chunks": f'{HEAD}Transfer-Encoding: chunked\r\n\r\nc\r\n{{"todo": "bu\r\n',
    "reads no answer": f"GET /todo/openapi.json HTTP/1.1\r\nHost: {MAIN}\r\n\r\n" * 100,
}


def test_slow_clients_keep_nobody_else_waiting(deployed: Deployed) -> None:
    with ExitStack() as stack:
        for sent in UNFINISHED.values():
            for _ in range(8):  # twice as many as the site has threads
                connection = stack.enter_context(deployed.proxy.connection())
                connection.sendall(sent.encode())
        with deployed.proxy.client() as client:
            for number in range(5):
                answer = client.post("/todo/todos/others", json={"todo": str(number)}, timeout=30)
                assert answer.json() == {"todo": str(number)}


def test_callers_are_counted_by_their_own_address(deployed: Deployed) -> None:
    """However many addresses somebody claims to have; and who has another is let in."""
    with deployed.proxy.client() as one, deployed.proxy.client(address="127.0.0.2") as another:
        path, statuses = "/todo/todos/counted", []
        for number in range(2 * CALLS_A_DAY + 1):
            claimed = {
                "X-Forwarded-For": f"203.0.113.{number % 256}",
                "X_Forwarded_For": "198.51.100.1",
            }
            statuses.append(one.get(path, headers=claimed).status_code)
        assert 429 in statuses
        assert another.get(path).status_code == 200


@pytest.fixture(params=PROXIES)
def alone(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A proxy whose site does not run."""
    with PROXIES[request.param](tmp_path, (free_port(), free_port())) as proxy:
        yield proxy


def test_while_the_site_is_away_everybody_is_told_when_to_come_again(alone: Proxy) -> None:
    with alone.client() as client:
        answer = client.get("/todo/todos/ann")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert answer.headers["Content-Type"].startswith("application/json")
        assert "Try again" in answer.json()["detail"]
        page = client.get("/", headers=PERSON)
        assert page.status_code == 503 and page.headers["Cache-Control"] == "no-store"
        assert page.headers["Content-Type"].startswith("text/html")
        assert "<p>The site is being started again." in page.text


def test_the_proxies_take_a_little_more_than_the_site_and_say_the_same_names() -> None:
    nginx, caddy = (DEPLOY / "nginx.conf").read_text(), (DEPLOY / "Caddyfile").read_text()
    assert "client_max_body_size 54m;" in nginx and "max_size 54MiB" in caddy
    assert settings.FORM_MAX_BYTES < 54 * 1024**2
    for text in (nginx, caddy):
        assert MAIN in text and OWN in text
        assert "Strict-Transport-Security" not in text and "gzip on" not in text


def test_a_rolling_restart_loses_no_request(deployed: Deployed) -> None:
    """One process after the other ends, and starts again, while others call."""
    done = Event()

    def call(name: str) -> list[int]:
        """Add todos until it is over; return the statuses. What was promised is there, once."""
        statuses: list[int] = []
        with deployed.proxy.client(address=f"127.0.0.{10 + int(name)}") as client:
            while not done.is_set() and len(statuses) < CALLS_A_DAY - 10:
                todo = {"todo": str(len(statuses))}
                statuses.append(client.post(f"/todo/todos/{name}", json=todo).status_code)
                time.sleep(0.1)
            added = [str(number) for number, status in enumerate(statuses) if status == 200]
            assert client.get(f"/todo/todos/{name}").json()["todos"] == added
        return statuses

    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(call, str(number)) for number in range(4)]
        for port in list(deployed.processes):
            time.sleep(0.5)
            deployed.stop(port)
            time.sleep(0.5)
            deployed.start(port)
        time.sleep(0.5)
        done.set()
        statuses = [status for called in calls for status in called.result()]
    assert len(statuses) > 40
    # Caddy before 2.7 sends no body a second time.
    assert set(statuses) <= ({200, 503} if deployed.proxy.version.startswith("2.6.") else {200})

"""Gets a site's credentials ready, as its people and operator would, and prints them as JSON.

`python -m benchmarks.prepare tokens` makes two people, of whom the first reads and the second
writes, and each kind of token; `python -m benchmarks.prepare codes 300` has the second agree to
a client, so many times. One process, since to start one takes longer than all that it does.
"""

import json
import os
import re
import sys
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import django
from django.core.management import call_command

READER, WRITER = "reader", "writer"
CALLBACK = "https://chatgpt.com/aip/plugin-1/oauth/callback"
CLIENT = "Benchmark"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    command, *count = sys.argv[1:]
    if command == "codes":
        client = oauth_client("--new-secret")
        print(json.dumps({**client, "codes": agreed(client, WRITER, int(count[0]))}))
    else:
        print(json.dumps(tokens()))


def run(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def tokens() -> dict[str, Any]:
    client = oauth_client()
    for name in (READER, WRITER):
        person(name)
    named = f"--name={CLIENT}"
    service = run("create_service_token", "--plugin=todo-service", named).splitlines()[-1]
    return {
        "service": [service, service],
        "personal": [
            run("create_user_token", name, "--plugin=todo-user", named).splitlines()[-1]
            for name in (READER, WRITER)
        ],
        "oauth": [exchanged(client, agreed(client, name, 1)[0]) for name in (READER, WRITER)],
    }


def oauth_client(*options: str) -> dict[str, str]:
    made = run(
        "create_oauth_client", f"--name={CLIENT}", f"--redirect-uri={CALLBACK}", "--json", *options
    )
    client: dict[str, str] = json.loads(made)
    return client


def person(username: str) -> Any:
    from django.contrib.auth.models import User

    return User.objects.get_or_create(username=username)[0]


def agreed(client: dict[str, str], username: str, count: int) -> list[str]:
    """Return the codes that the client is sent when a person agrees."""
    from django.test import Client

    browser = Client(headers={"host": "127.0.0.1"})
    browser.force_login(person(username), "django.contrib.auth.backends.ModelBackend")
    asked = {
        "response_type": "code",
        "client_id": client["client_id"],
        "redirect_uri": CALLBACK,
        "scope": "",
        "state": "x",
    }
    codes = []
    for _ in range(count):
        answer: Any = browser.get(f"/todo-oauth/oauth?{urlencode(asked)}")
        if answer.status_code == 200:
            hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)
            answer = browser.post("/todo-oauth/oauth", {**dict(hidden), "allow": "True"})
        codes.append(parse_qs(urlsplit(answer["Location"]).query)["code"][0])
    return codes


def exchanged(client: dict[str, str], code: str) -> str:
    """Return the access token that a code is exchanged for."""
    from django.test import Client

    body = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **client}
    answer: Any = Client(headers={"host": "127.0.0.1"}).post(
        "/todo-oauth/auth/oauth_exchange", json.dumps(body), "application/json"
    )
    token: str = answer.json()["access_token"]
    return token


if __name__ == "__main__":
    main()

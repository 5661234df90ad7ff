"""Makes a site ready for its clients, as an operator does: python -m tests.clients.prepare_site.

Prints, by plugin, the token that its callers are given, or the OAuth client that one is got with.
One process, because to start one takes longer than each of these commands.
"""

import json
import sys
from io import StringIO
from typing import Any

import django
from django.core.management import call_command

USERNAME = "ann"
CALLBACK = "https://chatgpt.com/aip/plugin-1/oauth/callback"


def run(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out, stderr=StringIO())
    return out.getvalue()


def main() -> None:
    django.setup()
    from tests.site.plugins import PLUGINS

    run("migrate", "--verbosity", "0")
    run("collectstatic", "--no-input", "--verbosity", "0")
    run("createsuperuser", "--no-input", f"--username={USERNAME}", "--email=")
    made: dict[str, Any] = {}
    for plugin in PLUGINS:
        name = f"Client of {plugin.slug}"
        named = ["--plugin", plugin.slug, "--name", name]
        match plugin.auth.tokens_by_hand, plugin.auth.callers:
            case True, "services":
                made[plugin.slug] = run("create_service_token", *named).splitlines()[-1]
            case True, "people":
                made[plugin.slug] = run("create_user_token", USERNAME, *named).splitlines()[-1]
            case _ if plugin.auth.scopes:
                client = ["--name", name, "--redirect-uri", CALLBACK, "--json"]
                answer = json.loads(run("create_oauth_client", *client))
                made[plugin.slug] = {key: answer[key] for key in ("client_id", "client_secret")}
    sys.stdout.write(json.dumps(made))


if __name__ == "__main__":
    main()

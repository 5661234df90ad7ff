"""OAuth clients of other languages and ages, each in a process and environment of its own.

`make test-clients` installs them; where they are missing, these tests say so and are skipped.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.oauth.conftest import OAuthClient
from tests.oauth.test_libraries import REDIRECT_URI, agree, ann, client, public_client, site
from tests.programs import node, python

__all__ = ["ann", "client", "public_client", "site"]

HERE = Path(__file__).parent


def command(script: str) -> list[str]:
    return [python("clients")] if script.endswith(".py") else [node()]


def run(script: str, site: str, client: OAuthClient) -> Any:
    """Run a client's script; do what it asks of the person; return its result."""
    setup = {
        "site": site,
        "client_id": client.id,
        "client_secret": client.secret,
        "redirect_uri": REDIRECT_URI,
    }
    with subprocess.Popen(
        [*command(script), str(HERE / script), json.dumps(setup)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        for line in process.stdout:
            message = json.loads(line)
            if "result" in message:
                return message["result"]
            process.stdin.write(f"{agree(message['visit'])}\n")
            process.stdin.flush()
    raise AssertionError(f"{script} ended early; see its traceback above.")


@pytest.mark.parametrize("script", ["simple_oauth2.js", "openid_client.js", "oauth4webapi.js"])
def test_it_completes_the_flow(script: str, site: str, ann: User, client: OAuthClient) -> None:
    assert run(script, site, client) == [{"todos": ["Buy milk"]}, 401]


@pytest.mark.parametrize("script", ["openid_client.js", "oauth4webapi.js"])
def test_it_does_as_a_public_client(
    script: str, site: str, ann: User, public_client: OAuthClient
) -> None:
    assert run(script, site, public_client) == [{"todos": ["Buy milk"]}, 401]


def test_semantic_kernel_imports_the_plugin(site: str, ann: User, client: OAuthClient) -> None:
    assert run("import_plugin.py", site, client) == {"todos": ["Buy milk"]}

"""The walk of docs/oauth.md: every request, word for word, against a running server."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.development_server import DevelopmentServer

ROOT = Path(settings.BASE_DIR)
WALK = (ROOT / "docs" / "oauth.md").read_text().partition("## A walk\n")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"```(sh|json|text)\n(.*?)```", WALK, re.DOTALL)
ANY = "…"
END = "=== the end of a step ==="


def steps() -> list[tuple[str, str, str]]:
    """Return each block of commands, with the kind and text of its answer; "" where it has none."""
    found = []
    for number, (kind, text) in enumerate(BLOCKS):
        if kind == "sh":
            following = BLOCKS[number + 1] if number + 1 < len(BLOCKS) else ("sh", "")
            found.append((text, *(following if following[0] != "sh" else ("", ""))))
    return found


def alike(shown: Any, answered: Any) -> bool:
    match shown, answered:
        case str(), str() if ANY in shown:
            parts = (re.escape(part) for part in shown.split(ANY))
            return bool(re.fullmatch(".+".join(parts), answered, re.DOTALL))
        case dict(), dict():
            return list(shown) == list(answered) and all(
                alike(value, answered[name]) for name, value in shown.items()
            )
    return bool(shown == answered)


@pytest.fixture(scope="module")
def answers(
    development_site: DevelopmentServer, tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """Type all of it into one shell; return what came back, step by step."""
    script = f"\necho '{END}'\n".join(commands for commands, _, _ in steps())
    script = script.replace(":8000", f":{development_site.port}").replace(
        ".venv/bin/python manage.py", f"{sys.executable} {ROOT}/manage.py"
    )
    done = subprocess.run(
        ["bash", "-euc", script],
        cwd=tmp_path_factory.mktemp("walk"),
        env=development_site.environ,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    return [
        each.replace(f"{development_site.port}", "8000").strip()
        for each in done.stdout.split(f"{END}\n")
    ]


@pytest.mark.parametrize("number", range(len(steps())))
def test_what_is_typed_is_answered_as_it_is_shown(number: int, answers: list[str]) -> None:
    _, kind, shown = steps()[number]
    answered = answers[number]
    if kind == "json":
        assert alike(json.loads(shown), json.loads(answered)), answered
    else:
        assert alike(shown.strip(), answered), answered


def test_the_walk_leads_from_a_client_to_a_revoked_token() -> None:
    commands = "".join(commands for commands, _, _ in steps())
    ways = ("create_oauth_client", "/oauth?", "authorization_code", "refresh_token", "oauth_revoke")
    places = [commands.index(way) for way in ways]
    assert places == sorted(places)

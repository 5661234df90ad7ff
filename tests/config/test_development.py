"""What a development site finds out by itself: its host and its secret."""

import stat
from pathlib import Path

import pytest

from config.public_urls import public_urls
from config.secret_key import INSECURE_PREFIX, development_secret_key


def test_codesandbox_names_its_host_after_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "abc123")
    assert public_urls({"CSB": "true"}, port=8001) == ["https://abc123-8001.csb.app"]


def test_the_development_secret_is_kept_private_and_the_same(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    secret = development_secret_key(path)
    assert secret.startswith(INSECURE_PREFIX) and len(secret) > 60
    assert development_secret_key(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert development_secret_key(tmp_path / "other") != secret

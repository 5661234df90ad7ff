"""docs/security.md names tests that are there."""

import re

import pytest

from tests.development_server import PROJECT

PAGE = (PROJECT / "docs" / "security.md").read_text()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(tests/[\w/*.]+)`", PAGE))))
def test_each_test_that_it_names_is_there(path: str) -> None:
    assert list(PROJECT.glob(path))


def test_each_attack_on_oauth_names_its_section() -> None:
    for file in (PROJECT / "tests" / "oauth").glob("test_attacks_*.py"):
        assert "RFC 9700" in file.read_text()

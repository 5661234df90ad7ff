"""Where the programs of others are that tests run; `make test-clients` installs them."""

from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PACKAGES = PROJECT / "tests/node_modules"


def python(environment: str) -> str:
    """Return the Python of an environment that has a client and what it needs."""
    return found(PROJECT / f".venv-{environment}/bin/python")


def node() -> str:
    """Return Node, of the version that the clients in its language ask for."""
    found(PACKAGES / "installed")
    return found(PROJECT / ".venv-agents/bin/node")


def found(path: Path) -> str:
    if not path.exists():
        pytest.skip(f"{path.relative_to(PROJECT)} is missing: run make test-clients.")
    return str(path)

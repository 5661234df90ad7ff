"""The simulator's commands, and the person whom they send to a browser."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO

import httpx
import pytest
from django.core.management import CommandError, call_command

from tests.plugins.linter.served import Served, served
from tests.simulator.notes_site import NotesSite, notes_site


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    out: str
    err: str
    status: int


def run(*arguments: str) -> Said:
    """Run a command, which may reach this machine; its complaint is in `err`."""
    out, err = StringIO(), StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=err, no_color=True)
    except CommandError as error:
        return Said(out.getvalue(), f"{err.getvalue()}{error}", error.returncode)
    return Said(out.getvalue(), err.getvalue(), 0)


def step(command: str, *arguments: str) -> Said:
    return run(command, "--loopback", *arguments)


Person = Callable[[str], object]


@pytest.fixture
def send_to(monkeypatch: pytest.MonkeyPatch) -> Callable[[Person], None]:
    """Make somebody the person before whom a browser opens."""

    def become(person: Person) -> None:
        monkeypatch.setattr("webbrowser.open", lambda url: [person(url)])

    return become


@pytest.fixture
def somebody(send_to: Callable[[Person], None]) -> None:
    """A person who goes wherever they are sent."""
    send_to(lambda url: httpx.get(url, follow_redirects=True))


@pytest.fixture
def plugin_site() -> Iterator[Served]:
    with served() as site:
        site.serve_plugin()
        yield site


@pytest.fixture
def notes() -> Iterator[NotesSite]:
    with notes_site() as site:
        yield site

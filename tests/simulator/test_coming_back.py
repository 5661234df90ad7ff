"""Where a person comes back to: a port of this machine, for as long as was said."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator

import httpx
import pytest

from simulator.errors import StepError
from simulator.oauth.loopback import listening
from tests.simulator.conftest import Person, step
from tests.simulator.notes_site import CLIENT, NotesSite

pytestmark = pytest.mark.outside

BY_HAND = ["--client-id", CLIENT["client_id"], "--client-secret", CLIENT["client_secret"]]


def test_only_the_callback_is_taken_for_somebody_who_is_back() -> None:
    with listening() as listener:
        thread = threading.Thread(target=visit, args=(listener.redirect_uri,))
        thread.start()
        assert listener.wait(60) == {"code": "a b", "state": ""}
        thread.join()


def visit(redirect_uri: str) -> None:
    favicon = redirect_uri.replace("/callback", "/favicon.ico")
    assert httpx.get(favicon).status_code == 404
    page = httpx.get(f"{redirect_uri}?code=a%20b&state=")
    assert page.status_code == 200 and "Close this window" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"


def test_a_connection_that_says_nothing_keeps_nobody_waiting_for_long() -> None:
    with (
        listening() as listener,
        socket.create_connection(("127.0.0.1", listener.server_port)),
        pytest.raises(StepError, match="Nobody came back"),
    ):
        listener.wait(0.1)


@pytest.mark.django_db
def test_somebody_who_never_comes_back_is_waited_for_no_longer_than_said(
    notes: NotesSite,
) -> None:
    said = step("install_plugin", notes.url, *BY_HAND, "--seconds", "0.2")
    assert said.status == 1
    assert "Nobody came back to http://127.0.0.1:" in said.err and "0.2 seconds" in said.err


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Control-C as Python takes it, whatever a test before has made of it in this process."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before or signal.SIG_DFL)


@pytest.mark.django_db
def test_who_stops_waiting_leaves_no_client_behind(
    notes: NotesSite, send_to: Callable[[Person], None], interruptible: None
) -> None:
    notes.publish()
    send_to(lambda url: signal.raise_signal(signal.SIGINT))
    said = step("install_plugin", notes.url, "--open-browser", "--seconds", "20")
    assert (said.status, said.out.count("Waiting up to 20 seconds")) == (1, 1)
    assert said.err.endswith("registered.\nStopped before it was done.")
    assert notes.asked[-1][1] == "/clients/made"


@pytest.mark.django_db
def test_a_port_that_is_taken_is_told(notes: NotesSite) -> None:
    port = notes.url.rpartition(":")[2]
    said = step("install_plugin", notes.url, *BY_HAND, "--port", port)
    assert f"Port {port} cannot be had" in said.err

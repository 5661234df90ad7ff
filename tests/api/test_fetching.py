"""Nobody makes this site call its own network by naming an address."""

import socket
from typing import Any

import pytest

from api.fetching import Fetcher, FetchError

PUBLIC = Fetcher(loopback=False, seconds=2)
LOCAL = Fetcher(loopback=True, seconds=2)

PRIVATE = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://0/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://017700000001/",
    "http://localhost/",
    "http://plugin.localhost/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://0.0.0.0/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://198.18.0.1/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://[fec0::1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2001:0:7f00:1::]/",
    "http://[fe80::5efe:7f00:1]/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://127.0.0.1:22/",
]


@pytest.mark.parametrize("url", PRIVATE)
def test_an_address_that_is_not_public_is_not_fetched(url: str) -> None:
    with pytest.raises(FetchError, match="is not on the public network"):
        PUBLIC.get(url)


@pytest.mark.parametrize("url", [each for each in PRIVATE if "10.0" in each or "169.254" in each])
def test_where_this_machine_may_be_fetched_its_network_may_not(url: str) -> None:
    with pytest.raises(FetchError, match="is not on the public network"):
        LOCAL.get(url)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "169.254.169.254"])
def test_a_name_that_leads_to_such_an_address_is_not_fetched(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = name_of(address, monkeypatch)
    with pytest.raises(FetchError, match="is not on the public network"):
        PUBLIC.get("http://rebinding.example/")
    assert len(looked_up) == 1


def test_what_was_judged_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second look-up could be answered otherwise (DNS rebinding): there is none."""
    looked_up = name_of("93.184.215.14", monkeypatch)
    connected: list[Any] = []

    def connect(self: socket.socket, address: Any) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(FetchError, match="cannot be reached"):
        PUBLIC.get("http://rebinding.example/")
    assert connected == [("93.184.215.14", 80)]
    assert looked_up[0] == "rebinding.example"
    assert set(looked_up[1:]) <= {"93.184.215.14"}


def name_of(address: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let every name lead to an address; return the names that are looked up."""
    looked_up: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: str, *args: Any, **kwargs: Any) -> Any:
        looked_up.append(host)
        return real(address, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return looked_up


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/",
        "file:///etc/passwd",
        "gopher://a.example/",
        "http://",
        "http://[::/",
        "http://a b/",
        "http://a.example:99999/",
        "http://localhost./",
        "http://127.0.0.1./",
        "http://127\u30020\u30020\u30021/",
        "http://a.example@127.0.0.1/",
        "http://127.0.0.1@a.example/",
        "http://@a.example/",
        "http://a.example\\@127.0.0.1/",
        "x",
        "http://\udcff/",
    ],
)
def test_what_is_no_address_of_the_web_is_told_so(url: str) -> None:
    with pytest.raises(FetchError):
        PUBLIC.get(url)


def test_no_proxy_is_asked_to_look_up_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with pytest.raises(FetchError, match="is not on the public network"):
        PUBLIC.get("http://10.0.0.1/")

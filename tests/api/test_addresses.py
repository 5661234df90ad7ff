"""However an address is written, and whichever of its own a network uses, it is counted once."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from api.addresses import counted
from api.throttling import client_address
from tests.conftest import Mount

WRITTEN = {
    "203.0.113.7": "203.0.113.7",
    " 203.0.113.7 ": "203.0.113.7",
    "203.0.113.7:51234": "203.0.113.7",
    "::ffff:203.0.113.7": "203.0.113.7",
    "::FFFF:cb00:7107": "203.0.113.7",
    "[::ffff:203.0.113.7]:443": "203.0.113.7",
    "2001:db8:1:2::1": "2001:db8:1:2::",
    "2001:DB8:1:2:aaaa:bbbb:cccc:dddd": "2001:db8:1:2::",
    "[2001:db8:1:2::1]:443": "2001:db8:1:2::",
    "2001:db8:1:3::1": "2001:db8:1:3::",
    "fe80::1%eth0": "fe80::",
    "127.0.0.1": "127.0.0.1",
    "::1": "::1",
    "[::1]:9": "::1",
    "": "",
    "unknown": "",
    "_hidden": "",
    "203.0.113.7, 10.0.0.1": "",
    "256.1.1.1": "",
    "[": "",
    "\x00": "",
    "²03.0.113.7": "",
}


@pytest.mark.parametrize("written", WRITTEN)
def test_an_address_is_counted_in_one_form(written: str) -> None:
    assert counted(written) == WRITTEN[written]


@pytest.mark.parametrize(
    ("forwarded", "trusted", "address"),
    [
        ("198.51.100.1", False, "10.0.0.9"),
        ("198.51.100.1", True, "198.51.100.1"),
        ("1.1.1.1, 198.51.100.1:80", True, "198.51.100.1"),
        ("198.51.100.1, ", True, "10.0.0.9"),
        ("é, unknown", True, "10.0.0.9"),
        ("", True, "10.0.0.9"),
    ],
)
def test_a_proxys_word_counts_where_one_is_trusted(
    settings: Settings, forwarded: str, trusted: bool, address: str
) -> None:
    settings.TRUST_PROXY = trusted
    request = RequestFactory(REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR=forwarded).get("/")
    assert client_address(request) == address


@pytest.mark.django_db
def test_a_network_of_ipv6_has_one_count(todo: Mount, settings: Settings) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "address": "3/min"}

    def status(address: str) -> int:
        todo.client.defaults["REMOTE_ADDR"] = address
        return int(todo.get("/todos/ann").status_code)

    assert [status(f"2001:db8:1:2::{n}") for n in range(1, 5)] == [200, 200, 200, 429]
    assert status("2001:db8:1:3::1") == 200
    assert [status("::ffff:203.0.113.7") for _ in range(3)] == [200] * 3
    assert status("203.0.113.7") == 429

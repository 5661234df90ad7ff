"""The public network of tests: names lead to addresses, and some of those to a server."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

ADDRESS = "93.184.215.14"
"""Public, and played by a server of this machine."""


@dataclass
class PublicNetwork:
    """Names and where they lead; and all that was looked up and connected to."""

    names: dict[str, list[str]] = field(default_factory=dict)
    """Addresses by name, one for each look-up; the last stays."""
    served: dict[str, int] = field(default_factory=dict)
    """Ports of this machine by public address."""
    looked_up: list[str] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)

    def lead(self, names: Mapping[str, str | list[str]]) -> None:
        self.names |= {
            name: [to] if isinstance(to, str) else list(to) for name, to in names.items()
        }

    def address_of(self, name: str) -> str:
        addresses = self.names.get(name.rstrip("."), [name])
        return addresses.pop(0) if len(addresses) > 1 else addresses[0]


@contextmanager
def public_network() -> Iterator[PublicNetwork]:
    """Put the network in the place of the real one; whatever is not in it refuses."""
    network = PublicNetwork()
    look_up, connect = socket.getaddrinfo, socket.socket.connect

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        network.looked_up.append(host)
        return look_up(network.address_of(str(host)), *args, **kwargs)

    def connect_to(self: socket.socket, address: Any) -> None:
        network.connected.append(address[0])
        if address[0] not in network.served:
            raise ConnectionRefusedError("Connection refused")
        connect(self, ("127.0.0.1", network.served[address[0]]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        patch.setattr(socket.socket, "connect", connect_to)
        yield network

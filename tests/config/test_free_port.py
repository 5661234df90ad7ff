"""A port that another server has is told before anything else."""

import socket
import sys

import pytest

from config.free_port import another, main


def said(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    monkeypatch.setattr(sys, "argv", ["free_port", *arguments, "make run"])
    try:
        main()
    except SystemExit as ended:
        return str(ended.code)
    return ""


def test_a_taken_port_is_told_with_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        words = said(monkeypatch, "127.0.0.1", str(port))
        assert f"Cannot serve at 127.0.0.1:{port}" in words
        assert f"PORT={another(port)} make run" in words
    assert said(monkeypatch, "127.0.0.1", str(port)) == ""


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "٨"])
def test_what_is_no_port_is_told_so(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    assert "Write a number from 1 to 65535" in said(monkeypatch, "127.0.0.1", port)


def test_the_next_is_one_that_anybody_may_have() -> None:
    assert [another(port) for port in (8000, 80, 65535)] == [8001, 8001, 8001]

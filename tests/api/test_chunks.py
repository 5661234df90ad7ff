"""A body in chunks is read to its end, or refused: never half of it for the whole."""

from io import BytesIO
from typing import Any

import pytest

from api.body_ahead import AHEAD
from api.body_length import kept, with_body_length
from api.chunks import BrokenChunksError, Chunks


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        (b"0\r\n\r\n", b""),
        (b"4\r\nmilk\r\n0\r\n\r\n", b"milk"),
        (b"1\r\nm\r\n3;name=value\r\nilk\r\n0\r\nDigest: x\r\n\r\n", b"milk"),
        (b"0A\r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
    ],
)
@pytest.mark.parametrize("rest", [b"", b"GET / HTTP/1.1\r\n"])
def test_chunks_are_one_body(sent: bytes, body: bytes, rest: bytes) -> None:
    stream = BytesIO(sent + rest)
    with kept(Chunks(stream), 100) as (file, length):
        assert (file.read(), length) == (body, len(body))
    assert stream.read() == rest


@pytest.mark.parametrize(
    "sent",
    [b"", b"4\r\nmi", b"x\r\nmilk\r\n0\r\n\r\n", b"-4\r\nmilk", b"4\r\nmilk\r\n", b"4" * 2000],
)
def test_what_breaks_off_is_no_body(sent: bytes) -> None:
    with pytest.raises(BrokenChunksError), kept(Chunks(BytesIO(sent)), 100):
        pass


def test_no_more_is_kept_than_may_come() -> None:
    with kept(Chunks(BytesIO(b"4\r\nmilk\r\n0\r\n\r\n")), 3) as (file, length):
        assert (file.read(), length) == (b"mil", 3)


@pytest.mark.parametrize("length", ["9" * 5_000, "abc", "-5", "1e3", "1_0", "²"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    def application(environ: object, start_response: object) -> list[bytes]:
        pytest.fail("It was handed on.")

    started: list[str] = []
    environ = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": length, "wsgi.input": BytesIO()}
    answer = with_body_length(application)(environ, lambda status, headers: started.append(status))
    assert started == ["400 Bad Request"]
    assert b"Content-Length is no number" in b"".join(answer)


@pytest.mark.parametrize(("buffers", "left"), [(True, 0), (False, 100_000)])
def test_a_proxy_that_buffers_gets_rid_of_a_body_that_was_refused(
    settings: Any, buffers: bool, left: int
) -> None:
    settings.PROXY_BUFFERS = buffers
    stream = BytesIO(b"x" * 100_000)
    environ = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": "100000", "wsgi.input": stream}
    assert with_body_length(lambda environ, start_response: [b"no"])(environ, None) == [b"no"]
    assert len(stream.read()) == left


def chunked(application: Any) -> tuple[list[str], bytes]:
    """Send an application twenty bytes in chunks; return what it answers."""
    started: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": BytesIO(b"x" * 20),
        "wsgi.input_terminated": True,
    }
    answer = with_body_length(application)(environ, lambda status, headers: started.append(status))
    return started, b"".join(answer)


def test_who_is_refused_unread_is_so_before_chunks_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def application(environ: Any, start_response: Any) -> list[bytes]:
        start_response("401 Unauthorized", [])
        return [b"no"]

    def keep(*args: Any) -> None:
        pytest.fail("It was kept.")

    monkeypatch.setattr("api.body_length.kept", keep)
    assert chunked(application) == (["401 Unauthorized"], b"no")


def test_chunks_that_are_wanted_are_there_whole() -> None:
    asked = []

    def application(environ: Any, start_response: Any) -> list[bytes]:
        asked.append(AHEAD in environ)
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start_response("200 OK", [])
        return [body]

    assert chunked(application) == (["200 OK"], b"x" * 20)
    assert asked == [True, False]

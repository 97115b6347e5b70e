"""A request whose length is said in two ways is refused: else what stands behind it would be read as another one."""

import socket
from collections.abc import Callable

import pytest

from tests.support.server import Server

pytestmark = pytest.mark.soak
HIDDEN = b"0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"


def ask(port: int, *headers: str) -> bytes:
    head = (
        "POST /sign-in HTTP/1.1\r\nHost: localhost\r\n" + "".join(f"{line}\r\n" for line in headers) + "\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(head.encode() + HIDDEN)
        connection.settimeout(5)
        said = b""
        try:
            while part := connection.recv(65536):
                said += part
        except TimeoutError:
            pass
    return said


def test_two_lengths_are_refused(serve: Callable[..., Server]) -> None:
    port = serve().port
    for headers in (
        ("Content-Length: 4", "Transfer-Encoding: chunked"),
        ("Content-Length: 4", "Content-Length: 60"),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding : chunked",),
    ):
        said = ask(port, *headers)
        assert said.startswith(b"HTTP/1.1 4") or said.startswith(b"HTTP/1.1 501"), (headers, said[:80])
        assert said.count(b"HTTP/1.1 ") == 1, (headers, said[:400])

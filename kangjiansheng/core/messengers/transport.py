"""One POST to an address that was checked: no redirect is followed, no private address reached, nothing waited for
longer than some seconds. The standard library's connections do it; a larger client would have to be tamed."""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from urllib.parse import urlsplit

CONNECT = 3.0  # seconds for each address that a name has, of which two are tried
WHOLE = 5.0  # seconds from the connection to the last byte, however slowly the bytes come
LARGEST = 65536  # bytes of an answer that are read
HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "User-Agent": "kangjiansheng",
    "Connection": "close",
}


class NotReached(Exception):
    """Nothing has been sent: it may be tried again. The text is a word for why."""


class NoAnswer(Exception):
    """It was sent, wholly or in part, and nobody said what became of it."""


def post(address: str, body: bytes, *, private: bool) -> tuple[int, bytes]:
    """Send and return status and body; `private` lets it go to addresses that are not of the public Internet."""
    parts = urlsplit(address)
    host, secure = parts.hostname or "", parts.scheme == "https"
    plain = _connect(host, parts.port or (443 if secure else 80), private)
    held = plain.dup()  # the same connection, which the guard can end under the feet of whoever waits
    guard = threading.Timer(WHOLE, _shut, [held])
    guard.daemon = True
    guard.start()
    try:
        sock = _secure(plain, host) if secure else plain
        with sock:
            found = _exchange(sock, parts.netloc, f"{parts.path or '/'}?{parts.query}".rstrip("?"), body)
        if guard.finished.is_set():  # it was cut off: what was read is not all
            raise NoAnswer("silent")
        return found
    finally:
        guard.cancel()
        held.close()
        plain.close()


def _connect(host: str, port: int, private: bool) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise NotReached("unknown-host") from problem
    if not private and not all(ipaddress.ip_address(str(at[4][0])).is_global for at in found):
        raise NotReached("private")
    for family, kind, proto, _name, where in found[:2]:  # the very addresses that were looked at
        sock = socket.socket(family, kind, proto)
        sock.settimeout(CONNECT)
        try:
            sock.connect(where)
        except OSError:
            sock.close()
        else:
            return sock
    raise NotReached("unreachable")


def _secure(plain: socket.socket, host: str) -> socket.socket:
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError as problem:
        raise NotReached("certificate") from problem
    except OSError as problem:
        raise NotReached("unreachable") from problem


def _exchange(sock: socket.socket, netloc: str, path: str, body: bytes) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(netloc)
    connection.sock = sock
    sock.settimeout(WHOLE)
    try:
        connection.request("POST", path, body, HEADERS)
        with connection.getresponse() as answer:
            return answer.status, answer.read(LARGEST)
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise NoAnswer("silent") from problem


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)

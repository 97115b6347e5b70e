"""One POST to an address that was checked: no redirect is followed, no proxy asked, no private address reached, nothing
waited for longer than some seconds. The standard library's connections do it; a larger client would have to be tamed.

Group robots and webhooks both call by this, so that there is one rule for where the server may be made to go."""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from urllib.parse import urlsplit

CONNECT = 3.0  # seconds for each address that a name has, of which two are tried
WHOLE = 5.0  # seconds from the connection to the last byte, however slowly the bytes come
LARGEST = 65536  # bytes of an answer that are read
HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "User-Agent": "kangjiansheng",
    "Connection": "close",
}
# IPv6 addresses that a gateway turns into IPv4 ones, which stand in their last four bytes (RFC 6052, RFC 8215).
TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96")))
# Of no list of the standard library, and yet not of the public Internet: networks of a site (RFC 3879), relays that lead
# into another one (RFC 7526), what stands in documents (RFC 9637), segments of a network's own (RFC 9602), and the
# addresses with which protocols speak to the machine itself (RFC 6890).
NOT_PUBLIC = tuple(
    map(ipaddress.ip_network, ("fec0::/10", "192.88.99.0/24", "3fff::/20", "5f00::/16", "192.0.0.0/24"))
)
# Of the public range by number, and yet the inside of a cloud: what its machines are told about themselves (Azure).
INSIDE = frozenset({ipaddress.ip_address("168.63.129.16")})
# Names that never belong to the public Internet (RFC 6761, 6762, 8375; ICANN for `internal`), and those of one word.
INNER_NAMES = ("localhost", "local", "internal", "home.arpa", "lan", "intranet", "corp")


class NotReached(Exception):
    """Nothing has been sent: it may be tried again. The text is a word for why."""


class NoAnswer(Exception):
    """It was sent, wholly or in part, and nobody said what became of it."""


def origin_of(address: str) -> str:
    """Scheme, host and port of an address; empty when it is none."""
    try:
        parts = urlsplit(address)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{port}" if parts.hostname else ""


def is_plain(address: str) -> bool:
    """Whether an address is one, and written so that nobody reads another host out of it: no user, no fragment, no
    blanks, no backslash, ASCII alone."""
    if not origin_of(address) or not address.isascii() or any(c <= " " or c in "\\\x7f" for c in address):
        return False
    parts = urlsplit(address)
    return parts.username is None and parts.password is None and not parts.fragment


def is_public(number: str) -> bool:
    """Whether an IP address is of the public Internet: not private, loopback, link-local, multicast or metadata, nor one
    of these in the clothes of IPv6 (mapped, 6to4, NAT64)."""
    found = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if any(found in net for net in TRANSLATED):
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
        inner = found.ipv4_mapped or found.sixtofour
        if inner is not None:
            return is_public(str(inner))
        if int(found) >> 32 == 0:  # "compatible" with IPv4, of old
            return False
        if int(found) >> 32 & 0xFDFFFFFF == 0x5EFE:  # an interface with an IPv4 address in it (RFC 5214)
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    if any(found in net for net in NOT_PUBLIC):
        return False
    return found.is_global and not found.is_multicast and found not in INSIDE


def may_be_public(host: str) -> bool:
    """Whether a host may lie in the public Internet, as far as its name tells; nothing is asked of any other machine.

    Numbers count in every way of writing them that the system reads (2130706433, 0x7f.1): as the connection would.
    """
    name = host.rstrip(".").lower()
    try:
        return is_public(name if ":" in name else socket.inet_ntoa(socket.inet_aton(name)))
    except (OSError, ValueError):
        return "." in name and not any(name.endswith(f".{inner}") for inner in INNER_NAMES)


def post(
    address: str, body: bytes, *, private: bool, headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """Send and return status and body; `private` lets it go to addresses that are not of the public Internet."""
    parts = urlsplit(address)
    host, secure = parts.hostname or "", parts.scheme == "https"
    plain = _connect(host, parts.port or (443 if secure else 80), private)
    held = plain.dup()  # the same connection, which the guard can end under the feet of whoever waits
    guard = threading.Timer(WHOLE, shut, [held])
    guard.daemon = True
    guard.start()
    try:
        sock = _secure(plain, host) if secure else plain
        with sock:
            found = _exchange(
                sock, parts.netloc, f"{parts.path or '/'}?{parts.query}".rstrip("?"), body, headers or {}
            )
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
    if not private and not all(is_public(str(at[4][0])) for at in found):
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


def _exchange(
    sock: socket.socket, netloc: str, path: str, body: bytes, headers: Mapping[str, str]
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(netloc)
    connection.sock = sock
    sock.settimeout(WHOLE)
    try:
        connection.request("POST", path, body, {**HEADERS, **headers})
        with connection.getresponse() as answer:
            return answer.status, answer.read(LARGEST)
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise NoAnswer("silent") from problem


def shut(sock: socket.socket) -> None:
    """End a connection under the feet of whoever waits for it."""
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)

"""The caller's address behind proxies of our own: believed from those alone that the settings name.

A caller can write any X-Forwarded-For; only the part that our own proxies have added is true. So the list is read
from its end, and the first address that is no proxy of ours is the caller.
"""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from flask import Flask, request

Network = IPv4Network | IPv6Network
WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


def init_app(app: Flask) -> None:
    """Put the caller's true address where everything reads it, before the request begins."""
    networks = app.config["SETTINGS"].proxies
    if networks:
        app.wsgi_app = _addressed(app.wsgi_app, networks)  # type: ignore[method-assign, assignment]


def _addressed(inner: WsgiApp, networks: frozenset[Network]) -> WsgiApp:
    def outer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = caller(
            environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", ""), networks
        )
        return inner(environ, start_response)

    return outer


def caller(peer: str, forwarded: str, networks: frozenset[Network]) -> str:
    """Who called: `peer` is who holds the connection, `forwarded` the header as it came."""
    path = [word.strip() for word in forwarded.split(",") if word.strip()]
    while path and _is_ours(peer, networks):
        peer = path.pop()
    return peer


def _is_ours(address: str, networks: frozenset[Network]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in networks)


def origin(address: str) -> str:
    """Whom failures of an address are counted for. Who has one address of IPv6 has the 2^64 of its network and could
    guess from a new one each time."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return address
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))


def is_of_this_machine() -> bool:
    """True for a caller on this machine itself, not for one whom a proxy here has passed on."""
    return request.remote_addr in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers

"""No test reaches another machine: a connection to any other address is an error where it is made."""

import ipaddress
import sys
from typing import Any


def is_here(address: Any) -> bool:
    """Whether a socket address stays on this machine; socket paths do."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    if host in {"", "0.0.0.0", "::", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def refuse_others(event: str, arguments: tuple[Any, ...]) -> None:
    """The audit hook of the interpreter that sees every connection before it is made."""
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
    elif event == "socket.getaddrinfo" and arguments[0] is not None:
        address = (arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0], arguments[1])
    else:
        return
    if not is_here(address):
        raise RuntimeError(f"A test wanted to reach {address!r}; tests stay on this machine.")


def pytest_configure() -> None:
    """Begin to watch. The interpreter keeps such a hook until its end."""
    sys.addaudithook(refuse_others)

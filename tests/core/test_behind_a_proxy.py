"""Who called, behind proxies of our own and behind nobody's."""

from ipaddress import ip_network

import pytest

from kangjiansheng.core.proxies import caller

OURS = frozenset({ip_network("127.0.0.1"), ip_network("10.1.0.0/16")})


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # nobody's proxy: what it says is nothing
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # the caller wrote the first one
        ("127.0.0.1", "198.51.100.1, 10.1.2.3", "198.51.100.1"),  # two proxies of ours
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", " , ", "127.0.0.1"),
        ("127.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("127.0.0.1", "198.51.100.1, no address", "no address"),  # what ours added is taken as it is
        ("", "198.51.100.1", ""),
    ],
)
def test_only_our_own_proxies_are_believed(peer: str, forwarded: str, expected: str) -> None:
    assert caller(peer, forwarded, OURS) == expected

"""The server ends when it is told to, and says nothing bad about it."""

import os
from collections.abc import Callable

import pytest

from tests.support.server import Server


@pytest.mark.long
def test_the_server_and_its_worker_end_on_sigterm(serve: Callable[..., Server]) -> None:
    server = serve()
    assert server.process is not None
    group = server.process.pid
    assert server.stop() == 0
    assert _members(group) == []
    assert "Traceback" not in server.log()


def _members(group: int) -> list[int]:
    """The processes of a group, from /proc."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if os.getpgid(int(name)) == group:
                    found.append(int(name))
            except ProcessLookupError:
                continue
    return found

"""One server for one SQLite file. Its processes keep counts and caches of their own, and two servers, perhaps on two
machines over a shared folder, would not hear of each other."""

import fcntl
import os
import time

from sqlalchemy import make_url

LETS_GO = 3.0  # seconds that a server which was killed takes to be gone


class Held(Exception):
    """A server has the file; the text says what to do."""


def hold(url: str) -> int | None:
    """Take the lock beside an SQLite file: a descriptor that goes with the last process of this server. None for
    PostgreSQL, which many servers share."""
    known = make_url(url)
    if known.get_backend_name() != "sqlite" or not known.database or known.database.startswith("file:"):
        return None
    file = os.open(f"{known.database}.server", os.O_CREAT | os.O_RDWR, 0o600)
    until = time.monotonic() + LETS_GO
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except OSError:
            if time.monotonic() > until:
                os.close(file)
                raise Held(
                    f"another server uses {known.database}: stop it first, or use PostgreSQL for several"
                ) from None
            time.sleep(0.1)

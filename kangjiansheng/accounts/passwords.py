"""Argon2id hashes (t=2, 19 MiB, p=1: the OWASP minimum, 50 ms here)."""

import os

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# Tests of everything but sign-in itself would spend their time hashing.
_cheap = os.environ.get("KJS_TEST_CHEAP_HASH") == "1"
_hasher = PasswordHasher(time_cost=1 if _cheap else 2, memory_cost=8 if _cheap else 19 * 1024, parallelism=1)
_nobody = _hasher.hash("nobody has this password")


def make(password: str) -> str:
    """The hash to store."""
    return _hasher.hash(password)


def fits(password: str, stored: str | None) -> bool:
    """True when the password belongs to the hash. Without a hash it takes as long and is False."""
    try:
        return _hasher.verify(stored or _nobody, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False

"""Argon2id hashes (t=2, 19 MiB, p=1: the OWASP minimum, 50 ms here)."""

import os
import secrets
from base64 import b64encode

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import hash_secret_raw

# Tests of everything but sign-in itself would spend their time hashing.
_cheap = os.environ.get("KJS_TEST_CHEAP_HASH") == "1"
_hasher = PasswordHasher(time_cost=1 if _cheap else 2, memory_cost=8 if _cheap else 19 * 1024, parallelism=1)


def _unfitting() -> str:
    """A hash as ours are, of no password that anybody knows: it takes as long to refuse. Making one takes that long, too,
    and every process would."""
    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p=1${salt}${digest}"


_nobody = _unfitting()


def make(password: str) -> str:
    """The hash to store."""
    return _hasher.hash(password)


def fits(password: str, stored: str | None) -> bool:
    """True when the password belongs to the hash. Without a hash it takes as long and is False."""
    try:
        return _hasher.verify(stored or _nobody, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def derive(text: str, salt: str) -> str:
    """The Argon2id digest of a text under a salt (hexadecimal both): for a set of codes, one of which is looked for."""
    parameters = {"time_cost": _hasher.time_cost, "memory_cost": _hasher.memory_cost, "parallelism": 1}
    raw = hash_secret_raw(text.encode(), bytes.fromhex(salt), hash_len=32, type=Type.ID, **parameters)
    return raw.hex()

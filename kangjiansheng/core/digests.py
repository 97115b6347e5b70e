"""Canonical JSON and SHA-256: what the chain, the ledger's digests and signatures are computed over."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import orjson

_AS_WRITTEN = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def canonical(value: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no blanks; instants as UTC with microseconds, dates as ISO, bytes as their SHA-256."""
    try:
        return orjson.dumps(value, default=_one, option=_AS_WRITTEN)
    except TypeError:  # keys that are no text, and what only the slow way knows
        return orjson.dumps(_plain(value), option=orjson.OPT_SORT_KEYS)


def _one(value: Any) -> Any:
    """What JSON has no form for."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    raise TypeError(type(value))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    return _one(value) if isinstance(value, date | bytes) else value


def sha256(value: Any) -> str:
    """Hexadecimal SHA-256 of bytes, of a text's UTF-8, or of a value's canonical JSON."""
    if isinstance(value, str):
        value = value.encode()
    return hashlib.sha256(value if isinstance(value, bytes) else canonical(value)).hexdigest()


def plain(value: Any) -> Any:
    """The value as JSON can hold it: dates and instants as text."""
    return orjson.loads(canonical(value))


def new_secret() -> tuple[str, str]:
    """A secret of 256 random bits for a cookie or link, and the SHA-256 under which it is stored."""
    secret = secrets.token_urlsafe(32)
    return secret, secret_digest(secret)


def secret_digest(secret: str) -> str:
    """The SHA-256 under which a secret is stored and found."""
    return hashlib.sha256(secret.encode()).hexdigest()

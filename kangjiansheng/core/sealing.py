"""Texts that lie in the database but are of no use without the instance's secret key: AES-256-GCM, a key for each purpose.

Whoever loses the secret key loses what was sealed with it; it is then unreadable, never wrong.
"""

import base64
import os

from flask import current_app

_MARK = "1."  # the way of sealing, should there ever be another one


def seal(text: str, purpose: str, owner: int) -> str:
    """The text, sealed for a purpose and the row of one owner: put into another row it does not open."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(12)
    sealed = AESGCM(_key(purpose)).encrypt(nonce, text.encode(), _about(purpose, owner))
    return _MARK + base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(sealed: str, purpose: str, owner: int) -> str | None:
    """The text again; None when it was sealed with another key, for something else, or was changed."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        data = base64.urlsafe_b64decode(sealed.removeprefix(_MARK))
        return AESGCM(_key(purpose)).decrypt(data[:12], data[12:], _about(purpose, owner)).decode()
    except (InvalidTag, ValueError):
        return None


def _about(purpose: str, owner: int) -> bytes:
    return f"{purpose}:{owner}".encode()


def _key(purpose: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    secret = current_app.config["SETTINGS"].secret_key.encode()
    return HKDF(SHA256(), 32, b"kangjiansheng", purpose.encode()).derive(secret)

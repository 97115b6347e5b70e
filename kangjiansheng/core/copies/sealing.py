"""Encryption of a copy: AES-256-GCM over pieces of one MiB, each bound to its place and the last marked as such, so
that no piece can be changed, moved, left out or cut off (the STREAM construction). The key comes from the words of
the installation by scrypt, with a salt of each copy.
"""

import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path
from typing import IO, Any

from kangjiansheng.core.copies import NotCopied

MAGIC = b"KJS-SEALED-1\n"
PIECE = 1 << 20
_SALT, _PREFIX, _MARK, _TAG = 16, 7, 16, 16
_HEAD = len(MAGIC) + _SALT + _PREFIX + _MARK


def _keys(words: str, salt: bytes) -> tuple[Any, bytes]:
    """The cipher and the mark by which a wrong key is told from a damaged file."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # only who encrypts pays for it

    both = hashlib.scrypt(words.encode(), salt=salt, n=1 << 15, r=8, p=1, maxmem=1 << 26, dklen=64)
    return AESGCM(both[:32]), hashlib.sha256(both[32:]).digest()[:_MARK]


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


class Sealed:
    """A stream that encrypts what is written to it. `close` writes the last piece, and leaves the file below open."""

    def __init__(self, raw: IO[bytes], words: str) -> None:
        salt, self._prefix = secrets.token_bytes(_SALT), secrets.token_bytes(_PREFIX)
        self._cipher, mark = _keys(words, salt)
        self._raw, self._left, self._number = raw, bytearray(), 0
        raw.write(MAGIC + salt + self._prefix + mark)

    def write(self, data: bytes) -> int:
        """Take bytes; whole pieces leave at once, but for one that may be the last."""
        self._left += data
        while len(self._left) > PIECE:
            self._put(bytes(self._left[:PIECE]), last=False)
            del self._left[:PIECE]
        return len(data)

    def _put(self, piece: bytes, *, last: bool) -> None:
        self._raw.write(self._cipher.encrypt(_nonce(self._prefix, self._number, last=last), piece, MAGIC))
        self._number += 1

    def flush(self) -> None:
        """Nothing: a piece leaves when it is full."""

    def close(self) -> None:
        """Write the last piece."""
        self._put(bytes(self._left), last=True)


def is_sealed(raw: IO[bytes]) -> bool:
    """Whether a file is an encrypted copy; the place in it stays."""
    begins = raw.read(len(MAGIC))
    raw.seek(0)
    return begins == MAGIC


def unsealed(raw: IO[bytes], words: str | None, file: Path) -> IO[bytes]:
    """The decrypted copy, in a temporary file beside it that has no name and goes with its closing."""
    from cryptography.exceptions import InvalidTag

    if not words:
        raise NotCopied(f"{file} is encrypted: KJS_BACKUP_KEY or KJS_BACKUP_KEY_FILE must name its key")
    head = raw.read(_HEAD)
    salt = head[len(MAGIC) :][:_SALT]
    prefix, mark = head[-_MARK - _PREFIX : -_MARK], head[-_MARK:]
    if len(head) != _HEAD:
        raise NotCopied(f"{file} was cut: not even its beginning is whole")
    cipher, own = _keys(words, salt)
    if not hmac.compare_digest(own, mark):
        raise NotCopied(f"{file} was encrypted with another key than the one of this installation")
    plain: IO[bytes] = tempfile.TemporaryFile(dir=_folder(file))  # noqa: SIM115  (the caller closes it)
    number = 0
    try:
        piece = raw.read(PIECE + _TAG)
        while True:
            following = raw.read(PIECE + _TAG)
            plain.write(cipher.decrypt(_nonce(prefix, number, last=not following), piece, MAGIC))
            if not following:
                break
            piece, number = following, number + 1
    except InvalidTag:
        plain.close()
        raise NotCopied(
            f"{file}: the encrypted piece {number} was changed, or what follows it cut off"
        ) from None
    except BaseException:
        plain.close()
        raise
    plain.seek(0)
    return plain


def _folder(file: Path) -> Path | None:
    """The folder of the copy, where there is room for one; a folder that is read-only leaves it to the system."""
    folder = file.absolute().parent
    return folder if os.access(folder, os.W_OK) else None

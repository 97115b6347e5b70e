"""Pictures in the text of minutes: `![what it shows](image:SHA-256)`. The digest is part of the text, and so is signed."""

import hashlib
import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from kangjiansheng.core import pictures

LARGEST = 2 * 1024 * 1024  # bytes: a picture goes into every export, and twice into a PDF
WIDEST = 6000  # pixels of a side
_NAMED = re.compile(r"!\[[^\]\n]*\]\(image:([0-9a-f]{64})\)")


def named(text: str) -> list[str]:
    """The digests of the pictures in a text, each once, in order."""
    return list(dict.fromkeys(_NAMED.findall(text)))


def written(text: str, alt: str, sha256: str) -> str:
    """The text with a picture after it. `alt` says in words what it shows."""
    words = " ".join(alt.replace("[", "（").replace("]", "）").replace("\\", "＼").split())
    return f"{text.rstrip()}\n\n![{words}](image:{sha256})"


def brought(export: Mapping[str, Any]) -> dict[str, bytes]:
    """The pictures that an exported file brings along, those alone whose bytes have the digest that names them and
    that can be shown: nobody has to trust a file."""
    found = {}
    for digest, text in (export.get("images") or {}).items():
        data = decoded(text)
        if data is not None and hashlib.sha256(data).hexdigest() == digest and fits(data):
            found[digest] = data
    return found


def decoded(text: Any) -> bytes | None:
    """The bytes behind Base64; None for what is none."""
    try:
        return b64decode(text, validate=True)
    except (ValueError, TypeError):
        return None


def fits(data: bytes) -> bool:
    """True for a picture that can be shown and printed."""
    size = pictures.size(data)
    return len(data) <= LARGEST and size is not None and all(0 < side <= WIDEST for side in size)

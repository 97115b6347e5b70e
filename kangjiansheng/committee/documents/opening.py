"""An exported file as somebody brings it: JSON, or a PDF that carries the JSON as its attachment.

Nothing in a file is trusted: sizes are bounded before anything is unpacked, and what cannot be read is no export.
"""

import re
import zlib
from itertools import islice
from typing import Any

import orjson

LARGEST = 15 * 1024 * 1024  # bytes, also of an attachment that is unpacked
_MOST = 10  # marks of an embedded file that are followed: each may cost a reading of the whole file
_NEAR = 2048  # bytes between the type of an embedded file and its stream
_KIND = re.compile(rb"/Type\s*/EmbeddedFile\b")


def opened(data: bytes) -> Any:
    """What is in the file; None when it holds no JSON object."""
    if b"%PDF-" in data[:1024]:
        return next((found for found in map(_parsed, attachments(data)) if found is not None), None)
    return _parsed(data)


def is_pdf(data: bytes) -> bool:
    """True for a PDF."""
    return b"%PDF-" in data[:1024]


def attachments(data: bytes) -> list[bytes]:
    """The embedded files of a PDF that was not encrypted or packed anew; only the first marks are followed."""
    found: list[bytes] = []
    for kind in islice(_KIND.finditer(data), _MOST):
        begins = data.find(b"stream", kind.end(), kind.end() + _NEAR)
        ends = data.find(b"endstream", begins) if begins >= 0 else -1
        if ends < 0:
            continue
        described = data[data.rfind(b"obj", 0, kind.start()) : begins]
        body = data[begins + len(b"stream") : ends].lstrip(b"\r").removeprefix(b"\n")
        found.append(_unpacked(body) if b"/FlateDecode" in described else body)
    return found


def _unpacked(body: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        found = unpacker.decompress(body, LARGEST)
    except zlib.error:
        return b""
    return b"" if unpacker.unconsumed_tail else found


def _parsed(data: bytes) -> Any:
    if len(data) > LARGEST:
        return None
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None

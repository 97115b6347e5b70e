"""Pages and JSON leave compressed; static files are made so at the build, downloads are left as they are.

The length of a compressed page that holds both a secret and what somebody else sent could tell the secret, letter by
letter (BREACH, 2013). Each answer is therefore longer by a random number of bytes, as Django does it: they stand as the
file's name in the head of the gzip stream, which browsers skip ("Heal the Breach", 2022).
"""

import secrets
import struct
import zlib

from flask import Flask, request
from werkzeug.wrappers import Response

LEAST = 1000  # bytes, below which nothing is gained
MOST_PADDING = 100
_KINDS = frozenset({"text/html", "application/json", "application/problem+json"})
_LEVEL = 5


def init_app(app: Flask) -> None:
    """Compress what goes out. Register it first, so that it is the last to see an answer."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype not in _KINDS or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    if "Content-Encoding" in response.headers or request.accept_encodings["gzip"] <= 0:
        return response
    body = response.get_data()
    if len(body) >= LEAST:
        response.set_data(packed(body))
        response.headers["Content-Encoding"] = "gzip"
    return response


def packed(body: bytes) -> bytes:
    """A gzip stream (RFC 1952) with a name of random length in its head."""
    name = b"a" * secrets.randbelow(MOST_PADDING + 1) + b"\0"
    head = struct.pack(
        "<2sBBLBB", b"\x1f\x8b", 8, 8, 0, 0, 255
    )  # deflate, a name follows, no time, no system
    pack = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    tail = struct.pack("<LL", zlib.crc32(body), len(body) & 0xFFFFFFFF)
    return b"".join((head, name, pack.compress(body), pack.flush(), tail))

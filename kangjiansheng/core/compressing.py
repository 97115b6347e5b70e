"""Pages and JSON leave compressed; static files are made so at the build, downloads are left as they are.

The length of a compressed page that holds both a secret and what somebody else sent could tell the secret, letter by
letter (BREACH, 2013). Each answer is therefore longer by a random number of bytes, as Django does it, in a place that
browsers skip ("Heal the Breach", 2022): as the file's name in the head of a gzip stream, as metadata in one of Brotli.
"""

import secrets
import struct
import zlib

from flask import Flask, request
from werkzeug.wrappers import Response

LEAST = 1000  # bytes, below which nothing is gained
MOST_PADDING = 100
_KINDS = frozenset({"text/html", "application/json", "application/problem+json"})
_LEVEL = 5  # of gzip
_QUALITY, _HARDER = 4, 5  # of Brotli: four takes the time of gzip, five twice as long
_LONG = 150_000  # bytes, from which on that is worth it
_WINDOW = 18  # bits of what Brotli looks back at: 256 kB are a whole page


def init_app(app: Flask) -> None:
    """Compress what goes out. Register it first, so that it is the last to see an answer."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype not in _KINDS or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    taken = [name for name in PACKED if request.accept_encodings[name] > 0]
    if "Content-Encoding" in response.headers or not taken:
        return response
    body = response.get_data()
    if len(body) >= LEAST:
        response.set_data(PACKED[taken[0]](body))
        response.headers["Content-Encoding"] = taken[0]
    return response


def brotli(body: bytes) -> bytes:
    """A Brotli stream (RFC 7932) with metadata of random length before its end. Browsers take it over HTTPS and of this
    machine; it is shorter than gzip, by a fifth where pages are long."""
    from brotli import MODE_TEXT, Compressor

    count = 1 + secrets.randbelow(MOST_PADDING + 1)
    skipped = (
        struct.pack("<H", 0b010110 | count - 1 << 6) + b"a" * count
    )  # 9.2: of which the length is one byte
    pack = Compressor(mode=MODE_TEXT, quality=_HARDER if len(body) >= _LONG else _QUALITY, lgwin=_WINDOW)
    return b"".join((pack.process(body), pack.flush(), skipped, pack.finish()))


def gzip(body: bytes) -> bytes:
    """A gzip stream (RFC 1952) with a name of random length in its head."""
    name = b"a" * secrets.randbelow(MOST_PADDING + 1) + b"\0"
    head = struct.pack(
        "<2sBBLBB", b"\x1f\x8b", 8, 8, 0, 0, 255
    )  # deflate, a name follows, no time, no system
    pack = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    tail = struct.pack("<LL", zlib.crc32(body), len(body) & 0xFFFFFFFF)
    return b"".join((head, name, pack.compress(body), pack.flush(), tail))


PACKED = {"br": brotli, "gzip": gzip}  # the first that a reader takes

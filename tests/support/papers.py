"""Small real files of the kinds that people bring: enough for a program to know them."""

import io
import struct
import zipfile
import zlib

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 40 + b"\xff\xd9"
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L" + b"\x00" * 14
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 20
CSV = "批号,活率\nB-01,86%\n".encode("gb18030")
HTML = b"<!doctype html><script>alert(1)</script>"
EXE = b"MZ\x90\x00\x03" + b"\x00" * 60


def pdf(words: str) -> bytes:
    """A PDF that differs from every other by its words."""
    return PDF + b"% " + words.encode() + b"\n"


def png(side: int = 2) -> bytes:
    """A square picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\x00" + b"\x3a\x7a\x80" * side for _ in range(side))
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def office(part: str, *more: str) -> bytes:
    """An office file of which `part` is the document: word/document.xml, xl/workbook.xml, ppt/presentation.xml."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in ("[Content_Types].xml", part, *more):
            packed.writestr(name, "<x/>")
    return out.getvalue()

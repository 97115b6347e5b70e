"""Numbers of identity cards in texts and files: found only where their check digit proves them.

- China's resident identity number: GB 11643-1999, 18 characters: 6 digits of the place (its first two by GB/T 2260), the
  day of birth, 3 digits, and a check character by ISO 7064 MOD 11-2. The older 15 digits have none, and are not looked
  for; nor are telephone numbers, which any 11 digits can be.
- Hong Kong's identity card: one or two letters, 6 digits, and in brackets the check digit, as the card prints it; with
  weights 9 to 1 (A is 10 … Z is 35, no first letter is 36) the sum is a multiple of 11. Without brackets one code of a
  catalogue in eleven would look the same.

What was found is never kept, logged or shown again: only of which kind it is.
"""

import hmac
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import current_app, g, session
from flask_babel import lazy_gettext as _l

from kangjiansheng.core.filetypes import DAMAGE

MAINLAND, HONG_KONG = "mainland", "hong_kong"
KINDS: dict[str, Any] = {MAINLAND: _l("居民身份证号码"), HONG_KONG: _l("香港身份证号码")}
_PLACES = frozenset(
    (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83, 91)
)  # fmt: skip
_MAINLAND = re.compile(r"(?<![0-9A-Za-z])(\d{6})[ -]?(\d{8})[ -]?(\d{3}[0-9Xx])(?![0-9A-Za-z])", re.ASCII)
_HONG_KONG = re.compile(r"(?<![0-9A-Za-z])([A-Za-z]{1,2})(\d{6}) ?\(([0-9Aa])\)", re.ASCII)
_TAG, _PARAGRAPH = re.compile("<[^>]*>"), re.compile("</w:p>|</a:p>|</si>|</c>")
_PARTS = re.compile(r"(?:xl/(?:sharedStrings|worksheets/[^/]+)|word/[^/]+|ppt/slides/[^/]+)\.xml")
UNPACKED_MOST = 32 * 1024 * 1024  # bytes of one office file that are looked through
SEEN, SEEN_MOST = "identity_numbers", 20  # what a session remembers of warnings that were read


def found_in(text: str) -> set[tuple[str, str]]:
    """The numbers in a text, each with its kind; full-width characters count as narrow ones."""
    text = unicodedata.normalize("NFKC", text)
    found = {
        (MAINLAND, number)
        for parts in _MAINLAND.findall(text)
        if _is_mainland(number := "".join(parts).upper())
    }
    return found | {
        (HONG_KONG, number)
        for parts in _HONG_KONG.findall(text)
        if _is_hong_kong(number := "".join(parts).upper())
    }


def _is_mainland(number: str) -> bool:
    values = [10 if c == "X" else int(c) for c in number]
    if (
        int(number[:2]) not in _PLACES
        or sum(v * pow(2, 17 - at, 11) for at, v in enumerate(values)) % 11 != 1
    ):
        return False
    try:
        return 1900 <= date(int(number[6:10]), int(number[10:12]), int(number[12:14])).year < 2100
    except ValueError:
        return False


def _is_hong_kong(number: str) -> bool:
    values = [int(c, 36) for c in number]
    if len(values) == 8:
        values.insert(0, 36)
    return sum(value * weight for value, weight in zip(values, range(9, 0, -1), strict=True)) % 11 == 0


def found_in_file(name: str, data: bytes) -> set[tuple[str, str]]:
    """The numbers in a file's name and, of plain text and Office files, in what it says. Pictures, PDF and what cannot be
    read are not looked through."""
    return found_in(name).union(*(found_in(text) for text in _texts(data)))


def _texts(data: bytes) -> Iterator[str]:
    if data[:4] == b"PK\x03\x04":
        yield from _office(data)
    elif b"\0" not in data[:4096] and not data.startswith(b"%PDF"):
        try:
            yield data.decode("utf-8-sig")
        except UnicodeDecodeError:
            yield data.decode("gb18030", "ignore")


def _office(data: bytes) -> Iterator[str]:
    left = UNPACKED_MOST
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for part in packed.infolist():
                if _PARTS.fullmatch(part.filename) and left > 0:
                    with packed.open(part) as stream:
                        unpacked = stream.read(left)
                    left -= len(unpacked)
                    yield _TAG.sub("", _PARAGRAPH.sub("\n", unpacked.decode("utf-8", "ignore")))
    except DAMAGE:
        return  # whoever opens it will say what is wrong with it


def words(found: set[tuple[str, str]], *, in_file: bool) -> str:
    """The warning: of which kind, and how one goes on."""
    kinds = kinds_of(found)
    if in_file:
        return str(_l("文件里像是有%(kinds)s（末位校验相符）。请不要上传患者或受试者的身份信息。确认不是的话，重新选择文件再提交一次即可。", kinds=kinds))  # fmt: skip
    return str(_l("这里像是有%(kinds)s（末位校验相符）。请不要填写患者或受试者的身份信息。确认不是的话，再提交一次即可。", kinds=kinds))  # fmt: skip


def kinds_of(found: set[tuple[str, str]]) -> str:
    """Of which kinds the numbers are, in words."""
    return "/".join(str(word) for kind, word in KINDS.items() if kind in {one for one, _number in found})


def is_new(found: set[tuple[str, str]]) -> bool:
    """Whether the reader has not been warned of these numbers yet, in this session; from now on they have. What is
    remembered is a digest under the secret key: nobody can tell a number by it."""
    key = str(current_app.secret_key).encode()
    marks = {hmac.digest(key, f"identity {number}".encode(), "sha256").hex()[:16] for _kind, number in found}
    told: set[str] = g.setdefault("warned_of", set())
    fresh = marks - (set(session.get(SEEN, ())) - told)
    if fresh:
        told |= fresh
        session[SEEN] = [*session.get(SEEN, ()), *sorted(fresh - set(session.get(SEEN, ())))][-SEEN_MOST:]
    return bool(fresh)

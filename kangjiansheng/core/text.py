"""The one gate through which typed text enters: forms, JSON and imports alike."""

import unicodedata
from collections.abc import Iterator
from functools import cache
from urllib.parse import urlsplit

from kangjiansheng.core.in_turn import in_turn

# Overrides and isolates can make a name read as another one; what has no width hides in searches, and tags carry whole
# sentences that nobody sees. Of what is no character at all (the last two of each plane) no office file can be made.
_DROPPED = frozenset({
    0x00AD, 0x034F, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF,
    *range(0xFDD0, 0xFDF0), *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080),
    *(plane + last for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)),
})  # fmt: skip
_KEPT_CONTROLS = {"\n", "\t"}
_JOINERS = "\u200c\u200d"
# Letters that no joiner ever joins: Latin, Han, Kana, and what is no letter below them.
_UNJOINED = (
    (0, 0x024F),
    (0x2000, 0x206F),
    (0x3000, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF00, 0xFFEF),
    (0x20000, 0x3FFFF),
)


def clean(text: str) -> str:
    """Return the text in NFC without control, direction and zero-width characters and lone surrogates.

    Line ends become ``\\n``. A joiner stays where emoji and some scripts need it.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (
        c
        for c in text
        if ord(c) not in _DROPPED
        and not 0xD800 <= ord(c) <= 0xDFFF
        and (unicodedata.category(c) != "Cc" or c in _KEPT_CONTROLS)
    )
    cleaned = unicodedata.normalize("NFC", "".join(kept))
    if not any(joiner in cleaned for joiner in _JOINERS):
        return cleaned
    return unicodedata.normalize("NFC", "".join(_joined(cleaned)))


def _joined(text: str) -> Iterator[str]:
    """The characters of a text without the joiners that join nothing: they would hide in a name."""
    before = " "  # what a joiner would join, marks on it left out
    for c in text:
        if c in _JOINERS:
            if any(first <= ord(before) <= last for first, last in _UNJOINED):
                continue
        elif unicodedata.category(c) != "Mn":
            before = c
        yield c


def line(text: str) -> str:
    """Clean one line: inner white space becomes single spaces, outer is dropped."""
    return " ".join(clean(text).split())


def whole(text: str) -> int:
    """A whole number as typed. Python would read 1_0 as ten: whoever typed it meant something else. Raises ValueError."""
    if "_" in text:
        raise ValueError(text[:40])
    return int(text)


_QUOTES = str.maketrans("“”", "「」")
# Forms of the converter's table that readers in Hong Kong meet less often than these.
_USUAL = str.maketrans("牀説啓蔘", "床說啟參")


@in_turn
@cache
def _converter(name: str):  # type: ignore[no-untyped-def]
    from opencc import OpenCC

    return OpenCC(name)


def to_hans(text: str) -> str:
    """Traditional to Simplified characters."""
    return str(_converter("t2s").convert(text))


def hong_kong_to_hans(text: str) -> str:
    """The same for the forms that are usual in Hong Kong, such as 衞 and 敍."""
    return str(_converter("hk2s").convert(text))


def to_hant(text: str) -> str:
    """Simplified to Traditional characters as used in Hong Kong; a derived text, to be marked as such."""
    found = str(_converter("s2hk").convert(text)).translate(_USUAL)
    return found.replace("錶決", "表決")  # it takes the 名表 of 记名表决 for a watch


def in_script(text: str, language: str) -> str:
    """Words of our own in the script of a record: Traditional, with its quotation marks, for `zh-Hant`; else as they are."""
    return to_hant(text).translate(_QUOTES) if language == "zh-Hant" else text


def fold(text: str) -> str:
    """The form under which texts are searched: Simplified, compatibility-folded, lower case."""
    return to_hans(unicodedata.normalize("NFKC", text)).casefold()


def own_path(wanted: str | None) -> str:
    """Only a path of our own: no scheme, no host, no backslash, no control character. Else home."""
    if not wanted or not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted:
        return "/"
    return "/" if any(ord(c) < 33 for c in wanted) else wanted


def host_of(address: str | None) -> str:
    """Host and port of an address that a browser sent, such as where a form stood; empty when it cannot be read."""
    try:
        return urlsplit(address or "").netloc
    except ValueError:
        return ""


def size(count: int) -> str:
    """Bytes as people read them."""
    if count < 2**20:
        return f"{max(round(count / 2**10), 1)} KB"
    return f"{count / 2**20:.1f} MB" if count < 2**30 else f"{count / 2**30:.1f} GB"

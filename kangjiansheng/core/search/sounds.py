"""Names by their sound: 瑞金医院 is found by rjyy, by ruijin and by yiyuan.

Readings come from pypinyin. It reads whole words (银行 yinhang) but knows no surnames, so a short name, as people
have them, is found under every reading of its characters: 曾 as zeng and ceng, 单 as shan, dan and chan.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

from kangjiansheng.core.search.tokens import HIDDEN, LONGEST, folded

SHORT = 4  # characters of a name of which each may be read in every way
MOST = 24  # ways of reading one name
LONG = 40  # characters of a name that are read at all
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")


@cache
def _all(letter: str) -> tuple[str, ...]:
    """Every reading of a character, without tones; ü also as u, as it is often typed."""
    from pypinyin import Style, pinyin

    found = pinyin(letter, style=Style.NORMAL, heteronym=True, errors="ignore")
    read = [reading for one in found for reading in one]
    return tuple(dict.fromkeys(form for reading in read for form in (reading, reading.replace("v", "u"))))


def readings(run: str) -> list[tuple[str, ...]]:
    """The ways of reading each character of a run of Chinese."""
    if len(run) <= SHORT:
        return [_all(letter) for letter in run]
    from pypinyin import lazy_pinyin

    read = lazy_pinyin(run[:LONG], errors=_silent)
    return [tuple(dict.fromkeys((one, one.replace("v", "u")))) if one else () for one in read]


def _silent(letters: str) -> Any:
    """What the library is told of characters that it cannot read: each of them is silent."""
    return [""] * len(letters)


def hidden(words: str) -> list[str]:
    """The tokens under which a name is found by its sound: initials and syllables, from each character on."""
    found: dict[str, None] = {}
    for run in _HAN.findall(folded(words)[0]):
        ways = [way or ("",) for way in readings(run)]
        for at in range(len(ways)):
            for way in _ways(ways[at:]):
                for form in ("".join(one[:1] for one in way), "".join(way)):
                    if len(form) > 1:
                        found[HIDDEN + form[:LONGEST]] = None
    return list(found)


def _ways(ways: list[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    for number, way in enumerate(product(*ways)):
        if number == MOST:
            return
        yield way


def places(words: str, typed: str) -> list[tuple[int, int]]:
    """Where the sound that was typed stands in a name: start and end as it was written."""
    plain, written = folded(words)
    found = []
    for run in _HAN.finditer(plain):
        ways = readings(run[0])
        for at in range(len(ways)):
            size = _initials(ways[at:], typed) or _syllables(ways[at:], typed)
            if size:
                found.append((written[run.start() + at], written[run.start() + at + size - 1] + 1))
    return found


def _initials(ways: list[tuple[str, ...]], typed: str) -> int:
    """How many characters the letters typed stand for, one each; 0 when they do not."""
    if len(typed) < 2 or len(typed) > len(ways):
        return 0
    fits = all(any(one.startswith(letter) for one in way) for way, letter in zip(ways, typed, strict=False))
    return len(typed) if fits else 0


def _syllables(ways: list[tuple[str, ...]], typed: str) -> int:
    """How many characters the syllables typed stand for, the last of them perhaps begun; 0 when they do not."""
    if len(typed) < 2 or not ways:
        return 0
    for one in ways[0]:
        if one.startswith(typed):
            return 1
        if one and typed.startswith(one):
            rest = typed[len(one) :]
            if len(rest) == 1:
                return 2 if len(ways) > 1 and any(way.startswith(rest) for way in ways[1]) else 0
            size = _syllables(ways[1:], rest)
            if size:
                return size + 1
    return 0

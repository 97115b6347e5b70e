"""What a typed search means: its words, the forms in which they are looked for, and where they stand in a text."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MOST_WORDS = 6
MOST_LETTERS = 80
_AROUND = 36

Fold = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; `hit` is marked."""

    text: str
    hit: bool = False


def words(typed: str) -> list[str]:
    """The words of a search, without doubles; what is beyond measure is cut."""
    found: list[str] = []
    for word in typed[:MOST_LETTERS].split():
        if word not in found:
            found.append(word)
    return found[:MOST_WORDS]


_CODE = re.compile(r"([a-z]{2,6})[-_ ]?0*(\d{1,4})")
_MINUTES = re.compile(r"(\w+?)[〔\[［（(](\d{4})[〕\]］）)]0*(\d{1,3})[号號]?")


def codes(word: str) -> list[str]:
    """The codes that kjs12 may mean: kjs-12, kjs-012, as somebody writes them in haste."""
    found = _CODE.fullmatch(word.casefold())
    return [f"{found[1]}-{int(found[2]):0{width}d}" for width in (1, 2, 3)] if found else []


def minutes_number(word: str) -> tuple[str, int, int] | None:
    """Sign, year and serial of 康科委纪〔2026〕5号, however its brackets are typed."""
    found = _MINUTES.fullmatch(word)
    return (found[1], int(found[2]), int(found[3])) if found else None


def variants(word: str, *, to_hans: Fold, to_hant: Fold, fold: Fold) -> list[str]:
    """The forms under which a word may be stored: as typed, Simplified, Traditional; in lower case."""
    folded = fold(word)
    forms = (word, folded, to_hans(folded), to_hant(folded))
    return list(dict.fromkeys(form.casefold() for form in forms))


def marked(text: str, wanted: Sequence[str], fold: Fold) -> list[Piece]:
    """The text in pieces, each place where a word stands being one of its own, whatever its script."""
    letters = [fold(letter) for letter in text]
    starts, folded = [], ""
    for number, letter in enumerate(letters):
        starts += [number] * len(letter)
        folded += letter
    hit = [False] * len(text)
    for word in filter(None, map(fold, wanted)):
        at = folded.find(word)
        while at >= 0:
            for place in range(at, at + len(word)):
                hit[starts[place]] = True
            at = folded.find(word, at + len(word))
    pieces: list[Piece] = []
    for letter, is_hit in zip(text, hit, strict=True):
        if pieces and pieces[-1].hit is is_hit:
            pieces[-1] = Piece(pieces[-1].text + letter, is_hit)
        else:
            pieces.append(Piece(letter, is_hit))
    return pieces


def excerpt(text: str, wanted: Sequence[str], fold: Fold, around: int = _AROUND) -> list[Piece]:
    """A line of a long text around the first word that stands in it."""
    flat = " ".join(text.split())
    pieces = marked(flat, wanted, fold)
    before = 0
    for piece in pieces:
        if piece.hit:
            break
        before += len(piece.text)
    else:
        before = 0
    start, end = max(before - around, 0), before + 3 * around
    cut = ("…" if start else "") + flat[start:end] + ("…" if end < len(flat) else "")
    return marked(cut, wanted, fold)

"""What a typed search means: its words, the forms in which they are looked for, and where they stand in a text."""

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


def variants(word: str, *, to_hans: Fold, to_hant: Fold, fold: Fold) -> list[str]:
    """The forms under which a word may be stored: as typed, Simplified, Traditional; in lower case."""
    folded = fold(word)
    return list(dict.fromkeys(form.casefold() for form in (word, folded, to_hans(folded), to_hant(folded))))


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

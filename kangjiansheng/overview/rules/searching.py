"""How what was found is shown: a text in pieces, of which those that were looked for are marked."""

from collections.abc import Sequence
from dataclasses import dataclass

AROUND = 36  # letters of a long text before the first mark; three times as many after it

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; `hit` is marked."""

    text: str
    hit: bool = False


def pieces(text: str, spans: Sequence[Span]) -> list[Piece]:
    """A text in pieces: what lies in one of the spans (in order, apart) is marked."""
    found, at = [], 0
    for start, end in spans:
        found += [Piece(text[at:start]), Piece(text[start:end], hit=True)]
        at = end
    return [piece for piece in (*found, Piece(text[at:])) if piece.text]


def cut(text: str, spans: Sequence[Span]) -> tuple[int, int]:
    """From where to where a line of a long text goes, around its first mark."""
    first = spans[0][0] if spans else 0
    return max(first - AROUND, 0), min(first + 3 * AROUND, len(text))


def excerpt(text: str, spans: Sequence[Span]) -> list[Piece]:
    """A line of a long text around the first mark, with points where it was cut."""
    start, end = cut(text, spans)
    inside = [(max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start]
    before = [Piece("…")] if start else []
    after = [Piece("…")] if end < len(text) else []
    return [*before, *pieces(text[start:end], inside), *after]

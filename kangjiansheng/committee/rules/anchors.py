"""Where the words lie that a comment is about: found again when the paragraph has changed, or said to be gone.

Blanks do not count: what a browser hands over of a selection has other line ends than the text. All places are those
of the text as it is shown, without the marks of Markdown.
"""

from difflib import SequenceMatcher

from kangjiansheng.committee.rules.texts import pieces

Place = tuple[int, int]  # from, to


def places(quote: str, text: str) -> list[Place]:
    """Every place at which the words stand in a text."""
    wanted = "".join(quote.split())
    kept = [(at, letter) for at, letter in enumerate(text) if not letter.isspace()]
    dense = "".join(letter for _, letter in kept)
    found, start = [], dense.find(wanted) if wanted else -1
    while start >= 0:
        found.append((kept[start][0], kept[start + len(wanted) - 1][0] + 1))
        start = dense.find(wanted, start + 1)
    return found


def nearest(quote: str, at: int, text: str) -> Place | None:
    """The place at which the words stand, the one next to `at` when there are several; None when there is none."""
    found = places(quote, text)
    return min(found, key=lambda place: (abs(place[0] - at), place[0])) if found else None


def located(quote: str, at: int, then: str, now: str) -> Place | None:
    """The place in `now` of words that began at `at` in `then`; None when they do not stand there any more.

    Where they stand several times, the comparison of both texts says which of them is meant.
    """
    if then == now or len(places(quote, now)) < 2:
        return nearest(quote, at, now)
    return nearest(quote, moved(at, then, now), now)


def moved(at: int, then: str, now: str) -> int:
    """Where the character at `at` has got to; of one that is gone, where it would be."""
    a, b = pieces(then), pieces(now)
    old, new = _starts(a), _starts(b)
    for tag, i1, i2, j1, _j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if old[i1] <= at < old[i2]:
            return new[j1] + (at - old[i1] if tag == "equal" else 0)
    return len(now)


def _starts(found: list[str]) -> list[int]:
    starts = [0]
    for piece in found:
        starts.append(starts[-1] + len(piece))
    return starts

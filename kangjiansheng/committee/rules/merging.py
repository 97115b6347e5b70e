"""A proposed wording and a text that has moved on: both changes together, or neither when they meet."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from kangjiansheng.committee.rules.texts import pieces

Edit = tuple[int, int, tuple[str, ...]]  # from, to in the old text, what stands there now


def merged(base: str, one: str, other: str) -> str | None:
    """The text with what `one` and `other` each changed in `base`; None when the two changes touch each other.

    Changes that stand side by side count as meeting: which of them comes first nobody has said.
    """
    if one == other or other == base:
        return one
    if one == base:
        return other
    old = pieces(base)
    first, second = _edits(old, pieces(one)), _edits(old, pieces(other))
    if any(a != b and a[0] <= b[1] and b[0] <= a[1] for a in first for b in second):
        return None
    done: list[str] = []
    at = 0
    for start, end, new in sorted({*first, *second}):
        done += old[at:start]
        done += new
        at = end
    return "".join([*done, *old[at:]])


def _edits(old: Sequence[str], new: Sequence[str]) -> list[Edit]:
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(i1, i2, tuple(new[j1:j2])) for tag, i1, i2, j1, j2 in steps if tag != "equal"]

"""Two people changed the same text: what both wanted, joined where their changes do not touch.

The text is compared by sentences. Where both changed the same sentences, these are compared by characters (Latin by
words); where even there the changes touch, nobody but a person can say what stands: both wordings are kept for a choice.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from kangjiansheng.committee.rules.texts import pieces

# A sentence with the mark that ends it and the blanks after it; a line of a list or a table is one too.
_SENTENCES = re.compile(r"[^。！？；\n]*(?:[。！？；]+[”’」』）]*|\n+|$)")
_LATIN_ENDS = re.compile(r"(?<=[.!?]) ")


@dataclass(frozen=True)
class Joined:
    """Text on which both agree, or which only one of them changed."""

    text: str


@dataclass(frozen=True)
class Clash:
    """A place that both changed: what it was, and the two wordings."""

    base: str
    mine: str
    theirs: str


Piece = Joined | Clash
Texts = tuple[Sequence[str], Sequence[str], Sequence[str]]


def sentences(text: str) -> list[str]:
    """The text in sentences; joined they are the text."""
    found = [one for one in _SENTENCES.findall(text) if one]
    return [part for one in found for part in _latin(one)]


def _latin(text: str) -> list[str]:
    parts = _LATIN_ENDS.split(text)
    return [f"{part} " for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def merge(base: str, mine: str, theirs: str) -> list[Piece]:
    """The pieces of the joined text, in their order. Without a Clash it is decided."""
    return _tidy(_merged(base, mine, theirs, sentences, _closer))


def _closer(base: str, mine: str, theirs: str) -> list[Piece]:
    """The same sentences changed by both: joined by characters, or else left as one clash, so that the choice is
    between whole sentences."""
    found = _merged(base, mine, theirs, pieces, lambda *texts: [Clash(*texts)])
    return [Clash(base, mine, theirs)] if any(isinstance(one, Clash) for one in found) else found


def _merged(
    base: str,
    mine: str,
    theirs: str,
    cut: Callable[[str], Sequence[str]],
    both: Callable[[str, str, str], list[Piece]],
) -> list[Piece]:
    found: list[Piece] = []
    for parts in _chunks((cut(base), cut(mine), cut(theirs))):
        was, one, other = ("".join(part) for part in parts)
        if was == other or one == other:
            found.append(Joined(one))
        elif was == one:
            found.append(Joined(other))
        else:
            found += both(was, one, other)
    return found


def _chunks(texts: Texts) -> Iterator[Texts]:
    """The three texts in step: runs that all three share, and between them what somebody changed."""
    base, mine, theirs = texts
    in_mine, in_theirs = _matches(base, mine), _matches(base, theirs)
    at = [0, 0, 0]
    shared = [i for i in range(len(base)) if i in in_mine and i in in_theirs]
    for i in [*shared, len(base)]:
        to = [i, in_mine.get(i, len(mine)), in_theirs.get(i, len(theirs))]
        if i == len(base):
            to = [len(base), len(mine), len(theirs)]
        if at != to:
            yield base[at[0] : to[0]], mine[at[1] : to[1]], theirs[at[2] : to[2]]
        if i < len(base):
            yield base[i : i + 1], mine[to[1] : to[1] + 1], theirs[to[2] : to[2] + 1]
            at = [place + 1 for place in to]


def _matches(a: Sequence[str], b: Sequence[str]) -> dict[int, int]:
    found: dict[int, int] = {}
    for block in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks():
        found |= {block.a + n: block.b + n for n in range(block.size)}
    return found


def _tidy(found: Sequence[Piece]) -> list[Piece]:
    """Neighbouring pieces on which both agree become one."""
    tidy: list[Piece] = []
    for one in found:
        last = tidy[-1] if tidy else None
        if isinstance(one, Joined) and isinstance(last, Joined):
            tidy[-1] = Joined(last.text + one.text)
        elif not isinstance(one, Joined) or one.text:
            tidy.append(one)
    return tidy


def is_decided(found: Sequence[Piece]) -> bool:
    """True when nothing is left to choose."""
    return not any(isinstance(one, Clash) for one in found)


def clashes(found: Sequence[Piece]) -> list[Clash]:
    """What is to be chosen, in order."""
    return [one for one in found if isinstance(one, Clash)]


def chosen(found: Sequence[Piece], choices: Mapping[int, str]) -> str:
    """The joined text with a choice for each clash, by its number: mine, theirs or both; without a choice both stand,
    for nothing is lost unasked."""
    parts, number = list[str](), 0
    for one in found:
        if isinstance(one, Joined):
            parts.append(one.text)
            continue
        wordings = {"mine": one.mine, "theirs": one.theirs}
        parts.append(wordings.get(choices.get(number, "both"), one.mine + one.theirs))
        number += 1
    return "".join(parts)


def merged(base: str, one: str, other: str) -> str | None:
    """The text with what `one` and `other` each changed in `base`; None when the two changes touch each other.

    Changes that stand side by side count as meeting: which of them comes first nobody has said.
    """
    found = merge(base, one, other)
    return chosen(found, {}) if is_decided(found) else None

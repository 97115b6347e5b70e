"""Words about texts: the difference of two wordings, fingerprints as people compare them."""

import re
from difflib import SequenceMatcher

# Words of letters and digits stay whole; everything else is compared character by character.
_PIECES = re.compile(r"[A-Za-z0-9À-ɏ]+|.", re.DOTALL)

Change = tuple[str, str]  # (same | ins | del, text)


def short(digest: str) -> str:
    """The first 16 digits in groups of four, as a person reads and compares them."""
    head = digest[:16].upper()
    return " ".join(head[i : i + 4] for i in range(0, 16, 4))


def pieces(text: str) -> list[str]:
    """A text in the pieces that are compared: Latin words, and single characters of everything else; joined they are the
    text."""
    return _PIECES.findall(text)


def difference(old: str, new: str) -> list[Change]:
    """Old to new: Chinese by characters, Latin by words. Dropping `ins` gives the old text, dropping `del`
    the new one."""
    a, b = pieces(old), pieces(new)
    found: list[Change] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(("same", "".join(a[i1:i2])))
            continue
        if j2 > j1:
            found.append(("ins", "".join(b[j1:j2])))
        if i2 > i1:
            found.append(("del", "".join(a[i1:i2])))
    return _joined(found)


def _joined(changes: list[Change]) -> list[Change]:
    """Islands of one character (no punctuation) between two changes join them: whole phrases read better than crumbs."""
    if len(changes) < 3:
        return changes
    runs: list[list[Change]] = [[changes[0]]]
    for index, (kind, text) in enumerate(changes[1:], 1):
        island = kind == "same" and len(text) < 2 and text.isalnum() and index < len(changes) - 1
        bridges = island and changes[index - 1][0] != "same" and changes[index + 1][0] != "same"
        if bridges or (kind != "same" and runs[-1][-1][0] != "same") or _goes_on(runs[-1], kind):
            runs[-1].append((kind, text))
        else:
            runs.append([(kind, text)])
    return [change for run in runs for change in _merged(run)]


def _goes_on(run: list[Change], kind: str) -> bool:
    """True when a run of changes that ends in an island goes on."""
    return kind != "same" and len(run) > 1 and run[-1][0] == "same"


def _merged(run: list[Change]) -> list[Change]:
    if len(run) == 1 or all(kind == "same" for kind, _ in run):
        return [("same", "".join(text for _, text in run))] if run[0][0] == "same" else run
    new = "".join(text for kind, text in run if kind != "del")
    old = "".join(text for kind, text in run if kind != "ins")
    return [change for change in (("ins", new), ("del", old)) if change[1]]


def shown_life(life: str, *, amended: bool) -> str:
    """draft, review, approved, amended or record: approved minutes with a signed amendment are amended."""
    return "amended" if life == "approved" and amended else life

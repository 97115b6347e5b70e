"""How wide the columns of a section are, on whatever it is set."""

from kangjiansheng.core.charts import text_width
from kangjiansheng.overview.documents.outline import Section, text

_WIDEST = {"w": 430, "": 210, "n": 92}  # for letters of 14.5
_DAY = 112
_LEAST = 84
_MANY = 9  # columns that have to be narrow
_FEW = 4  # columns that share what is left over alike
_GAP = 16
_FIXED = ("d", "n", "c")  # a day, a number and a code are never broken


def widths(section: Section, total: int, size: float = 14.5) -> list[int]:
    """Columns as wide as their words ask for, up to a limit; what is left over goes to the one with the most words.

    `total` and the answer are in the unit of `size`, that of a letter.
    """
    kinds = [kind for _label, kind in section.columns]
    scale = size / 14.5
    least = (_LEAST if len(kinds) < _MANY else _LEAST * 0.75) * scale
    asked = []
    for at, (label, kind) in enumerate(section.columns):
        longest = max([text_width(text(row[at]), size) for row in section.shown], default=0)
        wide = (
            max(longest, text_width(label, size) if kind not in _FIXED else 0)
            + (_GAP + (10 if kind == "c" else 0)) * scale
        )
        limit = _WIDEST.get(kind, 210) * scale
        asked.append(_DAY * scale if kind == "d" else min(max(wide, least), limit))
    fixed = sum(width for width, kind in zip(asked, kinds, strict=True) if kind in _FIXED)
    spare = total - sum(asked)
    if fixed >= total:
        return [int(width * total / sum(asked)) for width in asked]
    if spare < 0:
        share = (total - fixed) / (sum(asked) - fixed)
        return [int(w if kind in _FIXED else w * share) for w, kind in zip(asked, kinds, strict=True)]
    wordy = [at for at, kind in enumerate(kinds) if kind == "w"]
    if not wordy:
        wordy = list(range(len(kinds))) if len(kinds) < _FEW else [asked.index(max(asked))]
    return [int(width + (spare / len(wordy) if at in wordy else 0)) for at, width in enumerate(asked)]

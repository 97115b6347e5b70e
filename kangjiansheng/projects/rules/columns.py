"""The columns and groups of the list of milestones, and how an address names them."""

from collections.abc import Iterable

COLUMNS = (
    "project",
    "name",
    "code",
    "milestone",
    "status",
    "baseline",
    "plan",
    "forecast",
    "proposed",
    "actual",
    "date",
    "slip",
    "moved",
    "moves",
    "reason",
    "note",
    "owner",
    "lab",
    "family",
    "party",
    "stage",
    "gate",
    "told",
)
USUAL = ("project", "code", "milestone", "status", "baseline", "date", "slip", "moves", "owner")
# A first click on these puts the largest on top; on all others the smallest.
LARGEST_FIRST = frozenset({"slip", "moved", "moves", "told", "gate"})
GROUPS = ("project", "lab", "family")


def chosen(asked: Iterable[str], *, compared: bool = False) -> tuple[str, ...]:
    """The columns that an address asks for (`cols=a,b` or repeated), in its order, each once.

    Unknown names are left out; when none is left the usual ones, with `moved` beside the slip when the
    list is compared with an earlier day.
    """
    names = [name for part in asked for name in part.split(",")]
    known = tuple(dict.fromkeys(name for name in names if name in COLUMNS))
    if known:
        return known
    at = USUAL.index("slip") + 1
    return (*USUAL[:at], "moved", *USUAL[at:]) if compared else USUAL


def moved_by(columns: tuple[str, ...], name: str, places: int) -> tuple[str, ...]:
    """The same columns with one of them so many places further right (left for a negative number)."""
    rest = [column for column in columns if column != name]
    at = min(max(columns.index(name) + places, 0), len(rest))
    return (*rest[:at], name, *rest[at:])


def order(sort: str) -> tuple[str, bool]:
    """What `sort` of an address means: the column ("" for the usual order), and whether the largest is first.

    `slip` is the column's own first direction, `-slip` the other one.
    """
    name = sort.removeprefix("-")
    if name not in COLUMNS:
        return "", False
    return name, (name in LARGEST_FIRST) != sort.startswith("-")

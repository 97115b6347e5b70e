"""What a row of a sheet would change at a milestone: what was edited, what somebody else changed, what is wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from kangjiansheng.core import text
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.workbooks import Near, Unclear, folded, is_nothing, read_day, readable
from kangjiansheng.projects.rules.milestones import MilestoneState, turn
from kangjiansheng.projects.rules.sheets import columns, mark
from kangjiansheng.projects.rules.sheets.reading import Found, RawRow
from kangjiansheng.projects.rules.sheets.steps import Right, Step, steps
from kangjiansheng.projects.rules.vocabulary import folded as same_word

LONGEST_NOTE = 300
Kind = Literal["same", "change", "new", "conflict", "fault"]


@dataclass(frozen=True, slots=True)
class Stored:
    """A milestone as it stands, with what the actor may do to it."""

    id: int
    plan_id: int
    project: str
    code: str
    version: int
    names: tuple[str, ...]
    state: MilestoneState
    note: str
    owner: int | None
    owner_names: tuple[str, ...]
    right: Right
    archived: bool = False
    begun: date | None = None
    held_by: str = ""  # the conditions that stop a gate, in words
    unaccepted: str = ""  # the laboratory that leads and may not take GMP preparation yet, by code

    def value(self, key: str) -> Any:
        """What stands in an editable column."""
        if key == "reason":
            return self.state.reason_code
        return getattr(self if key in ("note", "owner") else self.state, key)


@dataclass(frozen=True, slots=True)
class Change:
    """One cell: what stands here and what the sheet says. `conflict`: somebody else has changed it meanwhile,
    from `base`. `supplied`: the year was not written."""

    column: str
    place: str
    before: Any
    after: Any
    base: Any = None
    conflict: bool = False
    supplied: bool = False


@dataclass(slots=True)
class Decision:
    """What becomes of one row."""

    row: RawRow
    stored: Stored | None = None
    changes: list[Change] = field(default_factory=list)
    faults: list[Found] = field(default_factory=list)
    remarks: list[Found] = field(default_factory=list)
    planned: list[Step] = field(default_factory=list)
    reason: str | None = None
    joins: Any = None  # the plan that the row adds a milestone to

    @property
    def kind(self) -> Kind:
        """Refused, a new milestone, in conflict, a change, or nothing new."""
        if self.faults:
            return "fault"
        if self.joins is not None:
            return "new"
        if not self.planned:
            return "same"
        return "conflict" if any(change.conflict for change in self.changes) else "change"

    @property
    def wanted(self) -> dict[str, Any]:
        """The new values by column."""
        return {change.column: change.after for change in self.changes}


FindOwner = Callable[[str, int], int]


def decide(
    row: RawRow,
    stored: Stored,
    *,
    today: date,
    from_1904: bool,
    find_owner: FindOwner,
    fresh: bool = False,
) -> Decision:
    """Compare a row with the milestone that it names; a `fresh` one is only opened by it.

    `find_owner(name, plan id)` gives a person who may own its milestones; it raises Unclear.
    """
    made = Decision(row, stored)
    base = _base(made)
    if made.faults:
        return made
    for key in columns.EDITABLE:
        if key in row.columns:
            near = Near(_near(stored, base, key), today, key != "actual", from_1904)
            _column(made, key, base, near, find_owner)
    if not fresh:
        _read_only(made, Near(stored.state.baseline, today, True, from_1904))
    if made.faults or not made.changes:
        return made
    _plan(made, today)
    if not made.planned and not made.faults and not fresh:
        _leave_aside(made)
    return made


def _near(stored: Stored, base: mark.Mark | None, key: str) -> date | None:
    """The day that stood in the cell when the sheet left, as far as that is known."""
    if key not in columns.DAYS:
        return None
    found: date | None = getattr(base, key) if base is not None else None
    found = found or getattr(stored.state, key)
    return found or (stored.state.promised if key == "forecast" else None)


def _base(made: Decision) -> mark.Mark | None:
    """The row's mark. One that belongs to another milestone shows that columns were sorted apart."""
    row, stored = made.row, made.stored
    assert stored is not None
    shown = row.text("mark")
    if not shown:
        return None
    found = mark.read(shown)
    if found is None:
        made.remarks.append(row.found("mark-unreadable", "mark"))
    elif (found.project, found.code) != (stored.project, stored.code):
        facts = {"project": found.project, "code": found.code}
        made.faults.append(row.found("mark-of-another", "mark", **facts))
    return found


def _column(made: Decision, key: str, base: mark.Mark | None, near: Near, find_owner: FindOwner) -> None:
    row, stored = made.row, made.stored
    assert stored is not None
    now = stored.value(key)
    try:
        value, supplied = _value(row, key, stored, near, find_owner)
    except Unclear as problem:
        made.faults.append(row.found(problem.code, key, **problem.facts))
        return
    was = base is not None and base.has(key, value)
    if value == now or was or (value is None and not now):
        return
    if key == "note" and value is not None and len(value) > LONGEST_NOTE:
        made.faults.append(row.found("note-too-long", key, most=LONGEST_NOTE))
        return
    if value is None:
        if base is not None:  # a sheet of one's own may leave empty what it does not speak of
            made.remarks.append(row.found("emptied", key))
        return
    conflict = base is not None and base.version != stored.version and not base.has(key, now)
    before_export = getattr(base, key) if base is not None and key != "note" else None
    made.changes.append(Change(key, row.place(key), now, value, before_export, conflict, supplied))


def _value(row: RawRow, key: str, stored: Stored, near: Near, find_owner: FindOwner) -> tuple[Any, bool]:
    cell = row.cells.get(key)
    if key in columns.DAYS:
        return read_day(cell, near)
    if cell is None or is_nothing(cell):
        return None, False
    readable(cell)
    shown = row.text(key)
    if key == "state":
        return _known(columns.state_of(shown), "state-unknown"), False
    if key == "reason":
        if same_word(shown) == same_word(stored.state.reason_code or ""):
            return stored.state.reason_code, False  # also one that the vocabulary does not have
        return _known(columns.reason_of(shown), "reason-unknown"), False
    if key == "owner":
        if any(same_word(shown) == same_word(name) for name in stored.owner_names if name):
            return stored.owner, False
        return find_owner(shown, stored.plan_id), False
    note = text.line(cell.shown)
    return note, False


def _known(found: str | None, code: str) -> str:
    if found is None:
        raise Unclear(code)
    return found


def _read_only(made: Decision, near: Near) -> None:
    """What an import never changes, and says so when somebody has tried."""
    row, stored = made.row, made.stored
    assert stored is not None
    name = row.text("name")
    if name and not _is_name(name, stored):
        made.remarks.append(row.found("name-differs", "name"))
    if "baseline" in row.cells:
        try:
            day, _supplied = read_day(row.cells["baseline"], near)
        except Unclear:
            day = None
        if day != stored.state.baseline:
            made.remarks.append(row.found("baseline-kept", "baseline"))


def _is_name(name: str, stored: Stored) -> bool:
    wanted = same_word(name)
    if any(wanted == same_word(known) for known in stored.names if known):
        return True
    return any(text.fold(folded(name)) == text.fold(known) for known in stored.names if known)


def _plan(made: Decision, today: date) -> None:
    """Which acts the changes come to; what no act takes is left aside, and what a rule refuses is a fault."""
    row, stored = made.row, made.stored
    assert stored is not None
    made.reason = _reason(row)
    try:
        made.planned = steps(
            stored.state,
            made.wanted,
            reason=made.reason,
            note=made.wanted.get("note", ""),
            right=stored.right,
            archived=stored.archived,
            held_by=stored.held_by,
            today=today,
            begun=stored.begun,
        )
    except RuleBroken as problem:
        field = problem.field or ""
        key = field if field in row.columns else made.changes[0].column
        made.faults.append(row.found(problem.code, key, **problem.facts))
        return
    moves = [one for one in made.planned if one.kind in ("forecast", "propose") and not one.corrects]
    if (
        moves
        and turn(stored.state.promised, made.wanted["forecast"]) == "earlier"
        and "reason" in made.wanted
    ):
        made.remarks.append(row.found("earlier-without-reason", "reason"))
    if stored.unaccepted and made.planned and made.planned[-1].kind == "done":
        made.remarks.append(row.found("lab-not-accepted", "actual", lab=stored.unaccepted))


def _leave_aside(made: Decision) -> None:
    """A cause and a note come with a date: alone they are not taken, and that is said."""
    for change in made.changes:
        if change.column in ("reason", "note"):
            made.remarks.append(made.row.found("goes-with-a-date", change.column))
    made.changes = []


def _reason(row: RawRow) -> str | None:
    """The reason that the row gives, edited or not: a date that moves once more may move for the same one."""
    return columns.reason_of(row.text("reason")) if row.text("reason") else None

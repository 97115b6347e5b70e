"""A row whose milestone its plan does not have yet: what it would add, where its sender leads the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from kangjiansheng.core import text
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.workbooks import Near, Unclear, folded, read_day
from kangjiansheng.projects.rules.codes import is_code, is_decision
from kangjiansheng.projects.rules.milestones import MilestoneState, plausible
from kangjiansheng.projects.rules.sheets.deciding import Change, Decision, FindOwner, Stored, decide
from kangjiansheng.projects.rules.sheets.reading import Found, RawRow
from kangjiansheng.projects.rules.vocabulary import folded as same_word

LONGEST_NAME = 200
# The first day that a row gives is what was promised first.
_FIRST = ("baseline", "plan", "forecast")


@dataclass(frozen=True, slots=True)
class Joinable:
    """A plan that its lead may add to. `pathway`: what its steps are called, by code; `unaccepted`: those of GMP
    preparation whose laboratory may not take them yet, with the code of that one; `lead`: who owns what joins."""

    plan_id: int
    project: str
    begun: date | None
    pathway: Mapping[str, tuple[str, ...]]
    unaccepted: Mapping[str, str]
    lead: int | None
    illustrative: bool = False


def joins(row: RawRow) -> bool:
    """Whether a row about a milestone that is nowhere can mean a new one: it says what it is called, and did not come
    out of an export, where only a typing error makes a code unknown."""
    return bool(row.text("name")) and not row.text("mark")


def join(row: RawRow, plan: Joinable, *, today: date, from_1904: bool, find_owner: FindOwner) -> Decision:
    """What a row would add to a plan. Its own acts are those of a milestone that was just opened on its first day."""
    made = Decision(row, joins=plan)
    first = _first(made, plan, today, from_1904)
    made.faults += _refused(row, plan)
    if made.faults:
        return made
    day = first[1] if first else None
    opened = just_opened(row.text("milestone"), _name(row), day, plan.plan_id, plan.project)
    opened = replace(opened, owner=plan.lead, begun=plan.begun)
    reached = row.text("actual") != ""
    cells = {key: cell for key, cell in row.cells.items() if not (reached and key == "forecast")}
    done = decide(
        replace(row, cells=cells), opened, today=today, from_1904=from_1904, find_owner=find_owner, fresh=True
    )
    done.joins, done.stored = plan, None
    named = [Change("name", row.place("name"), None, _name(row))]
    if first:
        named.append(Change("baseline", row.place(first[0]), None, day))
    done.changes = named + done.changes
    return done


def just_opened(code: str, name: str, day: date | None, plan_id: int, project: str) -> Stored:
    """A milestone in the instant of its opening: its day is its baseline, and who leads its plan may say more."""
    return Stored(
        id=0,
        plan_id=plan_id,
        project=project,
        code=code.upper(),
        version=0,
        names=(name,),
        state=MilestoneState(baseline=day, plan=day),
        note="",
        owner=None,
        owner_names=(),
        right="lead",
    )


def _first(made: Decision, plan: Joinable, today: date, from_1904: bool) -> tuple[str, date] | None:
    """The column and the day of the first promise; a day that cannot be read or be is a fault."""
    for key in _FIRST:
        try:
            day, _supplied = read_day(made.row.cells.get(key), Near(None, today, True, from_1904))
            if day is not None:
                plausible(day, today, plan.begun, field=key)
                return key, day
        except (Unclear, RuleBroken) as problem:
            made.faults.append(made.row.found(problem.code, key, **problem.facts))
            return None
    return None


def _refused(row: RawRow, plan: Joinable) -> list[Found]:
    code, name = row.text("milestone").upper(), _name(row)
    if not is_code(code) or is_decision(code):
        return [row.found("projects:code-invalid", "milestone")]
    if len(name) > LONGEST_NAME:
        return [row.found("name-too-long", "name", most=LONGEST_NAME)]
    step = plan.pathway.get(code)
    if step is not None and not any(_same(name, known) for known in step if known):
        return [row.found("projects:code-of-pathway", "milestone", code=code, name=step[0])]
    if code in plan.unaccepted:
        return [row.found("projects:lab-not-accepted", "milestone", code=code, lab=plan.unaccepted[code])]
    return []


def _name(row: RawRow) -> str:
    """The name as it was typed, full-width marks included."""
    return text.line(row.cells["name"].shown)


def _same(name: str, known: str) -> bool:
    return same_word(name) == same_word(known) or text.fold(folded(name)) == text.fold(known)


def named(name: str) -> dict[str, str]:
    """A name by script: what was typed in Traditional is kept, beside the Simplified that it means."""
    hans = text.hong_kong_to_hans(name)
    return {"hans": hans, "hant": name if hans != name else "", "en": ""}

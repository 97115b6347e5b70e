"""What is read across the floors for the page of charts, beside the portfolio."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.calendar import day_of
from kangjiansheng.core.changes import Actor, states_at
from kangjiansheng.core.db import db
from kangjiansheng.labs.queries.lists import AgreementFilter, agreements, labs
from kangjiansheng.labs.queries.papers import held_papers
from kangjiansheng.overview.rules.expiries import Expiry
from kangjiansheng.overview.rules.rows import ENDED
from kangjiansheng.overview.rules.yields import Verdict
from kangjiansheng.projects.models import GateDecision, Milestone, Plan, Project, ProjectEntry, Validity
from kangjiansheng.projects.queries import may_see
from kangjiansheng.projects.queries.past import NAMES, named_then
from kangjiansheng.projects.rules.validity import AGREEMENT, HELD


def verdicts(*, actor: Actor, as_of: date | None = None) -> list[Verdict]:
    """What was decided at the gates of the projects that the actor sees, as recorded by the end of a day. One
    statement, and for a past day one about what the gates were called."""
    query = (
        select(
            GateDecision.milestone_id,
            GateDecision.verdict,
            GateDecision.decided_on,
            GateDecision.body,
            *(getattr(Milestone, key) for key in NAMES),
        )
        .join(Milestone, Milestone.id == GateDecision.milestone_id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .where(may_see(actor))
        .order_by(GateDecision.id)
    )
    if as_of is not None:
        query = query.where(GateDecision.recorded_at <= clock.end_of(as_of))
    found = [Verdict(*row) for row in db.session.execute(query)]
    then = named_then(as_of) if as_of and found else {}
    return [
        replace(one, **{key: names[key] for key in NAMES if key in names})
        for one in found
        for names in (then.get(one.milestone_id, {}),)
    ]


def ended_on(keys: Collection[int], day: date) -> dict[int, date]:
    """Since when projects that have ended by a day (ids) have been ended. One statement, none when nothing has
    ended."""
    if not keys:
        return {}
    query = (
        select(ProjectEntry.project_id, ProjectEntry.status, ProjectEntry.effective_at)
        .where(ProjectEntry.project_id.in_(keys), ProjectEntry.effective_at <= clock.end_of(day))
        .order_by(ProjectEntry.effective_at, ProjectEntry.id)
    )
    found: dict[int, date] = {}
    for key, status, at in db.session.execute(query):
        if status in ENDED:
            found.setdefault(key, day_of(at))
        else:
            found.pop(key, None)
    return found


def expiring(
    projects: Mapping[int, str], codes: Collection[str] | None, *, actor: Actor, as_of: date | None = None
) -> tuple[list[Expiry], bool]:
    """What these projects (codes by id) hold for a while, the agreements that the actor sees and what the laboratories
    hold whose inside she sees, as they stood at the end of a day; with `codes` only the agreements on which these
    laboratories rest, and what these hold. Whether any is illustrative."""
    wanted = _resting_on(codes, actor, as_of) if codes is not None else None
    rows = [
        row
        for row in agreements(AgreementFilter(), actor=actor, as_of=as_of)
        if row.expires_on and (wanted is None or row.id in wanted)
    ]
    own = _papers(projects, as_of or clock.today())
    ends = [Expiry(AGREEMENT, row.expires_on, row.code, _names(row)) for row in rows if row.expires_on]
    held, of_examples = _held_by_labs(codes, actor, as_of)
    return [*ends, *own, *held], of_examples or any(row.illustrative for row in rows)


def _held_by_labs(
    codes: Collection[str] | None, actor: Actor, as_of: date | None
) -> tuple[list[Expiry], bool]:
    found = [one for one in held_papers(actor=actor, as_of=as_of) if codes is None or one[0] in codes]
    ends = [
        Expiry(
            state["kind"],
            date.fromisoformat(state["valid_to"]),
            code,
            {"hans": state["label"]},
            state["number"],
            of_lab=True,
        )
        for code, _illustrative, state in found
    ]
    return ends, any(illustrative for _code, illustrative, _state in found)


def _resting_on(codes: Collection[str], actor: Actor, as_of: date | None) -> set[int]:
    return {
        row.agreement_id for row in labs(actor=actor, as_of=as_of) if row.code in codes and row.agreement_id
    }


def _names(row: object) -> dict[str, str]:
    return {script: getattr(row, f"name_{script}") for script in ("hans", "hant", "en")}


def _papers(projects: Mapping[int, str], day: date) -> list[Expiry]:
    """What projects hold, from the last revision up to a day. One statement."""
    if not projects:
        return []
    theirs = select(Validity.id).where(Validity.project_id.in_(list(projects)))
    found = []
    for state in states_at(Validity, theirs, clock.end_of(day)).values():
        if state["life"] == HELD:
            ends_on, code = date.fromisoformat(state["valid_to"]), projects[state["project_id"]]
            found.append(Expiry(state["kind"], ends_on, code, {"hans": state["label"]}, state["number"]))
    return found

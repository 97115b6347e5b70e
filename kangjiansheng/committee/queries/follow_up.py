"""Actions as they stood at the end of a day, for the figures of their follow-up."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from kangjiansheng.committee.models import Action, Committee, CommitteeMember, DraftVersion, Meeting, Minutes
from kangjiansheng.committee.queries.visible import put_to_members, sees_action, visible_actions_then
from kangjiansheng.committee.rules.follow_up import FollowUp, Task, follow_up
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, states_at
from kangjiansheng.core.db import db
from kangjiansheng.core.kept import figure
from kangjiansheng.labs.models import Institution


@dataclass(frozen=True, slots=True)
class Part:
    """The figures of a committee or an institution, by its code. `names` are in all scripts: figures are kept for a
    reader, who may read them in another language the next time."""

    code: str
    names: Mapping[str, str]
    figures: FollowUp


@dataclass(frozen=True, slots=True)
class Followed:
    """The figures of all actions, and of each committee and each institution that has any, in the order of their
    codes."""

    every: FollowUp
    by_committee: Sequence[Part]
    by_institution: Sequence[Part]
    illustrative: bool  # True when any action is


def followed(projects: Collection[int] | None = None, *, actor: Actor, as_of: date | None = None) -> Followed:
    """The figures of all actions that the actor sees, or of those about some projects, today or at the end of a past
    day. Those of all projects are kept."""

    def count() -> Followed:
        found = [
            one for one in tasks(actor=actor, as_of=as_of) if projects is None or one.project_id in projects
        ]
        day = as_of or clock.today()
        by_committee, by_institution = (_by(found, key, day) for key in ("committee", "institution"))
        shown = any(one.illustrative for one in found)
        return Followed(follow_up(found, day), by_committee, by_institution, shown)

    if projects is not None:
        return count()
    return figure(count, "follow-up", clock.end_of(as_of) if as_of else None, actor=actor)


def _by(found: list[Task], key: str, day: date) -> list[Part]:
    groups: dict[str, list[Task]] = {}
    for task in found:
        groups.setdefault(getattr(task, key), []).append(task)
    return [
        Part(code, theirs[0].names[key], follow_up(theirs, day))
        for code, theirs in sorted(groups.items())
        if code
    ]


def followed_in(committee_id: int, *, actor: Actor, as_of: date | None = None) -> FollowUp:
    """The figures of one committee, today or at the end of a past day."""

    def count() -> FollowUp:
        found = tasks(actor=actor, committee_id=committee_id, as_of=as_of)
        return follow_up(found, as_of or clock.today())

    return figure(count, "follow-up", committee_id, as_of, actor=actor)


def tasks(*, actor: Actor, committee_id: int | None = None, as_of: date | None = None) -> list[Task]:
    """The actions that the actor may see; of a past day those that had been put to members by then, as they stood.
    The institution is that of the owner's seat. One statement, and one for a past day."""
    seat = (
        select(func.min(CommitteeMember.institution_id))
        .where(
            CommitteeMember.committee_id == Meeting.committee_id, CommitteeMember.person_id == Action.owner_id
        )
        .correlate(Meeting, Action)
        .scalar_subquery()
    )
    query = (
        select(
            Action.id,
            Meeting.held_on,
            Action.due_on,
            Action.life,
            Action.done_on,
            Committee.code,
            Institution.code,
            Action.number,
            Action.project_id,
            Action.illustrative,
            *names_of(Committee),
            *names_of(Institution),
        )
        .join(Meeting, Meeting.id == Action.meeting_id)
        .join(Committee, Committee.id == Meeting.committee_id)
        .outerjoin(Institution, Institution.id == seat)
        .where(put_to_members())
        .order_by(Action.id)
    )
    if committee_id is not None:
        query = query.where(Meeting.committee_id == committee_id)
    if as_of is None:
        query = query.where(sees_action(actor))
    else:
        seen = visible_actions_then(actor)
        query = query.where(Action.id.in_(seen), Action.meeting_id.in_(submitted_by(as_of)))
    rows = list(db.session.execute(query))
    then = states_at(Action, [row[0] for row in rows], clock.end_of(as_of)) if as_of is not None else None
    found, shared = list[Task](), dict[tuple[str | None, ...], Mapping[str, Mapping[str, str]]]()
    for key, held_on, due_on, life, done_on, committee, institution, number, project, shown, *named in rows:
        if then is not None:
            state = then.get(key)
            if state is None or state["life"] == "dropped":
                continue
            due_on, life, done_on = _day(state["due_on"]), state["life"], _day(state["done_on"])
        if life == "done" and done_on is None:  # nobody wrote down when: no figure can tell whether in time
            continue
        ended = done_on if life == "done" else None
        if (whose := tuple(named)) not in shared:  # one for all actions of the same two: there are thousands
            shared[whose] = {"committee": scripts(named[:3]), "institution": scripts(named[3:])}
        found.append(
            Task(held_on, due_on, ended, committee, institution or "", number, project, shown, shared[whose])
        )
    return found


def names_of(kind: type[Committee] | type[Institution]) -> tuple[Any, Any, Any]:
    """The columns of the names in all scripts."""
    return kind.name_hans, kind.name_hant, kind.name_en


def scripts(named: Sequence[str | None]) -> Mapping[str, str]:
    """What these columns hold, by script."""
    return {script: name or "" for script, name in zip(("hans", "hant", "en"), named, strict=True)}


def submitted_by(day: date) -> Any:
    """The meetings of which a draft had been put to members by the end of a day."""
    return (
        select(Minutes.meeting_id)
        .join(DraftVersion, DraftVersion.minutes_id == Minutes.id)
        .where(DraftVersion.frozen_at <= clock.end_of(day))
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

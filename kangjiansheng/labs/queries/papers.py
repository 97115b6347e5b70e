"""The papers of laboratories, for those who see the inside of these: today's or a past day's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.queries import names
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, states_at
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.labs.models import JointLab, LabMember, LabPaper
from kangjiansheng.labs.queries.visible import inside_labs, own_labs
from kangjiansheng.labs.rules import DIRECTORS
from kangjiansheng.labs.rules import papers as rules
from kangjiansheng.labs.rules.papers import Word


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper as pages and files show it. `standing` and `days` (left, or since it lapsed) are those of the day."""

    number: int
    kind: str
    label: str
    holder_id: int | None
    holder: str
    valid_from: date | None
    valid_to: date
    note: str
    life: str
    ending: str
    standing: Word
    days: int
    illustrative: bool


def lab_inside(*, actor: Actor, code: str) -> JointLab | None:
    """A laboratory whose inside the actor sees, with its people; None for all others. One statement."""
    query = select(JointLab).where(JointLab.code == code, inside_labs(actor))
    people = joinedload(JointLab.members).joinedload(LabMember.person)
    return db.session.scalars(query.options(people)).unique().one_or_none()


def lab_inside_as(*, actor: Actor, code: str, kind: str) -> tuple[JointLab, str] | None:
    """The same with the kind of file that the address names."""
    lab = lab_inside(actor=actor, code=code)
    return (lab, kind) if lab is not None else None


def paper(*, actor: Actor, code: str, number: int) -> LabPaper | None:
    """A paper of a laboratory whose inside the actor sees."""
    query = (
        select(LabPaper)
        .join(LabPaper.lab)
        .where(JointLab.code == code, LabPaper.number == number, inside_labs(actor))
        .options(
            contains_eager(LabPaper.lab).selectinload(JointLab.members).joinedload(LabMember.person),
            joinedload(LabPaper.holder),
        )
    )
    return db.session.scalars(query).unique().first()


def papers(lab: JointLab, *, as_of: date | None = None) -> list[PaperRow]:
    """What a laboratory holds or held at the end of a day: what has lapsed, then what ends first, then what was ended.
    Whoever calls it has found that the reader sees the inside. One statement, two for a past day."""
    day = as_of or clock.today()
    if as_of is None:
        query = select(LabPaper).where(LabPaper.lab_id == lab.id).options(joinedload(LabPaper.holder))
        found = [(row.state(), row.holder) for row in db.session.scalars(query)]
    else:
        own = select(LabPaper.id).where(LabPaper.lab_id == lab.id)
        states = list(states_at(LabPaper, own, clock.end_of(as_of)).values())
        people = {row.person_id: row.person for row in lab.members}
        people |= names({state["holder_id"] for state in states if state["holder_id"]} - people.keys())
        found = [(state, people.get(state["holder_id"])) for state in states]
    rows = [_row(state, holder, day, lab.illustrative) for state, holder in found]
    return sorted(rows, key=lambda row: (row.life == rules.ENDED, row.valid_to, row.number))


def kept_by(lab: JointLab) -> Sequence[LabPaper]:
    """All that was ever written down of a laboratory. Whoever calls it has found that the reader sees the inside."""
    return db.session.scalars(select(LabPaper).where(LabPaper.lab_id == lab.id).order_by(LabPaper.id)).all()


def _row(state: dict[str, Any], holder: Person | None, day: date, illustrative: bool) -> PaperRow:
    first, last = _day(state["valid_from"]), _day(state["valid_to"])
    assert last is not None
    plain = {key: state[key] for key in ["number", "kind", "label", "holder_id", "note", "life", "ending"]}
    return PaperRow(
        **plain,
        holder=name_of(holder) if holder else "",
        valid_from=first,
        valid_to=last,
        standing=rules.standing(state["life"], last, day),
        days=abs((last - day).days),
        illustrative=illustrative,
    )


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def held_papers(*, actor: Actor, as_of: date | None = None) -> list[tuple[str, bool, dict[str, Any]]]:
    """The papers that laboratories whose inside the actor sees held at the end of a day: the code of the laboratory,
    whether it is illustrative, and the state. Two statements."""
    seen = select(JointLab.id, JointLab.code, JointLab.illustrative).where(inside_labs(actor))
    labs = {row.id: row for row in db.session.execute(seen.where(JointLab.archived_at.is_(None)))}
    own = select(LabPaper.id).join(LabPaper.lab).where(inside_labs(actor), JointLab.archived_at.is_(None))
    states = states_at(LabPaper, own, clock.end_of(as_of or clock.today())).values()
    return [
        (labs[state["lab_id"]].code, labs[state["lab_id"]].illustrative, state)
        for state in states
        if state["life"] == rules.HELD and state["lab_id"] in labs
    ]


def concerning(actor: Actor) -> Select[LabPaper]:
    """What the laboratories hold that the actor directs today, and what she holds herself; what ends first."""
    return (
        select(LabPaper)
        .join(LabPaper.lab)
        .where(
            LabPaper.life == rules.HELD,
            JointLab.archived_at.is_(None),
            JointLab.life != "closed",
            inside_labs(actor),
            or_(LabPaper.holder_id == actor.id, LabPaper.lab_id.in_(own_labs(actor, *DIRECTORS))),
        )
        .order_by(LabPaper.valid_to, LabPaper.id)
        .options(contains_eager(LabPaper.lab))
    )


def papers_to_watch(*, actor: Actor) -> Sequence[LabPaper]:
    """Of these what has not lapsed."""
    return db.session.scalars(concerning(actor).where(LabPaper.valid_to >= clock.today())).all()


def pressing(actor: Actor) -> Select[LabPaper]:
    """Of these what has lapsed, and what will within the days from which it is said."""
    return concerning(actor).where(LabPaper.valid_to <= clock.today() + timedelta(rules.SOON))

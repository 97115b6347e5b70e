"""Handing over what somebody answers for: in one act, refused thing by thing."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from kangjiansheng.accounts.models import Account
from kangjiansheng.accounts.operations import disable
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs.models import Company, JointLab, ServiceRequest
from kangjiansheng.labs.operations import hand_role
from kangjiansheng.labs.operations.companion import give_request
from kangjiansheng.labs.operations.residents import give_company
from kangjiansheng.projects.models import Milestone, Project, Risk
from kangjiansheng.projects.operations.milestones import give_to
from kangjiansheng.projects.operations.people import add_member, end_member
from kangjiansheng.projects.operations.risks import give_risk
from kangjiansheng.projects.queries.handing import KINDS, ROLES, Duty, keeper_of

Outcome = tuple[Duty, RuleBroken | None]


def hand_over(
    things: Iterable[Duty], leaver_id: int, successor_id: int, *, actor: Actor
) -> Sequence[Outcome]:
    """Give each thing to the successor; what a rule refuses stays where it is, and the reason comes back with it.

    Roles in laboratories and as lead go first: who takes one over belongs to the team, and may then own its
    milestones. Giving a thing back is the same act the other way round.
    """
    if leaver_id == successor_id:
        raise RuleBroken("projects:successor-same", "successor_id")
    outcomes: list[Outcome] = []
    for thing in sorted(things, key=_first):
        try:
            with db.session.begin_nested():
                _give(thing, leaver_id, successor_id, actor)
        except RuleBroken as problem:
            outcomes.append((thing, problem))
        else:
            outcomes.append((thing, None))
    return outcomes


def stop_account(
    account: Account, things: Sequence[Duty], *, way: str, successor_id: int, actor: Actor
) -> Sequence[Outcome]:
    """Stop an account, and first give away that for which its owner answers, or leave it with her in so many words.

    Refused while nobody has said which (`give`, `leave`). With `give` the account stays as it is when a rule holds
    something back: the reasons come back, and the caller gives up what went.
    """
    outcomes: Sequence[Outcome] = ()
    if things and way == "give":
        if not successor_id:
            raise RuleBroken("projects:successor-missing", "successor_id")
        outcomes = hand_over(things, account.person_id, successor_id, actor=actor)
        if any(problem for _thing, problem in outcomes):
            return outcomes
    elif things and way != "leave":
        raise RuleBroken("projects:stop-undecided", "way")
    disable(account, actor=actor)
    return outcomes


def _first(thing: Duty) -> tuple[int, str, str]:
    return (KINDS.index(thing.kind) if thing.kind in KINDS else len(KINDS), thing.place, thing.code)


def _give(thing: Duty, leaver_id: int, successor_id: int, actor: Actor) -> None:
    if thing.kind == "milestone":
        give_to(db.session.get_one(Milestone, thing.id), successor_id, actor=actor, version=None)
    elif thing.kind == "risk":
        give_risk(db.session.get_one(Risk, thing.id), successor_id, actor=actor)
    elif thing.kind in ROLES:
        lab, role = db.session.get_one(JointLab, thing.id), thing.kind.removeprefix("lab_")
        hand_role(lab, role, leaver_id, successor_id, actor=actor)
    elif (keeper := keeper_of(thing.kind)) is not None:
        keeper.give(thing, leaver_id, successor_id, actor)
    else:
        _give_lead(thing.id, leaver_id, successor_id, actor)


def give_in_park(thing: Duty, _leaver_id: int, successor_id: int, actor: Actor) -> None:
    """The companion's office of a company, or the answer to what one asked."""
    if thing.kind == "companion":
        give_company(db.session.get_one(Company, thing.id), successor_id, actor=actor)
    else:
        give_request(db.session.get_one(ServiceRequest, thing.id), successor_id, actor=actor)


def _give_lead(project_id: int, leaver_id: int, successor_id: int, actor: Actor) -> None:
    project = db.session.scalars(select(Project).where(Project.id == project_id)).one()
    today = clock.today()
    held = next(
        row
        for row in project.members
        if row.person_id == leaver_id
        and row.role == "lead"
        and row.valid_from <= today
        and (row.valid_to is None or row.valid_to >= today)
    )
    add_member(project, successor_id, "lead", actor=actor, version=None)
    db.session.flush()
    end_member(project, held.id, actor=actor, version=None)

"""What webhooks tell of projects, milestones, risks, asks, hand-offs and results, to those who see them."""

from typing import Any

from sqlalchemy import ColumnElement, select

from kangjiansheng.accounts.rules.webhooks import Place, Told
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import JointLab
from kangjiansheng.projects.models import Ask, HandOff, Milestone, Project, Result, Risk
from kangjiansheng.projects.queries.owners import CODE, ILLUSTRATIVE, with_owner
from kangjiansheng.projects.queries.results import shows_of_result
from kangjiansheng.projects.queries.visible import may_see, may_see_plan


def _found(query: Any, *which: ColumnElement[bool]) -> Any:
    return db.session.execute(query.where(*which)).first()


def _project(actor: Actor, thing_id: int) -> Place | None:
    query = select(Project.code, Project.illustrative).where(may_see(actor))
    row = _found(query, Project.id == thing_id)
    return Place(f"/projects/{row.code}", row.illustrative) if row else None


def _milestone(actor: Actor, thing_id: int) -> Place | None:
    columns: tuple[Any, ...] = (
        Milestone.code,
        CODE.label("owner"),
        JointLab.id.label("lab"),
        ILLUSTRATIVE.label("illustrative"),
    )
    row = _found(
        with_owner(select(*columns).select_from(Milestone)), Milestone.id == thing_id, may_see_plan(actor)
    )
    if row is None:
        return None
    return Place(f"/{'labs' if row.lab else 'projects'}/{row.owner}/milestones/{row.code}", row.illustrative)


def _risk(actor: Actor, thing_id: int) -> Place | None:
    query = select(Project.code, Risk.number, Project.illustrative).join(Risk, Risk.project_id == Project.id)
    row = _found(query, Risk.id == thing_id, may_see(actor))
    return Place(f"/projects/{row.code}/risks/{row.number}", row.illustrative) if row else None


def _named(path: str, kind: Any, query: Any) -> Any:
    """Things whose address alone says who sees them, with all their history; `query` gives code and whether illustrative."""

    def place(actor: Actor, thing_id: int) -> Place | None:
        row = _found(query, kind.id == thing_id)
        return Place(f"/{path}/{row.code}", row.illustrative) if row else None

    return place


EVENTS = (
    Told(
        "projects:project", "project",
        ("create", "import", "edit", "archive", "restore"), _project,
    ),
    Told(
        "projects:milestone", "milestone",
        (
            "create", "import", "edit", "schedule", "stop", "start", "on-track", "slip", "advance", "reason", "follow", "propose",
            "done", "reopen", "cancel", "flag", "unflag", "rebaseline", "undo",
        ),
        _milestone,
    ),
    Told("projects:risk", "risk", ("create", "edit", "close", "reopen"), _risk),
    Told(
        "projects:ask", "ask",
        ("raise", "edit", "table", "answer", "agree", "decline", "close", "withdraw", "reopen"), _named("asks", Ask, select(Ask.code, Ask.illustrative)),
    ),
    Told(
        "projects:hand-off", "hand_off",
        ("create", "edit", "promise", "ask", "agree", "deliver", "receive", "dispute", "withdraw", "undo"),
        _named("hand-offs", HandOff, select(HandOff.code, Project.illustrative).join(HandOff.project)),
    ),
    Told(
        "projects:result", "result", ("create", "edit", "undo", "archive", "restore"),
        _named("results", Result, select(Result.code, Result.illustrative)), shows=shows_of_result,
    ),
)  # fmt: skip

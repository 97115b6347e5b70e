"""Illustrative risks and issues of one project: open, watched, occurred and closed."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.projects.models import Project, Risk
from kangjiansheng.projects.operations import risks as operations

PROJECT = "KJS-003"
_Row = tuple[str, str, int | None, int, str, str, str, int, str]
# kind, title, likelihood, impact, response, measure, life, days until the review, milestone
ROWS: tuple[_Row, ...] = (
    (
        "risk",
        "IND 补充资料的准备时间不够",
        4,
        4,
        "reduce",
        "提前列出问题清单，每周过一遍",
        "open",
        14,
        "A140",
    ),
    (
        "risk",
        "慢病毒载体只有一家供应商",
        3,
        5,
        "transfer",
        "与第二家签意向，先做小试",
        "watching",
        30,
        "A170",
    ),
    ("issue", "一批临床样品运输超温", None, 3, "reduce", "更换运输箱，补做稳定性", "occurred", 7, "A170"),
    ("risk", "入组速度低于预期", 3, 3, "accept", "", "open", 3, "A170"),
)


def load(*, actor: Actor) -> None:
    """Write them down; the project's lead owns them."""
    project = db.session.scalars(select(Project).where(Project.code == PROJECT)).one()
    for row in ROWS:
        _write(project, row, actor=actor)
    closed = _write(
        project, ("risk", "伦理会期与计划冲突", 2, 3, "avoid", "改用快速审查", "open", 5, "A150"), actor=actor
    )
    operations.close(closed, "已改为快速审查，会期排定", actor=actor, version=None)


def _write(project: Project, row: _Row, *, actor: Actor) -> Risk:
    kind, title, likelihood, impact, response, measure, life, days, milestone = row
    codes = {m.code for m in project.plan.milestones} if project.plan else set()
    facts: dict[str, Any] = {
        "kind": kind,
        "title": title,
        "description": "",
        "likelihood": likelihood,
        "impact": impact,
        "response": response,
        "measure": measure,
        "life": life,
        "owner_id": project.lead_id,
        "review_on": clock.today() + timedelta(days),
        "milestone_codes": [milestone] if milestone in codes else [],
    }
    return operations.create_risk(project, actor=actor, **facts)

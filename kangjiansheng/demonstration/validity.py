"""Illustrative terms of one project: one that lapses too early, one that ends soon, one that holds.

An ethics approval is not among them: its milestone is still ahead.
"""

from datetime import date
from typing import Any

from sqlalchemy import select

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.operations.validity import create_validity

PROJECT = "KJS-003"
# kind, number or title, first and last day, milestone
ROWS: tuple[tuple[str, str, date | None, date, str], ...] = (
    ("site", "示例中心复核 2024-017", date(2024, 2, 1), date(2027, 1, 31), "A170"),
    ("other", "示例临床试验保险单 2026-0231", date(2026, 4, 10), date(2028, 12, 31), "A180"),
    ("funding", "示例专项经费一期", date(2025, 2, 10), date(2027, 2, 10), ""),
)


def load(*, actor: Actor) -> None:
    """Write them down."""
    project = db.session.scalars(select(Project).where(Project.code == PROJECT)).one()
    codes = {m.code for m in project.plan.milestones} if project.plan else set()
    for kind, label, first, last, milestone in ROWS:
        facts: dict[str, Any] = {
            "kind": kind,
            "label": label,
            "valid_from": first,
            "valid_to": last,
            "note": "",
            "milestone_code": milestone if milestone in codes else "",
        }
        create_validity(project, actor=actor, **facts)

"""Illustrative results of research: two that a project takes further, one of them to a company, and one without a
destination."""

from datetime import date
from typing import Any

from sqlalchemy import select

from kangjiansheng.core import clock, text
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Company, Institution
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.operations.results import create_result

# institution, kind, name, in English, disclosed, project, whether a company takes it further
ROWS: tuple[tuple[str, str, str, str, date, str, bool], ...] = (
    ("CEMCS", "patent", "靶向 GPC3 的嵌合受体及其制备方法", "Chimeric receptor against GPC3 and its making",
     date(2025, 10, 20), "KJS-018", True),
    ("CSCG", "cell_line", "脐带 MSC 主细胞库", "Master cell bank of umbilical-cord MSC",
     date(2025, 3, 14), "KJS-010", False),
    ("SCMC", "data", "儿童 CAR-T 回输后早期反应评分", "Score of early reactions to CAR-T in children",
     date(2026, 9, 8), "", False),
)  # fmt: skip


def load(*, actor: Actor) -> None:
    """Write them down; a company only where the park has one that all may see."""
    company = db.session.scalar(
        select(Company.id).where(Company.confidentiality == "open").order_by(Company.id).limit(1)
    )
    for number, (party, kind, name, name_en, day, project, sold) in enumerate(ROWS, 1):
        facts: dict[str, Any] = {
            "kind": kind,
            "name_hans": name,
            "name_hant": text.to_hant(name),
            "name_en": name_en,
            "detail": "",
            "confidentiality": "parties",
            "institution_id": db.session.scalars(
                select(Institution.id).where(Institution.code == party)
            ).one(),
            "disclosed_on": day,
            "project_id": db.session.scalar(select(Project.id).where(Project.code == project)),
            "company_ids": [company] if sold and company else [],
        }
        recording = {"source": "import", "effective_at": clock.start_of(day)}
        create_result(actor=actor, code=f"RS-{number:04d}", illustrative=True, recording=recording, **facts)

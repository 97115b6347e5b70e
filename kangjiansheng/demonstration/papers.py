"""Illustrative papers of one laboratory: a permit that ends soon, and a room, an SOP and a qualification that hold."""

from datetime import date

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import JointLab
from kangjiansheng.labs.operations.papers import create_paper
from kangjiansheng.labs.queries import person_by_email

LAB = "JL-01"
# kind, number or title, first and last day; a qualification is the director's
ROWS: tuple[tuple[str, str, date, date], ...] = (
    ("permit", "示例实验室生物安全备案 2025-014", date(2025, 2, 1), date(2027, 1, 31)),
    ("equipment", "示例 B2 洁净间再确认", date(2026, 5, 8), date(2027, 5, 7)),
    ("sop", "示例细胞制备操作规程 第 3 版", date(2026, 3, 2), date(2028, 3, 1)),
    ("qualification", "示例 GCP 培训证书", date(2025, 6, 1), date(2027, 8, 31)),
)


def load(*, actor: Actor) -> None:
    """Write them down, as if that had been done on their first day."""
    lab = db.session.scalars(select(JointLab).where(JointLab.code == LAB)).one()
    director = person_by_email("lead@kjs.example")
    assert director is not None
    for kind, label, first, last in ROWS:
        holder_id = director.id if kind == "qualification" else None
        facts = {"kind": kind, "label": label, "holder_id": holder_id, "note": ""}
        recording = {"source": "import", "effective_at": clock.start_of(first)}
        create_paper(lab, actor=actor, recording=recording, valid_from=first, valid_to=last, **facts)

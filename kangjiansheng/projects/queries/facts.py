"""What a project tells of itself that no list of projects does."""

from datetime import date

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.projects.models import Project, ProjectEntry

FACTS = (
    "priority",
    "owner_role",
    "target",
    "donor_source",
    "note",
)  # of a project, besides what its row tells
ON_PAGE = ("owner_role",)  # of these what its page tells everybody who sees it; the others stand on its form


def facts(thing: Project, as_of: date | None = None) -> dict[str, str | None]:
    """These facts of a project as they stood at the end of a day (now for None)."""
    if as_of is None:
        return {key: getattr(thing, key) for key in FACTS}
    last = (
        select(ProjectEntry.state)
        .where(ProjectEntry.project_id == thing.id, ProjectEntry.effective_at <= clock.end_of(as_of))
        .order_by(ProjectEntry.effective_at.desc(), ProjectEntry.id.desc())
        .limit(1)
    )
    state = db.session.scalar(last) or {}
    return {key: state.get(key) or "" for key in FACTS}

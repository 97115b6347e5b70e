"""Numbers within something: the papers of a laboratory, the leases, requests and contacts of a company."""

from typing import Any

from sqlalchemy import func, select

from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Company, JointLab, SharedResource

_OF: dict[type[Any], str] = {Company: "company_id", JointLab: "lab_id", SharedResource: "resource_id"}


def next_number(kind: type[Any], of: Company | JointLab | SharedResource) -> int:
    """The number of the next row of a kind within a thing. The thing is held until the commit, so that of two who
    write at once the later one counts the earlier one's row as well."""
    owner = type(of)
    held = select(owner.id).where(owner.id == of.id).with_for_update(key_share=True)
    db.session.execute(held)
    return (
        db.session.scalar(select(func.max(kind.number)).where(getattr(kind, _OF[owner]) == of.id)) or 0
    ) + 1

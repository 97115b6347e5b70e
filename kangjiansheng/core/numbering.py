"""Numbers within something: the risks of a project, the evidence of a milestone, the leases of a company."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from kangjiansheng.core.db import db


def next_number(number: InstrumentedAttribute[int], within: InstrumentedAttribute[Any], of: Any) -> int:
    """The next `number` of a kind of rows `within` a thing, which they name in that column. The thing is held until the
    commit, so that of two who write at once the later one counts the earlier one's row as well."""
    owner = type(of)
    held = select(owner.id).where(owner.id == of.id).with_for_update(key_share=True)
    db.session.execute(held)
    return (db.session.scalar(select(func.max(number)).where(within == of.id)) or 0) + 1

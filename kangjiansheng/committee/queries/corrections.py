"""Who signed corrections of minutes."""

from collections.abc import Sequence

from sqlalchemy import select

from kangjiansheng.committee.models import Amendment, Signature
from kangjiansheng.core.db import db


def signers(amendments: Sequence[Amendment]) -> dict[int, list[str]]:
    """The names as they were printed under each correction that stands, by its key; one statement for all."""
    standing = {one.draft_version_id: one.id for one in amendments if one.life == "approved"}
    found: dict[int, list[str]] = {}
    if not standing:
        return found
    query = select(Signature.draft_version_id, Signature.printed_name).where(
        Signature.draft_version_id.in_(standing)
    )
    for draft, name in db.session.execute(query.order_by(Signature.id)):
        found.setdefault(standing[draft], []).append(name)
    return found

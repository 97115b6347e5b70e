"""The versions of an agreement: what it said after each change, with who made it and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import ChangeSet, Revision
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Agreement
from kangjiansheng.labs.queries.past import as_states_say


@dataclass(frozen=True, slots=True)
class AgreementVersion:
    """One version: from when it counts, who made it, and all that it says."""

    number: int
    since: datetime
    actor_id: int
    state: Mapping[str, Any]


def versions(agreement: Agreement, *, as_of: date | None = None) -> list[AgreementVersion]:
    """The versions of an agreement up to the end of a day, the newest first; one statement."""
    query = (
        select(Revision.version, Revision.effective_at, ChangeSet.actor_id, Revision.state)
        .join(ChangeSet, ChangeSet.id == Revision.change_set_id)
        .where(Revision.thing == Agreement.__tablename__, Revision.thing_id == agreement.id)
        .order_by(Revision.version.desc())
    )
    if as_of is not None:
        query = query.where(Revision.effective_at <= clock.end_of(as_of))
    return [AgreementVersion(*row) for row in db.session.execute(query)]


def readable(agreement: Agreement, *, as_of: date | None = None) -> list[tuple[AgreementVersion, Agreement]]:
    """The same, each with the agreement as it says."""
    found = versions(agreement, as_of=as_of)
    return list(zip(found, as_states_say(agreement, [one.state for one in found]), strict=True))

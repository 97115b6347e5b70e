"""What verification can prove of system roles: who holds which against what the trail says was granted and taken back."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select

from kangjiansheng.accounts.models import SystemRole
from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db

GRANT, REVOKE = "accounts:role:grant", "accounts:role:revoke"
Term = tuple[int, str, date]  # whose, which, from when


def broken_roles() -> Iterator[str]:
    """One line for each role that nobody has granted, that holds for other days, or that was granted and is gone. Only
    the system itself was made without an entry."""
    granted, there = _granted(), set[Term]()
    rows = list(db.session.scalars(select(SystemRole).order_by(SystemRole.id)))
    of_system = next((row.id for row in rows if row.role == "system"), None)
    for row in rows:
        term = row.person_id, row.role, row.valid_from
        there.add(term)
        if row.id != of_system and (term not in granted or granted[term] != row.valid_to):
            yield f"system_role id {row.id}: {row.role} of person id {row.person_id} is not what was granted"
    for person, role, _first in sorted(granted.keys() - there):
        yield f"system_role: {role} was granted to person id {person} and is gone"


def _granted() -> dict[Term, date | None]:
    """The terms of roles with their last days, by the trail."""
    found: dict[Term, date | None] = {}
    entries = select(AuditEntry).where(AuditEntry.act.in_((GRANT, REVOKE))).order_by(AuditEntry.seq)
    for entry in db.session.scalars(entries):
        if entry.act == GRANT:
            last = entry.after.get("valid_to")
            term = entry.thing_id, entry.after["role"], date.fromisoformat(entry.after["valid_from"])
            found[term] = date.fromisoformat(last) if last else None
            continue
        day = clock.day_of(entry.recorded_at)
        for term, last_day in found.items():
            if term[:2] == (entry.thing_id, entry.before["role"]) and (last_day is None or last_day >= day):
                found[term] = day - timedelta(days=1)
    return found

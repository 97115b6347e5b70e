"""The session that each request begins with, and what is asked with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, bindparam, func, or_, select, true

from kangjiansheng.accounts import rules
from kangjiansheng.accounts.models import (
    Account,
    Person,
    PrivacyNotice,
    RightsRule,
    SignedInSession,
    SignInPolicy,
    SystemRole,
)
from kangjiansheng.accounts.rules.rights import with_security
from kangjiansheng.core import clock, kept, outbox
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db


def holds_on(row: Any, day: date) -> ColumnElement[bool]:
    """The condition that a membership (valid_from, valid_to) holds on a day."""
    return (row.valid_from <= day) & (or_(row.valid_to.is_(None), row.valid_to >= day))


@cache
def _open_session() -> Select[*tuple[Any, ...]]:
    """The open session under `key` with the roles that hold on `today`, one to a row."""
    day: Any = bindparam("today", type_=Date())
    newest = kept.newest().subquery()
    return (
        select(
            SignedInSession.id,
            SignedInSession.created_at,
            SignedInSession.last_seen_at,
            SignedInSession.method,
            Account.disabled_at,
            Account.notice_number.label("accepted"),
            Account.second_since,
            Person.id.label("person_id"),
            Person.name_hans,
            Person.name_hant,
            Person.name_en,
            Person.email,
            SystemRole.role,
            SignInPolicy.second_for,
            SignInPolicy.second_from,
            RightsRule.separate,
            select(func.max(PrivacyNotice.number)).scalar_subquery().label("notice"),
            outbox.unread(Person.id).correlate(Person).scalar_subquery().label("unread"),
            newest.c.seq,
            newest.c.hash,
        )
        .select_from(SignedInSession)
        .join(Account, Account.id == SignedInSession.account_id)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(SystemRole, (SystemRole.person_id == Person.id) & holds_on(SystemRole, day))
        .outerjoin(SignInPolicy, true())
        .outerjoin(RightsRule, true())
        .outerjoin(newest, true())
        .where(SignedInSession.key_sha256 == bindparam("key"), SignedInSession.ended_at.is_(None))
    )


@dataclass(frozen=True)
class Standing:
    """An open session, whose it is, and what each request asks with it: how people have to sign in, which version of
    the notice on personal data holds and which was accepted, and how many notices wait at the bell."""

    id: int
    last_seen_at: datetime
    method: str
    actor: Actor
    names: Mapping[str, str]
    accepted: int | None
    notice: int
    unread: int
    second_since: datetime | None
    second_for: str  # of whom a second factor is required, and from when on
    second_from: date | None


def open_session(key: str) -> Standing | None:
    """The open session whose key a cookie holds, and what goes with it; one statement, which each request asks."""
    asked = {"key": rules.secret_digest(key), "today": clock.today()}
    rows = db.session.execute(_open_session(), asked).all()
    if not rows or rows[0].disabled_at:
        return None
    row = rows[0]
    kept.remember(row.seq, row.hash)
    if rules.session_is_over(row.created_at, row.last_seen_at, clock.now()):
        return None
    roles = with_security(frozenset(one.role for one in rows if one.role), bool(row.separate))
    return Standing(
        row.id,
        row.last_seen_at,
        row.method,
        Actor(row.person_id, row.name_hans, roles, row.email or ""),
        {"hans": row.name_hans, "hant": row.name_hant, "en": row.name_en},
        row.accepted,
        row.notice or 0,
        row.unread,
        row.second_since,
        row.second_for or "nobody",
        row.second_from,
    )

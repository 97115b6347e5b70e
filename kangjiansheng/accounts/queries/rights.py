"""Reading who holds which rights, and when they were looked through."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from kangjiansheng.accounts.models import Account, Person, RightsReview, RightsRule, SsoLink, SystemRole
from kangjiansheng.accounts.queries import holds_on, rights_above
from kangjiansheng.accounts.rules import ROLE_NAMES
from kangjiansheng.accounts.rules.rights import THREE, Right, is_due
from kangjiansheng.core import clock
from kangjiansheng.core.db import db


def rule() -> RightsRule:
    """What holds; a row that is not stored while nobody has said anything."""
    return db.session.scalar(select(RightsRule).limit(1)) or RightsRule(
        separate=False, review_every=RightsRule.review_every.default.arg, version=0
    )


def active() -> ColumnElement[bool]:
    """The condition on Account that its owner can sign in."""
    tied = select(SsoLink.id).where(SsoLink.account_id == Account.id).exists()
    return Account.disabled_at.is_(None) & or_(Account.password_hash.is_not(None), tied)


def holders() -> Mapping[str, list[Person]]:
    """Who holds each of the three offices today and can sign in."""
    found: dict[str, list[Person]] = {role: [] for role in THREE}
    query = (
        select(SystemRole.role, Person)
        .select_from(SystemRole)
        .join(SystemRole.person)
        .join(Person.account)
        .where(SystemRole.role.in_(THREE), holds_on(SystemRole, clock.today()), active())
        .distinct()
        .order_by(Person.code)
    )
    for role, person in db.session.execute(query):
        found[role].append(person)
    return found


def held_later(person: Person) -> set[str]:
    """The system roles that a person holds today or is to hold."""
    today = clock.today()
    return {row.role for row in person.roles if row.valid_to is None or row.valid_to >= today}


def held_on(day: date) -> list[Right]:
    """Every right that was held on a day, on all floors: system roles first."""
    query = (
        select(SystemRole).join(SystemRole.person).where(holds_on(SystemRole, day), Person.code != "system")
    )
    own = [
        Right(row.person_id, "system", ROLE_NAMES[row.role], "", row.valid_from, row.valid_to)
        for row in db.session.scalars(query.order_by(SystemRole.id))
    ]
    return [*own, *(one for held in rights_above for one in held(day))]


def held_in(kind: str, row: Any, owner: Any, role: Any, words: Mapping[str, Any], day: date) -> list[Right]:
    """The rights of a kind that people held on a day: `row` is a membership of `owner`, which has a code."""
    query = select(row.person_id, role, owner.code, row.valid_from, row.valid_to).select_from(row).join(owner)
    found = db.session.execute(query.where(holds_on(row, day)).order_by(owner.code, row.id))
    return [
        Right(who, kind, words.get(what, what), place, first, last) for who, what, place, first, last in found
    ]


def reviews() -> list[tuple[RightsReview, Person]]:
    """The last reviews, newest first."""
    query = select(RightsReview, Person).join(Person, Person.id == RightsReview.by_id)
    return [(row, by) for row, by in db.session.execute(query.order_by(RightsReview.id.desc()).limit(10))]


def review_is_due() -> bool:
    """Whether the rights are to be looked through: the last time is too long ago, or never was."""
    last = db.session.scalar(select(RightsReview.made_at).order_by(RightsReview.id.desc()).limit(1))
    return is_due(clock.day_of(last) if last else None, rule().review_every, clock.today())

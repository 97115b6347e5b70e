"""System roles, the separation of the three administrators, and the review of rights."""

from datetime import date, timedelta

from sqlalchemy import select

from kangjiansheng.accounts import rules
from kangjiansheng.accounts.models import Account, OneTimeLink, Person, RightsReview, RightsRule, SystemRole
from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.accounts.queries import rights as queries
from kangjiansheng.accounts.rules import rights
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken


def grant_role(
    person: Person, role: str, *, actor: Actor, valid_from: date | None = None, valid_to: date | None = None
) -> SystemRole:
    """Give a system role from a day (today when none is named) to a day (inclusive), or for good."""
    rules.check_role(role)
    first = valid_from or clock.today()
    if valid_to and valid_to < first:
        raise RuleBroken("accounts:role-backwards", "valid_to")
    if any(r.role == role and _meet(r, first, valid_to) for r in person.roles):
        raise RuleBroken("accounts:role-held", "role", role=role)
    if queries.rule().separate:
        _check_decides(person, actor)
        rights.check_apart(role, queries.held_later(person))
        if role in rights.THREE:
            end_links(person)
    row = SystemRole(role=role, valid_from=first, valid_to=valid_to)
    person.roles.append(row)
    db.session.flush()
    after = {"role": role, "valid_from": first, "valid_to": valid_to}
    record("accounts:role:grant", person, actor=actor, before={"role": None}, after=after)
    return row


def _meet(row: SystemRole, first: date, last: date | None) -> bool:
    return (row.valid_to is None or row.valid_to >= first) and (last is None or row.valid_from <= last)


def revoke_role(person: Person, role: str, *, actor: Actor) -> None:
    """End a system role as of yesterday: it no longer holds at the next request."""
    if role in ("admin", "security") and person.id == actor.id:
        raise RuleBroken("accounts:role-own", "role")
    check_still_administers(actor=actor)
    if queries.rule().separate:
        _check_decides(person, actor)
        check_not_last(person, role)
    for row in person.roles:
        if row.role == role and (row.valid_to is None or row.valid_to >= clock.today()):
            row.valid_to = clock.today() - timedelta(days=1)
            record("accounts:role:revoke", person, actor=actor, before={"role": role}, after={"role": None})


def _check_decides(person: Person, actor: Actor) -> None:
    """Where the three are apart, the security administrator decides on the rights of others; the operator too, by
    command, or nobody could help an installation whose security administrator is gone."""
    if not actor.has("security", "system"):
        raise RuleBroken("accounts:rights-security", "role")
    if person.id == actor.id:
        raise RuleBroken("accounts:rights-own", "role")


def check_still_administers(*, actor: Actor) -> None:
    """Of two administrators who end each other's office in the same instant one comes first, and the other has none any
    more. Else nobody would be left."""
    held = select(SystemRole.id).where(SystemRole.role.in_(rights.THREE), holds_on(SystemRole, clock.today()))
    db.session.execute(held.order_by(SystemRole.id).with_for_update())
    theirs = held.join(Account, Account.person_id == SystemRole.person_id)
    theirs = theirs.where(SystemRole.person_id == actor.id, Account.disabled_at.is_(None))
    if not actor.has("system") and db.session.scalar(theirs.limit(1)) is None:
        raise RuleBroken("accounts:rights-gone")


def check_ways(*, actor: Actor) -> None:
    """Where the three are apart, how somebody signs in is the security administrator's to say, in lists of people too."""
    if queries.rule().separate and not actor.has("security", "system"):
        raise RuleBroken("accounts:rights-ways", "sso")


def check_not_last(person: Person, *roles: str) -> None:
    """Refuse what would leave one of the three offices without anybody who can sign in."""
    holders = queries.holders()
    for role in roles:
        if role in rights.THREE and [one.id for one in holders[role]] == [person.id]:
            raise RuleBroken("accounts:rights-last", "role", role=str(rules.ROLE_NAMES[role]))


def check_stoppable(person: Person) -> None:
    """Refuse to stop the account of the last holder of one of the three offices, where they are apart."""
    if queries.rule().separate:
        check_not_last(person, *person.roles_on(clock.today()))


def is_guarded(person: Person) -> bool:
    """Whether a person holds one of the three offices where they are apart: then nobody else gets a way into the
    account, neither by a link in the hand nor by another address for mails."""
    return not set(rights.THREE).isdisjoint(queries.held_later(person)) and queries.rule().separate


def end_links(person: Person) -> None:
    """Links that somebody may still have in the hand open nothing any more."""
    if person.account:
        theirs = OneTimeLink.account_id == person.account.id, OneTimeLink.used_at.is_(None)
        for link in db.session.scalars(select(OneTimeLink).where(*theirs).order_by(OneTimeLink.id)):
            link.used_at = clock.now()


def set_rule(*, actor: Actor, version: int | None, separate: bool, review_every: int) -> RightsRule:
    """Keep the three administrators apart or not, and say how often rights are looked through."""
    rights.check_every(review_every)
    rule = queries.rule()
    if rule.version:
        expect(rule, version)
    before = rule.state() if rule.version else {}
    if before == {"separate": separate, "review_every": review_every}:
        return rule
    if separate != rule.separate:
        _check_switch(separate, actor)
    rule.separate, rule.review_every = separate, review_every
    if not rule.version:
        rule.version = 1
        db.session.add(rule)
        db.session.flush()
    record("accounts:rights:rule", rule, actor=actor, before=before)
    return rule


def _check_switch(separate: bool, actor: Actor) -> None:
    holders = queries.holders()
    if separate:
        rights.check_ready({role: [one.id for one in people] for role, people in holders.items()})
    if actor.id not in {one.id for one in holders["security"]}:
        raise RuleBroken("accounts:rights-switch", "separate")
    if separate:
        for person in {one for people in holders.values() for one in people}:
            end_links(person)


def review(*, actor: Actor, day: date, remark: str) -> RightsReview:
    """Record that somebody has looked through who held which rights on a day."""
    if day > clock.today():
        raise RuleBroken("accounts:rights-future", "day")
    row = RightsReview(
        day=day,
        number=len(queries.held_on(day)),
        remark=remark.strip(),
        by_id=actor.id,
        made_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    record("accounts:rights:review", row, actor=actor, before={}, after=row.facts())
    return row

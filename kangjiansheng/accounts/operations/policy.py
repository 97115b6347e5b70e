"""The requirement of a second factor: set by administrators, told to those whom it concerns."""

from datetime import date

from kangjiansheng.accounts.models import SignInPolicy
from kangjiansheng.accounts.queries import policy as queries
from kangjiansheng.accounts.rules import policy as rules
from kangjiansheng.core import clock, outbox
from kangjiansheng.core.changes import Actor, ChangeSet, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import name_of


def set_policy(
    *, actor: Actor, version: int | None, second_for: str, second_from: date | None, sso_only: bool = False
) -> SignInPolicy:
    """Require a second factor of some from a day on, or of nobody. Whoever is concerned and has none is told, by bell
    and mail."""
    rules.check(second_for, second_from)
    rule = queries.policy()
    if rule.version:
        expect(rule, version)
    before = rule.state() if rule.version else {}
    day = second_from if second_for != "nobody" else None
    same = before == {"second_for": second_for, "second_from": day, "sso_only": rule.sso_only}
    if same and sso_only == rule.sso_only:
        return rule
    if day is not None and day < clock.today() and before.get("second_from") != day:
        raise RuleBroken("accounts:policy-past", "second_from")
    rule.second_for, rule.second_from, rule.sso_only = second_for, day, sso_only
    if not rule.version:
        rule.version = 1
        db.session.add(rule)
        db.session.flush()
    change = record("accounts:policy:edit", rule, actor=actor, before=before)
    if day is not None and not same:
        _tell(rule, day, change)
    return rule


def _tell(rule: SignInPolicy, day: date, change: ChangeSet) -> None:
    for row in queries.narrowed(queries.standings(rule), "missing"):
        person = row.account.person
        facts = {"name": name_of(person, person.locale), "day": day}
        outbox.tell([person.id], "accounts:factor-required", facts, address="/account/second")
        if person.email:
            outbox.mail(
                person.email, "accounts:factor-required", facts, change=change, locale=person.locale, address="/account/second"
            )  # fmt: skip

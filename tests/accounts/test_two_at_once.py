"""Two at the same instant: what works once works once, and nothing slips in between."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from kangjiansheng.accounts import operations, passwords, queries
from kangjiansheng.accounts.models import Account, AuthenticatorApp, RecoveryCode, SignedInSession
from kangjiansheng.accounts.operations import factors
from kangjiansheng.accounts.operations.factors import Shown
from kangjiansheng.accounts.queries import factors as found
from kangjiansheng.accounts.rules import factors as rules
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.transactions import writing
from tests.accounts.test_links import LEAD, NEW, make
from tests.accounts.test_second_factor import code
from tests.support.app import PASSWORD
from tests.support.at_once import both


def account() -> Account:
    held = queries.account_by_email(LEAD)
    assert held is not None
    return held


def me(held: Account) -> Actor:
    return Actor(held.person_id, held.person.name_hans)


def take_on() -> list[str]:
    """An app of one's own; each call has another secret."""
    held, secret = account(), rules.new_app_secret()
    return factors.enrol_app(held, secret, code(secret), password=PASSWORD, keep_session=0, actor=me(held))


def test_a_link_works_once_also_for_two_at_once(app: Flask) -> None:
    secret = make(app).removeprefix("/link/")

    def use() -> None:
        link = queries.link_by_secret(secret, lock=True)
        if link is None:
            raise RuleBroken("over")
        operations.use_link(link, NEW)

    assert both(app, use) == ["", "over"]


def test_two_pages_add_one_app_and_one_set_of_recovery_codes(app: Flask) -> None:
    assert both(app, take_on) == ["", "accounts:app-there"]
    with app.app_context():
        assert db.session.scalar(select(func.count(AuthenticatorApp.id))) == 1
        assert db.session.scalar(select(func.count(RecoveryCode.id))) == rules.RECOVERY_CODES


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_a_code_counts_once_also_for_two_at_once(app: Flask, kind: str) -> None:
    with app.app_context(), writing():
        codes = take_on()
        secret = found.secret_of(db.session.scalars(select(AuthenticatorApp)).one()) or ""
    typed = code(secret, 1) if kind == "app" else codes[0]
    met = both(app, lambda: factors.prove(account(), Shown(code=typed)))
    assert met == ["", f"accounts:{'second' if kind == 'app' else kind}-wrong"]


def test_new_recovery_codes_asked_for_twice_are_one_set(app: Flask) -> None:
    """With two different codes, so that each request is right by itself; every code of the last page works."""
    with app.app_context(), writing():
        given = iter(take_on())
    shown: list[list[str]] = []

    def renew() -> None:
        held, typed = account(), Shown(code=next(given))
        shown.append(
            factors.renew_codes(held, password=PASSWORD, shown=typed, keep_session=0, actor=me(held))
        )

    assert sorted(both(app, renew)) == ["", "accounts:recovery-wrong"], "the old ones are over at once"
    with app.app_context():
        assert found.of(account()).recovery == rules.RECOVERY_CODES
    for typed in shown[0]:
        with app.app_context(), writing():
            assert factors.prove(account(), Shown(code=typed)) == "recovery"


def change_password(held: Account) -> None:
    operations.change_password(held, PASSWORD, NEW, keep_session=None)


def stop(held: Account) -> None:
    operations.disable(held, actor=queries.system_actor())


def add_app(_held: Account) -> None:
    take_on()


@pytest.mark.parametrize("act", [change_password, stop, add_app])
def test_no_session_begins_with_what_is_over_by_then(app: Flask, act: Callable[[Account], None]) -> None:
    """Somebody signs in with the old password while its owner changes it: all sessions have been ended, and the new
    one comes after."""
    first = iter([True, False])

    def run() -> None:
        held = account()
        if next(first):
            act(held)
            return
        if held.disabled_at or held.second_since or not passwords.fits(PASSWORD, held.password_hash):
            raise RuleBroken("refused")  # as the page of the first step does
        operations.begin_session(held, address="192.0.2.1", device="", method="password")

    assert both(app, run) in (["", "stale"], ["", "refused"])
    with app.app_context():
        open_ones = select(func.count(SignedInSession.id)).where(SignedInSession.ended_at.is_(None))
        assert db.session.scalar(open_ones) == 0

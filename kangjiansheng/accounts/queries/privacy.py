"""Reading the notice on personal data, who accepted it, and what is kept of oneself."""

from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import func, select

from kangjiansheng.accounts.models import (
    Account,
    NoticeAcceptance,
    Person,
    PrivacyNotice,
    SignedInSession,
)
from kangjiansheng.accounts.queries import own_account, rights, setting_of
from kangjiansheng.accounts.queries.factors import of as factors_of
from kangjiansheng.accounts.queries.tokens import tokens_of
from kangjiansheng.accounts.rules import LOCALES
from kangjiansheng.accounts.rules.privacy import Notice
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.digests import plain

SESSIONS_MOST = 1000


@cache
def shipped() -> Notice:
    """The text that comes with the software, which says what it does and leaves open what the installation knows."""
    folder = files("kangjiansheng.accounts") / "reference" / "privacy"
    return Notice(0, {language: (folder / f"{language}.md").read_text("utf-8") for language in LOCALES})


def number_in_force() -> int:
    """The version that holds; 0 until the installation has published its own."""
    return db.session.scalar(select(func.max(PrivacyNotice.number))) or 0


def latest() -> PrivacyNotice | None:
    """The version that was published last."""
    return db.session.scalar(select(PrivacyNotice).order_by(PrivacyNotice.number.desc()).limit(1))


def in_force() -> Notice:
    """What holds today."""
    row = latest()
    return _read(row) if row else shipped()


def by_number(number: int) -> Notice | None:
    """One version: each stays readable."""
    if number == 0:
        return shipped()
    row = db.session.scalar(select(PrivacyNotice).where(PrivacyNotice.number == number))
    return _read(row) if row else None


def _read(row: PrivacyNotice) -> Notice:
    return Notice(row.number, row.texts, row.made_at)


def acceptances(person_id: int) -> list[NoticeAcceptance]:
    """What a person accepted, newest first."""
    query = select(NoticeAcceptance).where(NoticeAcceptance.person_id == person_id)
    return list(db.session.scalars(query.order_by(NoticeAcceptance.number.desc())))


def published() -> list[tuple[PrivacyNotice, Person]]:
    """The versions of the installation, newest first, with who published each."""
    query = select(PrivacyNotice, Person).join(Person, Person.id == PrivacyNotice.by_id)
    return [(row, by) for row, by in db.session.execute(query.order_by(PrivacyNotice.number.desc()))]


def accepted_by() -> dict[int, int]:
    """How many people accepted each version."""
    query = select(NoticeAcceptance.number, func.count()).group_by(NoticeAcceptance.number)
    return {number: count for number, count in db.session.execute(query)}


def waiting(number: int) -> list[Person]:
    """Who can sign in and has not accepted a version yet."""
    told = func.coalesce(Account.notice_number, -1) == number
    query = select(Person).join(Person.account).where(rights.active(), ~told).order_by(Person.code)
    return list(db.session.scalars(query))


def own_data(*, actor: Actor) -> dict[str, Any]:
    """What is kept of whoever asks, to take along: details, sign-ins, acceptances, rights of today. No secret."""
    account = own_account(actor=actor)
    if account is None:
        return {}
    person, held = account.person, [one for one in rights.held_on(clock.today()) if one.person_id == actor.id]
    query = select(SignedInSession).where(SignedInSession.account_id == account.id)
    sessions = db.session.scalars(query.order_by(SignedInSession.id.desc()).limit(SESSIONS_MOST))
    factors = factors_of(account)
    return plain(
        {
            "as_of": clock.now(),
            "illustrative": person.illustrative,
            "person": person.state(),
            "account": {
                "password_changed_at": account.password_changed_at,
                "second_factor_since": account.second_since,
                "passkeys": [{"name": key.name, "made_at": key.made_at} for key in factors.passkeys],
            },
            "rights": [
                {"what": str(one.what), "where": one.place, "from": one.valid_from, "to": one.valid_to}
                for one in held
            ],
            "notices_accepted": [
                {**row.facts(), "accepted_at": row.accepted_at} for row in acceptances(actor.id)
            ],
            "sessions": [
                {
                    "from": row.created_at,
                    "last_seen": row.last_seen_at,
                    "to": row.ended_at,
                    "address": row.address,
                    "device": row.device,
                    "method": row.method,
                }
                for row in sessions
            ],
            "reminders": setting_of(actor.id).state(),
            "tokens": [token.facts() for token in tokens_of(actor.id)],
        }
    )

"""Reading people, accounts and sessions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, func, or_, select, text, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from kangjiansheng.accounts import rules
from kangjiansheng.accounts.models import (
    SYSTEM,
    Account,
    CalendarFeed,
    Digest,
    NotificationSetting,
    OneTimeLink,
    Person,
    PrivacyNotice,
    RightsRule,
    SignedInSession,
    SignInPolicy,
    SsoLink,
    SystemRole,
)
from kangjiansheng.accounts.queries.trails import TrailFilter as TrailFilter
from kangjiansheng.accounts.queries.trails import change_set as change_set
from kangjiansheng.accounts.queries.trails import entries_of as entries_of
from kangjiansheng.accounts.queries.trails import entry as entry
from kangjiansheng.accounts.queries.trails import rows_of as rows_of
from kangjiansheng.accounts.queries.trails import trail as trail
from kangjiansheng.accounts.queries.trails import trail_count as trail_count
from kangjiansheng.accounts.queries.trails import trail_kinds as trail_kinds
from kangjiansheng.accounts.queries.trails import trail_people as trail_people
from kangjiansheng.accounts.rules.rights import Right
from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import NotSetUp
from kangjiansheng.core.outbox import Outbox
from kangjiansheng.core.paging import Page, read

# Filled by the roof: how many things of the floors above a person answers for.
duties: list[Callable[[int], int]] = []
# Likewise: the rights that people hold on a day in what belongs to a floor above.
rights_above: list[Callable[[date], list[Right]]] = []

# Likewise: names and codes of what a person belongs to, which make a poor password.
belongings: list[Callable[[int], list[str]]] = []


def names_around(person: Person) -> list[str]:
    """What others know of a person: names, code, and what they belong to."""
    own = [person.code, person.name_hans, person.name_hant, person.name_en]
    return own + [word for named in belongings for word in named(person.id)]


def count_duties(person_id: int) -> int:
    """How many things a person answers for, on all floors that count them."""
    return sum(count(person_id) for count in duties)


def holds_on(row: Any, day: date) -> ColumnElement[bool]:
    """The condition that a membership (valid_from, valid_to) holds on a day."""
    return (row.valid_from <= day) & (or_(row.valid_to.is_(None), row.valid_to >= day))


def actor_of(person: Person) -> Actor:
    """The person as an actor, with the roles that hold today."""
    roles = person.roles_on(clock.today())
    if "admin" in roles:
        roles = _with_security(roles, is_separate())
    return Actor(person.id, person.name_hans, roles, person.email or "")


def _with_security(roles: frozenset[str], separate: bool) -> frozenset[str]:
    """Where the three administrators are not kept apart, who runs the system also decides on rights."""
    return roles if separate or "admin" not in roles else roles | {"security"}


def is_separate() -> bool:
    """Whether the three administrators are kept apart."""
    return bool(db.session.scalar(select(RightsRule.separate).limit(1)))


def system_actor() -> Actor:
    """The person `system`, as whom commands and jobs act."""
    person = db.session.scalar(select(Person).where(Person.code == SYSTEM))
    if person is None:
        raise NotSetUp("the person 'system' is missing: run `kangjiansheng db upgrade`")
    return Actor(person.id, person.name_hans, frozenset({"system"}))


def actor_by_email(email: str) -> Actor | None:
    """The person with this address as an actor, when the account is active."""
    account = account_by_email(email)
    return actor_of(account.person) if account and not account.disabled_at else None


def actor_by_id(person_id: int) -> Actor | None:
    """A person as an actor, when the account is active: for work that was asked for and is done later."""
    query = select(Account).where(Account.person_id == person_id, Account.disabled_at.is_(None))
    account = db.session.scalar(query.options(joinedload(Account.person).selectinload(Person.roles)))
    return actor_of(account.person) if account else None


def account_by_email(email: str) -> Account | None:
    """The account under an e-mail address, upper or lower case alike."""
    query = (
        select(Account)
        .join(Account.person)
        .where(func.lower(Person.email) == email.strip().lower())
        .options(joinedload(Account.person).selectinload(Person.roles))
    )
    return db.session.scalar(query)


def account_by_id(account_id: int) -> Account | None:
    """An account by its key, with its person."""
    return db.session.get(Account, account_id, options=[joinedload(Account.person)])


@cache
def _open_session() -> Select[*tuple[Any, ...]]:
    """The open session under `key` with the roles that hold on `today`, one to a row."""
    day: Any = bindparam("today", type_=Date())
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
        )
        .select_from(SignedInSession)
        .join(Account, Account.id == SignedInSession.account_id)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(SystemRole, (SystemRole.person_id == Person.id) & holds_on(SystemRole, day))
        .outerjoin(SignInPolicy, true())
        .outerjoin(RightsRule, true())
        .where(SignedInSession.key_sha256 == bindparam("key"), SignedInSession.ended_at.is_(None))
    )


@dataclass(frozen=True)
class Standing:
    """An open session, whose it is, and what each request asks with it: how people have to sign in, and which version of
    the notice on personal data holds and which was accepted."""

    id: int
    last_seen_at: datetime
    method: str
    actor: Actor
    names: Mapping[str, str]
    accepted: int | None
    notice: int
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
    if rules.session_is_over(row.created_at, row.last_seen_at, clock.now()):
        return None
    roles = _with_security(frozenset(one.role for one in rows if one.role), bool(row.separate))
    return Standing(
        row.id,
        row.last_seen_at,
        row.method,
        Actor(row.person_id, row.name_hans, roles, row.email or ""),
        {"hans": row.name_hans, "hant": row.name_hant, "en": row.name_en},
        row.accepted,
        row.notice or 0,
        row.second_since,
        row.second_for or "nobody",
        row.second_from,
    )


def ended_session(key: str) -> SignedInSession | None:
    """The session whose key a cookie still holds though it is over: who signs out leaves none."""
    if not key:
        return None
    return db.session.scalar(
        select(SignedInSession).where(SignedInSession.key_sha256 == rules.secret_digest(key))
    )


def sessions_of(account_id: int) -> list[SignedInSession]:
    """The open sessions of an account, newest first."""
    query = select(SignedInSession).where(
        SignedInSession.account_id == account_id, SignedInSession.ended_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(SignedInSession.last_seen_at.desc())))


def link_by_secret(secret: str, *, lock: bool = False) -> OneTimeLink | None:
    """The unused, unexpired link under a secret; with `lock` nobody else uses it until this transaction has ended."""
    query = (
        select(OneTimeLink)
        .where(OneTimeLink.secret_sha256 == rules.secret_digest(secret), OneTimeLink.used_at.is_(None))
        .options(joinedload(OneTimeLink.account).joinedload(Account.person))
    )
    query = query.with_for_update(of=OneTimeLink).execution_options(populate_existing=True) if lock else query
    found = db.session.scalar(query)
    return found if found and found.expires_at > clock.now() and not found.account.disabled_at else None


def own_account(*, actor: Actor) -> Account | None:
    """The actor's own account."""
    return db.session.scalar(
        select(Account).where(Account.person_id == actor.id).options(joinedload(Account.person))
    )


def own_session(*, actor: Actor, number: int) -> SignedInSession | None:
    """An open session of the actor's own account."""
    query = (
        select(SignedInSession)
        .join(SignedInSession.account)
        .where(
            SignedInSession.id == number,
            SignedInSession.ended_at.is_(None),
            Account.person_id == actor.id,
        )
        .options(contains_eager(SignedInSession.account))
    )
    return db.session.scalar(query)


def setting_of(person_id: int) -> NotificationSetting:
    """How a person wants to be reminded; for whoever has said nothing the usual, as a row that is not stored."""
    query = select(NotificationSetting).where(NotificationSetting.person_id == person_id)
    return db.session.scalar(query) or _usual(person_id)


def _usual(person_id: int) -> NotificationSetting:
    return NotificationSetting(person_id=person_id, version=0, **rules.USUAL)


def feed_of(person_id: int) -> CalendarFeed | None:
    """The calendar address of a person, if it is on."""
    return db.session.scalar(select(CalendarFeed).where(CalendarFeed.person_id == person_id))


def person_by_feed(secret: str) -> Person | None:
    """Whose calendar a secret opens: somebody whose account is active."""
    query = (
        select(Person)
        .join(CalendarFeed, CalendarFeed.person_id == Person.id)
        .join(Person.account)
        .where(CalendarFeed.secret_sha256 == rules.secret_digest(secret), Account.disabled_at.is_(None))
        .options(selectinload(Person.roles))
    )
    return db.session.scalar(query)


def without_digest(day: date) -> list[tuple[Person, NotificationSetting]]:
    """Everybody who can sign in and whose reminders of a day have not been made, with how they want them."""
    tied = select(SsoLink.id).where(SsoLink.account_id == Account.id).exists()
    made = select(Digest.id).where(Digest.person_id == Person.id, Digest.day == day).exists()
    query = (
        select(Person, NotificationSetting)
        .join(Person.account)
        .outerjoin(NotificationSetting, NotificationSetting.person_id == Person.id)
        .where(Account.disabled_at.is_(None), or_(Account.password_hash.is_not(None), tied), ~made)
        .options(selectinload(Person.roles))
        .order_by(Person.id)
    )
    return [(person, setting or _usual(person.id)) for person, setting in db.session.execute(query)]


def people(*, state: str = "") -> list[Person]:
    """Everybody, or those whose accounts are in a state, for lists of choices."""
    return list(db.session.scalars(_people("", "", state)).unique())


def people_page(asked: str | None, *, search: str = "", role: str = "", state: str = "") -> Page:
    """A page of the people, for administrators: with accounts and roles; three statements."""
    return read(_people(search, role, state).options(selectinload(Person.roles)), asked)


def _people(search: str, role: str, state: str) -> Select[Person]:
    """People in the order of their codes.

    `search` finds names, codes and addresses; `role` those who hold it today; `state` is active, invited,
    stopped or none (no account).
    """
    query = (
        select(Person)
        .where(Person.code != SYSTEM)
        .outerjoin(Person.account)
        .options(contains_eager(Person.account))
    )
    if search:
        columns = (Person.name_hans, Person.name_hant, Person.name_en, Person.email, Person.code)
        query = query.where(or_(*(c.icontains(search, autoescape=True) for c in columns)))
    if role:
        query = query.where(
            Person.roles.any(and_(SystemRole.role == role, holds_on(SystemRole, clock.today())))
        )
    if state in _STATES:
        query = query.where(_STATES[state])
    return query.order_by(Person.code)


_STATES = {
    "active": and_(Account.disabled_at.is_(None), Account.password_hash.is_not(None)),
    "invited": and_(Account.id.is_not(None), Account.disabled_at.is_(None), Account.password_hash.is_(None)),
    "stopped": Account.disabled_at.is_not(None),
    "none": Account.id.is_(None),
}


def person(*, actor: Actor, code: str) -> Person | None:
    """A person by code, for administrators."""
    query = (
        select(Person)
        .where(Person.code == code, Person.code != SYSTEM)
        .options(joinedload(Person.account), selectinload(Person.roles))
    )
    return db.session.scalar(query)


def account_of(*, actor: Actor, code: str) -> Account | None:
    """The account of a person by her code, for administrators."""
    query = select(Account).join(Account.person).where(Person.code == code, Person.code != SYSTEM)
    return db.session.scalar(query.options(contains_eager(Account.person)))


def names(ids: set[int]) -> dict[int, Person]:
    """People by id, for labels."""
    return {p.id: p for p in db.session.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}


def has_admin() -> bool:
    """True once somebody administers the installation."""
    return db.session.scalar(select(SystemRole.id).where(SystemRole.role == "admin").limit(1)) is not None


MAIL_STATES = ("waiting", "kept", "failed", "withheld", "sent")


def mails(*, state: str = "") -> list[Outbox]:
    """The latest mails, newest first; `state` is waiting, kept, failed or sent."""
    query = select(Outbox).order_by(Outbox.id.desc()).limit(500)
    return list(db.session.scalars(query.where(Outbox.state == state) if state in MAIL_STATES else query))


def mail(*, actor: Actor, number: int) -> Outbox | None:
    """One mail of the outbox."""
    return db.session.get(Outbox, number)


def mail_counts() -> dict[str, int]:
    """How many mails are in each state."""
    found = {state: count for state, count in db.session.execute(
        select(Outbox.state, func.count()).group_by(Outbox.state)
    )}  # fmt: skip
    return {state: found.get(state, 0) for state in MAIL_STATES}


def database_version() -> str:
    """The engine that holds the data, and its version."""
    if db.engine.dialect.name == "sqlite":
        return f"SQLite {db.session.scalar(text('SELECT sqlite_version()'))}"
    return f"PostgreSQL {db.session.scalar(text('SHOW server_version'))}"


def trail_head() -> tuple[int, str]:
    """How many entries the trail has, and the hash of the last one."""
    query = select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)
    row = db.session.execute(query).first()
    return (row.seq, row.hash) if row else (0, "")


def has_illustrative() -> bool:
    """True while the demonstration's people are here."""
    return db.session.scalar(select(Person.id).where(Person.illustrative).limit(1)) is not None

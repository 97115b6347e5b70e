"""Notices leave after the commit: rows written in the same transaction, delivered by the worker.

A row holds facts, not sentences; the words are made in the reader's language when it is shown or sent.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    Text,
    UniqueConstraint,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from kangjiansheng.core import clock
from kangjiansheng.core.changes import ChangeSet
from kangjiansheng.core.db import Base, Label, Word, db
from kangjiansheng.core.digests import plain
from kangjiansheng.core.i18n import name_of

RETRIES = 8
# A mail that waited longer than this tells nothing of the moment when it was made.
SOON = timedelta(minutes=15)
FLEETING = "fleeting"  # in facts of a mail: the names of those that were counted by the rights of the moment
ONE_TIME = "/link/"  # addresses that are a secret: forgotten as soon as the mail has left


class Notification(Base):
    """What the bell shows to one person."""

    __tablename__ = "notification"
    __table_args__ = (Index("ix_notification_person", "person_id", "read_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    template: Mapped[str] = mapped_column(Word)
    facts: Mapped[dict[str, Any]]
    address: Mapped[str] = mapped_column(Label)  # path of the page that the notice is about
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Outbox(Base):
    """One mail to one address: waiting, kept (no server configured), sent or given up."""

    __tablename__ = "outbox"
    __table_args__ = (UniqueConstraint("dedup_key"), Index("ix_outbox_due", "state", "due_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    dedup_key: Mapped[str] = mapped_column(Label)
    to: Mapped[str] = mapped_column(Label)
    locale: Mapped[str] = mapped_column(Word, default="zh-Hans")
    template: Mapped[str] = mapped_column(Word)
    facts: Mapped[dict[str, Any]]
    address: Mapped[str] = mapped_column(Label, default="")
    state: Mapped[str] = mapped_column(Word, default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(Text, default="")
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class MailAttachment(Base):
    """A file that goes along with a mail. It is gone as soon as the mail has left, was kept or could not leave at the
    first try: later its reader may not be allowed what it holds, and the link of the mail asks anew."""

    __tablename__ = "mail_attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"), index=True)
    name: Mapped[str] = mapped_column(Label)
    media_type: Mapped[str] = mapped_column(Label)
    data: Mapped[bytes] = mapped_column(LargeBinary)


Words = Callable[[Mapping[str, Any]], tuple[str, str]]
_words: dict[str, Words] = {}


def templates(words: Mapping[str, Words]) -> None:
    """Make a feature's notices known: template → facts → (subject, text) in the current language."""
    _words.update(words)


def words_of(template: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and text of a notice in the language that is current; of illustrative things it says so."""
    subject, text = _words[template](_in_script(facts))
    return labelled(subject, facts), text


def _in_script(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Who acted is kept in Simplified, and told in the script of the reader."""
    who = facts.get("who")
    return {**facts, "who": name_of({"hans": who})} if who and isinstance(who, str) else facts


def labelled(name: str, facts: Mapping[str, Any]) -> str:
    """A name in the current language; of an illustrative thing it says so."""
    return _("%(name)s（示例数据）", name=name) if facts.get("illustrative") else name


def tell(
    people: Iterable[int],
    template: str,
    facts: Mapping[str, Any],
    *,
    address: str,
    besides: int | None = None,
) -> list[Notification]:
    """Put a notice on the bell of each person, but for the one who caused it (`besides`)."""
    if template not in _words:
        raise LookupError(f"no words for the notice {template}")
    told = [
        Notification(
            person_id=person_id,
            template=template,
            facts=plain(facts),
            address=address,
            created_at=clock.now(),
        )
        for person_id in sorted(set(people) - {besides})
    ]
    db.session.add_all(told)
    return told


def mail(
    to: str,
    template: str,
    facts: Mapping[str, Any],
    *,
    change: ChangeSet | str,
    locale: str,
    address: str = "",
) -> Outbox:
    """Queue one mail; the same template of the same change set goes to an address once.

    What no act has caused, such as a digest, names a key of its own in the place of the change set.
    """
    if template not in _words:
        raise LookupError(f"no words for the notice {template}")
    queued = Outbox(
        dedup_key=f"{change if isinstance(change, str) else change.id}:{template}:{to}",
        to=to,
        locale=locale,
        template=template,
        facts=plain(facts),
        address=address,
        due_at=clock.now(),
    )
    db.session.add(queued)
    return queued


def attach(mail: Outbox, name: str, media_type: str, data: bytes) -> None:
    """Let a file go along with a mail that was queued."""
    db.session.flush()
    db.session.add(MailAttachment(outbox_id=mail.id, name=name, media_type=media_type, data=data))


def attached(mail: Outbox) -> list[MailAttachment]:
    """The files that go along with a mail."""
    query = select(MailAttachment).where(MailAttachment.outbox_id == mail.id)
    return list(db.session.scalars(query.order_by(MailAttachment.id)))


def _detach(mail: Outbox) -> None:
    db.session.execute(delete(MailAttachment).where(MailAttachment.outbox_id == mail.id))


def _forget_moment(mail: Outbox) -> None:
    """What was put together by the rights of the moment when the mail was made is not told later: its files, and the
    figures that its words name in `FLEETING`. Its link asks anew."""
    _detach(mail)
    gone = mail.facts.get(FLEETING)
    if gone:
        mail.facts = {key: value for key, value in mail.facts.items() if key not in (FLEETING, *gone)}


def outlive(mail: Outbox) -> None:
    """A mail is about to leave: when it has waited, as its worker stood still, what was of the moment stays behind."""
    if clock.now() - mail.due_at > SOON:
        _forget_moment(mail)


def is_one_time(address: str) -> bool:
    """True for the address of a one-time link, also for one whose secret is forgotten."""
    return address.startswith(ONE_TIME)


def holds_secret(mail: Outbox) -> bool:
    """True for a mail whose address, any of whose `links` or whose `secret` is its reader's alone; also once it is
    forgotten."""
    return is_one_time(mail.address) or "links" in mail.facts or "secret" in mail.facts


def settle(mail: Outbox, state: str) -> None:
    """A mail was sent, kept or given up: its secrets and files are not stored any longer."""
    mail.state = state
    _forget_moment(mail)
    if is_one_time(mail.address):
        mail.address = ONE_TIME
    if mail.facts.get("links"):
        mail.facts = {**mail.facts, "links": {}}
    if mail.facts.get("secret"):
        mail.facts = {**mail.facts, "secret": ""}


def take_back(
    person_id: int, to: str | None, names: Iterable[str], about: Callable[[str, Mapping[str, Any]], bool]
) -> None:
    """Take from a person's bell, and of the mails to her address that have not left, what tells her of things that she may
    not know any more."""
    told = list(names)
    bell = select(Notification).where(Notification.person_id == person_id, Notification.template.in_(told))
    mails = select(Outbox).where(Outbox.to == to, Outbox.template.in_(told), Outbox.state == "waiting")
    for row in db.session.scalars(bell):
        if about(row.template, row.facts):
            db.session.delete(row)
    for mail in db.session.scalars(mails):
        if about(mail.template, mail.facts):
            settle(mail, "withheld")


def readdress(old: str, new: str) -> None:
    """Let mails that have not left go to somebody's new address."""
    waiting = update(Outbox).where(func.lower(Outbox.to) == old.lower(), Outbox.state == "waiting")
    db.session.execute(waiting.values(to=new))


def unread(person_id: int) -> Select[int]:
    """How many notices the person has not read, as a statement."""
    return select(func.count()).where(Notification.person_id == person_id, Notification.read_at.is_(None))


def mark_read(person_id: int, ids: Iterable[int] | None = None) -> None:
    """Mark the person's notices (all, or those named) as read."""
    query = update(Notification).where(Notification.person_id == person_id, Notification.read_at.is_(None))
    if ids is not None:
        query = query.where(Notification.id.in_(list(ids)))
    db.session.execute(query.values(read_at=clock.now()))


def is_anything_due() -> bool:
    """Whether a mail waits, without a lock: mostly there is none."""
    query = select(Outbox.id).where(Outbox.state == "waiting", Outbox.due_at <= clock.now()).limit(1)
    return db.session.scalar(query) is not None


def claim(limit: int) -> list[Outbox]:
    """Mails that are due, locked for this transaction; several workers never get the same one."""
    query = (
        select(Outbox)
        .where(Outbox.state == "waiting", Outbox.due_at <= clock.now())
        .order_by(Outbox.due_at, Outbox.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(db.session.scalars(query))


def put_off(mail: Outbox, problem: str) -> None:
    """A delivery failed: wait twice as long as the last time, without what was of the moment, and give up after `RETRIES`."""
    _forget_moment(mail)
    mail.attempts += 1
    mail.problem = problem[:500]
    if mail.attempts >= RETRIES:
        settle(mail, "failed")
    mail.due_at = clock.now() + timedelta(seconds=30 * 2**mail.attempts)

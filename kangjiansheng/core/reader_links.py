"""Links for named readers outside: each opens one thing, read-only, without signing in, for at most thirty days.

A link shows what its maker may see at that moment, and nothing once she may no longer make it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import Base, Label, Word, db
from kangjiansheng.core.digests import new_secret, secret_digest
from kangjiansheng.core.errors import RuleBroken

LONGEST = timedelta(days=30)

ACTS = {
    "core:reader-link:make": _l("为外部读者生成链接"),
    "core:reader-link:revoke": _l("撤回外部读者链接"),
}
THINGS = {"reader_link": _l("外部读者链接")}
FIELDS = {
    "about": _l("内容"),
    "name": _l("读者"),
    "email": _l("邮箱"),
    "purpose": _l("用途"),
    "expires_at": _l("到期"),
    "revoked_at": _l("撤回时间"),
}
REFUSALS = {
    "core:link-day": _l("请选今天到 %(last)s 之间的日期，链接最长有效 %(days)d 天。"),
    "core:link-mail": _l("请填读者本人的邮箱，写成 name@example.org 这样。"),
}


class ReaderLink(Base):
    """One reader's link to one thing. Its secret is stored as SHA-256; `about` is the thing's code."""

    __tablename__ = "reader_link"
    __table_args__ = (Index("ix_reader_link_thing", "thing", "thing_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    thing: Mapped[str] = mapped_column(Word)
    thing_id: Mapped[int]
    about: Mapped[str] = mapped_column(Word)
    name: Mapped[str] = mapped_column(Label)
    email: Mapped[str] = mapped_column(Label)
    purpose: Mapped[str] = mapped_column(Label)
    language: Mapped[str] = mapped_column(Word)  # for a browser that has chosen none: that of the maker
    made_by_id: Mapped[int]  # the person; no key, for core knows no people
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    def state(self) -> dict[str, Any]:
        """What the trail keeps of it."""
        return {key: getattr(self, key) for key in FIELDS}

    def stands(self) -> str:
        """open, revoked or expired."""
        if self.revoked_at is not None:
            return "revoked"
        return "open" if clock.now() < self.expires_at else "expired"


@dataclass(frozen=True, slots=True)
class Shown:
    """A page for a reader: its template, and all that the template needs."""

    template: str
    context: Mapping[str, Any]


# Filled by the roof: what shows a thing by its code with the rights of a person, and who knows people as actors.
_shows: dict[str, Callable[[str, Actor], Shown | None]] = {}
makers: list[Callable[[int], Actor | None]] = []


def shows(known: Mapping[str, Callable[[str, Actor], Shown | None]]) -> None:
    """Make known what can be shown by a link. Filled by the roof."""
    _shows.update(known)


def shown(link: ReaderLink, maker: Actor) -> Shown | None:
    """What the link opens by the rights of its maker; None when she may no longer give it away."""
    return _shows[link.thing](link.about, maker)


def last_day() -> date:
    """The last day until which a link that is made today may hold."""
    return clock.today() + LONGEST


def make(
    thing: Any, about: str, *, actor: Actor, name: str, email: str, purpose: str, until: date, language: str
) -> str:
    """A link that holds to the end of a day; its path, which is kept nowhere. Refused: a day that is past or too far,
    what is no address of a mail."""
    last = last_day()
    if not clock.today() <= until <= last:
        raise RuleBroken("core:link-day", "until", last=last.isoformat(), days=LONGEST.days)
    if "@" not in email.strip("@") or " " in email:
        raise RuleBroken("core:link-mail", "email")
    secret, digest = new_secret()
    link = ReaderLink(
        secret_sha256=digest, thing=thing.__tablename__, thing_id=thing.id, about=about, name=name, email=email,
        purpose=purpose, language=language, made_by_id=actor.id, made_at=clock.now(), expires_at=clock.end_of(until),
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    record("core:reader-link:make", link, actor=actor)
    return f"/read/{secret}"


def revoke(link: ReaderLink, *, actor: Actor) -> None:
    """Let a link open nothing any more; one that is over stays as it is."""
    if link.stands() != "open":
        return
    before = link.state()
    link.revoked_at = clock.now()
    record("core:reader-link:revoke", link, actor=actor, before=before)


def found(secret: str) -> ReaderLink | None:
    """The link of a secret, be it over or not."""
    return db.session.scalar(select(ReaderLink).where(ReaderLink.secret_sha256 == secret_digest(secret)))


def of(thing: Any) -> Sequence[ReaderLink]:
    """The links to a thing, newest first."""
    mine = (ReaderLink.thing == thing.__tablename__) & (ReaderLink.thing_id == thing.id)
    return db.session.scalars(select(ReaderLink).where(mine).order_by(ReaderLink.id.desc())).all()

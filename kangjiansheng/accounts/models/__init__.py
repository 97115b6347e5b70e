"""People, their accounts, sessions, one-time links and system roles."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models.factors import AuthenticatorApp, RecoveryCode
from kangjiansheng.accounts.models.passkeys import Passkey
from kangjiansheng.accounts.models.policy import SignInPolicy
from kangjiansheng.accounts.models.privacy import NoticeAcceptance, PrivacyNotice
from kangjiansheng.accounts.models.rights import RightsReview, RightsRule
from kangjiansheng.accounts.models.sso import SsoLink
from kangjiansheng.accounts.rules import REMINDERS
from kangjiansheng.core.db import Base, Label, Named, Versioned, Word

__all__ = [
    "Account", "ApiToken", "AuthenticatorApp", "CalendarFeed", "Digest", "NoticeAcceptance", "NotificationSetting", "OneTimeLink",
    "Passkey", "Person", "PrivacyNotice", "RecoveryCode", "RightsReview", "RightsRule", "SignInPolicy", "SignedInSession", "SsoLink", "SystemRole",
]  # fmt: skip

SYSTEM = "system"


class Person(Named, Versioned, Base):
    """Somebody who is named in the data; a person may be there without an account."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word, unique=True)
    title: Mapped[str] = mapped_column(Label, default="")
    email: Mapped[str | None] = mapped_column(Label, unique=True)
    locale: Mapped[str] = mapped_column(Word, default="zh-Hans")
    illustrative: Mapped[bool] = mapped_column(default=False)
    erased_at: Mapped[datetime | None]

    account: Mapped["Account | None"] = relationship(back_populates="person", uselist=False)
    roles: Mapped[list["SystemRole"]] = relationship(back_populates="person")

    def roles_on(self, day: date) -> frozenset[str]:
        """The system roles that hold on a day."""
        return frozenset(
            r.role for r in self.roles if r.valid_from <= day and (r.valid_to is None or r.valid_to >= day)
        )

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        return {
            "code": self.code,
            "name_hans": self.name_hans,
            "name_hant": self.name_hant,
            "name_en": self.name_en,
            "title": self.title,
            "email": self.email,
            "locale": self.locale,
        }


class Account(Versioned, Base):
    """What a person signs in with. The password is an Argon2id hash; None until the first link is used."""

    __tablename__ = "account"
    is_as_revised = False  # a password that is set leaves an entry alone

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_changed_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    sso_by_email: Mapped[bool] = mapped_column(default=False)  # the next single sign-on by address may tie it
    notice_number: Mapped[int | None]  # the last version of the notice on personal data that was accepted
    second_since: Mapped[datetime | None]  # since when there has been a second factor; None: there is none

    person: Mapped[Person] = relationship(back_populates="account")

    def state(self) -> dict[str, Any]:
        """What may be shown of an account: never the hash."""
        return {
            "person_id": self.person_id,
            "password_changed_at": self.password_changed_at,
            "disabled_at": self.disabled_at,
        }


class SignedInSession(Base):
    """One sign-in on one device. The cookie holds a random key; here lies its SHA-256."""

    __tablename__ = "session"
    __table_args__ = (Index("ix_session_account", "account_id", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(Word, default="")
    device: Mapped[str] = mapped_column(Label, default="")
    method: Mapped[str] = mapped_column(Word, default="password")  # see rules.factors.METHODS

    account: Mapped[Account] = relationship()


class OneTimeLink(Base):
    """An invitation or a password reset; the link's secret is stored as SHA-256 and works once."""

    __tablename__ = "one_time_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(Word)  # invitation, reset
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()


class SystemRole(Base):
    """A role over the whole installation, from a day to a day (inclusive)."""

    __tablename__ = "system_role"
    __table_args__ = (Index("ix_system_role_person", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(Word)  # admin, security, executive, auditor, system
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="roles")


class NotificationSetting(Versioned, Base):
    """How and when a person wants to be reminded. Who has said nothing has none: the usual holds."""

    __tablename__ = "notification_setting"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    declined: Mapped[list[Any]]  # what was unticked, of rules.REMINDERS: what comes to be later is on
    days_before: Mapped[list[Any]]  # whole days before the promised day, the most first
    hour: Mapped[int]  # of the digest, in Asia/Shanghai
    quiet_from: Mapped[int]  # from this hour ...
    quiet_to: Mapped[int]  # ... until this one; the same twice: no quiet hours
    channel: Mapped[str] = mapped_column(Word)  # mail (and the bell), app (the bell alone)

    @property
    def kinds(self) -> list[str]:
        """Of what the person is reminded."""
        return [kind for kind in REMINDERS if kind not in self.declined]

    @kinds.setter
    def kinds(self, wanted: Collection[str]) -> None:
        self.declined = [kind for kind in REMINDERS if kind not in wanted]

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        names = ("kinds", "days_before", "hour", "quiet_from", "quiet_to", "channel")
        return {name: getattr(self, name) for name in names}


class Digest(Base):
    """A person's reminders of one day have been made; there is one such row a day, whatever number of workers."""

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("person_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    day: Mapped[date]
    things: Mapped[int]  # of how many things it reminded; of none, nothing was sent


class ApiToken(Base):
    """With what a program acts for a person: no further than its scopes, no longer than its last day. The secret is
    stored as SHA-256; `start` are its first letters, by which its owner knows it again."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(Label)
    start: Mapped[str] = mapped_column(Word)
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[Any]]  # feature:read, feature:write
    made_at: Mapped[datetime]
    expires_on: Mapped[date]  # its last day, in Asia/Shanghai
    used_on: Mapped[date | None]
    used_from: Mapped[str] = mapped_column(Word, default="")
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()

    def facts(self) -> dict[str, Any]:
        """What the trail keeps of it: never the secret."""
        return {"name": self.name, "start": self.start, "scopes": self.scopes, "expires_on": self.expires_on}


class CalendarFeed(Base):
    """The address under which a calendar program reads a person's dates; its secret is stored as SHA-256."""

    __tablename__ = "calendar_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]

    person: Mapped[Person] = relationship()


from kangjiansheng.accounts.models.copies import Drill as Drill  # noqa: E402  (it names people)
from kangjiansheng.accounts.models.copies import KeptCopy as KeptCopy  # noqa: E402
from kangjiansheng.accounts.models.webhooks import Webhook as Webhook  # noqa: E402
from kangjiansheng.accounts.models.webhooks import WebhookMessage as WebhookMessage  # noqa: E402

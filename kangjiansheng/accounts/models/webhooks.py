"""Addresses of other programs that are told when something changes, and what was sent to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import Base, Label, Versioned, Word


class Webhook(Versioned, Base):
    """An address that is told what its owner may see. The address may itself be a key, so beside its host it is shown to
    its owner alone; the secrets are sealed with a key made of the instance's secret key."""

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(Label)
    address: Mapped[str] = mapped_column(Text)
    kinds: Mapped[list[Any]]
    secret: Mapped[str] = mapped_column(String(400), default="")
    former_secret: Mapped[str] = mapped_column(String(400), default="")
    former_until: Mapped[datetime | None]
    set_at: Mapped[datetime]  # when the secret was last set: all that history tells of it
    made_at: Mapped[datetime]
    enabled: Mapped[bool] = mapped_column(default=True)
    removed_at: Mapped[datetime | None]
    read_to: Mapped[int]  # the last entry of the trail that was looked at for it
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)  # one after another
    paused_until: Mapped[datetime | None]

    person: Mapped[Person] = relationship()

    @property
    def host(self) -> str:
        """Where messages go, without the path, which may be a key."""
        return self.address.partition("://")[2].partition("/")[0].partition("?")[0]

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit: without the keys."""
        return {
            key: getattr(self, key) for key in ("name", "host", "kinds", "set_at", "enabled", "removed_at")
        }


class WebhookMessage(Base):
    """One message to one address: waiting, sent, failed (given up), or dropped (the webhook was switched off).

    It holds which thing and what was done, no word of it and no address: these are asked for when it leaves. What its
    owner may not see any more then is deleted, so that not even its being there tells anything."""

    __tablename__ = "webhook_message"
    __table_args__ = (
        UniqueConstraint("webhook_id", "seq"),
        Index("ix_webhook_message_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    seq: Mapped[int | None]  # the entry of the trail; none for a test
    message_id: Mapped[str] = mapped_column(Word, unique=True)
    type: Mapped[str] = mapped_column(Word)
    kind: Mapped[str] = mapped_column(Word, default="")
    thing_id: Mapped[int] = mapped_column(default=0)
    happened_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(Word, default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    status: Mapped[int | None]  # the HTTP status of the last answer
    problem: Mapped[str] = mapped_column(Word, default="")
    took: Mapped[int | None]  # milliseconds of the last try

    webhook: Mapped[Webhook] = relationship()

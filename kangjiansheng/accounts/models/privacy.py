"""The versions of the notice on personal data, and who accepted which."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kangjiansheng.core.db import AppendOnly, Base, Word
from kangjiansheng.core.digests import sha256


class PrivacyNotice(AppendOnly, Base):
    """One version, in three languages. It holds until the next one."""

    __tablename__ = "privacy_notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    text_hans: Mapped[str] = mapped_column(Text)
    text_hant: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    @property
    def version(self) -> int:
        """By which a form sees that another version has come."""
        return self.number

    @property
    def texts(self) -> dict[str, str]:
        """The text by language."""
        return {"zh-Hans": self.text_hans, "zh-Hant": self.text_hant, "en": self.text_en}

    def facts(self) -> dict[str, Any]:
        """What the trail keeps of it; the row itself is covered by its entry."""
        return {"edition": self.number, "text_digest": sha256(self.text_hans)}


class NoticeAcceptance(AppendOnly, Base):
    """A person has accepted a version, as it stood in one language."""

    __tablename__ = "notice_acceptance"
    __table_args__ = (UniqueConstraint("person_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    number: Mapped[int]  # of the version; 0: the text that came with the software
    language: Mapped[str] = mapped_column(Word)
    text_digest: Mapped[str] = mapped_column(String(64))
    accepted_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    def facts(self) -> dict[str, Any]:
        """What the trail keeps of it."""
        return {"edition": self.number, "language": self.language, "text_digest": self.text_digest}

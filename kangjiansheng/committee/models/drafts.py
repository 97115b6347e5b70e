"""Frozen drafts, who signs them, signatures, amendments."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models.minutes import Minutes, Paragraph, ParagraphRevision
from kangjiansheng.core.db import AppendOnly, Base, Label, Word

if TYPE_CHECKING:
    from kangjiansheng.committee.models.reviewing import Consent


class DraftVersion(AppendOnly, Base):
    """A frozen draft: what reviewers read and signatures sign. `sha256` is over its canonical text."""

    __tablename__ = "draft_version"
    __table_args__ = (UniqueConstraint("minutes_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(Word, default="draft")  # draft, amendment
    header: Mapped[dict[str, Any]]  # title, time, place, attendance, as frozen
    sha256: Mapped[str] = mapped_column(String(64))
    rule: Mapped[str] = mapped_column(Word)  # approval rule when review opened
    frozen_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    minutes: Mapped[Minutes] = relationship(back_populates="drafts")
    paragraphs: Mapped[list["DraftParagraph"]] = relationship(
        back_populates="draft", order_by="DraftParagraph.position"
    )
    signers: Mapped[list["Signer"]] = relationship(back_populates="draft", order_by="Signer.id")
    signatures: Mapped[list["Signature"]] = relationship(back_populates="draft", order_by="Signature.id")
    consents: Mapped[list["Consent"]] = relationship(back_populates="draft", order_by="Consent.id")
    amendment: Mapped["Amendment | None"] = relationship(back_populates="draft", lazy="joined")


class DraftParagraph(AppendOnly, Base):
    """Which wording stands at which place of a frozen draft, under which printed number."""

    __tablename__ = "draft_paragraph"
    __table_args__ = (UniqueConstraint("draft_version_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_version_id: Mapped[int] = mapped_column(ForeignKey("draft_version.id"))
    position: Mapped[int]
    printed_no: Mapped[str] = mapped_column(Word)  # 1.1
    paragraph_revision_id: Mapped[int] = mapped_column(ForeignKey("paragraph_revision.id"), index=True)
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    draft: Mapped[DraftVersion] = relationship(back_populates="paragraphs")
    revision: Mapped[ParagraphRevision] = relationship()


class Signer(Base):
    """Who must or may sign a draft; fixed when its review opens."""

    __tablename__ = "signer"
    __table_args__ = (UniqueConstraint("draft_version_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_version_id: Mapped[int] = mapped_column(ForeignKey("draft_version.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    capacity: Mapped[str] = mapped_column(Word)  # chair, member
    required: Mapped[bool] = mapped_column(default=True)

    draft: Mapped[DraftVersion] = relationship(back_populates="signers")
    person: Mapped[Person] = relationship()


class Signature(AppendOnly, Base):
    """One person's signature (or request for changes) on one frozen draft, as 21 CFR 11.50 asks:
    printed name, meaning, time; `text_sha256` is what the signer was shown."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("draft_version_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_version_id: Mapped[int] = mapped_column(ForeignKey("draft_version.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    printed_name: Mapped[str] = mapped_column(Label)
    capacity: Mapped[str] = mapped_column(Word)  # chair, member, drafter, reader
    meaning: Mapped[str] = mapped_column(Word)  # rules.signing.MEANINGS
    note: Mapped[str] = mapped_column(Text, default="")
    text_sha256: Mapped[str] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(Word, default="password")  # password, code, password+code
    signed_at: Mapped[datetime]
    latin_name: Mapped[str | None] = mapped_column(Label)  # where it differs from the printed name
    seal: Mapped[str | None] = mapped_column(Word)  # its four characters
    # Items that it does not cover, for its giver is recused from them: {"item": key, "position": on the agenda}.
    excluded: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    draft: Mapped[DraftVersion] = relationship(back_populates="signatures")
    person: Mapped[Person] = relationship()


class SignatureCode(Base):
    """A code that was mailed to somebody for one signature on one draft. Only its Argon2id hash is kept."""

    __tablename__ = "signature_code"
    __table_args__ = (Index("ix_signature_code_person", "person_id", "draft_version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    draft_version_id: Mapped[int] = mapped_column(ForeignKey("draft_version.id"), index=True)
    text_sha256: Mapped[str] = mapped_column(String(64))
    code_hash: Mapped[str] = mapped_column(String(200))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Amendment(Base):
    """A numbered correction of approved minutes: a draft version of its own beside the original."""

    __tablename__ = "amendment"
    __table_args__ = (UniqueConstraint("minutes_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"))
    number: Mapped[int]
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraph.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    draft_version_id: Mapped[int | None] = mapped_column(ForeignKey("draft_version.id"), index=True)
    life: Mapped[str] = mapped_column(Word, default="review")  # review, approved, withdrawn
    created_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]

    minutes: Mapped[Minutes] = relationship(back_populates="amendments")
    paragraph: Mapped[Paragraph] = relationship()
    author: Mapped[Person] = relationship()
    draft: Mapped[DraftVersion | None] = relationship(back_populates="amendment")

"""What paragraphs of minutes say in another language: beside the text, never in place of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models.minutes import Paragraph
from kangjiansheng.core.db import AppendOnly, Base, Word


class ParagraphTranslation(AppendOnly, Base):
    """One wording of a paragraph in another language, in Markdown; the latest of a language counts. Nobody signs it."""

    __tablename__ = "paragraph_translation"
    __table_args__ = (UniqueConstraint("paragraph_id", "language", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraph.id"))
    language: Mapped[str] = mapped_column(Word)  # zh-Hans, zh-Hant, en
    number: Mapped[int]
    revision_no: Mapped[int]  # the wording that it translates
    text: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    paragraph: Mapped[Paragraph] = relationship()
    author: Mapped[Person] = relationship()

    @property
    def version(self) -> int:
        """What a form compares with."""
        return self.number

"""Translations of paragraphs, as far as their reader may see the paragraphs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import joinedload

from kangjiansheng.committee.models import Paragraph, ParagraphTranslation
from kangjiansheng.core.db import db


def spoken(number: Any, until: datetime | None = None) -> ScalarSelect[Any]:
    """A column of a statement over Paragraph: the languages into which the wording with this number, a column too, or
    an earlier one was translated, with blanks between."""
    found = select(func.aggregate_strings(ParagraphTranslation.language, " ")).where(
        ParagraphTranslation.paragraph_id == Paragraph.id, ParagraphTranslation.revision_no <= number
    )
    if until is not None:
        found = found.where(ParagraphTranslation.recorded_at <= until)
    return found.correlate_except(ParagraphTranslation).scalar_subquery()


def latest(
    wordings: dict[int, int], language: str, *, until: datetime | None = None
) -> dict[int, ParagraphTranslation]:
    """The translation that counts for each paragraph: the latest one of this wording or of an earlier one. `wordings`
    names paragraphs that the reader may see, each with the number of the wording that is shown."""
    query = (
        select(ParagraphTranslation)
        .where(
            ParagraphTranslation.paragraph_id.in_(list(wordings)), ParagraphTranslation.language == language
        )
        .options(joinedload(ParagraphTranslation.author))
        .order_by(ParagraphTranslation.number)
    )
    if until is not None:
        query = query.where(ParagraphTranslation.recorded_at <= until)
    rows: Sequence[ParagraphTranslation] = db.session.scalars(query).all()
    return {row.paragraph_id: row for row in rows if row.revision_no <= wordings[row.paragraph_id]}


def newest(paragraph: Paragraph, language: str) -> ParagraphTranslation | None:
    """The last translation of a paragraph, whichever wording it is of."""
    query = (
        select(ParagraphTranslation)
        .where(ParagraphTranslation.paragraph_id == paragraph.id, ParagraphTranslation.language == language)
        .order_by(ParagraphTranslation.number.desc())
    )
    return db.session.scalar(query.limit(1))

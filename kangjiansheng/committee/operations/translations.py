"""A paragraph of minutes in another language. What is signed is the text alone, so that a translation may come at any
time, and another one after it."""

from kangjiansheng.committee.models import Paragraph, ParagraphTranslation
from kangjiansheng.committee.operations.locks import locked
from kangjiansheng.committee.queries import translations
from kangjiansheng.committee.rules.languages import others
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale


def translate(
    paragraph: Paragraph, language: str, *, actor: Actor, seen: int, revision: int, text: str
) -> ParagraphTranslation:
    """Write what a paragraph says in another language. `seen` is the number of the translation that the form showed, 0
    for none; another one is a conflict. `revision` is the wording that its writer had before them."""
    minutes = locked(paragraph.minutes)
    db.session.refresh(paragraph)
    if paragraph.removed_at is not None:
        raise RuleBroken("committee:paragraph-gone")
    if language not in others(minutes.language):
        raise RuleBroken("committee:translation-language")
    if not 1 <= revision <= paragraph.revision_no:
        raise RuleBroken("committee:translation-of-what", "text")
    last = translations.newest(paragraph, language)
    if last is not None:
        if last.number != seen:
            raise Stale(last, seen)
        if (last.text, last.revision_no) == (text, revision):
            return last
    change = begin(actor=actor)
    made = ParagraphTranslation(
        paragraph_id=paragraph.id,
        language=language,
        number=last.number + 1 if last else 1,
        revision_no=revision,
        text=text,
        author_id=actor.id,
        recorded_at=clock.now(),
        change_set_id=change.id,
    )
    db.session.add(made)
    db.session.flush()
    before = {"translation": last.text if last else None}
    after = {"translation": text, "paragraph": paragraph.public_id, "language": language}
    record("committee:paragraph:translate", made, actor=actor, before=before, after=after, change=change)
    return made

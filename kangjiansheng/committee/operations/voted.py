"""What the minutes tell of the votes of their meeting."""

from kangjiansheng.committee.models import AgendaItem, Minutes, Paragraph
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.operations import vote_words
from kangjiansheng.committee.queries import taken
from kangjiansheng.core.changes import Actor


def tell(minutes: Minutes, *, actor: Actor) -> None:
    """Write the votes that the text does not tell of yet at the end of their items. The minutes are a draft."""
    for motion in taken.motions_of(minutes.meeting):
        if motion.closed_at is None or motion.paragraph_id is not None:
            continue
        for kind, text in vote_words.lines(motion, minutes.language):
            paragraph = writing.add_paragraph(
                minutes,
                actor=actor,
                kind=kind,
                text=text,
                after=last_of(minutes, motion.item),
                item=motion.item,
            )
            writing.bind_vote(motion, paragraph)


def last_of(minutes: Minutes, item: AgendaItem | None) -> Paragraph | None:
    """The last paragraph of an item."""
    if item is None:
        return None
    found = [p for p in writing.standing_paragraphs(minutes) if p.agenda_item_id == item.id]
    return found[-1] if found else None

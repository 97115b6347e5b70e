"""The text of minutes while it is written and reviewed, as programs read it: paragraph by paragraph, and what was said."""

from typing import Any

from flask import abort

from kangjiansheng.committee import policies
from kangjiansheng.committee.api import shapes
from kangjiansheng.committee.api.blueprint import bp
from kangjiansheng.committee.models import Comment, Meeting, Paragraph
from kangjiansheng.committee.queries import loaders, opinions, reading
from kangjiansheng.committee.views import downloads
from kangjiansheng.committee.views.minutes import offered
from kangjiansheng.core import rest
from kangjiansheng.core.access import actor
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.filetypes import DOCX, PDF

MINUTES = "/meetings/<code>/minutes"


@rest.lists(
    bp, f"{MINUTES}/paragraphs", shapes.PARAGRAPH, key=lambda row: row.public_id, load=loaders.meeting,
    may=policies.edit_minutes, as_of=False,
)  # fmt: skip
def paragraphs(meeting: Meeting) -> list[reading.Shown]:
    """The text as it is being written, for those who write it; what is withheld from the writer is not there."""
    minutes = meeting.minutes or abort(404)
    return [row for row in reading.working(minutes, actor=actor()).paragraphs if not row.withheld]


@rest.reads(
    bp, f"{MINUTES}/paragraphs/<public_id>", shapes.PARAGRAPH, load=loaders.paragraph, may=policies.edit_paragraph,
    as_of=False,
)  # fmt: skip
def paragraph(found: Paragraph) -> reading.Shown | None:
    """One paragraph as it is being written."""
    rows = reading.working(found.minutes, actor=actor()).paragraphs
    return next((row for row in rows if row.public_id == found.public_id and not row.withheld), None)


@rest.lists(
    bp, f"{MINUTES}/opinions", shapes.OPINION, by=("draft",), key=lambda row: row[0].public_id, load=loaders.meeting,
    may=policies.read_drafts, as_of=False,
)  # fmt: skip
def said(meeting: Meeting) -> list[Any]:
    """What was said to each paragraph of the draft: who agrees and objects, suggestions, comments with their answers."""
    offer, minutes = offered(meeting), meeting.minutes
    if minutes is None or offer is None or offer.draft is None:
        return []
    text = reading.frozen(offer.draft, actor=actor())
    reading.attach_comments(text, minutes)
    told = opinions.said_to(text, minutes, offer.draft)
    return [(row, told[row.paragraph_id]) for row in text.paragraphs if not row.withheld]


def remark_of(*, actor: Actor, code: str, number: int) -> Comment | None:
    """A comment or an answer, for readers of drafts who see its paragraph."""
    found = loaders.comment(actor=actor, code=code, number=number)
    reads = found is not None and policies.read_drafts(actor, found.paragraph.minutes.meeting)
    return found if reads else None


@rest.reads(
    bp, f"{MINUTES}/comments/<int:number>", shapes.REMARK, load=remark_of, may=policies.see, as_of=False,
    version=lambda _comment: None,
)  # fmt: skip
def remark(found: Comment) -> Comment:
    """One comment, or an answer to one."""
    return found


# As the page asks for them: which draft, and the language beside the text.
_TEXT = ("draft", "side")
rest.hands_out(bp, f"{MINUTES}.pdf", downloads.minutes_pdf, PDF.media, filters=("form", *_TEXT))
rest.hands_out(bp, f"{MINUTES}.docx", downloads.minutes_docx, DOCX.media, filters=_TEXT)
rest.hands_out(bp, f"{MINUTES}.json", downloads.minutes_json, "application/json", filters=_TEXT)
rest.hands_out(bp, f"{MINUTES}.md", downloads.minutes_markdown, "text/markdown", filters=_TEXT)

"""A picture brought into a paragraph of minutes that are being written."""

from kangjiansheng.committee.models import Paragraph
from kangjiansheng.committee.operations.minutes import edit_paragraph
from kangjiansheng.committee.queries.images import THING
from kangjiansheng.committee.queries.shelves import shelf_of
from kangjiansheng.committee.rules import images
from kangjiansheng.core import files
from kangjiansheng.core.changes import Actor, begin
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.filetypes import JPEG, PNG


def add(
    paragraph: Paragraph, name: str, data: bytes, alt: str, *, actor: Actor, seen: int | None
) -> Paragraph:
    """Put a picture at the end of a paragraph, as a new wording that names its digest. `alt` says what it shows."""
    if paragraph.kind != "text":
        raise RuleBroken("committee:not-text")
    if files.check(name, data) not in (PNG, JPEG):
        raise RuleBroken("committee:image-type", "files")
    if not images.fits(data):
        raise RuleBroken("committee:image-large", "files", most=images.LARGEST // 2**20, side=images.WIDEST)
    change = begin(actor=actor)
    ref = files.attach(
        THING, paragraph.id, name, data, actor=actor, at=change.recorded_at,
        within=shelf_of(paragraph.minutes.meeting.committee_id), kind="image", note=alt,
    )  # fmt: skip
    text = images.written(paragraph.text, alt, ref.blob.sha256)
    return edit_paragraph(paragraph, actor=actor, seen=seen, text=text, change=change)

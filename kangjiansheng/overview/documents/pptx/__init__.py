"""The pack as slides: one finding a slide, charts that can be edited, what it is counted from at its foot."""

import io
from datetime import UTC

from kangjiansheng.core.archives import settled
from kangjiansheng.overview.documents.outline import Outline, Section
from kangjiansheng.overview.documents.pptx.canvas import Deck


def rendered(said: Outline) -> bytes:
    """The slides of an outline; the same outline gives the same bytes."""
    deck = Deck(said)
    deck.answer()
    for section in said.sections:
        if section.chart and section.chart.tells and section is not said.trend:
            deck.drawn(section)
        elif not section.chart and (section.rows or section.headline):
            deck.listed(section)
    for section in _behind(said):
        deck.listed(section, behind=True)
    deck.definitions()
    deck.number()
    own = deck.file.core_properties
    own.title, own.subject = f"{said.words['product']} {said.title}", said.foot
    own.author = own.last_modified_by = said.words["product"]
    own.created = own.modified = said.cut.astimezone(UTC).replace(tzinfo=None)
    own.revision = 1
    out = io.BytesIO()
    deck.file.save(out)
    return settled(out.getvalue(), said.cut)


def _behind(said: Outline) -> list[Section]:
    """The rows behind the charts: they come last, for who asks."""
    return [one for one in said.sections if one.chart and one.rows]

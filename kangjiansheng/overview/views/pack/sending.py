"""A pack as it goes to one person by mail: how much has changed, and the file if they asked for it."""

from typing import Any

from kangjiansheng.committee.queries import owed
from kangjiansheng.core import clock
from kangjiansheng.core.calendar import Cut
from kangjiansheng.core.i18n import moment, speaking
from kangjiansheng.core.outbox import FLEETING
from kangjiansheng.overview import notices
from kangjiansheng.overview.queries.deliveries import Due
from kangjiansheng.overview.rules import deliveries as rules
from kangjiansheng.overview.views.pack import files, outline
from kangjiansheng.overview.views.pack.asking import Asked, since, usual


def asked_for(found: Due) -> Asked:
    """The pack of this moment, since the day that such a mail tells of."""
    day = Cut.at(clock.now())
    compare = rules.compared(found.rhythm, clock.today())
    if compare is None:
        last = owed.held_before(actor=found.actor, day=day, committee_id=found.committee_id)
        compare = last.held_on if last else usual(day, actor=found.actor)
    return since(day, compare, actor=found.actor)


def made(found: Due, asking: Asked) -> tuple[dict[str, Any], tuple[str, str, bytes] | None]:
    """The facts of the mail, none when there is nothing to tell, and the file as name, type and content.

    In the reader's language and with their rights of this moment; nothing is written.
    """
    with speaking(found.locale):
        said = outline.outline(asking, actor=found.actor, address=asking.path)
        counts = {one.key: len(one.rows) for one in said.sections if one.key in notices.COUNTED and one.rows}
        if not counts:
            return {}, None
        facts = {
            "since": asking.compare.isoformat(),
            "cut": moment(asking.cut),
            "meeting": found.meeting.isoformat() if found.meeting else "",
            "counts": counts,
            "illustrative": bool(said.illustrative),
            FLEETING: ["counts", "meeting"],
        }
        kind = found.attachment
        file = (files.name(kind, said), files.TYPES[kind], files.rendered(kind, said)) if kind else None
        return facts, file

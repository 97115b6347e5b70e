"""That the company answered an advice."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.committee.models import Decision
from kangjiansheng.committee.notices.base import of_meeting
from kangjiansheng.core import outbox
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.outbox import Words


def advice_answered(decision: Decision, people: Iterable[int], verdict: str, *, actor: Actor) -> None:
    """Those who keep the committee: what the company decided on its advice. Why stands on the page, not here."""
    facts = of_meeting(decision.meeting, actor) | {"number": decision.number, "verdict": verdict}
    address = f"/decisions/{decision.number}"
    outbox.tell(people, "committee:advice-answered", facts, address=address, besides=actor.id)


def _answered(facts: Mapping[str, Any]) -> tuple[str, str]:
    subject = _("公司已答复 %(number)s", number=facts["number"])
    said = {
        "adopted": _("公司采纳了 %(number)s。", number=facts["number"]),
        "partly": _("公司部分采纳了 %(number)s，理由见该条页面。", number=facts["number"]),
        "declined": _("公司没有采纳 %(number)s，理由见该条页面。", number=facts["number"]),
    }
    return subject, said[facts["verdict"]]


WORDS: dict[str, Words] = {"committee:advice-answered": _answered}

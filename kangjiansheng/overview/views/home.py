"""Home by role: the board for who reads all; for everybody else what waits for them, and what is theirs."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np
from flask import g
from werkzeug.wrappers import Response

from kangjiansheng.accounts.queries.rights import review_is_due
from kangjiansheng.committee.queries import duties, step
from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.pages import page
from kangjiansheng.labs.queries.companion import waiting
from kangjiansheng.labs.queries.papers import pressing as pressing_papers
from kangjiansheng.labs.rules import papers as paper_rules
from kangjiansheng.labs.rules.companion import SERVICES
from kangjiansheng.labs.rules.resources import written
from kangjiansheng.overview import queries
from kangjiansheng.overview.queries import disposals as waiting_disposals
from kangjiansheng.overview.rules import attention, figures, gates, pipeline
from kangjiansheng.overview.rules import retention as retention_rules
from kangjiansheng.overview.rules.answer import Answer, answer
from kangjiansheng.overview.rules.board import PAGE
from kangjiansheng.overview.rules.rows import Seen
from kangjiansheng.overview.views import dashboard, matters, words
from kangjiansheng.overview.views.blueprint import bp
from kangjiansheng.projects.forms import asks as ask_words
from kangjiansheng.projects.forms import hand_offs as hand_off_words
from kangjiansheng.projects.queries import asks, hand_offs, lab_plans, owned, to_update
from kangjiansheng.projects.queries.risks import pressing
from kangjiansheng.projects.rules import asks as ask_rules

CHIPS = pipeline.Few(48, 24)


@bp.get("/")
@signed_in
def home() -> Response:
    """Executives and auditors see the board; others their week, their projects and their committee."""
    me = actor()
    if me.reads_all:
        return dashboard.show(dashboard.asked(), actor=me)
    day = g.as_of or clock.today()
    mine, rows = queries.seen(partial(_mine, actor=me, as_of=g.as_of), actor=me, as_of=g.as_of)
    own = queries.own(actor=me, as_of=g.as_of)
    duty = None if g.as_of else duties(actor=me)
    park = waiting(actor=me) if own.park and not g.as_of else None
    asked = asks.waiting(actor=me) if own.asks and not g.as_of else []
    plans = lab_plans(actor=me, as_of=g.as_of, owner=me.id) if own.lab_plans or g.as_of else []
    shown: list[Any] = [*own.labs, *plans, *asked, *(booking.resource for booking in own.bookings)]
    return page(
        "overview/home.html",
        illustrative=mine.illustrative
        or bool(duty and duty.illustrative)
        or bool(park and park.illustrative)
        or any(one.illustrative for one in shown),
        answer=mine.answer if mine.answer.total else None,
        hand_offs=hand_offs.waiting(actor=me) if own.hand_offs and not g.as_of else [],
        hand_off_words=hand_off_words,
        asks=asked,
        ask_words=ask_words,
        ask_rules=ask_rules,
        papers=db.session.scalars(pressing_papers(me)).all() if own.papers and not g.as_of else [],
        paper_rules=paper_rules,
        asked=to_update(owned([*rows, *plans], me.id, day)),
        attention=mine.attention,
        matters=matters,
        chips=mine.chips,
        labs=own.labs,
        bookings=own.bookings,
        written=written,
        duties=duty,
        park=park,
        services=SERVICES,
        meeting=duty.coming if duty else None,
        drafts=duty.drafts if duty else [],
        step=step,
        is_admin=me.has("admin", "security"),
        disposals=waiting_disposals.to_decide(me) if own.disposals and not g.as_of else [],
        kinds=retention_rules.KINDS,
        rights_due=me.has("admin", "security") and review_is_due(),
        words=words,
    )


@dataclass(frozen=True)
class _Mine:
    """What home says of the projects that one sees; `chips` are some of them, and what one owns is named."""

    illustrative: bool
    answer: Answer
    attention: attention.Attention
    chips: pipeline.Group


def _mine(seen: Seen, *, actor: Actor, as_of: date | None) -> _Mine:
    day, naming = seen.day, seen.naming
    waits = gates.gates(day, seen.agenda, 0)
    risks = pressing(actor=actor, as_of=as_of) if day.there else {}
    for at in np.flatnonzero(day.owner == actor.id).tolist():
        naming.milestone(at)
    return _Mine(
        day.illustrative,
        answer(day, figures.on_time(day), waits, naming),
        attention.attention(day, waits.waiting, risks, naming, PAGE.matters),
        pipeline.Chips(day, naming).group(day.there, CHIPS),
    )

"""Home by role: the board for who reads all; for everybody else what waits for them, and what is theirs."""

from flask import g
from werkzeug.wrappers import Response

from kangjiansheng.committee.queries import duties, step
from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.pages import page
from kangjiansheng.overview import queries
from kangjiansheng.overview.rules import answer, attention, figures, gates, pipeline
from kangjiansheng.overview.views import dashboard, matters, words
from kangjiansheng.overview.views.blueprint import bp
from kangjiansheng.projects.queries import lab_plans, owned, portfolio, to_update
from kangjiansheng.projects.queries.risks import pressing


@bp.get("/")
@signed_in
def home() -> Response:
    """Executives and auditors see the board; others their week, their projects and their committee."""
    me = actor()
    if me.reads_all:
        return dashboard.show(dashboard.asked(), actor=me)
    day = g.as_of or clock.today()
    projects = portfolio(actor=me, as_of=g.as_of)
    punctual = figures.on_time(projects, {}, day, day)
    waiting = gates.gates(projects, dashboard.agenda_of(projects, g.as_of, actor=me), 0)
    duty = None if g.as_of else duties(actor=me)
    chips = [pipeline.Chip(project, pipeline.worst_slip(project)) for project in projects]
    return page(
        "overview/home.html",
        illustrative=any(project.illustrative for project in projects),
        answer=answer.answer(projects, punctual, waiting) if projects else None,
        asked=to_update(owned([*projects, *lab_plans(actor=me, as_of=g.as_of, owner=me.id)], me.id, day)),
        attention=attention.attention(
            projects, waiting.waiting, day, risks=pressing(actor=me, as_of=g.as_of) if projects else {}
        ),
        matters=matters,
        chips=chips,
        labs=queries.my_labs(actor=me),
        duties=duty,
        meeting=duty.coming if duty else None,
        drafts=duty.drafts if duty else [],
        step=step,
        is_admin=me.has("admin"),
        words=words,
    )

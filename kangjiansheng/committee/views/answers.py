"""One decision of a committee with what the company answered; and the answer."""

from typing import Any

from flask import abort, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.committee import policies
from kangjiansheng.committee.forms.answers import AnswerForm
from kangjiansheng.committee.models import Decision
from kangjiansheng.committee.operations import answers as operations
from kangjiansheng.committee.queries import answers as reading
from kangjiansheng.committee.queries import effects as changing
from kangjiansheng.committee.queries import loaders, overviews
from kangjiansheng.committee.queries.standing import stood
from kangjiansheng.committee.views.base import bp, page, until_day
from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.pages import saved


@bp.get("/decisions/<number>")
@on(load=loaders.decision, may=policies.see)
def decision(decision: Decision) -> Response:
    """The decision, its votes, and what the company said of it."""
    return _page(decision)


def _page(decision: Decision, form: AnswerForm | None = None) -> Response:
    until, who = until_day(), actor()
    if until is not None and not stood(decision.meeting_id, until):
        abort(404)
    found = reading.answers([decision], until=until)
    course = reading.course(decision, until=until)
    may_answer = until is None and decision.id in found and reading.owes(who)
    own = [d for d in reading.company_resolutions(actor=who)] if may_answer else []
    if may_answer and form is None:
        last = course[0].id if course else 0
        form = AnswerForm(formdata=None, decided_on=clock.today(), version=last)
    if form is not None:
        form.by.choices = [("", "—")] + [(d.number, f"{d.number} {d.text[:24]}") for d in own]
    seen = {row.by_decision_id for row in course if row.by_decision_id}
    return page(
        "decision.html",
        form.status if form else 200,
        decision=decision,
        found=found,
        course=course,
        linked=overviews.seen_decisions(seen, actor=who),
        answered=reading.given_by([decision], actor=who, until=until).get(decision.id, []),
        effects=(told := changing.of_decision(decision)),
        settled=changing.settled([one["id"] for one in told]),
        form=form,
        may_answer=may_answer,
        open_projects=overviews.open_projects([decision], actor=who),
        illustrative=decision.illustrative,
    )


@bp.post("/decisions/<number>/answers")
@on(load=loaders.decision, may=policies.answer_advice)
def answer_advice(decision: Decision) -> Any:
    """Record what the company decided."""
    form, number = AnswerForm(), decision.number

    def act() -> None:
        operations.answer(
            decision,
            actor=actor(),
            seen=form.seen or 0,
            verdict=form.verdict.data or "",
            decided_on=form.decided_on.data or clock.today(),
            body=form.body.data or "",
            reasons=form.reasons.data or "",
            by=_resolution(form.by.data or ""),
        )

    if form.attempt(act):
        return saved(url_for(".decision", number=number), _("已记录公司的决定"))
    return _page(afresh(decision), form)


def _resolution(number: str) -> Decision | None:
    if not number:
        return None
    found = next((d for d in reading.company_resolutions(actor=actor()) if d.number == number), None)
    if found is None:
        raise RuleBroken("committee:resolution-unknown", "by")
    return found

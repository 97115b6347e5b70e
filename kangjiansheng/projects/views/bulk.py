"""Changing many milestones at once: choose, look at what would happen to each, consent; and taking it back."""

from collections.abc import Sequence
from typing import Any

from flask import abort, g, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from kangjiansheng.core import clock, trail
from kangjiansheng.core.access import actor, afresh, on, signed_in
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import explain, name_of
from kangjiansheng.core.pages import of_today, page, saved
from kangjiansheng.projects import policies
from kangjiansheng.projects.forms.bulk import BulkForm, asked_rows, packed, shown_along
from kangjiansheng.projects.forms.filters import asked_milestones
from kangjiansheng.projects.forms.hand_offs import held_words
from kangjiansheng.projects.models import Milestone
from kangjiansheng.projects.operations import bulk as operations
from kangjiansheng.projects.operations.bulk import Outcome
from kangjiansheng.projects.queries import bulk, milestone_lists
from kangjiansheng.projects.queries.people import people, people_of_plans
from kangjiansheng.projects.queries.schedule import Spread
from kangjiansheng.projects.rules.bulk import AT_MOST
from kangjiansheng.projects.views import bp, words
from kangjiansheng.projects.views.milestones import moved_word
from kangjiansheng.projects.views.spreads import spread_facts


@bp.post("/milestones/bulk")
@signed_in
def bulk_change() -> Response:
    """The rows that were selected: what to do with them, and what that would do to each. Changes nothing."""
    _today_only()
    rows = _selected()
    if len(rows) > AT_MOST:
        return _page({}, problem=RuleBroken("projects:too-many-rows", most=AT_MOST, count=len(rows)))
    if not rows:
        return _page({}, status=422)
    form = _form(rows)
    if "act" not in request.form and "look" not in request.form:
        return _page(rows, form=form)
    if not form.validate():
        return _page(rows, form=form, status=422)
    return _previewed(rows, form)


@bp.post("/milestones/bulk/consent")
@signed_in
def bulk_consent() -> Response:
    """Do what was previewed, as one change. What somebody changed meanwhile is refused, and shown."""
    _today_only()
    rows = asked_rows()
    form = _form(rows)
    shown = shown_along() if "along" in request.form else None
    made = (
        form.attempt(lambda: operations.apply(rows, form.wanted(), actor=actor(), shown=shown))
        if rows
        else None
    )
    if made is None:
        if not rows or form.errors:
            return _page(rows, form=form, status=422)
        return _previewed(rows, form, 422)
    number = made.change.id
    if made.refused:
        return _change(bulk.change(actor=actor(), number=number) or abort(404), made.refused)
    text = ngettext("已更改 %(num)d 项", "已更改 %(num)d 项", len(made.able)) + moved_word(len(made.along))
    return saved(url_for(".bulk_result", number=number), text, undo=url_for(".undo_bulk", number=number))


@bp.get("/milestones/changes/<int:number>")
@on(load=bulk.change, may=policies.see)
@of_today
def bulk_result(found: bulk.Change) -> Response:
    """What one act changed, as far as the reader sees it."""
    return _change(found)


@bp.post("/milestones/changes/<int:number>/undo")
@on(load=bulk.change, may=policies.undo_bulk)
def undo_bulk(found: bulk.Change) -> Response:
    """Take it back as one change; what has been said anew since stays, and is shown."""
    _today_only()
    number = found.change.id
    try:
        count, refused = operations.undo(found.change, actor=actor())
    except RuleBroken as problem:
        return _change(afresh(found), problem=problem)
    if refused:
        return _change(afresh(found), refused)
    text = ngettext("已撤销 %(num)d 项", "已撤销 %(num)d 项", count)
    return saved(url_for(".bulk_result", number=number), text)


def _today_only() -> None:
    if g.as_of is not None:
        abort(403)


def _selected() -> dict[int, int]:
    """The rows that were ticked; with `every` all that the filter of the address lets through."""
    if not request.form.get("every"):
        return asked_rows()
    lines = milestone_lists.milestones(asked_milestones(), actor=actor(), as_of=None)
    return {line.milestone.id: line.milestone.version for line in lines}


def _form(rows: dict[int, int]) -> BulkForm:
    form = BulkForm()
    found = bulk.chosen(rows, actor=actor())
    teams = people_of_plans({m.plan_id for m in found})
    everybody: set[int] = set().union(*teams.values())
    form.set_choices([(person.id, name_of(person)) for person in people(everybody)])
    return form


def _previewed(rows: dict[int, int], form: BulkForm, status: int = 200) -> Response:
    """What the act would do to each row, and to what was not selected."""
    outcomes = operations.preview(rows, form.wanted(), actor=actor())
    spreads = operations.effect(outcomes)
    return _page(rows, form=form, status=status, outcomes=outcomes, spreads=spreads)


def _page(
    rows: dict[int, int],
    status: int = 200,
    *,
    form: BulkForm | None = None,
    outcomes: Sequence[Outcome] | None = None,
    spreads: Sequence[Spread] = (),
    problem: RuleBroken | None = None,
) -> Response:
    found = [one.milestone for one in outcomes] if outcomes is not None else bulk.chosen(rows, actor=actor())
    able = {one.milestone.id: rows[one.milestone.id] for one in outcomes or () if one.problem is None}
    early = {key: _early(spread, key) for spread in spreads for key in {*spread.early, *spread.held}}
    return page(
        "projects/bulk.html",
        422 if problem else status,
        illustrative=_illustrative(found),
        form=form,
        rows=[_line(one, early.get(one.milestone.id)) for one in outcomes]
        if outcomes is not None
        else [_plain(m) for m in found],
        previewed=outcomes is not None,
        packed=packed({m.id: rows[m.id] for m in found}),
        able=packed(able),
        able_count=len(able),
        problem=explain(problem) if problem else None,
        query=request.query_string.decode("utf-8", "replace"),
        owner_name=_owner_name(form),
        **spread_facts(spreads, actor()),
    )


def _owner_name(form: BulkForm | None) -> str:
    if form is None or form.act.data != "give":
        return ""
    return next(
        (str(word) for key, word, *_rest in form.owner_id.iter_choices() if key == form.owner_id.data), ""
    )


def _early(spread: Spread, key: int) -> str:
    """Why a day is too early, in words."""
    if key in spread.held:
        return held_words(spread.held[key])
    return _("按计划间隔 %(day)s 才到", day=spread.early[key].isoformat())


def _plain(m: Milestone) -> dict[str, Any]:
    return {
        "project": m.plan.owner.code,
        "path": m.path,
        "home": m.plan.path,
        "code": m.code,
        "names": m,
        "flagged": m.flagged,
    }


def _line(one: Outcome, early: str | None = None) -> dict[str, Any]:
    """A row of the preview: old and new, or why not."""
    return _plain(one.milestone) | {
        "before": one.before,
        "after": one.after,
        "proposed": one.proposed,
        "approximate": one.approximate,
        "early": early,
        "owner": name_of(one.milestone.owner) if one.milestone.owner else "",
        "problem": explain(one.problem) if one.problem else None,
    }


def _illustrative(found: Sequence[Milestone]) -> bool:
    return any(m.plan.owner.illustrative for m in found)


def _change(
    found: bulk.Change, refused: Sequence[Outcome] = (), problem: RuleBroken | None = None
) -> Response:
    change = found.change
    names = trail.names({change.actor_id})
    owners = {p.id: name_of(p) for p in people({e.owner_id or 0 for pair in found.pairs for e in pair})}
    may_undo = g.as_of is None and policies.undo_bulk(actor(), found) and not found.undone
    return page(
        "projects/bulk_result.html",
        409 if problem else 200,
        illustrative=_illustrative([entry.milestone for entry, _before in found.pairs]),
        number=change.id,
        who=names.get(change.actor_id, ""),
        when=change.recorded_at,
        note=change.note,
        reason=words.label_of(change.reason_code, words.reasons()),
        rows=[_said(entry, before, owners) for entry, before in found.pairs],
        along=sum(entry.kind == "follow" for entry, _before in found.pairs),
        refused=[_line(one) for one in refused],
        problem=explain(problem) if problem else None,
        undone=found.undone,
        may_undo=may_undo,
        today=clock.today(),
    )


def _said(entry: Any, before: Any, owners: dict[int, str]) -> dict[str, Any]:
    promised = [e.proposed or e.forecast or e.current_plan or e.baseline for e in (before, entry)]
    return _plain(entry.milestone) | {
        "kind": str(words.KINDS.get(entry.kind, entry.kind)),
        "dates": promised if promised[0] != promised[1] else None,
        "owners": [owners.get(e.owner_id or 0, "—") for e in (before, entry)]
        if before.owner_id != entry.owner_id
        else None,
        "flags": entry.flagged if before.flagged != entry.flagged else None,
    }

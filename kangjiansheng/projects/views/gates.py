"""Gates: the dossier of criteria, evidence and verdicts; the criteria; the decision."""

from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from kangjiansheng.accounts.queries import names
from kangjiansheng.core import audit, clock, history, trail
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import of_today, page, saved
from kangjiansheng.labs import policies as keeping
from kangjiansheng.labs.models import LabReview
from kangjiansheng.labs.rules.reviews import AT_WORK, OUTCOMES
from kangjiansheng.projects import policies
from kangjiansheng.projects.forms.gates import CriterionForm, DecisionForm, MetForm, RemoveForm
from kangjiansheng.projects.models import Milestone
from kangjiansheng.projects.notices import DECISIONS
from kangjiansheng.projects.operations import gates as operations
from kangjiansheng.projects.operations.lab_reviews import decide_by_review
from kangjiansheng.projects.queries import choices, lab_reviews
from kangjiansheng.projects.queries import gates as reading
from kangjiansheng.projects.queries.acceptance import meaning_of
from kangjiansheng.projects.queries.gates import Criterion
from kangjiansheng.projects.queries.people import parts_in
from kangjiansheng.projects.rules.templates import RENEWAL, REVIEW
from kangjiansheng.projects.views import bp, dossier, milestones, words

PATH = milestones.PATH
ONE = f"{PATH}/criteria/<int:number>"
Pair = tuple[Milestone, Criterion]


def _free(thing: Milestone) -> bool:
    return g.as_of is None and thing.plan.owner.archived_at is None


def _facts(thing: Milestone) -> dict[str, Any]:
    return {
        "plan": thing.plan,
        "project": thing.plan.owner,
        "milestone": thing,
        "illustrative": thing.plan.owner.illustrative,
        "where": milestones.where(thing),
    }


@bp.get(f"{PATH}/dossier")
@on(load=reading.gate, may=policies.see)
def gate_dossier(thing: Milestone) -> Response:
    """What the gate asks for, what there is, what is said of it, and who still owes what."""
    free, parts = _free(thing), parts_in(thing.plan_id)
    made, mine = dossier.of(thing, parts), policies.standing_in(actor(), thing.plan_id, parts)
    standing = lab_reviews.standing_for(one.id for one in made.decisions) if thing.plan.lab_id else {}
    return page(
        "projects/dossier.html",
        d=made,
        reviews=standing,
        outcomes=OUTCOMES,
        may_review=free and _waits_for_review(thing, made, standing),
        words=DECISIONS,
        stops=reading.open_conditions(thing) if g.as_of is None else [],
        may_keep=free and mine.may_plan(thing.plan_id),
        may_bring=free and thing.state != "cancelled" and mine.may_update(thing.plan_id, thing.owner_id),
        may_decide=free
        and thing.state != "cancelled"
        and (actor().has("executive") or mine.may_plan(thing.plan_id)),
        **_facts(thing),
    )


def _waits_for_review(thing: Milestone, made: dossier.Dossier, standing: dict[int, LabReview]) -> bool:
    """Whether what was decided at a gate of a laboratory has still to be recorded as the outcome of its review."""
    lab = thing.plan.lab
    return (
        lab is not None
        and bool(made.decisions)
        and made.decisions[0].id not in standing
        and meaning_of(thing) in (REVIEW, RENEWAL)
        and keeping.manage(actor(), lab)
        and lab.life in AT_WORK
    )


def _criterion_form(thing: Milestone, **kwargs: Any) -> CriterionForm:
    form = CriterionForm(**kwargs)
    known, _wanted = reading.resting_on(thing, reading.predecessors_of(thing))
    form.kinds.choices = [
        (word, f"{word.rpartition(':')[0]} {name_of(one.name)}".strip()) for word, one in known.items()
    ]
    return form


@bp.get(f"{PATH}/criteria/new")
@on(load=reading.gate, may=policies.set_plan)
@of_today
def new_criterion(thing: Milestone) -> Response:
    """An empty form for one more criterion."""
    return page(
        "projects/criterion.html", one=None, form=_criterion_form(thing, formdata=None), **_facts(thing)
    )


@bp.post(f"{PATH}/criteria")
@on(load=reading.gate, may=policies.set_plan)
def add_criterion(thing: Milestone) -> Response:
    """Write down one more criterion."""
    form = _criterion_form(thing)
    made = form.attempt(
        lambda: operations.add_criterion(thing, form.names, actor=actor(), kinds=form.kinds.data or ())
    )
    if made is None:
        return page("projects/criterion.html", form.status, one=None, form=form, **_facts(afresh(thing)))
    return saved(milestones.address(thing, ".gate_dossier"), _("标准已保存"))


@bp.get(ONE)
@on(load=reading.criterion, may=policies.judge_criterion)
@of_today
def criterion(pair: Pair) -> Response:
    """One criterion: its words, whether it is met, its history."""
    return _page(pair)


def _page(pair: Pair, status: int = 200, **forms: Any) -> Response:
    thing, one = pair
    version = reading.version_of(thing.id, one.number)
    kept = _free(thing) and policies.keep_criteria(actor(), pair)
    rows = audit.history(reading.THING, one.id) if one.id is not None else []
    return page(
        "projects/criterion.html",
        status,
        one=one,
        may_keep=kept,
        may_judge=_free(thing),
        history=history.entries(
            rows,
            labels=words.CRITERION,
            show=lambda key, value: trail.value_words(reading.THING, key, value),
            people=names({row.actor_id for row in rows}),
        ),
        **{
            "form": forms.pop("form", None)
            or _criterion_form(thing, formdata=None, obj=one, version=version),
            "met_form": MetForm(formdata=None, obj=one, version=version),
            "remove_form": RemoveForm(formdata=None, version=version),
            **forms,
        },
        **_facts(thing),
    )


@bp.post(ONE)
@on(load=reading.criterion, may=policies.keep_criteria)
def edit_criterion(pair: Pair) -> Response:
    """Change its words, place and evidence."""
    thing, one = pair
    form = _criterion_form(thing)
    done = form.attempt(
        lambda: operations.edit_criterion(
            thing,
            one.number,
            form.names,
            actor=actor(),
            version=form.version.data,
            position=form.position.data or one.position,
            kinds=form.kinds.data or (),
        )
    )
    if done is None:
        return _page(afresh(pair), form.status, form=form)
    return saved(milestones.address(thing, ".gate_dossier"), _("标准已保存"))


@bp.post(f"{ONE}/verdict")
@on(load=reading.criterion, may=policies.judge_criterion)
def judge_criterion(pair: Pair) -> Response:
    """Met, or not met because."""
    thing, one = pair
    form = MetForm()
    done = form.attempt(
        lambda: operations.judge_criterion(
            thing,
            one.number,
            form.verdict.data or "",
            actor=actor(),
            version=form.version.data,
            note=form.note.data or "",
        )
    )
    if done is None:
        return _page(afresh(pair), form.status, met_form=form)
    return saved(milestones.address(thing, ".gate_dossier"), _("判断已记录"))


@bp.post(f"{ONE}/removal")
@on(load=reading.criterion, may=policies.keep_criteria)
def remove_criterion(pair: Pair) -> Response:
    """Ask for it no longer."""
    thing, one = pair
    form = RemoveForm()
    done = form.attempt(
        lambda: operations.remove_criterion(thing, one.number, actor=actor(), version=form.version.data)
    )
    if done is None:
        return _page(afresh(pair), form.status, remove_form=form)
    return saved(milestones.address(thing, ".gate_dossier"), _("标准已删去"))


def _decision_form(thing: Milestone, **kwargs: Any) -> DecisionForm:
    form = DecisionForm(**kwargs)
    people = choices.for_owner(thing.plan)
    for row in form.rows():
        row["owner"].choices = people
    return form.rests_on(lab_reviews.to_stand_for(thing))


def _decision_page(thing: Milestone, form: DecisionForm) -> Response:
    return page(
        "projects/decision.html",
        form.status,
        form=form,
        d=dossier.of(thing, parts_in(thing.plan_id)),
        follower=reading.next_gate(thing),
        stops=reading.open_conditions(thing),
        **_facts(thing),
    )


@bp.get(f"{PATH}/decisions/new")
@on(load=reading.gate, may=policies.decide)
@of_today
def new_decision(thing: Milestone) -> Response:
    """The form of a decision, under what the dossier says."""
    return _decision_page(thing, _decision_form(thing, formdata=None, decided_on=clock.today()))


@bp.post(f"{PATH}/decisions")
@on(load=reading.gate, may=policies.decide)
def decide_gate(thing: Milestone) -> Response:
    """Record what was decided."""
    form = _decision_form(thing)
    rests = "review" in form and form.review.data
    act = decide_by_review if rests else operations.decide
    made = form.attempt(
        lambda: act(
            thing,
            form.verdict.data or "",
            actor=actor(),
            decided_on=form.decided_on.data,
            body=form.body.data or "",
            reasons=form.reasons.data or "",
            conditions=form.conditions,
        )
    )
    if made is None:
        return _decision_page(afresh(thing), form)
    count = len(form.conditions)
    text = ngettext("决策已记录，%(num)d 个条件成为里程碑", "决策已记录，%(num)d 个条件成为里程碑", count)
    return saved(milestones.address(thing, ".gate_dossier"), text if count else _("决策已记录"))

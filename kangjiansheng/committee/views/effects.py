"""What the resolutions of an item change in a project or a laboratory: proposed, taken back, carried by a resolution."""

from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from kangjiansheng.committee import policies
from kangjiansheng.committee.forms.effects import FORMS, EffectForm
from kangjiansheng.committee.models import AgendaItem, Decision, DecisionEffect
from kangjiansheng.committee.operations import effects as operations
from kangjiansheng.committee.operations.locks import facts_lock
from kangjiansheng.committee.queries import effects as reading
from kangjiansheng.committee.views.base import bp, page
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import of_today, saved
from kangjiansheng.labs.models import JointLab
from kangjiansheng.projects.models import Milestone, Plan, Project
from kangjiansheng.projects.queries.owners import ARCHIVED_AT
from kangjiansheng.projects.queries.visible import may_see_plan

PATH = "/meetings/<code>/items/<int:number>/effects"


class Targets:
    """What this person may put to the item: the milestones of its project (or of the
    laboratory whose gate it decides) when they see it; the gate that the
    project's people put on the agenda, when they write the minutes."""

    def __init__(self, item: AgendaItem) -> None:
        self.item, self.keeps = item, policies.edit_meeting(actor(), item.meeting)
        self.plan = self._plan()
        rows = self._milestones() if self.plan else []
        gate = item.gate if self.keeps and item.gate and item.gate.state == "open" else None
        self.milestones = {m.code: m for m in rows}
        self.gates = {m.code: m for m in rows if m.gate} | ({gate.code: gate} if gate else {})
        self.decisions = {d.number: d for d in reading.decisions_of(item)} if self.keeps else {}

    def _plan(self) -> Plan | None:
        item, lab = self.item, reading.lab_of(self.item)
        if item.project_id is None and lab is None:
            return None
        own = Plan.lab_id == lab.id if lab else Plan.project_id == item.project_id
        query = (
            select(Plan)
            .outerjoin(Project, Project.id == Plan.project_id)
            .outerjoin(JointLab, JointLab.id == Plan.lab_id)
            .where(own, may_see_plan(actor()), ARCHIVED_AT.is_(None))
        )
        return db.session.scalar(query)

    def _milestones(self) -> list[Milestone]:
        assert self.plan is not None
        query = select(Milestone).where(
            Milestone.plan_id == self.plan.id, Milestone.kind == "milestone", Milestone.state == "open"
        )
        return list(db.session.scalars(query.order_by(Milestone.position, Milestone.id)))

    def forms(self, back: EffectForm | None = None, kind: str = "") -> dict[str, EffectForm]:
        """The forms that this person is offered, by kind; `back` is one that came back."""
        offered = ["gate"] if self.gates else []
        offered += ["rebaseline", "baseline"] if self.plan else []
        made = {one: back if back and one == kind else FORMS[one](formdata=None) for one in offered}
        for one, form in made.items():
            self.fill(one, form)
        return made

    def fill(self, kind: str, form: EffectForm) -> None:
        """The choices of a form; a sole resolution is chosen already."""
        form.decision.choices = [("", "—")] + [(n, f"{n} {d.text[:24]}") for n, d in self.decisions.items()]
        if not form.is_submitted() and len(self.decisions) == 1:
            form.decision.data = next(iter(self.decisions))
        if kind != "baseline":
            rows = self.gates if kind == "gate" else self.milestones
            form["milestone"].choices = [(c, f"{c} {name_of(m)}") for c, m in rows.items()]

    def chosen(self, kind: str, form: Any) -> dict[str, Any]:
        """What was typed, as the operation takes it."""
        found: dict[str, Any] = {"kind": kind, "decision": self.decision(form.decision.data)}
        if kind == "baseline":
            return found | {"plan": self.plan, "name": form.name.data or ""}
        milestone = (self.gates if kind == "gate" else self.milestones).get(form.milestone.data or "")
        if milestone is None:
            raise RuleBroken("committee:effect-milestone", "milestone")
        found |= {"plan": milestone.plan, "milestone": milestone}
        if kind == "gate":
            return found | {"verdict": form.verdict.data or "", "conditions": form.conditions}
        return found | {"day": form.day.data}

    def decision(self, number: str | None) -> Decision | None:
        """The resolution that was chosen."""
        if number and number not in self.decisions:
            raise RuleBroken("committee:effect-decision", "decision")
        return self.decisions.get(number or "")


@bp.get(PATH)
@on(load=reading.item, may=policies.propose_effect)
@of_today
def item_effects(item: AgendaItem) -> Response:
    """What is asked for, before and after, and what it does to later milestones."""
    return _page(item)


def _page(item: AgendaItem, status: int = 200, back: EffectForm | None = None, kind: str = "") -> Response:
    targets = Targets(item)
    free = facts_lock(item.meeting) is None
    rows = reading.of_item(item)
    return page(
        "effects.html",
        status,
        item=item,
        meeting=item.meeting,
        rows=reading.told(rows, further=targets.plan is not None),
        targets=targets,
        forms_of=targets.forms(back, kind) if free else {},
        free=free,
        own=actor().id,
        illustrative=item.meeting.illustrative,
    )


def _again(code: str, number: int) -> AgendaItem:
    return reading.item(actor=actor(), code=code, number=number) or abort(404)


@bp.post(PATH)
@on(load=reading.item, may=policies.propose_effect)
def propose_effect(item: AgendaItem) -> Any:
    """Put one more change to the item."""
    code, number, kind = item.meeting.code, item.id, request.form.get("kind", "")
    if kind not in FORMS:
        abort(400)
    form, targets = FORMS[kind](), Targets(item)
    if kind not in targets.forms():
        abort(403)
    targets.fill(kind, form)
    if form.attempt(lambda: operations.propose(item, actor=actor(), **targets.chosen(kind, form))):
        return saved(url_for(".item_effects", code=code, number=number), _("已提出变动"))
    return _page(_again(code, number), form.status, form, kind)


@bp.post(f"{PATH}/<int:effect>/decision")
@on(load=reading.effect, may=policies.carry_effect)
def carry_effect(effect: DecisionEffect) -> Response:
    """Let a resolution of the item carry it."""
    item = effect.item
    chosen = Targets(item).decision(request.form.get("decision", ""))
    operations.carry(effect, chosen, actor=actor())
    return saved(url_for(".item_effects", code=item.meeting.code, number=item.id), _("已保存"))


@bp.post(f"{PATH}/<int:effect>/removal")
@on(load=reading.effect, may=policies.remove_effect)
def remove_effect(effect: DecisionEffect) -> Response:
    """Take it back."""
    item = effect.item
    operations.remove(effect, actor=actor())
    return saved(url_for(".item_effects", code=item.meeting.code, number=item.id), _("已移除变动"))

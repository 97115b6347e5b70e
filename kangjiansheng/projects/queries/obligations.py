"""Which obligations matter to a project, a milestone or a laboratory, and to what one obligation matters."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs import queries as labs
from kangjiansheng.labs.models import JointLab, Obligation
from kangjiansheng.labs.queries import ObligationRow, obligation_rows
from kangjiansheng.labs.queries.obligations import obligations_on
from kangjiansheng.projects.models import Milestone, ObligationLink, Plan, Project
from kangjiansheng.projects.queries.past import NAMES, named
from kangjiansheng.projects.queries.stood import stood_of
from kangjiansheng.projects.queries.visible import visible_milestones, visible_projects


@dataclass(frozen=True, slots=True)
class Linked:
    """One thing to which an obligation matters. `day` is the date that counts of a milestone, that of the day shown."""

    id: int
    of: str  # the first word of its address: projects, labs
    code: str  # of the project or the laboratory
    milestone_code: str
    name_hans: str
    name_hant: str
    name_en: str
    day: date | None
    done: bool
    illustrative: bool

    @property
    def path(self) -> str:
        """The path of its page."""
        own = f"/{self.of}/{self.code}"
        return f"{own}/milestones/{self.milestone_code}" if self.milestone_code else own


def standing(as_of: date | None, link: Any = ObligationLink) -> ColumnElement[bool]:
    """The condition under which a link stands today, or stood at the end of a day."""
    if as_of is None:
        return link.removed_at.is_(None)  # type: ignore[no-any-return]
    end = clock.end_of(as_of)
    return (link.made_at <= end) & or_(link.removed_at.is_(None), link.removed_at > end)


def links_of(obligation: Obligation, *, actor: Actor, as_of: date | None = None) -> list[Linked]:
    """To what an obligation matters, as far as the actor sees it; milestones as they stood. Two statements at most."""
    query = (
        select(ObligationLink, Project, JointLab)
        .outerjoin(Milestone, Milestone.id == ObligationLink.milestone_id)
        .outerjoin(Plan, Plan.id == Milestone.plan_id)
        .outerjoin(Project, Project.id == func.coalesce(ObligationLink.project_id, Plan.project_id))
        .outerjoin(JointLab, JointLab.id == func.coalesce(ObligationLink.lab_id, Plan.lab_id))
        .where(ObligationLink.obligation_id == obligation.id, standing(as_of), _may_see(actor))
        .order_by(ObligationLink.id)
    )
    found = db.session.execute(query).all()
    ids = [link.milestone_id for link, _project, _lab in found if link.milestone_id]
    plans = select(Milestone.plan_id).where(Milestone.id.in_(ids))
    rows, since = stood_of(Plan.id, plans, as_of, only=ids) if ids else ([], {})
    stood = {row.id: (row, named(row, since.get(row.id))) for row in rows}
    return [_linked(link, project, lab, stood.get(link.milestone_id or 0)) for link, project, lab in found]


def _may_see(actor: Actor) -> ColumnElement[bool]:
    return or_(
        ObligationLink.lab_id.is_not(None),
        ObligationLink.project_id.in_(visible_projects(actor)),
        ObligationLink.milestone_id.in_(visible_milestones(actor)),
    )


def _linked(
    link: ObligationLink,
    project: Project | None,
    lab: JointLab | None,
    stood: tuple[Row[Any], dict[str, Any]] | None = None,
) -> Linked:
    owner: Any = project or lab
    m, names = stood or (None, {key: getattr(owner, key) for key in NAMES})
    return Linked(
        id=link.id,
        of="projects" if project else "labs",
        code=owner.code,
        milestone_code=m.code if m else "",
        **{key: names[key] for key in NAMES},
        day=(m.actual or m.forecast or m.current_plan or m.baseline) if m else None,
        done=m is not None and m.state == "done",
        illustrative=owner.illustrative,
    )


def link(*, actor: Actor, code: str, number: int) -> ObligationLink | None:
    """A link that stands, of an obligation that the actor sees, to something that she sees."""
    query = (
        select(ObligationLink)
        .join(Obligation, Obligation.id == ObligationLink.obligation_id)
        .where(
            Obligation.id.in_(labs.visible_obligations(actor).with_only_columns(Obligation.id)),
            Obligation.code == code,
            ObligationLink.id == number,
            standing(None),
            _may_see(actor),
        )
    )
    return db.session.scalar(query)


def of_project(project: Project, *, actor: Actor, as_of: date | None = None) -> list[ObligationRow]:
    """The obligations that matter to a project or to one of its milestones."""
    its = select(Milestone.id).join(Plan, Plan.id == Milestone.plan_id).where(Plan.project_id == project.id)
    wanted = or_(ObligationLink.project_id == project.id, ObligationLink.milestone_id.in_(its))
    return _rows(wanted, actor, as_of)


def linked_with(codes: Collection[str], as_of: date | None) -> ColumnElement[bool]:
    """The condition on `Obligation` that it matters to one of some projects, or to a milestone of one."""
    query = (
        select(ObligationLink.obligation_id)
        .outerjoin(Milestone, Milestone.id == ObligationLink.milestone_id)
        .outerjoin(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == func.coalesce(ObligationLink.project_id, Plan.project_id))
        .where(standing(as_of), Project.code.in_(codes))
    )
    return Obligation.id.in_(query)


def linked_projects(*, actor: Actor, as_of: date | None = None) -> dict[str, set[str]]:
    """Obligation by code → the codes of the projects that the actor sees and to which it matters; one statement."""
    query = (
        select(Obligation.code, Project.code)
        .join(ObligationLink, ObligationLink.obligation_id == Obligation.id)
        .outerjoin(Milestone, Milestone.id == ObligationLink.milestone_id)
        .outerjoin(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == func.coalesce(ObligationLink.project_id, Plan.project_id))
        .where(standing(as_of), Project.id.in_(visible_projects(actor)))
    )
    found: dict[str, set[str]] = {}
    for code, project in db.session.execute(query):
        found.setdefault(code, set()).add(project)
    return found


def of_milestone(milestone: Milestone, *, actor: Actor, as_of: date | None = None) -> list[ObligationRow]:
    """The obligations that matter to a milestone."""
    return _rows(ObligationLink.milestone_id == milestone.id, actor, as_of)


def of_lab(lab: JointLab, *, actor: Actor, as_of: date | None = None) -> list[ObligationRow]:
    """The obligations that matter to a laboratory or to its plan, and those of the agreement on which it rests: on which
    one that is, only those know who see its inside."""
    its = select(Milestone.id).join(Plan, Plan.id == Milestone.plan_id).where(Plan.lab_id == lab.id)
    linked = or_(ObligationLink.lab_id == lab.id, ObligationLink.milestone_id.in_(its))
    rows = _rows(linked, actor, as_of)
    then = labs.as_it_stood(lab, as_of) if labs.sees_inside(actor, lab) else None
    agreement = labs.agreement(actor=actor, code=then.agreement.code) if then and then.agreement else None
    more = obligations_on(agreement, actor=actor, as_of=as_of) if agreement else []
    return [*rows, *(row for row in more if row not in rows)]


def _rows(wanted: ColumnElement[bool], actor: Actor, as_of: date | None) -> list[ObligationRow]:
    ids: Select[int] = select(ObligationLink.obligation_id).where(standing(as_of), wanted)
    rows = obligation_rows(actor=actor, as_of=as_of, only=[Obligation.id.in_(ids)])
    return [row for row in rows if not row.archived]

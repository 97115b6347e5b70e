"""Which versions the pathways have, and which of them new plans are made from."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.projects.models import Plan, TemplateVersion
from kangjiansheng.projects.queries.visible import may_see_plan
from kangjiansheng.projects.rules.vocabulary import Name, Template, template_step


def of(row: TemplateVersion) -> Template:
    """A stored version as the rules see it."""
    return Template(
        row.code,
        Name(**row.names),
        row.code[0],
        row.number,
        tuple(template_step(step) for step in row.milestones),
    )


def published() -> dict[str, Template]:
    """What new plans are made from, by pathway: the published version of each."""
    return {row.code: of(row) for row in _published()}


def published_version(pathway: str) -> TemplateVersion | None:
    """The published version of one pathway."""
    return next((row for row in _published() if row.code == pathway), None)


def _published() -> list[TemplateVersion]:
    query = select(TemplateVersion).where(TemplateVersion.status == "published")
    newest = {row.code: row for row in db.session.scalars(query.order_by(TemplateVersion.number))}
    return [newest[code] for code in sorted(newest)]


@dataclass(frozen=True, slots=True)
class Pathway:
    """A pathway with its versions, the newest first, and how many plans that the reader sees were made from each,
    by version id."""

    code: str
    names: dict[str, Any]
    versions: tuple[TemplateVersion, ...]
    plans: dict[int, int]

    @property
    def published(self) -> TemplateVersion | None:
        """What new plans are made from."""
        return next((row for row in self.versions if row.status == "published"), None)

    @property
    def draft(self) -> TemplateVersion | None:
        """The version that is being written."""
        return next((row for row in self.versions if row.status == "draft"), None)

    def version(self, number: int) -> TemplateVersion | None:
        """The version of that number."""
        return next((row for row in self.versions if row.number == number), None)


def pathways(code: str | None = None, *, actor: Actor) -> list[Pathway]:
    """All pathways in order, or one; two statements."""
    query = select(TemplateVersion).order_by(TemplateVersion.code, TemplateVersion.number.desc())
    counts = (
        select(Plan.template_version_id, func.count(Plan.id))
        .where(may_see_plan(actor))
        .group_by(Plan.template_version_id)
    )
    if code is not None:
        query = query.where(TemplateVersion.code == code)
    plans = {key: count for key, count in db.session.execute(counts) if key is not None}
    rows: dict[str, list[TemplateVersion]] = {}
    for row in db.session.scalars(query):
        rows.setdefault(row.code, []).append(row)
    return [Pathway(key, found[0].names, tuple(found), plans) for key, found in rows.items()]


def pathway(*, actor: Actor, code: str) -> Pathway | None:
    """One pathway; whoever is signed in may see them."""
    return next(iter(pathways(code, actor=actor)), None)


def version(*, actor: Actor, code: str, number: int) -> TemplateVersion | None:
    """One version of a pathway."""
    query = select(TemplateVersion).where(TemplateVersion.code == code, TemplateVersion.number == number)
    return db.session.scalar(query)


def step(*, actor: Actor, code: str, number: int, milestone_code: str) -> tuple[TemplateVersion, str] | None:
    """One step of a version, by its code."""
    found = version(actor=actor, code=code, number=number)
    if found is None or all(row["code"] != milestone_code for row in found.milestones):
        return None
    return found, milestone_code


def criterion(
    *, actor: Actor, code: str, number: int, milestone_code: str, place: int
) -> tuple[TemplateVersion, str, int] | None:
    """One criterion of a step of a version, by its place (from 1)."""
    found = step(actor=actor, code=code, number=number, milestone_code=milestone_code)
    shown = of(found[0]).milestone(milestone_code) if found else None
    if found is None or shown is None or not 1 <= place <= len(shown.criteria):
        return None
    return (*found, place)


def criterion_for(
    *, actor: Actor, code: str, number: int, milestone_code: str, place: int, act: str
) -> tuple[TemplateVersion, str, int, str] | None:
    """The same with the act that the address names."""
    found = criterion(actor=actor, code=code, number=number, milestone_code=milestone_code, place=place)
    return (*found, act) if found else None


def step_for(
    *, actor: Actor, code: str, number: int, milestone_code: str, act: str
) -> tuple[TemplateVersion, str, str] | None:
    """One step of a version, with the act that the address names."""
    found = step(actor=actor, code=code, number=number, milestone_code=milestone_code)
    return (*found, act) if found else None

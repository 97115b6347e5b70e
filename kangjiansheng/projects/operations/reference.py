"""The pathways of every installation: the templates that the product brings, as they are and as they grow."""

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.digests import plain
from kangjiansheng.projects.models import TemplateVersion
from kangjiansheng.projects.rules.vocabulary import (
    Name,
    Template,
    TemplateCriterion,
    TemplateMilestone,
    templates,
)


def load_reference(*, actor: Actor) -> None:
    """Put in the editions of the templates that are missing; running it again changes nothing.

    A newer edition takes the place of the one before. Where an installation has published a version of its own, the
    edition is kept beside it, for comparison or as the ground of a draft. Versions from before the sources of the
    durations, or what a step means, were stored get these.
    """
    rows: dict[str, list[TemplateVersion]] = {}
    for row in db.session.scalars(select(TemplateVersion).order_by(TemplateVersion.number)):
        rows.setdefault(row.code, []).append(row)
    for template in templates().values():
        there = rows.get(template.code, [])
        for row in there:
            if row.edition is not None:
                _source(row, template)
            _meaning(row, template)
        if all(row.edition != template.version for row in there):
            _bring(template, there, actor=actor)


def _bring(template: Template, there: list[TemplateVersion], *, actor: Actor) -> None:
    standing = next((row for row in there if row.status == "published"), None)
    replaces = standing is None or standing.edition is not None
    row = TemplateVersion(
        code=template.code,
        number=max((row.number for row in there), default=0) + 1,
        edition=template.version,
        names=_name(template.name),
        milestones=[step_data(item) for item in template.milestones],
        status="published" if replaces else "retired",
        published_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    after = {"code": template.code, "number": row.number, "milestones": len(template.milestones)}
    change = record("projects:template:load", row, actor=actor, before={}, after=after, source="command")
    if standing is not None and replaces:
        standing.status = "retired"
        before, after = {"status": "published"}, {"status": "retired"}
        record("projects:template:retire", standing, actor=actor, before=before, after=after, change=change)


def _name(name: Name) -> dict[str, str]:
    return {"hans": name.hans, "hant": name.hant, "en": name.en}


def _criterion(item: TemplateCriterion) -> dict[str, object]:
    """A criterion as the database stores it."""
    basis = {"kind": item.kind, "confidence": item.confidence, "text": _name(item.source)}
    return {"name": _name(item.name), "evidence": list(item.kinds), "basis": basis}


def _source(row: TemplateVersion, template: Template) -> None:
    if any("basis" in step for step in row.milestones):
        return
    by_code = {item.code: item for item in template.milestones}
    row.milestones = [
        {**step, "basis": dict(by_code[step["code"]].basis)} if step["code"] in by_code else step
        for step in row.milestones
    ]


def _meaning(row: TemplateVersion, template: Template) -> None:
    """Running plans go by the version they were made from, also one of the installation's own: what its steps mean
    is filled in by their codes where it was never said."""
    if any("meaning" in step for step in row.milestones):
        return
    by_code = {item.code: item.meaning for item in template.milestones}
    row.milestones = [{**step, "meaning": by_code.get(step["code"], "")} for step in row.milestones]


def step_data(item: TemplateMilestone) -> dict[str, object]:
    """A step as the database stores it."""
    made: dict[str, object] = plain(
        {
            "code": item.code,
            "name": _name(item.name),
            "predecessors": item.predecessors,
            "duration": {"min": item.duration_min, "max": item.duration_max, "unit": item.duration_unit},
            "gate": item.gate,
            "optional": item.optional,
            "evidence": [_name(name) for name in item.evidence],
            "decider": _name(item.decider),
            "basis": item.basis,
            "criteria": [_criterion(one) for one in item.criteria],
            "meaning": item.meaning,
        }
    )
    return made

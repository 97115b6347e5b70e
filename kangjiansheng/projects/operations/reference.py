"""The pathways of every installation: the first version of each template."""

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.digests import plain
from kangjiansheng.projects.models import TemplateVersion
from kangjiansheng.projects.rules.vocabulary import Name, Template, TemplateMilestone, templates


def load_reference(*, actor: Actor) -> None:
    """Put in the versions of the templates that are missing; running it again changes nothing.

    Versions from before the sources of the durations were stored get these.
    """
    known = {(row.code, row.number): row for row in db.session.scalars(select(TemplateVersion))}
    for template in templates().values():
        if found := known.get((template.code, template.version)):
            _source(found, template)
            continue
        row = TemplateVersion(
            code=template.code,
            number=template.version,
            names=_name(template.name),
            milestones=[step_data(item) for item in template.milestones],
            published_at=clock.now(),
        )
        db.session.add(row)
        db.session.flush()
        record(
            "projects:template:load",
            row,
            actor=actor,
            before={},
            after={"code": template.code, "number": template.version, "milestones": len(template.milestones)},
            source="command",
        )


def _name(name: Name) -> dict[str, str]:
    return {"hans": name.hans, "hant": name.hant, "en": name.en}


def _source(row: TemplateVersion, template: Template) -> None:
    if any("basis" in step for step in row.milestones):
        return
    by_code = {item.code: item for item in template.milestones}
    row.milestones = [
        {**step, "basis": dict(by_code[step["code"]].basis)} if step["code"] in by_code else step
        for step in row.milestones
    ]


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
        }
    )
    return made

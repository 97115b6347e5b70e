"""The pathways of every installation: one frozen version of each template."""

from sqlalchemy import select

from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.digests import plain
from kangjiansheng.projects.models import TemplateVersion
from kangjiansheng.projects.rules.vocabulary import Name, TemplateMilestone, templates


def load_reference(*, actor: Actor) -> None:
    """Put in the versions of the templates that are missing; running it again changes nothing."""
    known = {
        (row.code, row.number)
        for row in db.session.execute(select(TemplateVersion.code, TemplateVersion.number))
    }
    for template in templates().values():
        if (template.code, template.version) in known:
            continue
        row = TemplateVersion(
            code=template.code,
            number=template.version,
            names=_name(template.name),
            milestones=[_milestone(item) for item in template.milestones],
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


def _milestone(item: TemplateMilestone) -> dict[str, object]:
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
        }
    )
    return made

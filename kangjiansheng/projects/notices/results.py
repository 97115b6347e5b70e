"""Whom we tell when a result comes to a project: those who lead it, as far as they may know of it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from kangjiansheng.accounts.queries import actor_by_id
from kangjiansheng.core import outbox
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.outbox import Words
from kangjiansheng.projects.models import Result
from kangjiansheng.projects.queries.people import LEADING, people_of_plans
from kangjiansheng.projects.queries.results import may_see_result


def placed(one: Result, *, actor: Actor, change: ChangeSet) -> None:
    """A result was given to a project."""
    if one.project is None or one.project.plan is None or change.source == "import":
        return
    leads = people_of_plans([one.project.plan.id], LEADING)[one.project.plan.id]
    facts = {
        "who": actor.label,
        "code": one.code,
        "names": {script: getattr(one, f"name_{script}") for script in ("hans", "hant", "en")},
        "project": one.project.code,
        "illustrative": one.illustrative,
    }
    told = [key for key in leads if _sees(key, one)]
    outbox.tell(told, "projects:result-placed", facts, address=f"/results/{one.code}", besides=actor.id)


def _sees(person_id: int, one: Result) -> bool:
    reader = actor_by_id(person_id)
    query = select(Result.id).where(Result.id == one.id)
    return reader is not None and db.session.scalar(query.where(may_see_result(reader))) is not None


def _placed(facts: Mapping[str, Any]) -> tuple[str, str]:
    what = f"{facts['code']} {name_of(facts['names'])}"
    return (
        _("成果 %(what)s 转入 %(project)s", what=what, project=facts["project"]),
        _("由 %(who)s 操作。", who=facts["who"]),
    )


WORDS: dict[str, Words] = {"projects:result-placed": _placed}

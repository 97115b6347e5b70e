"""What the forms of a project offer to choose from."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of, sort_key
from kangjiansheng.labs.models import Institution, JointLab
from kangjiansheng.projects.models import Plan, Project
from kangjiansheng.projects.queries.page import TeamMember
from kangjiansheng.projects.queries.people import candidates, team
from kangjiansheng.projects.rules.codes import next_in_series


def for_form() -> dict[str, list[Any]]:
    """Laboratories and institutions that are in use; all who are signed in see their names."""
    labs = select(JointLab).where(JointLab.archived_at.is_(None)).order_by(JointLab.code)
    parties = select(Institution).where(Institution.archived_at.is_(None), Institution.regulator.is_(False))
    key = sort_key()
    return {
        "lab_rows": list(db.session.scalars(labs)),
        "party_rows": sorted(db.session.scalars(parties), key=lambda row: key(name_of(row))),
    }


def next_code(labs: Iterable[str]) -> str:
    """The code that a new project of the first of these laboratories would have in its series; none without one."""
    lab = min(labs, default="")
    taken = select(Project.code).where(Project.code.startswith(f"{lab}-", autoescape=True))
    return next_in_series(lab, db.session.scalars(taken).all()) if lab else ""


def for_team(project: Project) -> list[tuple[int, str]]:
    """Who may join the project's team."""
    return [(person.id, name_of(person)) for person in candidates(project.id)]


def for_owner(plan: Plan | None) -> list[tuple[int, str]]:
    """Who may own a milestone of a plan, or nobody."""
    return [(0, "—"), *((person.id, name_of(person)) for person in team(plan))]


def owners_of(whole: Iterable[TeamMember]) -> list[tuple[int, str]]:
    """The same from a team that has been read already, with everybody of the laboratories."""
    today = clock.today()
    found = {one.code: one for one in whole if one.holds_on(today) and one.erased_at is None}
    return [(0, "—"), *((one.person_id, name_of(one)) for _code, one in sorted(found.items()))]

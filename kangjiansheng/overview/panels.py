"""What this floor shows on pages of the floors below."""

from collections.abc import Sequence
from datetime import date

from flask import url_for
from flask_babel import gettext as _

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.pages import travel
from kangjiansheng.labs.models import Institution
from kangjiansheng.labs.panels import Panel
from kangjiansheng.overview import policies
from kangjiansheng.projects.models import Milestone, Project
from kangjiansheng.projects.queries import TeamMember


def way_to_money(project: Project, actor: Actor, team: Sequence[TeamMember]) -> tuple[str, str] | None:
    """The way to a project's money, for those who may see it: to anybody else there is none. Asks nothing."""
    if not policies.sees_money_of(actor, team):
        return None
    return str(_("经济数字")), travel(url_for("overview.project_value", code=project.code))


def milestone_forecast(milestone: Milestone, actor: Actor, as_of: date | None) -> Panel | None:
    """Where the page of a milestone of a project fetches how sure its day is; of one that is reached only on a past day."""
    project = milestone.plan.project
    if project is None or milestone.kind == "decision" or (as_of is None and milestone.state != "open"):
        return None
    address = url_for("overview.milestone_forecast", code=project.code, milestone_code=milestone.code)
    return Panel("overview/_milestone_forecast_slot.html", {"path": travel(address)})


def party_archive(institution: Institution, actor: Actor, day: date | None) -> Panel | None:
    """The way to what a party takes along, for those who may ask for it, today."""
    if day is not None or not policies.takes_archive(actor, institution):
        return None
    return Panel("overview/_party_archive.html", {"code": institution.code})

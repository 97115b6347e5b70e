"""What this floor shows on pages of the floors below."""

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.pages import travel
from kangjiansheng.overview import policies
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.queries import TeamMember


def way_to_money(project: Project, actor: Actor, team: Sequence[TeamMember]) -> tuple[str, str] | None:
    """The way to a project's money, for those who may see it: to anybody else there is none. Asks nothing."""
    if not policies.sees_money_of(actor, team):
        return None
    return str(_("经济数字")), travel(url_for("overview.project_value", code=project.code))

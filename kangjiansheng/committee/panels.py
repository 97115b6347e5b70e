"""What this floor shows on the page of a project; the roof puts it into its slot."""

from datetime import date

from kangjiansheng.committee.queries import overviews
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.markdown import render
from kangjiansheng.labs.panels import Panel
from kangjiansheng.projects.models import Project


def project_advice(project: Project, actor: Actor, as_of: date | None) -> Panel | None:
    """What the committees decided about a project and where it stands on an agenda; those who may edit the
    project find here the way to propose an item."""
    if as_of is not None:
        return None
    found = overviews.advice(project, actor=actor)
    return Panel(
        "committee/_project_panel.html",
        {"code": project.code, "advice": found, "markdown": render},
        illustrative=any(item.meeting.illustrative for item in found.items),
    )

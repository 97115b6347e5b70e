"""My milestones: one question at a time, on the phone first."""

from flask import g, request
from werkzeug.wrappers import Response

from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.pages import page
from kangjiansheng.projects import queries
from kangjiansheng.projects.forms.milestones import MilestoneForm, quick_days
from kangjiansheng.projects.views import bp, standing

TABS = ("todo", "confirmed", "all")


@bp.get("/my/milestones")
@signed_in
def mine() -> Response:
    """What waits for my word, what I have confirmed this week, and all that is mine."""
    found = queries.mine(actor=actor(), as_of=g.as_of)
    todo = queries.to_update(found)
    confirmed = [one for one in found if one.asked and one.confirmed]
    tab = request.args.get("show", "todo")
    tab = tab if tab in TABS else "todo"
    shown = {"todo": todo, "confirmed": confirmed, "all": found}[tab]
    papers = standing.papers([one.milestone.id for one in shown])
    return page(
        "projects/mine.html",
        illustrative=any(one.project.illustrative for one in found),
        tab=tab,
        counts_of={"todo": len(todo), "confirmed": len(confirmed), "all": len(found)},
        cards=[
            {
                "p": one.project,
                "m": one.milestone,
                "form": None
                if g.as_of or not one.milestone.is_open
                else MilestoneForm(
                    formdata=None,
                    prefix="",
                    milestone=one.milestone,
                    wanted=papers[one.milestone.id][0],
                    version=one.milestone.version,
                    back="mine",
                ),
                "tally": papers[one.milestone.id][1],
                "quick": quick_days(one.milestone),
                "overdue": one.milestone.status == "late",
            }
            for one in shown
        ],
    )

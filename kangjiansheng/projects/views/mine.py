"""My milestones: one question at a time, on the phone first."""

from typing import Any

from flask import g, request, url_for
from werkzeug.wrappers import Response

from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.pages import page
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.forms.milestones import MilestoneForm, quick_days
from kangjiansheng.projects.models import Milestone
from kangjiansheng.projects.queries.risks import blocking
from kangjiansheng.projects.views import blocked, bp, standing
from kangjiansheng.projects.views.spreads import preview_of

# What a card says of the list in which it stands, and which list that is.
BACK = {"mine": "todo", "mine-confirmed": "confirmed", "mine-all": "all"}
TABS = {tab: back for back, tab in BACK.items()}


@bp.get("/my/milestones")
@signed_in
def mine() -> Response:
    """What waits for my word, what I have confirmed this week, and all that is mine."""
    tab = request.args.get("show", "todo")
    return _list(queries.mine(actor=actor(), as_of=g.as_of), tab if tab in TABS else "todo")


def address(tab: str, card: str | None = None) -> str:
    """The address of one of the lists, or of a card in it."""
    return url_for(".mine", show=None if tab == "todo" else tab, _anchor=card)


def going_on(back: str, place: queries.Place, saved: Milestone | None = None) -> str:
    """The list from which a card was sent, at the card that follows the place where it stood: what was `saved` is not
    asked about again. The first card, and a list that has come to its end, are read from the top."""
    tab, today = BACK[back], clock.today()
    shown = _shown(queries.mine(actor=actor()), tab)
    after = [
        number
        for number, one in enumerate(shown)
        if one.place(today) >= place and (saved is None or one.milestone.id != saved.id)
    ]
    if not after or not after[0]:
        return address(tab)
    following = shown[after[0]]
    return address(tab, f"card-{following.project.code}-{following.milestone.code}")


def among(thing: Milestone, form: MilestoneForm) -> Response | None:
    """The list with a form that came back in its place in it; None when it came from no list, or has left it."""
    tab = BACK.get(form.back.data or "")
    found = queries.mine(actor=actor()) if tab and not form.conflict else []
    if not any(one.milestone.id == thing.id for one in _shown(found, tab or "todo")):
        return None
    form.milestone = thing
    return _list(found, tab or "todo", form)


def _shown(found: list[queries.Mine], tab: str) -> list[queries.Mine]:
    if tab == "todo":
        return queries.to_update(found)
    return [one for one in found if one.asked and one.confirmed] if tab == "confirmed" else found


def _list(found: list[queries.Mine], tab: str, back: MilestoneForm | None = None) -> Response:
    shown = _shown(found, tab)
    ids = [one.milestone.id for one in shown]
    papers = standing.papers(ids)
    obstacles = {} if g.as_of else blocking(ids)
    may_block = set() if g.as_of else blocked.offered_of(one.milestone for one in shown)
    preview = preview_of(back, actor()) if back else {}
    return page(
        "projects/mine.html",
        back.status if back else 200,
        illustrative=any(one.project.illustrative for one in found),
        tab=tab,
        counts_of={name: len(_shown(found, name)) for name in TABS},
        cards=[
            _card(one, papers[one.milestone.id], tab, back, preview, one.milestone.id in may_block)
            | {"obstacles": obstacles.get(one.milestone.id, ())}
            for one in shown
        ],
        **{key: preview[key] for key in preview if key != "effect"},
    )


def _card(
    one: queries.Mine,
    papers: Any,
    tab: str,
    back: MilestoneForm | None,
    preview: dict[str, Any],
    may_block: bool,
) -> dict[str, Any]:
    wanted, tally = papers
    came_back = back is not None and back.milestone.id == one.milestone.id
    form = back if came_back else None
    if back is not None and came_back:
        back.offer(wanted)
    elif not g.as_of and one.milestone.is_open:
        form = MilestoneForm(
            formdata=None,
            prefix="",
            milestone=one.milestone,
            wanted=wanted,
            version=one.milestone.version,
            back=TABS[tab],
        )
    if form is not None:
        form.offer_blocked(may_block)
    return {
        "p": one.project,
        "m": one.milestone,
        "form": form,
        "tally": tally,
        "quick": quick_days(one.milestone),
        "overdue": one.milestone.status == "late",
        "confirms": policies.confirm(actor(), back.milestone) if back and came_back else True,
        "effect": preview.get("effect") if came_back else None,
        "again": address(tab) if came_back else "",
    }

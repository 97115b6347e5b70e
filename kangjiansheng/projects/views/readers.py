"""Who could see a project on a day, and why: for those who answer for it, and for auditors."""

from flask import abort, g
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts.rules import ROLE_NAMES
from kangjiansheng.core import clock
from kangjiansheng.core.access import on
from kangjiansheng.core.i18n import name_of, sort_key
from kangjiansheng.core.pages import page
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.queries.readers import Readership, readership
from kangjiansheng.projects.rules.readers import Tie
from kangjiansheng.projects.views import bp, words

_FIRST = ("role", "member", "director", "lab", "party")


@bp.get("/projects/<code>/readers")
@on(load=queries.project, may=policies.list_readers)
def readers(thing: Project) -> Response:
    """Each person with all that let them see the project at the end of the day."""
    day = g.as_of or clock.today()
    found = readership(thing, day)
    if found is None:
        abort(404)
    key = sort_key()
    rows = [
        (min(_FIRST.index(tie.kind) for tie in one.ties), name_of(found.people[one.person_id]), one)
        for one in found.readers
    ]
    rows.sort(key=lambda row: (row[0], key(row[1])))
    return page(
        "projects/readers.html",
        illustrative=thing.illustrative,
        thing=thing,
        day=day,
        level=words.LEVELS.get(found.level, found.level),
        is_open=found.level == "open",
        rows=[(name, [_because(tie, found) for tie in one.ties]) for _first, name, one in rows],
    )


def _because(tie: Tie, found: Readership) -> str:
    """A tie in words."""
    if tie.kind == "role":
        return str(ROLE_NAMES[tie.what])
    if tie.kind == "member":
        return str(_("项目成员：%(role)s", role=words.ROLES.get(tie.what, tie.what)))
    place = name_of(found.places[tie.code])
    if tie.kind == "party":
        return str(_("参与机构成员：%(place)s", place=place))
    return str(_("实验室人员：%(place)s，%(role)s", place=place, role=words.ROLES.get(tie.what, tie.what)))

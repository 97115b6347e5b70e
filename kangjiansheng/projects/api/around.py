"""What stands around a plan: its history, as its page tells it, and what hangs on a project beside it."""

from collections.abc import Iterable
from typing import Any

from flask import g, request

from kangjiansheng.core import rest
from kangjiansheng.core.access import actor
from kangjiansheng.core.rest import INSTANT, REF, TEXT, WHOLE, YES, Shape, many, maybe
from kangjiansheng.labs.api.shapes import HELD
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.api.blueprint import bp
from kangjiansheng.projects.api.shapes import RESULT
from kangjiansheng.projects.models import Plan, Project
from kangjiansheng.projects.queries import bookings
from kangjiansheng.projects.queries.results import results_of
from kangjiansheng.projects.views import histories
from kangjiansheng.projects.views.then import owner_row, project_row

_CHANGED = Shape(
    "HistoryChange",
    what=TEXT(lambda change: change["label"]),
    before=TEXT(lambda change: change["before"]),
    after=TEXT(lambda change: change["after"]),
)
# `thing`, `act`, `milestone` and `entry` (of the ledger) are stable; the others are the page's words.
LINE = Shape(
    "HistoryLine",
    thing=TEXT(lambda line: line["thing"]),
    act=TEXT(lambda line: line["act"]),
    milestone=maybe(TEXT)(lambda line: line["milestone"]),
    entry=maybe(WHOLE)(lambda line: line["entry"]),
    at=INSTANT(lambda line: line["iso"]),
    who=TEXT(lambda line: line["who"]),
    done=TEXT(lambda line: line["act_label"]),
    changes=many(_CHANGED.value)(lambda line: line["changes"]),
    note=TEXT(lambda line: line["note"]),
    mark=TEXT(lambda line: line["mark"]),
)

_BOOKED = Shape("BookingForProject", resource=REF, over=YES, booking=HELD.value("held"))
AROUND = Shape(
    "ProjectSurroundings",
    results=many(RESULT.value)(lambda found: found[0]),
    bookings=many(_BOOKED.value)(lambda found: found[1]),
    illustrative=YES(lambda found: found[2]),
)


def _key(line: dict[str, Any]) -> str:
    return str(line["key"])


@rest.lists(
    bp, "/projects/<code>/history", LINE, by=("kind",), key=_key, load=queries.project, may=policies.see
)  # fmt: skip
def history(thing: Project) -> list[dict[str, Any]]:
    """Everything that was said of a project's milestones and done to the project, newest first; `kind`: plan, gates,
    evidence, risks, validity, facts."""
    return _told(thing.plan, project_row(thing), histories.KINDS)


@rest.lists(
    bp, "/labs/<code>/plan/history", LINE, by=("kind",), key=_key, load=queries.lab_plan, may=policies.see
)  # fmt: skip
def lab_plan_history(thing: Plan) -> list[dict[str, Any]]:
    """The same of the plan of a laboratory; `kind`: plan, gates, evidence."""
    return _told(thing, owner_row(thing), histories.OF_LABS)


def _told(plan: Plan | None, row: queries.OwnerRow, kinds: Iterable[str]) -> list[dict[str, Any]]:
    kind = rest.one_of("kind", kinds) if request.args.get("kind") else ""
    return histories.of_plan(plan, row, actor=actor(), as_of=g.as_of, kind=kind)


@rest.reads(
    bp, "/projects/<code>/around", AROUND, load=queries.project, may=policies.see, version=lambda _thing: None
)  # fmt: skip
def surroundings(thing: Project) -> Any:
    """The results that a project takes further, and the bookings for it of which the reader may know, the latest
    first."""
    results = results_of(thing, actor=actor(), as_of=g.as_of)
    return results, bookings.of_project(thing, actor=actor(), as_of=g.as_of), thing.illustrative

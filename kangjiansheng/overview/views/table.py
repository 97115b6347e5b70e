"""One Table (一张桌): who owes whom, as a drawing and as a ledger; the four chains; the seats that nobody fills."""

from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.committee import policies as committee_policies
from kangjiansheng.committee.queries import tabled
from kangjiansheng.committee.queries.overviews import agenda
from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.i18n import prose_day
from kangjiansheng.core.pages import page, travel, with_args
from kangjiansheng.core.sheets import download
from kangjiansheng.overview import sheets
from kangjiansheng.overview.queries import table as queries
from kangjiansheng.overview.rules import round_table
from kangjiansheng.overview.rules import table as rules
from kangjiansheng.overview.rules.table import Commitment, Line, Table
from kangjiansheng.overview.views import table_words as words
from kangjiansheng.overview.views.blueprint import bp
from kangjiansheng.projects import policies as project_policies

VIEWS = ("party", "all", "late")


@dataclass(frozen=True)
class Drawn:
    """One curve of the drawing: its path, and the status whose colour it has; empty for one that stays quiet."""

    path: str
    status: str = ""


@bp.get("/table")
@signed_in
def table() -> Response:
    """The table: the sentence, the drawing, one party, and the ledger of all."""
    found = queries.table(actor=actor(), as_of=g.as_of)
    chosen, shown, by = _asked(found)
    ledger, listed = rules.in_order(found.lines, by), chosen
    if shown == "late":
        ledger = [one for one in (line.overdue for line in ledger) if one.owes or one.waits]
        listed = chosen and chosen.overdue
    return page(
        "overview/table.html",
        table=found,
        line=chosen,
        listed_line=listed,
        shown=shown,
        by=by,
        ledger=ledger,
        ring=round_table.ring(len(found.lines)),
        curves=_curves(found, chosen, shown),
        day=g.as_of or clock.today(),
        pressing=[one for one in found.commitments if one.status != "ontrack"],
        called=words.called(found),
        words=words,
        rules=rules,
        tabs=tabs("table"),
        **_meeting(),
        may_ask=g.as_of is None and project_policies.raise_ask(actor()),
        illustrative=found.illustrative,
    )


def _meeting() -> dict[str, Any]:
    """The next meeting of One Table, or the way to one; a past day says nothing of it."""
    if g.as_of is not None:
        return {"meeting": None, "may_plan": False, "may_found": False}
    meeting, tables = tabled.next_meeting(actor=actor()), tabled.tables()
    planner = next((one for one in tables if committee_policies.plan_meetings(actor(), one)), None)
    return {
        "meeting": meeting,
        "meeting_day": prose_day(meeting.held_on) if meeting else "",
        "meeting_items": len(agenda(meeting, actor=actor()).items) if meeting else 0,
        "may_edit": meeting is not None and committee_policies.edit_meeting(actor(), meeting),
        "committee": planner,
        "may_plan": planner is not None,
        "may_found": not tables and committee_policies.found(actor()),
    }


def tabs(current: str) -> list[tuple[str, str, bool, None]]:
    """The pages of this section."""
    names = (
        ("table", _("桌面"), url_for("overview.table")),
        ("asks", _("诉求"), url_for("projects.asks")),
        ("chains", _("四链"), url_for("overview.chains")),
        ("seats", _("席位缺口"), url_for("overview.seats")),
    )
    return [(label, travel(address), key == current, None) for key, label, address in names]


@bp.get("/table.<any(csv, xlsx):kind>")
@signed_in
@costly
def table_file(kind: str) -> Response:
    """Everything that is owed at the table, one line each."""
    found = queries.table(actor=actor(), as_of=g.as_of)
    return download(kind, "table", sheets.table(kind, found, as_of=g.as_of))


def _asked(found: Table) -> tuple[Line | None, str, str]:
    """The party, the part of the drawing and the order of the ledger that the address asks for.

    Without a party it is the reader's own, or else the one with most that is late.
    """
    wanted, shown, by = (request.args.get(key, "") for key in ("party", "show", "by"))
    own = queries.own_codes(actor()) if not wanted else set()
    at_home = next((line for line in found.lines if line.seat.code in own), None)
    chosen = found.line(wanted) or at_home or found.worst or next(iter(found.lines), None)
    return chosen, shown if shown in VIEWS else "party", by if by in rules.ORDERS else "late"


def _curves(found: Table, chosen: Line | None, shown: str) -> list[Drawn]:
    """The quiet curves first, so that the coloured ones lie over them."""
    ring = round_table.ring(len(found.lines))
    place = {line.seat.code: number for number, line in enumerate(found.lines)}
    lit = [one for one in found.commitments if _lit(one, chosen, shown)]
    colours: dict[tuple[int, int], str] = {}
    for one in lit:
        pair = place[one.giver], place[one.taker]
        colours[pair] = words.worse(colours.get(pair, ""), one.status)
    every = [(place[a], place[b]) for a, b in rules.pairs([*found.commitments, *found.dealings])]
    pull = round_table.pulls(every, len(found.lines))
    drawn = [Drawn(ring.curve(a, b, pull[a, b])) for a, b in every if (a, b) not in colours]
    return drawn + [Drawn(ring.curve(a, b, pull[a, b]), colour) for (a, b), colour in colours.items()]


def _lit(one: Commitment, chosen: Line | None, shown: str) -> bool:
    if shown == "all":
        return True
    if shown == "late":
        return one.status == "late"
    return chosen is not None and chosen.seat.code in (one.giver, one.taker)


@bp.get("/table/chains")
@signed_in
def chains() -> Response:
    """The four chains of each project, with what blocks them."""
    found = queries.chains(actor=actor(), as_of=g.as_of, page=request.args.get("page"))
    return page(
        "overview/chains.html",
        found=found,
        words=words,
        tabs=tabs("chains"),
        page_url=lambda number: with_args(page=number),
        illustrative=found.illustrative,
    )


@bp.get("/table/seats")
@signed_in
def seats() -> Response:
    """Which of the six seats nobody fills in each project."""
    lack = request.args.get("lack", "")
    lack = lack if lack in rules.SECTORS else ""
    found = queries.seats(actor=actor(), as_of=g.as_of, lack=lack, page=request.args.get("page"))
    return page(
        "overview/seats.html",
        found=found,
        lack=lack,
        sectors=rules.SECTORS,
        words=words,
        with_args=with_args,
        page_url=lambda number: with_args(page=number),
        tabs=tabs("seats"),
        illustrative=found.illustrative,
    )

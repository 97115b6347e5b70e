"""The report of a party at a day of account: /partners/RJ/report?until=2026-09-30."""

from datetime import date, timedelta

from flask import abort, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.pages import asked_day, page
from kangjiansheng.core.sheets import download
from kangjiansheng.labs import policies, queries
from kangjiansheng.labs.models import Institution
from kangjiansheng.labs.queries.reports import PartyReport, party_report
from kangjiansheng.labs.rules import obligations as lives
from kangjiansheng.labs.sheets import obligations as sheets
from kangjiansheng.labs.views.blueprint import bp, travelled

PERIOD = timedelta(days=92)  # how far back a report looks when nobody says: a quarter
PATH = "/partners/<code>/report"


def asked(thing: Institution) -> PartyReport:
    """The report of the days that the address asks for; 400 when its period begins after its end."""
    until: date = asked_day("until") or travelled() or clock.today()
    since = (asked_day("since") or clock.today()) if request.args.get("since") else until - PERIOD
    if since > until:
        abort(400, _("起始日期不能晚于截止日期。"))
    return party_report(thing, actor=actor(), since=since, until=until)


@bp.get(PATH)
@on(load=queries.institution, may=policies.report)
def party_report_page(found: Institution) -> Response:
    """What a party owes and is owed, and what it delivered on time and late."""
    report = asked(found)
    return page(
        "labs/party_report.html",
        institution=found,
        report=report,
        titles=sheets.report_titles(),
        lives=lives,
        illustrative=any(row.illustrative for rows in report.sections.values() for row in rows),
    )


@bp.get(f"{PATH}.<any(csv, xlsx):kind>")
@on(load=queries.institution_as, may=policies.report_as)
@costly
def party_report_file(pair: tuple[Institution, str]) -> Response:
    """The same as a file."""
    found, kind = pair
    report = asked(found)
    name = f"{found.code}-report-{report.until.isoformat()}"
    return download(kind, name, sheets.party_report(kind, report))

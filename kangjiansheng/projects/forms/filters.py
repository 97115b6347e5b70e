"""What an address asks of a list."""

from dataclasses import fields, replace
from datetime import date
from typing import Any, TypeVar

from flask import abort, request
from flask_babel import gettext as _

from kangjiansheng.core import text
from kangjiansheng.projects.queries.milestone_lists import MilestoneFilter
from kangjiansheng.projects.rules import columns, figures
from kangjiansheng.projects.rules.portfolio.tables import parse_date

F = TypeVar("F")


def asked(kind: type[F]) -> F:
    """The filter that the address asks for; unknown arguments are left alone."""
    known = {item.name for item in fields(kind)}  # type: ignore[arg-type]
    given: dict[str, Any] = {
        key: text.line(value)[:80] for key, value in request.args.items() if key in known
    }
    return kind(**given)


def asked_milestones() -> MilestoneFilter:
    """The filter of the list of milestones; a day or a figure that cannot be read answers 400."""
    found = asked(MilestoneFilter)
    by = found.by if found.by in columns.GROUPS else ""
    day = parse_date(found.moved) if found.moved else None
    if found.moved and day is None:
        abort(400, _("日期“%(text)s”无法识别，请写成 2026-11-20 这样。") % {"text": found.moved[:40]})
    if found.figure and figures.read(found.figure) is None:
        abort(400, _("没有“%(text)s”这个指标。") % {"text": found.figure[:40]})
    return replace(found, by=by, moved=day.isoformat() if day else "")


def asked_columns(wanted: MilestoneFilter) -> tuple[str, ...]:
    """The columns that the address asks for."""
    return columns.chosen(request.args.getlist("cols"), compared=bool(wanted.moved))


def asked_month(name: str) -> date | None:
    """The month that the address asks for (2026-11), as its first day; None when there is none to be read."""
    return parse_date(f"{request.args.get(name, '')}-01")

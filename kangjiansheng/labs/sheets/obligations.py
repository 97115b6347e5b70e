"""Obligations as spreadsheets: the list as it is filtered, and the report of a party."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.core import clock
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.sheets import listing
from kangjiansheng.labs.queries import ObligationRow
from kangjiansheng.labs.queries.obligations import clause_numbers
from kangjiansheng.labs.queries.reports import PartyReport
from kangjiansheng.labs.rules.obligations import life_word


def obligations(kind: str, rows: Sequence[ObligationRow], *, as_of: date | None) -> bytes:
    """Code, what is owed, by whom, to whom, agreement and clause, days and state; how many days it is late."""
    day = as_of or clock.today()
    numbers = clause_numbers(rows)
    return listing(kind, _("义务"), _heads(), [_line(row, day, numbers) for row in rows], rows, as_of)


def _heads() -> list[str]:
    heads = [_("编号"), _("名称"), _("义务方"), _("相对方"), _("依托协议"), _("条款")]
    return [
        *heads,
        _("期限"),
        _("状态"),
        _("逾期天数"),
        _("交付日期"),
        _("接受日期"),
        _("交付要求"),
        _("理由"),
    ]


def _line(row: ObligationRow, day: date, numbers: Mapping[int | None, str]) -> list[Any]:
    return [
        row.code,
        name_of(row),
        name_of(row.debtor),
        name_of(row.creditor),
        row.agreement,
        numbers.get(row.clause_id),
        row.due_on,
        str(life_word(row.state, row.direction)),
        row.late(day) or None,
        row.delivered_on,
        row.accepted_on,
        row.detail,
        row.remark,
    ]


def report_titles() -> dict[str, str]:
    """What the parts of a party's report are called."""
    return {
        "owes": _("本方待履行"),
        "owed": _("他方待履行"),
        "delivered": _("期间交付"),
        "received": _("期间收到"),
        "dealings": _("与政府机构的往来"),
    }


def party_report(kind: str, report: PartyReport) -> bytes:
    """All parts of a party's report in one table, each line with its part and by how many days it came late."""
    titles = report_titles()
    parts = [(name, row) for name, rows in report.sections.items() for row in rows]
    numbers = clause_numbers(row for _name, row in parts)
    lines = [
        [titles[name], *_line(row, report.until, numbers), row.delivered_late or None] for name, row in parts
    ]
    heads = [_("部分"), *_heads(), _("晚交天数")]
    return listing(kind, _("履约报告"), heads, lines, [row for _name, row in parts], report.until)

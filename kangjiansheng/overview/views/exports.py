"""The board's tables to take along, each with its day, its definitions and the mark of illustrative data."""

from datetime import date
from typing import Any

from flask import abort
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import sheets
from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.budgets import costly
from kangjiansheng.overview.rules.board import FILE, Board
from kangjiansheng.overview.views import compared, dashboard, narrowed, tables, words
from kangjiansheng.overview.views.blueprint import bp


@bp.get("/overview/tables/<name>.<any(csv, xlsx):kind>")
@signed_in
@costly
def export(name: str, kind: str) -> Response:
    """One table of the board that the address asks for, as CSV or XLSX."""
    titles = dict(words.exports())
    if name not in titles:
        abort(404)
    asking = dashboard.asked()
    wanted = narrowed.asked()
    every, found = dashboard.narrowed_to(asking, wanted, actor=actor(), limits=FILE)
    made = figures(found) if name == "figures" else getattr(tables, name)(found)
    notes = [*narrowed.marks(every, wanted), *about(found, illustrative=found.illustrative)]
    return download(name, kind, titles[name], made, notes)


def download(name: str, kind: str, title: str, made: tables.Table, notes: list[tuple[str, str]]) -> Response:
    """A table of the overview as a file, with what it says of itself."""
    heads = [label for label, _class in made["columns"]]
    rows = [[_plain(cell) for cell in row] for row in made["rows"]]
    file = f"kangjiansheng-{name}"
    if kind == sheets.CSV:
        printed = [["", *[""] * (len(heads) - 1)], *([label, text] for label, text in notes)]
        return sheets.download(kind, file, sheets.csv_bytes(heads, [*rows, *printed]))
    return sheets.download(kind, file, sheets.xlsx_bytes(title, heads, rows, notes=notes))


def _plain(cell: Any) -> Any:
    return cell["text"] if isinstance(cell, dict) else cell


def about(found: Board, *, illustrative: bool) -> list[tuple[str, str]]:
    """What every export of the board says of itself."""
    return [
        *marks(found.day, illustrative=illustrative),
        (_("对比"), found.compare.isoformat()),
        (_("准时率"), _("近 12 个月内完成的里程碑中，不晚于最初基线的比例")),
        (_("已推迟"), _("未完成、确认的预测比最初基线晚 15 天或更多")),
        (_("已逾期"), _("最后确认的日期已过，既没有完成，也没有新的确认日期")),
        (_("偏差"), _("实际或确认的预测减去最初基线，按自然日")),
    ]


def marks(day: date, *, illustrative: bool) -> list[tuple[str, str]]:
    """The day of an export, and the mark of illustrative data."""
    notes = [(_("截至"), day.isoformat())]
    if illustrative:
        notes.insert(0, (_("示例数据"), _("含示例数据，不代表任何机构的真实进展。")))
    return notes


def figures(found: Board) -> tables.Table:
    """The four figures as rows."""
    rate = found.on_time
    return {
        "columns": [(_("指标"), ""), (_("现在"), "n"), (_("对比日"), "n"), (_("说明"), "")],
        "rows": [
            [
                _("准时率，近 12 个月（%）"),
                rate.now.percent,
                rate.then.percent,
                _("%(whole)d 项中 %(part)d 项准时", whole=rate.now.whole, part=rate.now.part),
            ],
            [
                _("已推迟里程碑"),
                found.slipped.now,
                found.slipped.then,
                compared.of_them_new(found.slipped.new) or None,
            ],
            [_("未来 90 天到期"), found.due.now, found.due.then, None],
            [_("待决策阶段门"), found.gates.now, found.gates.then, None],
        ],
    }

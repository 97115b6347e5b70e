"""The figures of the board as tables: shown beside each figure, and exported.

Cells are values (days, numbers, `sheets.Number`); how they are written is a matter of where they are shown.
"""

from datetime import date
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.core.i18n import name_of
from kangjiansheng.overview.rules.attention import Matter, Threat
from kangjiansheng.overview.rules.board import Board
from kangjiansheng.overview.views import compared, matters, words
from kangjiansheng.projects.forms.fields import indication_of

Table = dict[str, Any]


def linked(text: str, href: str) -> dict[str, str]:
    """A cell that leads somewhere."""
    return {"text": text, "href": href}


def _milestone(found: Any) -> list[Any]:
    return [
        linked(found.project_code, words.project_href(found.project_code)),
        linked(name_of(found), words.milestone_href(found)),
    ]


def pipeline(board: Board) -> Table:
    """Each project with its stage and row."""
    status = words.statuses()
    rows = [
        [
            linked(chip.project.code, words.project_href(chip.project.code)),
            name_of(chip.project),
            indication_of(chip.project),
            words.family(row),
            words.stage(chip.project.stage),
            status[chip.project.status],
            chip.slip,
        ]
        for (row, _column), group in board.pipeline.cells.items()
        for chip in group.chips
    ]
    return {
        "columns": [
            (_("项目编号"), ""),
            (_("名称"), ""),
            (_("适应症"), ""),
            (_("技术路线"), ""),
            (_("阶段"), ""),
            (_("状态"), ""),
            (_("最大推迟（天）"), "n"),
        ],
        "rows": sorted(rows, key=lambda row: str(row[0]["text"])),
    }


def outlook(board: Board) -> Table:
    """Each milestone that falls due."""
    status = words.statuses()
    return {
        "columns": [
            (_("项目编号"), ""),
            (_("里程碑"), ""),
            (_("实验室"), ""),
            (_("状态"), ""),
            (_("基线"), "d"),
            (_("预测"), "d"),
            (_("偏差（天）"), "n"),
        ],
        "rows": [
            [
                *_milestone(stop.milestone),
                name_of(stop.lab) if stop.lab else None,
                status[stop.milestone.status],
                stop.plan,
                stop.day,
                stop.milestone.slip,
            ]
            for stop in board.outlook.stops
        ],
    }


def slips(board: Board) -> Table:
    """The slips, the largest first."""
    status = words.statuses()
    return {
        "columns": [
            (_("项目编号"), ""),
            (_("里程碑"), ""),
            (_("状态"), ""),
            (_("基线"), "d"),
            (_("%(day)s 的预测", day=board.compare.isoformat()), "d"),
            (_("现预测"), "d"),
            (_("偏差（天）"), "n"),
            (_("原因"), ""),
        ],
        "rows": [
            [
                *_milestone(row.milestone),
                status[row.milestone.status],
                row.milestone.baseline,
                row.then_date or _("没有预测"),
                row.milestone.forecast,
                row.now,
                words.reason(row.milestone.reason_code) or None,
            ]
            for row in board.slips.rows
        ],
    }


def moves(board: Board) -> Table:
    """Promises that have moved since the day of comparison."""
    return {
        "columns": [
            (_("项目编号"), ""),
            (_("里程碑"), ""),
            (_("%(day)s 的日期", day=board.compare.isoformat()), "d"),
            (_("现在的日期"), "d"),
            (_("变动（天）"), "n"),
            (_("原因"), ""),
        ],
        "rows": [
            [
                *_milestone(move.milestone),
                move.before,
                move.after,
                move.days,
                compared.why(move, words.reason(move.milestone.reason_code)) or None,
            ]
            for move in board.moves.rows
        ],
    }


def health(board: Board) -> Table:
    """On-time rate by laboratory and month, each with its numbers: 2/3."""
    return {
        "columns": [(_("实验室"), ""), *((f"{end:%Y-%m}", "n") for end in board.health.months)],
        "rows": [
            [name_of(row.lab), *(f"{s.part}/{s.whole}" if s.whole else None for s in row.shares)]
            for row in board.health.rows
        ],
    }


def attention(board: Board) -> Table:
    """What needs somebody; a file says the same whenever it is read, and a program finds its hyphens."""
    status = words.statuses()
    return {
        "columns": [
            (_("项目编号"), ""),
            (_("里程碑或风险"), ""),
            (_("状态"), ""),
            (_("说明"), ""),
            (_("责任人与后果"), ""),
        ],
        "rows": [
            [
                *_named(matter),
                status[matter.status],
                matters.because(matter).replace(matters.UNBROKEN, "-"),
                _("；").join(matters.consequence(matter, day=date.isoformat)),
            ]
            for matter in board.attention.rows
        ],
    }


def _named(matter: Matter | Threat) -> list[Any]:
    if isinstance(matter, Threat):
        code = matter.project.code
        risk = linked(f"R{matter.risk.number} {matter.risk.title}", matters.href(matter))
        return [linked(code, words.project_href(code)), risk]
    return _milestone(matter.milestone)

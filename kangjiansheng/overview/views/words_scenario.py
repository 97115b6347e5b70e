"""What scenarios say: which figures they change, and in which direction."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.core import charts
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.sheets import Number
from kangjiansheng.overview.queries.scenarios import Chance, Consequences, Later
from kangjiansheng.overview.rules.forecast.runs import Expected
from kangjiansheng.overview.rules.scenario import Sides
from kangjiansheng.overview.views import words
from kangjiansheng.overview.views import words_forecast as said

Table = dict[str, Any]


def finding(seen: Consequences) -> str:
    """How far the consequences reach."""
    if not seen.moves and not seen.stops:
        return str(_("还没有变动"))
    parts = []
    if seen.later:
        parts.append(
            ngettext("另有 %(num)d 个里程碑要跟着推迟", "另有 %(num)d 个里程碑要跟着推迟", len(seen.later))
        )
        parts.append(_ends(max(seen.later, key=lambda row: (row.effect.after, row.effect.days))))
    if seen.stops:
        parts.append(ngettext("停下 %(num)d 个项目", "停下 %(num)d 个项目", len(seen.stops)))
    return str(_("，").join(parts) if parts else _("没有别的里程碑跟着动"))


def _ends(last: Later) -> str:
    """Where the delay ends: the last of what has to follow."""
    return str(
        ngettext(
            "最后是 %(code)s 的%(name)s，晚 %(num)d 天，到 %(day)s",
            "最后是 %(code)s 的%(name)s，晚 %(num)d 天，到 %(day)s",
            last.effect.days,
            code=last.project.code,
            name=name_of(last.effect),
            day=last.effect.after.isoformat(),
        )
    )


def changes(figures: Sequence[Sides]) -> str:
    """How many figures of the board change."""
    number = sum(one.changes for one in figures)
    if not number:
        return str(_("看板上的数字不变"))
    return str(ngettext("看板上 %(num)d 个数字会变", "看板上 %(num)d 个数字会变", number))


def label(key: str) -> str:
    """A figure of the board."""
    return str(
        {
            "running": _("进行中的项目"),
            "slipped": _("已推迟里程碑"),
            "median": _("推迟的中位数（天）"),
            "largest": _("最大推迟（天）"),
            "due": _("未来 90 天到期"),
            "overdue": _("已逾期"),
        }[key]
    )


def board(figures: Sequence[Sides]) -> Table:
    """The figures on both sides."""
    return {
        "columns": [(_("指标"), ""), (_("现在"), "n"), (_("设想之下"), "n"), (_("相差"), "n")],
        "rows": [[label(one.key), one.now, one.then, _difference(one)] for one in figures],
    }


def _difference(one: Sides) -> Number | None:
    if one.now is None or one.then is None or not one.changes:
        return None
    by = int(one.then - one.now)
    return Number(by, charts.signed_days(by), "+0;−0;0")


def later(rows: Sequence[Later]) -> Table:
    """What has to follow."""
    return {
        "columns": [
            (_("项目编号"), ""),
            (_("里程碑"), ""),
            (_("现在的日期"), "d"),
            (_("设想之下"), "d"),
            (_("相差（天）"), "n"),
        ],
        "rows": [
            [
                {"text": row.project.code, "href": words.project_href(row.project.code)},
                {
                    "text": f"{row.effect.code} {name_of(row.effect)}",
                    "href": f"{row.project.base}/milestones/{row.effect.code}",
                },
                row.effect.before,
                row.effect.after,
                row.effect.days,
            ]
            for row in rows
        ],
    }


def chances(rows: Sequence[Chance]) -> Table:
    """The forecast on both sides."""
    return {
        "columns": [
            (_("项目编号"), ""),
            (_("里程碑"), ""),
            (_("现在的一半把握"), "d"),
            (_("设想之下"), "d"),
            (_("现在的八成把握"), "d"),
            (_("设想之下"), "d"),
        ],
        "rows": [
            [
                {"text": row.project.code, "href": words.project_href(row.project.code)},
                {"text": f"{row.milestone.code} {name_of(row.milestone)}", "href": row.milestone.path},
                said.half(row.now) if row.now else None,
                _then(row, said.half),
                said.day(row.now.p80) if row.now else None,
                _then(row, lambda one: said.day(one.p80)),
            ]
            for row in rows
        ],
    }


def _then(row: Chance, shown: Callable[[Expected], date | None]) -> date | str | None:
    if row.then is None:
        return str(_("已停止"))
    return shown(row.then)

"""The page of charts as tables: shown beside each figure, and exported."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import travel
from kangjiansheng.overview.rules.cycles import Cycle
from kangjiansheng.overview.rules.gallery import Gallery
from kangjiansheng.overview.rules.spoken import AGES, Lab
from kangjiansheng.overview.views import chart_words, words
from kangjiansheng.overview.views.tables import Table, linked


def gates(found: Gallery) -> Table:
    """Each decision, by gate."""
    return {
        "columns": [
            (_("阶段门"), ""), (_("项目编号"), ""), (_("决定"), ""), (_("决定日期"), "d"), (_("在哪里决定"), ""),
        ],
        "rows": [
            [
                f"{gate.code} {name_of(one.verdict)}",
                linked(one.project, words.milestone_href(one)),
                chart_words.part(one.verdict.word),
                one.verdict.decided_on,
                one.verdict.body,
            ]
            for gate in found.gates.gates
            for one in gate.decisions
        ],
    }  # fmt: skip


def cycles(found: Gallery) -> Table:
    """Each stretch with its median, then who is on it."""
    return {
        "columns": [
            (_("阶段"), ""), (_("走完"), "n"), (_("在途"), "n"), (_("中位"), "n"), (_("95% 区间"), ""),
            (_("单位"), ""), (_("在途最久"), ""),
        ],
        "rows": [_cycle(cycle) for cycle in found.cycles],
    }  # fmt: skip


def _cycle(cycle: Cycle) -> list[Any]:
    told = cycle.told
    longest = next((course for course in cycle.courses if not course.ended), None)
    unit = _("工作日") if cycle.span.working else _("自然日")
    return [
        chart_words.span(cycle),
        cycle.ended,
        cycle.open,
        told.time if told else None,
        chart_words.interval(told) if told else None,
        _("%(unit)s，近似", unit=unit) if cycle.approximate else unit,
        linked(
            f"{longest.project}，{chart_words.days(longest.days)}",
            words.milestone_href(longest),
        )
        if longest
        else None,
    ]


def expiries(found: Gallery) -> Table:
    """Each thing that ends, by day."""
    day = found.expiries.day
    return {
        "columns": [
            (_("到期日"), "d"),
            (_("还有（天）"), "n"),
            (_("类别"), ""),
            (_("编号"), ""),
            (_("名称"), ""),
        ],
        "rows": [
            [
                row.ends_on,
                (row.ends_on - day).days,
                chart_words.expiry_kind(row),
                linked(row.code, chart_words.expiry_href(row)),
                name_of(row.name) or None,
            ]
            for row in found.expiries.rows
        ],
    }


def spoken(found: Gallery) -> Table:
    """Each project with how long ago somebody spoke of it."""
    return {
        "columns": [
            (_("实验室"), ""), (_("项目编号"), ""), *((chart_words.part(key), "n") for key in AGES),
            (_("最近确认"), "d"), (_("最早一次确认"), "d"),
        ],
        "rows": [row for lab in found.spoken.labs for row in _words(lab)],
    }  # fmt: skip


def _words(lab: Lab) -> list[list[Any]]:
    return [
        [
            chart_words.lab(lab),
            linked(word.project, words.project_href(word.project)),
            *(word.ages[key] for key in AGES),
            word.last,
            word.oldest,
        ]
        for word in lab.words
    ]


def actions(found: Gallery) -> Table:
    """The figures of each committee."""
    return {
        "columns": [
            (_("委员会"), ""), (_("到期"), "n"), *((chart_words.part(key), "n") for key, _s in chart_words.CLOSURE),
            (_("按期关闭率（%）"), "n"), (_("未完成"), "n"), (_("未完成的中位时长（天）"), "n"),
        ],
        "rows": [
            [
                linked(found.named(code), travel(f"/committees/{code}")), one.due, one.in_time, one.late,
                one.overdue, one.percent, one.open, None if one.age is None else round(one.age),
            ]
            for code, one in found.by_committee
        ],
    }  # fmt: skip


def obligations(found: Gallery) -> Table:
    """The figures of each debtor."""
    return {
        "columns": [
            (_("义务方"), ""), (_("到期"), "n"), *((chart_words.part(key), "n") for key, _s in chart_words.DELIVERY),
            (_("按期交付率（%）"), "n"), (_("未完成"), "n"),
        ],
        "rows": [
            [
                linked(found.debtors.get(code, code), travel(f"/obligations?party={code}&side=owes")), one.due,
                *(getattr(one, key) for key, _s in chart_words.DELIVERY), one.percent, one.open,
            ]
            for code, one in found.by_debtor
        ],
    }  # fmt: skip


def advice(found: Gallery) -> Table:
    """Each advice with what was answered."""
    return {
        "columns": [
            (_("编号"), ""), (_("委员会"), ""), (_("会议日期"), "d"), (_("答复"), ""), (_("答复日期"), "d"), (_("理由"), ""),
        ],
        "rows": [
            [
                linked(one.number, travel(f"/decisions/{one.number}")),
                found.named(one.committee),
                one.given_on,
                chart_words.part(one.verdict),
                one.decided_on,
                one.reasons or None,
            ]
            for one in found.advised
        ],
    }  # fmt: skip


BY_NAME: Mapping[str, Callable[[Gallery], Table]] = {
    "gates": gates,
    "cycles": cycles,
    "expiries": expiries,
    "spoken": spoken,
    "actions": actions,
    "advice": advice,
    "obligations": obligations,
}

"""Companies of the park as a spreadsheet: the open part, and for those who see all of a company how it is cared for.

Kinds and stages stand as words and dates as days, one fact a column, so that another program can read them in.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.sheets import listing
from kangjiansheng.labs.forms.residents import provider_name
from kangjiansheng.labs.models import Company, ServiceRequest
from kangjiansheng.labs.queries.companion import Care
from kangjiansheng.labs.queries.space import Building
from kangjiansheng.labs.rules import companion as service
from kangjiansheng.labs.rules import residents as rules


def companies(
    kind: str, rows: Sequence[Company], inside: Collection[int], care: Care, *, as_of: date | None
) -> bytes:
    """Code, names, kind, stage, since; where the reader sees all of it: companion, last contact, what waits."""
    heads = [_("编号"), _("名称（简体）"), _("名称（繁体）"), _("名称（英文）"), _("类型"), _("阶段")]
    heads += [_("阶段开始日期"), _("所属机构"), _("陪伴人"), _("最近触点"), _("待答复"), _("已逾期")]
    lines = [[*_open(row), *(_inside(row, care) if row.id in inside else [""] * 6)] for row in rows]
    return listing(kind, _("园区企业"), heads, lines, rows, as_of)


def _open(row: Company) -> list[Any]:
    kind, stage = rules.COMPANY_KINDS[row.kind], rules.STAGES[row.stage]
    return [row.code, row.name_hans, row.name_hant, row.name_en, str(kind), str(stage)]


def _inside(row: Company, care: Care) -> list[Any]:
    return [
        row.stage_since,
        row.institution_code,
        name_of(row.companion) if row.companion else "",
        care.last.get(row.id),
        len(care.waiting.get(row.id, [])),
        len(care.overdue(row)),
    ]


def requests(kind: str, rows: Sequence[ServiceRequest], *, as_of: date | None) -> bytes:
    """What companies asked for: one row each, with what was promised, who answers, and what came of it."""
    heads = [
        _("编号"),
        _("名称"),
        _("序号"),
        _("类型"),
        _("阶段"),
        _("内容"),
        _("提出日期"),
        _("承诺答复日期"),
    ]
    heads += [_("由谁答复"), _("状态"), _("答复日期"), _("答复"), _("结果"), _("满意度")]
    lines = [
        [
            row.company.code,
            name_of(row.company),
            row.number,
            str(service.SERVICES[row.kind]),
            str(rules.STAGES[row.stage]),
            row.text,
            row.asked_on,
            row.promised_on,
            provider_name(row),
            str(service.REQUEST_STATES[row.life]),
            row.answered_on,
            row.answer,
            str(service.OUTCOMES[row.outcome]) if row.outcome else "",
            row.satisfaction,
        ]
        for row in rows
    ]
    return listing(kind, _("服务请求"), heads, lines, [row.company for row in rows], as_of)


def space(kind: str, found: Sequence[Building], *, as_of: date | None) -> bytes:
    """One row for each lease of each floor, and one for each floor that is empty."""
    heads = [_("编号"), _("楼宇"), _("楼层"), _("楼层面积（平方米）"), _("园区企业"), _("名称")]
    heads += [_("面积（平方米）"), _("开始日期"), _("结束日期")]
    lines, things = [], []
    for row in (row for building in found for row in building.floors):
        own = [row.floor.code, row.floor.building, row.floor.level, row.floor.area_m2]
        for lease in row.leases:
            company = lease.company
            lines.append(
                [*own, company.code, name_of(company), lease.area_m2, lease.starts_on, lease.ends_on]
            )
        if not row.leases:
            lines.append([*own, "", "", 0, None, None])
        things += [row.floor] * max(len(row.leases), 1)
    return listing(kind, _("园区空间"), heads, lines, things, as_of)

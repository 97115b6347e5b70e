"""Shared resources and their bookings as spreadsheets."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.core import clock
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.sheets import listing
from kangjiansheng.labs.models import SharedResource
from kangjiansheng.labs.queries.bookings import Held, Standing
from kangjiansheng.labs.rules import resources as rules


def resources(
    kind: str, rows: Sequence[SharedResource], standing: dict[int, Standing], *, as_of: date | None
) -> bytes:
    """Code, name, kind, owner, laboratory, capacity, how full this month and the next are (percent), who waits."""
    heads = [_("编号"), _("名称"), _("类型"), _("所属机构"), _("联合实验室"), _("地点"), _("容量")]
    heads += [_("本月占用百分比"), _("下月占用百分比"), _("候补"), _("最近空档")]
    lines = [_line(row, standing[row.id]) for row in rows]
    return listing(kind, _("共享资源"), heads, lines, rows, as_of)


def _line(row: SharedResource, found: Standing) -> list[Any]:
    free = found.free_at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M") if found.free_at else ""
    return [
        row.code,
        name_of(row),
        rules.RESOURCE_KINDS[row.kind],
        name_of(row.institution),
        row.lab_code,
        row.site,
        row.capacity,
        found.percent,
        found.coming,
        found.waiting,
        free,
    ]


def bookings(
    kind: str, row: SharedResource, held: Sequence[Held], projects: Mapping[int, Any], *, as_of: date | None
) -> bytes:
    """When a resource is taken; by whom and what for only where the reader may know it, `projects` by the number of
    the booking."""
    heads = [
        _("资源"),
        _("开始"),
        _("结束"),
        _("位号"),
        _("数量"),
        _("类别"),
        _("预约人"),
        _("机构"),
        _("用途"),
        _("项目"),
    ]
    lines = [
        [
            row.code,
            _moment(one.starts_at),
            _moment(one.ends_at),
            one.place,
            one.places,
            rules.USES[one.kind] if one.known else "",
            name_of(one.person) if one.person else "",
            name_of(one.institution) if one.institution else "",
            one.purpose,
            projects[one.number].code if one.number in projects else "",
        ]
        for one in held
    ]
    return listing(kind, _("预约清单"), heads, lines, [row] * len(lines), as_of)


def _moment(instant: Any) -> str:
    return instant.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M") if instant else ""

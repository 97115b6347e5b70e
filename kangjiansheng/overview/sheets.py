"""What this floor gives as spreadsheets."""

from datetime import date

from flask_babel import gettext as _

from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.sheets import listing
from kangjiansheng.overview.rules.table import Commitment, Table


def table(kind: str, found: Table, *, as_of: date | None) -> bytes:
    """One Table: one line for each commitment and dealing."""
    kinds = {"obligation": _("义务"), "hand_off": _("交接")}
    states = {"late": _("逾期"), "disputed": _("有异议"), "soon": _("两周内到期"), "ontrack": _("按计划")}
    heads = [_("编号"), _("类别"), _("由谁给出"), _("给谁"), _("内容"), _("期限"), _("状态"), _("逾期天数")]

    def line(one: Commitment) -> list[object]:
        giver, taker = found.seats[one.giver], found.seats[one.taker]
        dealing = giver.governs or taker.governs
        return [
            one.code,
            _("往来") if dealing else kinds[one.kind],
            name_of(giver.names),
            name_of(taker.names),
            name_of(one.names),
            one.due,
            "" if dealing else states[one.status],
            one.late_by or None,
        ]

    rows = [*found.commitments, *found.dealings]
    lines = [line(one) for one in rows]
    return listing(kind, _("一张桌"), heads, lines, rows, as_of)

"""The lists as spreadsheets, exactly as they are filtered on the page."""

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _

from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.sheets import listing
from kangjiansheng.labs import rules
from kangjiansheng.labs.models import Agreement, Institution, JointLab
from kangjiansheng.labs.queries.papers import PaperRow
from kangjiansheng.labs.rules.papers import KINDS, STATES


def institutions(kind: str, rows: Sequence[Institution], *, as_of: date | None) -> bytes:
    """Code, name, sectors, aliases."""
    heads = [_("编号"), _("名称"), _("政产学研医资"), _("别名"), _("监管机构"), _("说明")]
    lines = [
        [
            row.code,
            name_of(row),
            _("、").join(name_of(rules.sectors()[code].name) for code in row.sector_codes),
            _("、").join(sorted(alias.text for alias in row.aliases)),
            _("是") if row.regulator else "",
            row.role_hans,
        ]
        for row in rows
    ]
    return listing(kind, _("机构"), heads, lines, rows, as_of)


def agreements(kind: str, rows: Sequence[Agreement], *, as_of: date | None) -> bytes:
    """Code, name, kind, parties by capacity, dates. An empty cell means: not stated."""
    heads = [_("编号"), _("名称"), _("类型"), *rules.CAPACITIES.values(), _("签署日期"), _("年份为推定")]
    heads += [_("生效日期"), _("到期日期"), _("续签商议开始"), _("上位协议")]
    lines = [
        [
            row.code,
            name_of(row),
            rules.KINDS[row.kind],
            *(_("、").join(name_of(i) for i in row.institutions(capacity)) for capacity in rules.CAPACITIES),
            row.signed_on,
            _("是") if row.year_inferred else "",
            row.effective_on,
            row.expires_on,
            row.expires_on and rules.renewal_due(row.expires_on, row.renewal_months),
            row.parent_code,
        ]
        for row in rows
    ]
    return listing(kind, _("协议"), heads, lines, rows, as_of)


def labs(kind: str, rows: Sequence[JointLab], *, as_of: date | None) -> bytes:
    """The open part of laboratories: code, name, state, lead, partners."""
    heads = [_("编号"), _("名称"), _("状态"), _("牵头单位"), _("合作单位")]
    lines = [
        [
            row.code,
            name_of(row),
            rules.LIVES[row.life],
            name_of(row.lead) if row.lead else "",
            _("、").join(name_of(p.institution) for p in row.partners if p.role != "lead"),
        ]
        for row in rows
    ]
    return listing(kind, _("联合实验室"), heads, lines, rows, as_of)


def papers(kind: str, rows: Sequence[PaperRow], *, as_of: date | None) -> bytes:
    """What a laboratory holds for a while, whose it is, until when, and how it stands."""
    heads = [_("文号或名称"), _("类别"), _("持有人"), _("有效期首日"), _("有效期末日"), _("状态")]
    heads += [_("说明"), _("终止原因")]
    lines = [
        [
            row.label,
            str(KINDS[row.kind]),
            row.holder,
            row.valid_from,
            row.valid_to,
            str(STATES[row.standing]),
            row.note,
            row.ending,
        ]
        for row in rows
    ]
    return listing(kind, _("证照、规程与资质"), heads, lines, rows, as_of)

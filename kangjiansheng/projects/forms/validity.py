"""What people type about approvals and grants that hold for a while, and the words for how they stand."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import RadioField, SelectField, StringField, TextAreaField

from kangjiansheng.core.forms import Form, VersionField, at_most, required
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects.forms.fields import DayField
from kangjiansheng.projects.models import Validity
from kangjiansheng.projects.queries.validity import Held, ValidityRow
from kangjiansheng.projects.rules.validity import Standing

KINDS: dict[str, Any] = {
    "ethics": _l("伦理批件"),
    "genetics": _l("人类遗传资源批件"),
    "funding": _l("经费"),
    "site": _l("中心资质"),
    "other": _l("其他凭证"),
}
AGREEMENT = _l("合作协议")
SHAPES = {"lapsed": "late", "leaves": "late", "soon": "risk", "holds": "ontrack", "served": "done"}
STATES: dict[str, Any] = {
    "lapsed": _l("已到期"),
    "leaves": _l("不够用"),
    "soon": _l("即将到期"),
    "holds": _l("有效"),
    "served": _l("已用到"),
}
FIELDS: dict[str, Any] = {
    "kind": _l("类别"),
    "label": _l("文号或名称"),
    "valid_from": _l("有效期首日"),
    "valid_to": _l("有效期末日"),
    "milestone": _l("须在有效期内完成的里程碑"),
    "note": _l("说明"),
    "life": _l("处理状态"),
    "ending": _l("终止原因"),
}
VALUES: dict[str, dict[str, Any]] = {
    "kind": KINDS,
    "life": {"held": _l("持有中"), "ended": _l("已终止")},
}


class ValidityForm(Form):
    """Something that a project holds for a while."""

    kind = RadioField(FIELDS["kind"], choices=list(KINDS.items()))
    label = StringField(FIELDS["label"], [at_most(200)])
    valid_from = DayField(FIELDS["valid_from"])
    valid_to = DayField(FIELDS["valid_to"], [required()])
    milestone = SelectField(FIELDS["milestone"])
    note = TextAreaField(FIELDS["note"], [at_most(2000)])
    version = VersionField()

    def __init__(
        self, *args: Any, obj: Validity | None = None, milestone_rows: Sequence[Any] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, obj=_Typed(obj) if obj else None, **kwargs)
        rows = list(milestone_rows) or ([obj.milestone] if obj and obj.milestone else [])
        named = [(row.code, f"{row.code} {name_of(row)}") for row in rows]
        self.milestone.choices = [("", _("下一个未完成的里程碑")), *named]

    def facts(self) -> dict[str, Any]:
        """What the operations take."""
        return {
            "kind": self.kind.data or "",
            "label": self.label.data or "",
            "valid_from": self.valid_from.data,
            "valid_to": self.valid_to.data,
            "note": self.note.data or "",
            "milestone_code": self.milestone.data or "",
        }


class _Typed:
    """What is stored, as the form holds it."""

    def __init__(self, held: Validity) -> None:
        self.__dict__.update(held.state(), version=held.version)


class EndingForm(Form):
    """Why something counts no more."""

    reason = StringField(
        FIELDS["ending"], [required(), at_most(300)], description=_l("例如：已换发新批件，另行登记")
    )
    version = VersionField()


def kind(row: ValidityRow) -> str:
    """What it is."""
    return str(KINDS.get(row.kind, AGREEMENT))


def named(row: ValidityRow) -> str:
    """What it is, with its number or title."""
    return f"{kind(row)} {name_of(row.name)}".strip()


def sentence(row: ValidityRow, found: Standing) -> str:
    """How something stands, without a full stop."""
    facts: dict[str, Any] = {"what": kind(row), "end": row.valid_to.isoformat()}
    if found.need is not None:
        facts |= {"code": found.need.code, "day": found.need.day.isoformat()}
    if found.word == "leaves" and found.need is not None and found.need.reached:
        return ngettext(
            "%(what)s %(end)s 到期，比 %(code)s 的完成日期 %(day)s 早 %(num)d 天",
            "%(what)s %(end)s 到期，比 %(code)s 的完成日期 %(day)s 早 %(num)d 天",
            found.days,
            **facts,
        )
    if found.word == "leaves":
        return ngettext(
            "%(what)s %(end)s 到期，比 %(code)s 的预测 %(day)s 早 %(num)d 天",
            "%(what)s %(end)s 到期，比 %(code)s 的预测 %(day)s 早 %(num)d 天",
            found.days,
            **facts,
        )
    if found.word == "lapsed":
        return ngettext(
            "%(what)s %(end)s 已到期，过了 %(num)d 天",
            "%(what)s %(end)s 已到期，过了 %(num)d 天",
            found.days,
            **facts,
        )
    if found.word == "served":
        return _("%(what)s %(end)s 到期，%(code)s 已在有效期内完成", **facts)
    return ngettext(
        "%(what)s %(end)s 到期，还有 %(num)d 天",
        "%(what)s %(end)s 到期，还有 %(num)d 天",
        found.days,
        **facts,
    )


def alarm(found: Sequence[Held]) -> str:
    """The worst of what has lapsed or will before it is needed, as a sentence; empty when nothing does."""
    worst = next((pair for pair in found if pair[1].alarms), None)
    return _("注意：%(what)s。", what=sentence(*worst)) if worst else ""


def finding(found: Sequence[Held]) -> str:
    """What the panel shows, in one line."""
    if not found:
        return _("还没有登记有效期")
    left = sum(standing.alarms for _row, standing in found)
    soon = sum(standing.word == "soon" for _row, standing in found)
    parts = []
    if left:
        parts.append(ngettext("%(num)d 项到期太早", "%(num)d 项到期太早", left))
    if soon:
        parts.append(ngettext("%(num)d 项 90 天内到期", "%(num)d 项 90 天内到期", soon))
    return _("，").join(parts) or ngettext("%(num)d 项都够用", "%(num)d 项都够用", len(found))

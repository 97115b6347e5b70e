"""What somebody wants of many milestones, and which they are."""

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.validators import NumberRange, Optional

from kangjiansheng.core.forms import Form, WholeNumberField, at_most
from kangjiansheng.projects.forms.fields import choices
from kangjiansheng.projects.forms.milestones import FOLLOW, following
from kangjiansheng.projects.rules.bulk import FURTHEST, UNITS, Act, Wanted
from kangjiansheng.projects.rules.vocabulary import reasons

WORDS: dict[Act, Any] = {
    "on_track": _l("确认日期"),
    "move": _l("移动日期"),
    "give": _l("交给某人"),
    "flag": _l("标记风险"),
    "unflag": _l("取消风险标记"),
}
NUMBER = _l("请填 −%(most)d 到 %(most)d 之间的整数，负数为提前。", most=FURTHEST)


class BulkForm(Form):
    """One act on the rows that `rows` names."""

    rows = HiddenField()
    act = RadioField(_l("怎样更改"), choices=[*WORDS.items()], validate_choice=False)
    days = WholeNumberField(_l("移动天数"), [Optional(), NumberRange(-FURTHEST, FURTHEST, NUMBER)])
    unit = RadioField(
        _l("怎样计天数"),
        choices=[("day", _l("日历天")), ("workday", _l("工作日"))],
        default="day",
        validate_choice=False,
    )
    reason = SelectField(_l("主要原因"), validate_choice=False)
    owner_id = SelectField(_l("交给"), coerce=int, validate_choice=False)
    note = StringField(_l("补充一句"), [at_most(300)])
    follow = RadioField(_l("下游里程碑"), choices=FOLLOW, default="move", validate_choice=False)

    def set_choices(self, owners: list[tuple[int, str]]) -> None:
        """Offer the reasons and the people; calendar days unless working days were asked for."""
        if self.unit.data not in UNITS:
            self.unit.data = "day"
        self.reason.choices = choices(reasons(), empty=_("请选择"))
        self.owner_id.choices = [(-1, _("请选择")), (0, _("没有指定到人")), *owners]

    def validate(self, extra_validators: object = None) -> bool:
        """Each act needs its own fields."""
        right = super().validate(extra_validators)  # type: ignore[arg-type]
        missing = self._missing()
        for name, words in missing.items():
            field = self._fields[name]
            if not field.errors:
                field.errors = [str(words)]
        return right and not missing

    def _missing(self) -> dict[str, object]:
        if self.act.data not in WORDS:
            return {"act": _l("请选择怎样更改。")}
        if self.act.data == "give" and self.owner_id.data in (None, -1):
            return {"owner_id": _l("请选择交给谁。")}
        found: dict[str, object] = {}
        if self.act.data == "move":
            if not self.days.data:
                found["days"] = NUMBER
            # An earlier date needs no reason.
            if self.reason.data not in reasons() and (self.reason.data or (self.days.data or 0) >= 0):
                found["reason"] = _l("请选择一个主要原因。")
        return found

    def wanted(self) -> Wanted:
        """The act as the rules take it; ask only after validating."""
        return Wanted(
            self.act.data,
            days=self.days.data or 0,
            unit=self.unit.data,
            reason_code=self.reason.data or "",
            owner_id=self.owner_id.data or None,
            note=self.note.data or "",
            follow=following(self.follow.data),
        )


def asked_rows() -> dict[int, int]:
    """The rows that a form names, as id → version seen: `12:3`, each in a field or all in one."""
    return _unpacked(request.form.getlist("row") + request.form.get("rows", "").split(","))


def shown_along() -> dict[int, int]:
    """What the preview has shown as moving along, as id → version seen."""
    return _unpacked(request.form.get("along", "").split(","))


def _unpacked(values: list[str]) -> dict[int, int]:
    found: dict[int, int] = {}
    for value in values:
        number, _, version = value.partition(":")
        if all(part.isascii() and part.isdigit() and len(part) < 10 for part in (number, version)):
            found[int(number)] = int(version)
    return found


def packed(rows: Mapping[int, int]) -> str:
    """Rows as one field carries them."""
    return ",".join(f"{number}:{version}" for number, version in rows.items())

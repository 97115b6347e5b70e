"""Laying out a series of meetings, changing the rest of it, and templates of agendas."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField, TimeField
from wtforms.validators import NumberRange, Optional

from kangjiansheng.committee.forms.base import KINDS, VersionedForm
from kangjiansheng.committee.models import AgendaTemplate
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.forms import Form, WholeNumberField, at_most, required
from kangjiansheng.core.text import line

UNITS = [("week", _l("每隔几周")), ("month", _l("每隔几个月的第几个星期几"))]
NTH = [
    ("1", _l("第一个")), ("2", _l("第二个")), ("3", _l("第三个")), ("4", _l("第四个")), ("-1", _l("最后一个")),
]  # fmt: skip

REFUSALS: dict[str, Any] = {
    "committee:template-empty": _l("没有可以留作模板的议题：与项目有关或有人回避的议题不进模板。"),
    "committee:template-bare": _l("模板至少要有一项议题；不再使用的模板请移除。"),
    "committee:template-rows": _l("有的议题填得不对，请看标出的行。"),
    "committee:template-long": _l("第 %(row)d 行的议题名称最多 %(max)d 个字符，现在有 %(length)d 个。"),
    "committee:template-many": _l("模板最多 %(most)d 项议题，现在有 %(count)d 项。"),
    "committee:template-unknown": _l("没有这个模板。"),
    "committee:series-long": _l("一个系列最多 %(most)s 次会议，请把结束日期提前。"),
    "committee:series-empty": _l("按这个规则没有一次会议，请检查日期。"),
    "committee:series-over": _l("这一天之后没有未发布的会议。"),
}


EMPTY_ROWS, MOST_ITEMS, MOST_MINUTES, MOST_CHARACTERS = 3, 60, 600, 200
NAMES = ("name_hans", "name_hant", "name_en")
PARTS = ("place", "name_hans", "name_hant", "name_en", "kind", "minutes")
TOO_LONG = _l("最多 %(max)d 个字符，现在有 %(length)d 个。")
MINUTES = _l("请填 0 到 %(most)s 之间的整数分钟。")


class TemplateForm(Form):
    """What a template is called."""

    name = StringField(_l("模板名称"), [required(), at_most(100)])


@dataclass
class Row:
    """One item of a template as it was typed."""

    key: int
    place: str = ""
    name_hans: str = ""
    name_hant: str = ""
    name_en: str = ""
    kind: str = "discuss"
    minutes: str = "15"
    drop: bool = False
    problems: dict[str, str] = field(default_factory=dict)  # what is wrong, by part


class TemplateEditForm(VersionedForm):
    """The names of a template, and its items: `place-3`, `name_hans-3` … for the third, and rows for new ones. A row
    without a name is none."""

    name_hans = StringField(_l("模板名称"), [required(), at_most(100)])
    name_hant = StringField(_l("模板名称（繁体）"), [at_most(100)])
    name_en = StringField(_l("模板名称（英文）"), [at_most(100)])

    def rows(self, template: AgendaTemplate) -> list[Row]:
        """What the page shows: what was typed, else what stands; and empty rows below."""
        if self.is_submitted():
            return self._typed
        kept = [
            Row(
                n, str(n + 1), item["name_hans"], item["name_hant"], item["name_en"], item["kind"],
                str(item["minutes_planned"]),
            )
            for n, item in enumerate(template.items)
        ]  # fmt: skip
        return kept + [Row(len(kept) + n) for n in range(EMPTY_ROWS)]

    def items(self) -> list[dict[str, Any]]:
        """The items in the order of their places; what is wrong with one is said at its row."""
        found = []
        for row in self._typed:
            if row.drop or not row.name_hans:
                continue
            whole = row.minutes.isascii() and row.minutes.isdigit() and int(row.minutes[:5]) <= MOST_MINUTES
            if not whole:
                row.problems["minutes"] = str(MINUTES % {"most": MOST_MINUTES})
            for part in NAMES:
                if len(getattr(row, part)) > MOST_CHARACTERS:
                    counts = {"max": MOST_CHARACTERS, "length": len(getattr(row, part))}
                    row.problems[part] = str(TOO_LONG % counts)
            if row.kind not in dict(KINDS):
                row.kind = "discuss"
            place = int(row.place[:5]) if row.place.isascii() and row.place.isdigit() else 10**6
            told = {
                "name_hans": row.name_hans,
                "name_hant": row.name_hant,
                "name_en": row.name_en,
                "kind": row.kind,
            }
            found.append((place, row.key, told | {"minutes_planned": int(row.minutes[:5]) if whole else 0}))
        self._check_rows()
        return [told for _place, _key, told in sorted(found, key=lambda one: one[:2])]

    def _check_rows(self) -> None:
        """Say what is wrong: of the first text that is too long, at which row; the others are marked."""
        for number, row in enumerate(self._typed, 1):
            for part in (one for one in NAMES if one in row.problems):
                length = len(getattr(row, part))
                raise RuleBroken("committee:template-long", row=number, max=MOST_CHARACTERS, length=length)
        if any(row.problems for row in self._typed):
            raise RuleBroken("committee:template-rows")
        named = sum(1 for row in self._typed if row.name_hans and not row.drop)
        if named > MOST_ITEMS:
            raise RuleBroken("committee:template-many", most=MOST_ITEMS, count=named)

    @cached_property
    def _typed(self) -> list[Row]:
        sent = request.form
        keys = [name.removeprefix("name_hans-") for name in sent if name.startswith("name_hans-")]
        rows = []
        for key in keys:
            if key.isascii() and key.isdigit() and len(key) < 4:
                told = {part: line(sent.get(f"{part}-{key}", "")) for part in PARTS}
                rows.append(Row(int(key), drop=f"drop-{key}" in sent, **told))  # type: ignore[arg-type]
        return rows


class SeriesForm(Form):
    """The rule of a series, and what its meetings have in common."""

    name = StringField(_l("系列名称"), [required(), at_most(100)])
    unit = SelectField(_l("重复"), choices=UNITS, default="month")
    every = WholeNumberField(_l("间隔"), [required(), NumberRange(min=1, max=52)], default=1)
    nth = SelectField(_l("当月第几个"), choices=NTH, default="1")
    first = DateField(_l("首次会议日期"), [required()])
    until = DateField(_l("结束日期"), [required()])
    starts = TimeField(_l("开始"), [Optional()])
    ends = TimeField(_l("结束"), [Optional()])
    place = StringField(_l("会议地点"), [at_most(200)])
    template = SelectField(_l("议程模板"), choices=[], validate_choice=False, default="")


class RestForm(VersionedForm):
    """Hours and place of what is left of a series."""

    since = DateField(_l("自何日起"), [required()])
    starts = TimeField(_l("开始"), [Optional()])
    ends = TimeField(_l("结束"), [Optional()])
    place = StringField(_l("会议地点"), [at_most(200)])


class EndForm(Form):
    """From which day on the drafts of a series are given up."""

    since = DateField(_l("自何日起"), [required()], id="end-since")

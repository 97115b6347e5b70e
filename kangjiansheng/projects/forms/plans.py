"""What people type about a plan: a milestone's names, what it takes and waits for, and stops of its clock."""

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, SelectField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.validators import NumberRange, Optional

from kangjiansheng.core.forms import Form, VersionField, WholeNumberField, at_most, required
from kangjiansheng.projects.forms.fields import DayField
from kangjiansheng.projects.operations.plans import LONGEST, Wait

UNITS = [("day", _l("日历日")), ("workday", _l("工作日"))]
_SPARE = 2
_RANGE = NumberRange(0, LONGEST, message=_l("请填 0 到 %(max)d 之间的整数。"))


class WaitForm(PlainForm):
    """One predecessor: its code, and how long after it."""

    code = SelectField(_l("前置里程碑"), validate_choice=False)
    lag = WholeNumberField(_l("之后再等"), [Optional(), _RANGE])
    unit = SelectField(_l("单位"), choices=UNITS, default="day")

    class Meta(Form.Meta):
        """The rows are sent with the form that holds them."""

        csrf = False


class RowsOfForm(FieldList):
    """Forms within a form, by their numbers; what no page of ours writes as a number of one is none."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        for name in formdata:
            number = (
                name.removeprefix(f"{prefix}-").partition("-")[0] if name.startswith(f"{prefix}-") else ""
            )
            if number.isascii() and number.isdigit() and len(number) < 4:
                yield int(number)


class ScheduleForm(Form):
    """The names of a milestone, what it takes, and what it waits for."""

    name_hans = StringField(_l("名称（简体）"), [required(), at_most(200)])
    name_hant = StringField(_l("名称（繁体）"), [at_most(200)])
    name_en = StringField(_l("名称（英文）"), [at_most(200)])
    duration = WholeNumberField(
        _l("工期"), [Optional(), _RANGE], description=_l("从最后一个前置里程碑算起；不填时取计划里的间隔")
    )
    unit = SelectField(_l("单位"), choices=UNITS, default="day")
    waits = RowsOfForm(FormField(WaitForm), label=_l("前置里程碑"))
    version = VersionField()

    def offer(self, codes: list[tuple[str, str]]) -> None:
        """Give each row the milestones to choose from, and some empty rows to fill."""
        while sum(not row.form.code.data for row in self.waits) < _SPARE:
            self.waits.append_entry()
        for row in self.waits:
            row.form.code.choices = [("", "—"), *codes]

    def names(self) -> dict[str, str]:
        """The names by script."""
        return {script: getattr(self, f"name_{script}").data or "" for script in ("hans", "hant", "en")}

    def chosen(self) -> list[Wait]:
        """The predecessors of the rows that are filled."""
        return [
            Wait(row.form.code.data, row.form.lag.data or 0, row.form.unit.data or "day")
            for row in self.waits
            if row.form.code.data
        ]

    def facts(self) -> dict[str, Any]:
        """What the operations take."""
        return {
            "names": self.names(),
            "duration": self.duration.data,
            "unit": self.unit.data or "day",
            "waits": self.chosen(),
        }


class NewMilestoneForm(ScheduleForm):
    """A milestone that joins a running plan."""

    code = StringField(
        _l("编号"), [required(), at_most(40)], description=_l("大写字母、数字和连字符，例如 A145")
    )
    plan = DayField(_l("计划日期"))
    gate = BooleanField(_l("这是阶段门"))


class BaselineForm(Form):
    """Under which name a plan is frozen, why, and by whose authority."""

    name = StringField(_l("基线名称"), [required(), at_most(100)], description=_l("例如：2026 年第四季度"))
    reason = TextAreaField(_l("理由"), [required(), at_most(1000)])
    authority = StringField(
        _l("批准依据"), [required(), at_most(200)], description=_l("由谁、在哪次会议或哪份文件中批准")
    )
    version = VersionField()


class StopForm(Form):
    """From when, and to when, a statutory clock stands still."""

    first = DayField(_l("停钟首日"), [required()])
    last = DayField(_l("停钟末日"))
    note = StringField(_l("说明"), [at_most(300)])
    version = VersionField()


class StartForm(Form):
    """The last day on which the clock stands still."""

    last = DayField(_l("停钟末日"), [required()], id="start-last")
    version = VersionField()

"""Laying out a series of meetings, changing the rest of it, and templates of agendas."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField, TimeField
from wtforms.validators import NumberRange, Optional

from kangjiansheng.committee.forms.base import VersionedForm
from kangjiansheng.core.forms import Form, at_most, required

UNITS = [("week", _l("每隔几周")), ("month", _l("每隔几个月的第几个星期几"))]
NTH = [
    ("1", _l("第一个")), ("2", _l("第二个")), ("3", _l("第三个")), ("4", _l("第四个")), ("-1", _l("最后一个")),
]  # fmt: skip

REFUSALS: dict[str, Any] = {
    "committee:template-empty": _l("没有可以留作模板的议题：与项目有关或有人回避的议题不进模板。"),
    "committee:template-unknown": _l("没有这个模板。"),
    "committee:series-long": _l("一个系列最多 %(most)s 次会议，请把结束日期提前。"),
    "committee:series-empty": _l("按这个规则没有一次会议，请检查日期。"),
    "committee:series-over": _l("这一天之后没有未发布的会议。"),
}


class TemplateForm(Form):
    """What a template is called."""

    name = StringField(_l("模板名称"), [required(), at_most(100)])


class SeriesForm(Form):
    """The rule of a series, and what its meetings have in common."""

    name = StringField(_l("系列名称"), [required(), at_most(100)])
    unit = SelectField(_l("重复"), choices=UNITS, default="month")
    every = IntegerField(_l("间隔"), [required(), NumberRange(min=1, max=52)], default=1)
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

"""What people type to try something out."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional

from kangjiansheng.core.forms import Form, VersionField, WholeNumberField, at_most, required
from kangjiansheng.projects.forms.bulk import NUMBER
from kangjiansheng.projects.rules.bulk import FURTHEST

REFUSALS: dict[str, Any] = {
    "overview:scenario-milestone": _l("请从清单里选一个未完成的里程碑：先写项目编号，再写里程碑编号。"),
    "overview:scenario-not-open": _l("这个里程碑已经完成或取消，不能再试别的日期。"),
    "overview:scenario-one-day": _l("请填设想的日期，或者比现在晚多少天，两者只填一个。"),
    "overview:scenario-day-passed": _l("请填今天（%(today)s）或以后的日期。"),
    "overview:scenario-project": _l("请选择一个进行中的项目。"),
    "overview:scenario-thrown": _l("这个设想已经放弃，恢复之后才能修改。"),
    "overview:scenario-full": _l("一个设想最多 %(most)d 处变动，请先去掉一些。"),
    "overview:scenario-empty": _l("设想里还没有变动，没有可以提请的。"),
    "overview:scenario-no-gate": _l(
        "%(project)s 没有未过的阶段门，委员会无从作出终止的决定。请把它从设想里去掉。"
    ),
    "overview:scenario-meeting": _l("请选择一次筹备中的会议。"),
}


class ScenarioForm(Form):
    """What it is called, what it is for, and who sees it."""

    name = StringField(_l("名称"), [required(), at_most(100)])
    note = TextAreaField(_l("说明"), [at_most(2000)])
    shared = BooleanField(_l("共享给能看到其中全部项目的人"))
    version = VersionField()


class MoveForm(Form):
    """Another day for a milestone, or how many days later than it is expected now."""

    milestone = StringField(_l("里程碑"), [required(), at_most(200)])
    day = DateField(_l("设想的日期"), [Optional()])
    days_later = WholeNumberField(_l("或者晚几天"), [Optional(), NumberRange(-FURTHEST, FURTHEST, NUMBER)])
    version = VersionField()


class StopForm(Form):
    """A project on which nobody works any more."""

    project = SelectField(_l("停止的项目"), choices=[], validate_choice=False)
    version = VersionField()


class ProposalForm(Form):
    """To which meeting it is put."""

    meeting = SelectField(_l("提请哪次会议"), choices=[], validate_choice=False)
    version = VersionField()

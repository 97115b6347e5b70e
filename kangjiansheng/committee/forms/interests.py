"""What members declare, and what is decided about them."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import Optional

from kangjiansheng.committee.forms.base import VersionedForm
from kangjiansheng.core.forms import Form, at_most, required

KINDS = [
    ("post", _l("任职或兼职")),
    ("equity", _l("持股或期权")),
    ("funding", _l("资助或课题")),
    ("patent", _l("专利与收益")),
    ("kin", _l("亲属")),
    ("rival", _l("竞争项目")),
    ("institution", _l("机构利益")),
]
WAYS = [
    ("whole", _l("全程回避")),
    ("facts", _l("说明事实后离场")),
    ("stays", _l("声明后参加")),
]


class InterestForm(VersionedForm):
    """An interest that lasts."""

    kind = SelectField(_l("利益类别"), choices=KINDS)
    institution = SelectField(_l("相关机构"), choices=[], validate_choice=False)
    project = SelectField(_l("相关项目"), choices=[], validate_choice=False)
    party = StringField(_l("其他相关方"), [at_most(200)], description=_l("机构与项目都不在列表中时填写"))
    text = TextAreaField(_l("情况说明"), [required(), at_most(2000)])
    valid_from = DateField(_l("自何日起"), [required()])


class ItemInterestForm(Form):
    """An interest in one item."""

    kind = SelectField(_l("利益类别"), choices=KINDS)
    text = TextAreaField(_l("情况说明"), [required(), at_most(2000)])


class RecusalForm(Form):
    """What is decided about one member and one item."""

    kind = RadioField(_l("处理"), choices=WAYS)
    reason = StringField(_l("理由"), [at_most(400)])


class StepOutForm(Form):
    """When a recused member left and came back."""

    left = TimeField(_l("离场"), [Optional()])
    returned = TimeField(_l("返回"), [Optional()])

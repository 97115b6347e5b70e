"""What administrators type about how long records are kept, and the sentences for what is refused."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField

from kangjiansheng.accounts.forms.factors import ProofMixin
from kangjiansheng.core.forms import Form, VersionField, WholeNumberField, at_most, required
from kangjiansheng.overview.rules.retention import FIELDS, SCOPES

REFUSALS: dict[str, Any] = {
    "overview:retention-years": _l("请写 1 到 %(most)d 之间的年数；0 表示永久保存。"),
    "overview:retention-why": _l("请写明理由：多年以后要能看懂。"),
    "overview:kept-for-ever": _l("这一种永久保存，不能销毁。"),
    "overview:hold-scope": _l("请选择保全的范围。"),
    "overview:hold-which": _l("请填写要保全的项目、实验室或委员会的编号。"),
    "overview:hold-everything": _l("整个系统不用编号：只保全这一处，请改选范围；要保全全部，请清空编号。"),
    "overview:hold-place": _l("没有这个编号。请照原样填写，例如 KJS-003、JL-01、SAC。"),
    "overview:disposal-waits": _l("这一种已有一份销毁单在等待批准。"),
    "overview:disposal-nothing": _l("没有期限已满而又没有保全的：期限未满不能销毁。"),
    "overview:disposal-own": _l("申请人不能批准自己的申请，请由另一位安全管理员批准。"),
    "overview:disposal-over": _l("这份销毁单已有结论。"),
    "overview:disposal-held": _l(
        "其中 %(number)d 项现在不能销毁：申请之后设了保全，或期限改长了。请不批准，再重新申请。"
    ),
}


class PeriodForm(Form):
    """For how long a kind is kept, on what that rests, and why it changes."""

    years = WholeNumberField(FIELDS["years"], [required()], description=_l("0 表示永久保存。"))
    source = StringField(
        FIELDS["source"], [required(), at_most(400)], description=_l("法规、合同或本机构制度的名称和条款。")
    )
    reason = TextAreaField(_l("修改的理由"), [required(), at_most(1000)])  # of this change: starts empty
    version = VersionField()


class HoldForm(Form):
    """What is to be kept, and why."""

    scope = SelectField(FIELDS["scope"], choices=[*SCOPES.items()])
    place = StringField(
        FIELDS["place"], [at_most(40)], description=_l("项目、实验室或委员会的编号；整个系统不填。")
    )
    reason = TextAreaField(
        FIELDS["reason"], [required(), at_most(1000)], description=_l("例如：诉讼、监管检查、项目涉及子代。")
    )


class LiftForm(Form):
    """Why a hold ends."""

    why = TextAreaField(FIELDS["lifted_why"], [required(), at_most(1000)])


class ProposeForm(Form):
    """Why something is disposed of."""

    reason = TextAreaField(FIELDS["reason"], [required(), at_most(1000)], id="why-dispose")


class ApproveForm(ProofMixin, Form):
    """What who decides adds, and the proof of who it is."""

    remark = TextAreaField(FIELDS["remark"], [at_most(1000)])


class RefuseForm(Form):
    """Why nothing goes."""

    remark = TextAreaField(FIELDS["reason"], [required(), at_most(1000)], id="why-not")

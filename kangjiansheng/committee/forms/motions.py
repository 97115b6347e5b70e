"""What is typed about votes: motions, ballots, hands that were counted, dissent, deputies."""

from datetime import datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import Optional

from kangjiansheng.committee.forms.base import number
from kangjiansheng.core.clock import SHANGHAI
from kangjiansheng.core.forms import Form, WholeNumberField, at_most, required

REFUSALS: dict[str, Any] = {
    "committee:vote-not-now": _l("会议当天、记录到达之后才能在会上表决。"),
    "committee:vote-runs": _l("有一项动议正在表决，请先结束。"),
    "committee:vote-without-quorum": _l("参加这项议题的人数未达到法定人数，不能表决。"),
    "committee:vote-closed": _l("表决已经结束，没有记录。"),
    "committee:vote-by-hands": _l("这项动议举手计数，不逐人投票。"),
    "committee:vote-no-seat": _l("此人没有表决权。"),
    "committee:vote-recused": _l("此人对这项议题回避，不能投票。"),
    "committee:vote-absent": _l("此人不在会场，也没有在场的代理人，不能投票。"),
    "committee:choice-unknown": _l("请选择同意、反对或弃权。"),
    "committee:votes-missing": _l("请填写同意、反对与弃权的人数。"),
    "committee:votes-of-vote": _l("合计 %(given)s 票，超过参加表决的 %(present)s 人。"),
    "committee:vote-counted-then": _l(
        "这会改变一次已结束表决的参加人。请先作废该次表决，再更正，然后重新表决。"
    ),
    "committee:vote-annulled": _l("这次表决已作废。"),
    "committee:annul-reason": _l("请写明为何作废。"),
    "committee:item-voted": _l("这项议题已有表决，不能移除。"),
    "committee:meeting-voted": _l("这次会议的议题已有表决，不能取消；可以改期。"),
    "committee:decision-voted": _l("这是表决通过的原文，文字与票数不能改；表决有误时请作废该次表决。"),
    "committee:circulation-late": _l("通讯表决在会前进行：请把议题放进尚未召开的会议的议程。"),
    "committee:circulation-due": _l("截止时间须至少在一小时之后。"),
    "committee:circulation-after": _l("截止时间须早于会议（%(day)s），结果在会上通报。"),
    "committee:circulation-nobody": _l("没有可以参加表决的委员。"),
    "committee:dissent-early": _l("表决结束之后才能记录保留意见。"),
    "committee:dissent-of-voters": _l("只有参加了这次表决的委员可以要求记录保留意见。"),
    "committee:dissent-of-motion": _l("这项决议经动议表决，保留意见由委员本人在表决页记录。"),
    "committee:dissent-of-present": _l("只能记录到会、有表决权且没有回避这项议题的委员的保留意见。"),
    "committee:dissent-words": _l("请写下委员要求记录的文字。"),
    "committee:no-deputies": _l("章程没有规定委托代理人。"),
    "committee:deputy-unknown": _l("请从章程允许的人选中选择一位。"),
    "committee:deputy-named": _l("您已委托一人，请先撤回。"),
    "committee:deputy-taken": _l("您或此人已受托或已委托他人；每人最多受一人委托，受托人须亲自到会。"),
    "committee:meeting-begun": _l("会议已开始或不再召开，不能再改委托。"),
}
KINDS = [("D", _l("决议")), ("R", _l("建议"))]
METHODS = [("name", _l("记名表决")), ("count", _l("举手计数"))]
CHOICES = [("for", _l("同意")), ("against", _l("反对")), ("abstain", _l("弃权"))]


class MotionForm(Form):
    """What is put to the vote, and how."""

    kind = SelectField(_l("通过后成为"), choices=KINDS, default="D")
    method = RadioField(_l("表决方式"), choices=METHODS, default="name")
    text = TextAreaField(_l("动议"), [required(), at_most(20000)])


class CirculationForm(Form):
    """The same by circulation: with papers and a deadline."""

    kind = SelectField(_l("通过后成为"), choices=KINDS, default="D")
    text = TextAreaField(_l("动议"), [required(), at_most(20000)])
    papers = TextAreaField(_l("背景与材料"), [at_most(20000)])
    due_day = DateField(_l("截止日期"), [required()])
    due_time = TimeField(_l("截止时间"), [required()], default=time(17))

    def due_at(self) -> datetime:
        """The deadline as an instant; the times of a committee are those of Shanghai."""
        day, hour = self.due_day.data, self.due_time.data
        assert day is not None and hour is not None
        return datetime.combine(day, hour, SHANGHAI)


class BallotForm(Form):
    """One ballot."""

    choice = RadioField(_l("您的表决"), choices=CHOICES)


class HandsForm(Form):
    """Hands that were counted."""

    votes_for = WholeNumberField(_l("同意"), number())
    votes_against = WholeNumberField(_l("反对"), number())
    abstentions = WholeNumberField(_l("弃权"), number())


class AnnulForm(Form):
    """Why a vote does not count."""

    reason = StringField(_l("原因"), [required(), at_most(400)])


class DissentForm(Form):
    """A member's own words beside the result."""

    text = TextAreaField(_l("保留意见"), [at_most(4000)])


class EnteredDissentForm(Form):
    """What a member asked to have recorded beside a decision, entered by who writes the minutes."""

    person = SelectField(_l("委员"), [Optional()], choices=[], validate_choice=False)
    text = TextAreaField(_l("保留意见"), [at_most(4000)], id="dissent-text")


class DeputyForm(Form):
    """Whom a member lets vote."""

    deputy = SelectField(_l("委托何人"), [Optional()], choices=[], validate_choice=False)

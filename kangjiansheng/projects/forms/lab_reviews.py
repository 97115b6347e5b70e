"""What an executive says after the annual review of a laboratory."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, TextAreaField

from kangjiansheng.core.forms import Form, VersionField, at_most, required
from kangjiansheng.labs.rules.reviews import FIELDS, OUTCOMES
from kangjiansheng.projects.forms.fields import DayField

REFUSALS: dict[str, Any] = {
    "labs:review-not-at-work": _l("只有运行中或评估中的实验室才能记录评估结论。"),
    "labs:renewal-of-nothing": _l("这个实验室没有依托的协议，不能续约；请先在实验室资料中选择协议。"),
    "labs:renewal-without-end": _l("续约须填写协议新的到期日期。"),
    "labs:renewal-no-later": _l("新的到期日期须晚于 %(day)s。"),
    "labs:closing-open": _l("还有 %(num)d 项未了结。请确认它们的去向，再关闭。"),
}


class ReviewForm(Form):
    """The outcome with its reason."""

    outcome = RadioField(FIELDS["outcome"], choices=list(OUTCOMES.items()))
    reason = TextAreaField(FIELDS["reason"], [required(), at_most(2000)])
    expires_on = DayField(FIELDS["expires_on"], description=_l("续约时填写；协议的到期日期随之延长。"))
    settled = BooleanField(_l("已确认未了结事项的去向"), description=_l("关闭时勾选。"))
    version = VersionField()

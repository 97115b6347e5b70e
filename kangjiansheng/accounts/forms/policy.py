"""What administrators choose about signing in."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, RadioField
from wtforms.validators import Optional

from kangjiansheng.accounts.rules.policy import FIELDS, REQUIRED_NAMES
from kangjiansheng.core.forms import Form, VersionField

REFUSALS = {
    "accounts:policy-unknown": _l("没有这种规定。"),
    "accounts:policy-day": _l("请填从哪天起。"),
    "accounts:policy-past": _l("请选今天或以后的日期，好让本人事先知道。"),
}


class PolicyForm(Form):
    """For whom a second factor is required, from which day."""

    second_for = RadioField(FIELDS["second_for"], choices=[*REQUIRED_NAMES.items()])
    second_from = DateField(
        FIELDS["second_from"],
        [Optional()],
        description=_l("这一天起登录后先要添加；现在就会通知还没有的人。"),
    )
    sso_only = BooleanField(
        _l("绑定了单点登录的人只能用单点登录"), description=_l("管理员除外：对方故障时仍能用密码登录。")
    )
    version = VersionField()

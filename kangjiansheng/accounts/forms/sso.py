"""What single sign-on asks for, and the sentences for what is refused."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField

from kangjiansheng.core.forms import Form, at_most

REFUSALS = {
    "accounts:sso-taken": _l("对方的这个账号已绑定另一个人。"),
    "accounts:sso-there": _l("已绑定单点登录，换绑请先解除。"),
    "accounts:sso-none": _l("没有绑定单点登录。"),
    "accounts:sso-last": _l("您没有密码，解除后无法登录。请先用“忘记密码”设置密码。"),
    "accounts:sso-unknown": _l(
        "这个单点登录身份还没有绑定账号。请先用密码登录，在“我的账号”里绑定；没有密码的请联系管理员。"
    ),
    "accounts:sso-state": _l("单点登录已过期或用过，请重新开始。"),
    "accounts:sso-refused": _l("单点登录没有通过核验，请重试；一直不行请联系管理员。"),
    "accounts:sso-down": _l("单点登录暂时无法使用，请稍后再试，或用密码登录。"),
}


class BackForm(Form):
    """What the issuer sent along with the browser that comes back."""

    code = HiddenField()
    state = HiddenField()


class AgainForm(Form):
    """The password once more."""

    password = PasswordField(_l("当前密码"), [at_most(200)])

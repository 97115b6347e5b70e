"""What people type about second factors, and the sentences for what is refused."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, StringField

from kangjiansheng.accounts.operations.factors import Shown
from kangjiansheng.core.forms import Form, at_most, required

REFUSALS = {
    "accounts:app-there": _l("已有验证器应用；换手机请先移除旧的。"),
    "accounts:app-none": _l("没有验证器应用。"),
    "accounts:second-missing": _l("请输入验证码。"),
    "accounts:second-wrong": _l("验证码不正确，或已经用过。请等下一个验证码，并检查手机时间是否准确。"),
    "accounts:second-throttled": _l("验证码错误次数过多，请 15 分钟后再试。"),
    "accounts:second-late": _l("页面打开太久，请重新开始。"),
    "accounts:factors-own": _l("自己的验证方式请在“我的账号”里移除。"),
    "accounts:factors-none": _l("此人没有第二步验证方式。"),
    "accounts:reason-missing": _l("请写明原因。"),
}


class _CodeForm(Form):
    code = StringField(_l("验证码"), [at_most(40)], description=_l("验证器应用里的 6 位数字，或一个恢复码。"))

    def shown(self) -> Shown:
        """What was given as a second factor."""
        return Shown(code=self.code.data or "")


class SecondStepForm(_CodeForm):
    """The second step of signing in. `ticket` says whose password was right, and when."""

    ticket = HiddenField()
    next = HiddenField()
    resume = HiddenField()


class EnrolAppForm(Form):
    """A new authenticator app: the password again, and its first code. `ticket` carries the secret that was shown."""

    password = PasswordField(_l("当前密码"), [required(), at_most(200)])
    code = StringField(_l("应用显示的 6 位数字"), [required(), at_most(40)])
    ticket = HiddenField()


class ProvenForm(_CodeForm):
    """Something that asks for the password and a second factor."""

    password = PasswordField(_l("当前密码"), [required(), at_most(200)])


class TakeForm(Form):
    """Why an administrator removes somebody's factors."""

    reason = StringField(
        _l("原因"),
        [required(), at_most(400)],
        description=_l("例如：手机遗失，已当面核实身份。本人会在邮件里看到。"),
    )

"""What people type about second factors, and the sentences for what is refused."""

from collections.abc import Sequence
from typing import Any

from flask import current_app, g
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, StringField

from kangjiansheng.accounts.models import Account
from kangjiansheng.accounts.operations.factors import NOTHING, Shown
from kangjiansheng.accounts.operations.passkeys import Answer, Offer, Site, to_show
from kangjiansheng.accounts.operations.proving import Given
from kangjiansheng.accounts.queries.passkeys import passkeys_of
from kangjiansheng.core.forms import Form, at_most, required

REFUSALS = {
    "accounts:app-there": _l("已有验证器应用；换手机请先移除旧的。"),
    "accounts:app-none": _l("没有验证器应用。"),
    "accounts:second-missing": _l("请输入验证码。"),
    "accounts:second-wrong": _l("验证码不正确，或已经用过。请等下一个验证码，并检查手机时间是否准确。"),
    "accounts:recovery-wrong": _l("恢复码不正确，或已经用过。每个恢复码只能用一次。"),
    "accounts:second-throttled": _l("验证码错误次数过多，请 15 分钟后再试。"),
    "accounts:password-needed": _l("请输入当前密码。"),
    "accounts:session-old": _l("您没有密码：请退出，重新登录后 10 分钟内再操作。"),
    "accounts:second-late": _l("页面打开太久，请重新开始。"),
    "accounts:passkey-wrong": _l("通行密钥没有通过核验，请再试一次。"),
    "accounts:passkey-unknown": _l("这个通行密钥没有登记在这里，或已被移除。"),
    "accounts:passkey-there": _l("这个通行密钥已经登记。"),
    "accounts:passkey-copied": _l("通行密钥的计数器倒退，可能被复制，已拒绝。请用别的方式登录，并移除它。"),
    "accounts:factors-own": _l("自己的验证方式请在“我的账号”里移除。"),
    "accounts:factors-none": _l("此人没有第二步验证方式。"),
    "accounts:reason-missing": _l("请写明原因。"),
}


def site() -> Site | None:
    """Where passkeys of this installation hold; None where browsers offer none."""
    settings = current_app.config["SETTINGS"]
    return Site(settings.passkey_host, settings.origin) if settings.passkey_host else None


def answered(form: Any, purpose: str) -> Answer | None:
    """What an authenticator answered, if one did. `form` has the fields `passkey` and `challenge`."""
    where = site()
    if where is None or not form.passkey.data:
        return None
    return Answer(form.passkey.data, form.challenge.data or "", purpose, where)


def shown(form: Any, purpose: str) -> Shown:
    """What was given as a second factor in a form with code and passkey."""
    recovery = form.recovery.data if "recovery" in form else ""
    return Shown(code=form.code.data or recovery or "", passkey=answered(form, purpose))


def given(form: Any, purpose: str) -> Given:
    """What was given in a form with ProofMixin."""
    password = form.password.data or "" if "password" in form else ""
    return Given(password, shown(form, purpose) if "code" in form else NOTHING, g.get("session_id"))


def offered(account: Account, purpose: str, *, alone: bool = False) -> Offer | None:
    """One of somebody's passkeys, to be asked for by a page, maybe `alone`; None where there is none."""
    known, where = passkeys_of(account.id), site()
    return to_show(known, purpose=purpose, site=where, alone=alone) if known and where else None


class PasskeyMixin:
    """The fields that the page's script fills."""

    passkey = HiddenField()
    challenge = HiddenField()


class ProofMixin(PasskeyMixin):
    """What shows once more who it is: the password, the second factor, or neither when that was just now."""

    password = PasswordField(_l("登录密码"), [at_most(200)])
    code = StringField(_l("验证码"), [at_most(40)])
    offer: Offer | None = None
    by_session = False

    def ask(self, needed: Sequence[str], account: Account | None, purpose: str) -> None:
        """Leave what is asked of this person; with a passkey, if there is one, in place of the code."""
        form: Any = self
        if "password" not in needed:
            del form.password
        if "second" not in needed:
            del form.code
        elif account is not None:
            self.offer = offered(account, purpose, alone="password" not in needed)
        self.by_session = "session" in needed


class _CodeForm(PasskeyMixin, Form):
    code = StringField(_l("验证码"), [at_most(40)], description=_l("验证器应用里的 6 位数字，或一个恢复码。"))


class SecondStepForm(_CodeForm):
    """The second step of signing in. `ticket` says whose password was right, and when. The field of the app's code opens
    digits alone on a phone, on which nobody can type a recovery code: that has a field of its own."""

    recovery = StringField(_l("一个恢复码"), [at_most(40)])
    ticket = HiddenField()
    next = HiddenField()
    resume = HiddenField()

    def where_typed(self) -> None:
        """What was wrong stands at the field in which it was typed."""
        if self.recovery.data and not self.code.data:
            self.recovery.errors, self.code.errors = self.code.errors, ()


class PasskeySignInForm(PasskeyMixin, Form):
    """Signing in with a passkey alone."""

    next = HiddenField()
    resume = HiddenField()


class EnrolPasskeyForm(PasskeyMixin, Form):
    """A new passkey: what its owner calls it, and the password again."""

    name = StringField(_l("名称"), [required(), at_most(60)], description=_l("例如：办公室电脑、手机。"))
    password = PasswordField(_l("当前密码"), [at_most(200)])


class EnrolAppForm(Form):
    """A new authenticator app: the password again, and its first code. `ticket` carries the secret that was shown."""

    password = PasswordField(_l("当前密码"), [at_most(200)])
    code = StringField(_l("应用显示的 6 位数字"), [required(), at_most(40)])
    ticket = HiddenField()


class ProvenForm(_CodeForm):
    """Something that asks for the password and a second factor."""

    password = PasswordField(_l("当前密码"), [at_most(200)])


class TakeForm(Form):
    """Why an administrator removes somebody's factors."""

    reason = StringField(
        _l("原因"),
        [required(), at_most(400)],
        description=_l("例如：手机遗失，已当面核实身份。本人会在邮件里看到。"),
    )

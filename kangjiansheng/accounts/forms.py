"""What people type about accounts, and the sentences for what is refused."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, IntegerField, PasswordField, SelectField, StringField

from kangjiansheng.core.forms import Form, at_most, required

REFUSALS = {
    "accounts:password-short": _l("密码至少 %(least)d 个字符，可以是一句话。"),
    "accounts:password-long": _l("密码最多 %(most)d 个字符。"),
    "accounts:password-common": _l("这个密码太常见或太有规律，请换一个。"),
    "accounts:password-wrong": _l("当前密码不正确。"),
    "accounts:code-taken": _l("编号 %(code)s 已被使用，请换一个。"),
    "accounts:email-taken": _l("邮箱 %(email)s 已属于另一个人。"),
    "accounts:role-unknown": _l("没有“%(role)s”这个角色。"),
    "accounts:role-held": _l("此人已有这个角色。"),
    "accounts:role-own": _l("不能撤回自己的管理员角色，请由另一位管理员操作。"),
    "accounts:disable-own": _l("不能停用自己的账号。"),
}


class SignInForm(Form):
    """E-mail address and password."""

    email = StringField(_l("工作邮箱"), [required(), at_most(200)])
    password = PasswordField(_l("密码"), [required(), at_most(200)])
    next = HiddenField()


class ForgotForm(Form):
    """The address to which a reset link goes."""

    email = EmailField(_l("工作邮箱"), [required(), at_most(200)])


class NewPasswordForm(Form):
    """The password set through a one-time link."""

    password = PasswordField(_l("新密码"), [required(), at_most(200)])


class ChangePasswordForm(Form):
    """The old and the new password."""

    old = PasswordField(_l("当前密码"), [required(), at_most(200)])
    password = PasswordField(_l("新密码"), [required(), at_most(200)])


class PersonForm(Form):
    """A person, as administrators keep her."""

    code = StringField(_l("编号"), [required(), at_most(40)])
    name_hans = StringField(_l("称呼（简体）"), [required(), at_most(200)])
    name_hant = StringField(_l("称呼（繁体）"), [at_most(200)])
    name_en = StringField(_l("称呼（英文）"), [at_most(200)])
    title = StringField(_l("职务"), [at_most(200)])
    email = EmailField(_l("工作邮箱"), [at_most(200)])
    locale = SelectField(_l("邮件语言"), choices=[("zh-Hans", "简体"), ("zh-Hant", "繁體"), ("en", "English")])
    version = IntegerField(widget=HiddenField.widget)

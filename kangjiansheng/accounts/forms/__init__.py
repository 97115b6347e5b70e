"""What people type about accounts, and the sentences for what is refused."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput

from kangjiansheng.accounts import rules
from kangjiansheng.accounts.forms import factors, policy, privacy, rights, sso, webhooks
from kangjiansheng.core import messengers
from kangjiansheng.core.forms import Form, VersionField, at_most, required
from kangjiansheng.core.messengers import words

REFUSALS = {
    "accounts:no-copy-folder": _l("还没有设定备份文件夹，请运维人员设定 KJS_BACKUP_FOLDER。"),
    "accounts:copy-waits": _l("已有一份备份正在进行，请等它完成。"),
    "accounts:copy-gone": _l("这份备份没有完成或已过保留期，请选择完好的一份。"),
    "accounts:drill-waits": _l("这份备份正在演练，请等它完成。"),
    "accounts:password-short": _l("密码至少 %(least)d 个字符，可以是一句话。"),
    "accounts:password-long": _l("密码最多 %(most)d 个字符。"),
    "accounts:password-common": _l("这个密码太常见或太有规律，请换一个。"),
    "accounts:password-wrong": _l("当前密码不正确。"),
    "accounts:password-throttled": _l("密码错误次数过多，请 15 分钟后再试。"),
    "accounts:code-taken": _l("编号 %(code)s 已被使用，请换一个。"),
    "accounts:code-wrong": _l("编号用大写字母、数字和连字符，2 至 40 位，例如 P-0001。"),
    "accounts:email-taken": _l("邮箱 %(email)s 已属于另一个人。"),
    "accounts:email-wrong": _l("这不是一个邮箱地址，请写成 name@example.org 这样。"),
    "accounts:email-needed": _l("有账号的人需要工作邮箱，用它登录。"),
    "accounts:role-unknown": _l("没有“%(role)s”这个角色。"),
    "accounts:role-held": _l("此人在这段时间已有这个角色。"),
    "accounts:role-own": _l("不能撤回自己的管理员角色，请由另一位管理员操作。"),
    "accounts:role-backwards": _l("结束日期早于开始日期。"),
    "accounts:disable-own": _l("不能停用自己的账号。"),
    "accounts:theft-own": _l("自己的账号请在“我的账号”里更改密码。"),
    "accounts:theft-guarded": _l("三员的账号请由安全管理员处理。"),
    "accounts:account-there": _l("此人已有账号。"),
    "accounts:account-stopped": _l("账号已停用，请先恢复。"),
    "accounts:admin-there": _l("已有管理员，请直接登录。"),
    "accounts:days-wrong": _l("请写 1 至 %(many)d 个天数，每个 0 至 %(most)d，用逗号隔开，例如：7，1。"),
    "accounts:hour-quiet": _l("%(hour)s 在您的免打扰时段内，请换一个时间或改免打扰时段。"),
    "accounts:reminder-unknown": _l("没有这种提醒。"),
    "accounts:holidays-file": _l("文件太大或不是文本，请另存为 TXT 或 CSV。"),
    "accounts:token-scopes": _l("请至少选一项：令牌能读什么，或者能读写什么。"),
    "accounts:token-past": _l("最后一天已经过去，请选今天或以后。"),
    "accounts:token-long": _l("最长一年，最后一天不晚于 %(last)s。"),
    "accounts:token-many": _l("一个人最多同时有 %(most)d 个令牌，请先撤回不用的。"),
    "accounts:mail-not-again": _l("这封邮件不能重新发送；含一次性链接的邮件请重新生成链接。"),
    "accounts:task-not-again": _l("只有已放弃的任务可以再试一次。"),
    **factors.REFUSALS,
    **policy.REFUSALS,
    **privacy.REFUSALS,
    **webhooks.REFUSALS,
    **rights.REFUSALS,
    **sso.REFUSALS,
}
END_KEYS = _l("它们不用密码也能继续。怀疑别人知道密码时请选上；之后需要的请重新生成。")
LANGUAGES = [("zh-Hans", "简体"), ("zh-Hant", "繁體"), ("en", "English")]


class SignInForm(Form):
    """E-mail address and password."""

    email = StringField(_l("工作邮箱"), [required(), at_most(200)])
    password = PasswordField(_l("密码"), [required(), at_most(200)])
    next = HiddenField()
    resume = HiddenField()


class ForgotForm(Form):
    """The address to which a reset link goes."""

    email = EmailField(_l("工作邮箱"), [required(), at_most(200)])


class NewPasswordForm(Form):
    """The password set through a one-time link."""

    password = PasswordField(_l("新密码"), [required(), at_most(200)])
    end_keys = BooleanField(_l("同时结束程序令牌、事件推送和日历订阅"), description=END_KEYS)


class ChangePasswordForm(Form):
    """The old and the new password."""

    old = PasswordField(_l("当前密码"), [required(), at_most(200)])
    password = PasswordField(_l("新密码"), [required(), at_most(200)])
    end_keys = BooleanField(_l("同时结束程序令牌、事件推送和日历订阅"), description=END_KEYS)


class FirstRunForm(Form):
    """The first administrator."""

    name_hans = StringField(_l("称呼"), [required(), at_most(200)])
    email = EmailField(_l("工作邮箱"), [required(), at_most(200)])
    password = PasswordField(_l("密码"), [required(), at_most(200)])


class PersonForm(Form):
    """A person, as administrators keep her."""

    name_hans = StringField(_l("称呼（简体）"), [required(), at_most(200)])
    name_hant = StringField(_l("称呼（繁体）"), [at_most(200)])
    name_en = StringField(_l("称呼（英文）"), [at_most(200)])
    title = StringField(_l("职务"), [at_most(200)])
    email = EmailField(_l("工作邮箱"), [at_most(200)])
    locale = SelectField(_l("邮件语言"), choices=LANGUAGES)
    version = VersionField()


class NewPersonForm(PersonForm):
    """A person who is not registered yet."""

    code = StringField(_l("编号"), [at_most(40)], description=_l("不填则自动编号。"))
    account = SelectField(
        _l("账号"),
        choices=[
            ("mail", _l("开通账号，并发送邀请邮件")),
            ("hand", _l("开通账号，链接由您转交")),
            ("none", _l("只登记，不开通账号")),
        ],
    )
    role = SelectField(
        _l("系统角色"),
        choices=[("", _l("无，按所属机构、实验室与项目")), *((r, rules.ROLE_NAMES[r]) for r in rules.ROLES)],
    )


class RoleForm(Form):
    """A system role from a day to a day."""

    role = SelectField(
        _l("系统角色"),
        [required()],
        choices=[("", _l("请选择")), *((r, rules.ROLE_NAMES[r]) for r in rules.ROLES)],
    )
    valid_from = DateField(_l("自"), [Optional()], description=_l("不填则从今天起。"))
    valid_to = DateField(_l("至"), [Optional()], description=_l("不填则长期有效，最后一天也算在内。"))


class LinkForm(Form):
    """How a one-time link reaches its owner."""

    how = RadioField(_l("方式"), choices=[("mail", _l("发邮件")), ("hand", _l("由您转交"))], default="mail")
    stolen = BooleanField(
        _l("账号可能被盗用"),
        description=_l(
            "原密码和通行密钥立即作废，全部登录、程序令牌、事件推送和日历订阅立即结束；本人凭链接设置新密码。"
        ),
    )


_LETS = [("", _l("不允许")), ("read", _l("只读")), ("write", _l("读和写"))]


class TokenForm(factors.ProofMixin, Form):
    """What a program may do for its owner, and until when."""

    name = StringField(
        _l("名称"), [required(), at_most(60)], description=_l("写明给哪个程序用，例如：实验室进度表。")
    )
    labs = SelectField(rules.PART_NAMES["labs"], choices=_LETS)
    projects = SelectField(rules.PART_NAMES["projects"], choices=_LETS)
    committee = SelectField(rules.PART_NAMES["committee"], choices=_LETS)
    overview = SelectField(rules.PART_NAMES["overview"], choices=_LETS)
    expires_on = DateField(_l("最后一天"), [required()], description=_l("最长一年，到期后自动失效。"))

    @property
    def scopes(self) -> list[str]:
        """The scopes that were chosen."""
        return [f"{part}:{self[part].data}" for part in rules.PARTS if self[part].data]


class LanguageForm(Form):
    """The language of pages and mails."""

    locale = SelectField(_l("语言"), choices=LANGUAGES)


class EndRoleForm(Form):
    """The role that is taken back."""

    role = SelectField(_l("系统角色"), choices=[(r, rules.ROLE_NAMES[r]) for r in rules.ROLES])

    @property
    def sentence(self) -> str:
        """What is wrong, in one sentence: the form has no field of its own on the page."""
        return " ".join([self.refusal or "", *(str(e) for e in self.role.errors)]).strip()


HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


class RemindersForm(Form):
    """What one is reminded of, when, and by which way."""

    kinds = SelectMultipleField(
        _l("提醒哪些"),
        choices=[*rules.REMINDER_NAMES.items()],
        option_widget=CheckboxInput(),
        description=_l("以后新增的种类会自动提醒，直到您取消勾选。"),
    )
    days_before = StringField(
        _l("到期前几天提醒"), [required(), at_most(60)], description=_l("可以写几个，用逗号隔开。")
    )
    hour = SelectField(_l("每日提醒时间"), choices=HOURS, coerce=int)
    quiet_from = SelectField(_l("免打扰开始"), choices=HOURS, coerce=int)
    quiet_to = SelectField(_l("免打扰结束"), choices=HOURS, coerce=int)
    channel = RadioField(_l("提醒方式"), choices=[*rules.CHANNEL_NAMES.items()])
    version = VersionField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show stored days as they are typed."""
        super().__init__(*args, **kwargs)
        if isinstance(self.days_before.data, list):
            self.days_before.data = ", ".join(str(day) for day in self.days_before.data)


class RobotForm(Form):
    """A group robot of a messenger, when its group is told of what, and how often."""

    name = StringField(_l("名称"), [required(), at_most(60)], description=_l("例如群的名字，只在这里显示。"))
    address = StringField(_l("机器人地址"), [at_most(1000)])
    secret = PasswordField(
        _l("签名密钥"),
        [at_most(200)],
        description=_l("飞书的“签名校验”、钉钉的“加签”给出的密钥；企业微信没有，请留空。"),
    )
    kinds = SelectMultipleField(_l("哪些通知"), option_widget=CheckboxInput())
    rhythm = RadioField(_l("多久一次"), choices=[*words.RHYTHM_NAMES.items()], default="each")
    hour = SelectField(_l("汇总时间"), choices=HOURS, coerce=int, default=rules.USUAL["hour"])
    quiet_from = SelectField(_l("免打扰开始"), choices=HOURS, coerce=int, default=rules.USUAL["quiet_from"])
    quiet_to = SelectField(_l("免打扰结束"), choices=HOURS, coerce=int, default=rules.USUAL["quiet_to"])
    locale = SelectField(_l("消息语言"), choices=LANGUAGES)
    version = VersionField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The kinds of events that the features know."""
        super().__init__(*args, **kwargs)
        self.kinds.choices = [(key, kind.label) for key, kind in messengers.kinds().items()]

    def settings(self) -> dict[str, Any]:
        """What is kept beside the keys."""
        names = ("name", "kinds", "rhythm", "hour", "quiet_from", "quiet_to", "locale")
        return {name: self[name].data for name in names}


class NewRobotForm(RobotForm):
    """A robot that is not kept yet."""

    messenger = RadioField(
        _l("通讯工具"), choices=[*words.MESSENGER_NAMES.items()], default=messengers.MESSENGERS[0]
    )
    address = StringField(
        _l("机器人地址"),
        [required(), at_most(1000)],
        description=_l("从群机器人的设置里整条复制（Webhook 地址）。保存后不再显示。"),
    )


class EditRobotForm(RobotForm):
    """A robot that is kept: its keys are not shown, and stay when nothing is typed."""

    unsigned = BooleanField(_l("不再使用签名密钥"))

    def stored(self, thing: messengers.Robot) -> "EditRobotForm":
        """What somebody else has saved meanwhile; keys are not compared."""
        found = EditRobotForm(formdata=None, data=thing.state())
        found.address.data, found.unsigned.data = self.address.data, self.unsigned.data
        return found

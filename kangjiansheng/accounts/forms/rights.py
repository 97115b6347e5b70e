"""What the page of rights asks for."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, TextAreaField

from kangjiansheng.accounts.rules.rights import FIELDS, REVIEW_LEAST, REVIEW_MOST
from kangjiansheng.core.forms import Form, VersionField, WholeNumberField, at_most, required

REFUSALS = {
    "accounts:rights-every": _l("请写 %(least)d 到 %(most)d 之间的天数。"),
    "accounts:rights-two": _l("三员分立：此人已是系统管理员、安全管理员、审计员之一，不能再兼任另一个。"),
    "accounts:rights-empty": _l("三个职务都要先有能登录的人担任。"),
    "accounts:rights-both": _l("有人兼任其中两个职务，请先撤回一个。"),
    "accounts:rights-security": _l("三员分立：系统角色由安全管理员授予和撤回。"),
    "accounts:rights-ways": _l("三员分立：登录方式由安全管理员决定。"),
    "accounts:rights-own": _l("三员分立：不能授予或撤回自己的角色，请由另一位安全管理员操作。"),
    "accounts:rights-last": _l("这是最后一位能登录的%(role)s，请先由另一人担任。"),
    "accounts:rights-switch": _l("三员分立由安全管理员开启和关闭。"),
    "accounts:rights-gone": _l("您的管理员角色刚刚被撤回，没有任何内容被改动。"),
    "accounts:rights-guarded": _l(
        "三员分立：担任三员之一的人只能用邮件收到链接，邮箱也不能由别人修改；请先撤回这个角色。"
    ),
    "accounts:rights-future": _l("不能复核将来的权限，请选今天或以前的日期。"),
}


class RightsRuleForm(Form):
    """Whether the three are kept apart, and how often rights are looked through."""

    separate = BooleanField(
        FIELDS["separate"],
        description=_l(
            "系统管理员、安全管理员、审计员由不同的人担任；权限只由安全管理员决定，没有人能给自己授权。"
        ),
    )
    review_every = WholeNumberField(
        FIELDS["review_every"],
        [required()],
        description=_l("%(least)d 到 %(most)d 天。", least=REVIEW_LEAST, most=REVIEW_MOST),
    )
    version = VersionField()


class ReviewForm(Form):
    """That the rights were looked through."""

    day = HiddenField(FIELDS["day"])
    remark = TextAreaField(
        FIELDS["remark"], [at_most(1000)], description=_l("看到了什么，撤回或更正了什么。")
    )

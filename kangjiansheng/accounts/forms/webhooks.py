"""What people type about webhooks, and the sentences for what is refused."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField, StringField
from wtforms.widgets import CheckboxInput

from kangjiansheng.accounts.forms.factors import ProofMixin
from kangjiansheng.accounts.rules import webhooks as rules
from kangjiansheng.core.forms import Form, VersionField, at_most, required

REFUSALS = {
    "accounts:webhook-no-kinds": _l("请至少选一种要推送的事。"),
    "accounts:webhook-unknown": _l("没有这种可以推送的事。"),
    "accounts:webhook-no-address": _l("这不是一个完整的网址，请写成 https://app.example.org/hook 这样。"),
    "accounts:webhook-https": _l("网址要以 https:// 开头。"),
    "accounts:webhook-private": _l("这个网址在内网，不能推送；内网的接收程序要先由运维人员在设置里允许。"),
    "accounts:webhook-many": _l("一个人最多同时有 %(most)d 个事件推送，请先移除不用的。"),
    "accounts:webhook-not-again": _l("现在不能再次推送：请先启用，正在等待的不用重发。"),
}


class EditWebhookForm(Form):
    """What it is called, and of what it is told."""

    name = StringField(
        _l("名称"), [required(), at_most(60)], description=_l("写明推送给哪个程序，例如：实验室进度表。")
    )
    kinds = SelectMultipleField(_l("告知哪些事"), option_widget=CheckboxInput())
    version = VersionField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The kinds that the features tell of."""
        super().__init__(*args, **kwargs)
        self.kinds.choices = [(key, one.label) for key, one in rules.told().items()]


class NewWebhookForm(ProofMixin, EditWebhookForm):
    """A webhook that is not kept yet."""

    address = StringField(
        _l("接收网址"),
        [required(), at_most(1000)],
        description=_l("以 https:// 开头；保存后不能改，搬家时另建一个。"),
    )

"""What people type about asks, and the words for them."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField, TextAreaField

from kangjiansheng.core.forms import Form, VersionField, at_most, required
from kangjiansheng.core.i18n import name_of
from kangjiansheng.labs.forms import unchosen
from kangjiansheng.projects.forms.fields import DayField
from kangjiansheng.projects.models import Ask
from kangjiansheng.projects.rules import asks as rules

CHAINS: dict[str, Any] = {
    "innovation": _l("创新链"),
    "industry": _l("产业链"),
    "capital": _l("资金链"),
    "talent": _l("人才链"),
}
LIVES: dict[str, Any] = {
    "raised": _l("已提出"),
    "tabled": _l("已上桌"),
    "agreed": _l("已议定"),
    "declined": _l("不予采纳"),
    "closed": _l("已闭环"),
    "withdrawn": _l("已撤回"),
}
SHAPES = {
    "raised": "risk",
    "tabled": "gate",
    "agreed": "ontrack",
    "declined": "idle",
    "closed": "done",
    "withdrawn": "idle",
}
FIELDS: dict[str, Any] = {
    "code": _l("编号"),
    "from_id": _l("提出方"),
    "to_id": _l("提给"),
    "project_id": _l("相关项目"),
    "chain": _l("所属链条"),
    "title": _l("诉求"),
    "detail": _l("说明"),
    "raised_on": _l("提出日期"),
    "life": _l("处理状态"),
    "answer": _l("答复"),
    "answered_on": _l("答复日期"),
    "obligation_id": _l("议定的承诺"),
    "closing": _l("结果"),
}
VALUES: dict[str, dict[str, Any]] = {"chain": CHAINS, "life": LIVES}
REFUSALS: dict[str, Any] = {
    "projects:ask-title": _l("请写明要什么。"),
    "projects:ask-chain": _l("请选择创新、产业、资金、人才四链之一。"),
    "projects:ask-itself": _l("不能向自己提诉求，请选另一方，或提给全桌。"),
    "projects:ask-not-yours": _l("只能代表自己所在的机构，请另选一方。"),
    "projects:ask-project": _l("没有找到这个项目，请检查编号。"),
    "projects:ask-step": _l("这项诉求的状态已变，不能再这样处理。请刷新页面。"),
    "projects:ask-answered": _l("已经答复的诉求不能再改，请撤回后另提一项。"),
    "projects:ask-tabled": _l("已经上过桌的诉求不能再改，请撤回后另提一项。"),
    "projects:ask-answer": _l("请写明答复。"),
    "projects:ask-closing": _l("请写明结果。"),
    "projects:ask-due": _l("请填写今天或以后的期限。"),
}


TABLE = "*"  # in the place of a code: all parties at the table


class AskForm(Form):
    """An ask of one party to another, or to the whole table."""

    from_code = SelectField(FIELDS["from_id"], [required()], validate_choice=False)
    to_code = SelectField(FIELDS["to_id"], [required()], validate_choice=False, default="")
    chain = RadioField(FIELDS["chain"], choices=list(CHAINS.items()), default="innovation")
    title = StringField(FIELDS["title"], [required(), at_most(200)])
    detail = TextAreaField(FIELDS["detail"], [at_most(2000)])
    project_code = StringField(
        FIELDS["project_id"], [at_most(40)], description=_l("项目编号，如 KJS-001；与项目无关可不填。")
    )
    version = VersionField()

    def __init__(
        self,
        *args: Any,
        obj: Ask | None = None,
        mine: list[tuple[str, str]] | None = None,
        parties: list[tuple[str, str]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, obj=obj, **kwargs)
        self.from_code.choices = unchosen(mine or ([(obj.from_code, name_of(obj.asker))] if obj else []))
        self.to_code.choices = [*unchosen([(TABLE, str(_("全桌")))]), *(parties or [])]
        if obj is not None and self.to_code.raw_data is None:
            self.to_code.data = obj.to_code or TABLE
        if obj is not None and parties is None and obj.asked:  # only to be read: the other side of a conflict
            self.to_code.choices.append((obj.to_code, name_of(obj.asked)))

    def facts(self) -> dict[str, Any]:
        """What the operations take."""
        keys = "to_code chain title detail project_code"
        facts = {key: getattr(self, key).data or "" for key in keys.split()}
        return facts | {"to_code": "" if facts["to_code"] == TABLE else facts["to_code"]}


class WordsForm(Form):
    """An answer, a refusal with its reason, or what came of an ask."""

    words = TextAreaField(_l("写明"), [required(), at_most(2000)])
    version = VersionField()


class AgreeForm(Form):
    """Who does what by when."""

    debtor_code = SelectField(_l("义务方"), [required()], validate_choice=False)
    name = StringField(_l("要交付什么"), [at_most(200)])
    due_on = DayField(_l("期限"), [required()])
    owner_email = SelectField(
        _l("经办人"), validate_choice=False, default="", description=_l("须是义务方的成员；可以以后再定。")
    )
    words = TextAreaField(_l("答复"), [at_most(2000)])
    version = VersionField()


def waiting_words(row: Any, day: Any) -> str:
    """How long an ask has had no answer; empty when it has one."""
    days = rules.waits_for(row, day)
    if days is None:
        return ""
    return _("%(days)d 天未回应", days=days) if days else _("今天提出")

"""Subscribing to packs by mail."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from kangjiansheng.committee.models import Committee
from kangjiansheng.core.forms import Form
from kangjiansheng.core.i18n import name_of
from kangjiansheng.overview.models import PackDelivery
from kangjiansheng.overview.rules import deliveries as rules

REFUSALS: dict[str, Any] = {
    "overview:delivery-rhythm": _l("请选择多久发送一次。"),
    "overview:delivery-attachment": _l("请选择只发链接，或一种附件。"),
    "overview:delivery-committee": _l("没有您可以查看会议的这个委员会。"),
    "overview:delivery-address": _l("您的账号没有工作邮箱，请联系管理员。"),
}
ATTACHMENT_WORDS: dict[str, Any] = {
    "": _l("只发链接"),
    "pptx": _l("附幻灯片 PPTX"),
    "pdf": _l("附 PDF"),
    "docx": _l("附文字稿 DOCX"),
    "xlsx": _l("附数据表 XLSX"),
}


PROBLEMS: dict[str, Any] = {"worker-died": _l("服务在准备时中断")}


class DeliveryForm(Form):
    """How often, and whether a file goes along. A committee's meetings are `meeting:SAC`."""

    rhythm = RadioField(_l("多久一次"), choices=[], validate_choice=False)
    attachment = RadioField(
        _l("邮件里带什么"), choices=list(ATTACHMENT_WORDS.items()), validate_choice=False, default=""
    )

    def __init__(self, *args: Any, committees: Sequence[Committee] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {f"{rules.MEETING}:{one.code}": one for one in committees}
        self.rhythm.choices = [
            (rules.WEEKLY, rhythm_of(rules.WEEKLY, None)),
            (rules.MONTHLY, rhythm_of(rules.MONTHLY, None)),
            *((key, rhythm_of(rules.MEETING, one)) for key, one in self.known.items()),
        ]

    @property
    def wanted(self) -> dict[str, Any]:
        """What the operation takes."""
        chosen = self.known.get(self.rhythm.data or "")
        rhythm = rules.MEETING if chosen else (self.rhythm.data or "")
        committee = chosen.id if chosen else None
        return {"rhythm": rhythm, "committee_id": committee, "attachment": self.attachment.data or ""}


def rhythm_of(rhythm: str, committee: Committee | None) -> str:
    """How often, in words."""
    if committee is None:
        return str(rules.RHYTHM_WORDS[rhythm])
    return str(_("%(committee)s每次会议的前一个工作日", committee=name_of(committee)))


def failed(delivery: PackDelivery) -> str:
    """That the mail asked for last was given up, and why; empty when it was not."""
    task = delivery.task
    if task is None or task.state != "failed":
        return ""
    why = PROBLEMS.get(task.problem) or _(
        "准备时出错（%(problem)s），详情在管理员的日志里", problem=task.problem
    )
    day = task.payload["occasion"]
    return str(
        _(
            "%(day)s 的邮件没有发出：%(why)s。试过 %(num)d 次，下一次照常。",
            day=day,
            why=why,
            num=task.attempts,
        )
    )

"""What the company decided on an advice."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField

from kangjiansheng.committee.forms.base import VersionedForm
from kangjiansheng.core.forms import at_most, required

REFUSALS: dict[str, Any] = {
    "committee:no-advice": _l("这一条不是给公司的建议，不需要公司答复。"),
    "committee:answer-verdict": _l("请选择采纳、部分采纳或不采纳。"),
    "committee:answer-reasons": _l("不采纳或部分采纳时，请写明理由。"),
    "committee:answer-day": _l("决定日期不能早于 %(day)s，也不能晚于今天。"),
    "committee:answer-body": _l("请写明由公司的哪个会议或由谁决定。"),
    "committee:resolution-unknown": _l("没有这条公司决议，或您看不到它。"),
}

VERDICTS = {"adopted": _l("采纳"), "partly": _l("部分采纳"), "declined": _l("不采纳")}
SHAPES = {"adopted": "done", "partly": "risk", "declined": "late"}


class AnswerForm(VersionedForm):
    """Adopted, partly or not, why, when and where."""

    verdict = RadioField(_l("公司的决定"), choices=list(VERDICTS.items()), validate_choice=False)
    reasons = TextAreaField(_l("理由"), [at_most(4000)])
    decided_on = DateField(_l("决定日期"), [required()])
    body = StringField(_l("在哪里决定"), [required(), at_most(200)])
    by = SelectField(_l("公司决议"), choices=[], validate_choice=False)

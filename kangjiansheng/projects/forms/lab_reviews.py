"""What an executive says after the annual review of a laboratory."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from kangjiansheng.core.forms import Form, VersionField, at_most, required
from kangjiansheng.core.i18n import name_of
from kangjiansheng.labs.rules.reviews import FIELDS, OUTCOMES
from kangjiansheng.projects.forms.fields import DayField
from kangjiansheng.projects.notices import DECISIONS
from kangjiansheng.projects.queries.lab_reviews import Gate
from kangjiansheng.projects.rules.lab_review import OUTCOMES as OUTCOMES_OF
from kangjiansheng.projects.rules.templates import REVIEW

REFUSALS: dict[str, Any] = {
    "labs:review-not-at-work": _l("只有运行中或评估中的实验室才能记录评估结论。"),
    "labs:renewal-of-nothing": _l("这个实验室没有依托的协议，不能续约；请先在实验室资料中选择协议。"),
    "labs:renewal-without-end": _l("续约须填写协议新的到期日期。"),
    "labs:renewal-no-later": _l("新的到期日期须晚于 %(day)s。"),
    "projects:review-differs": _l("结论与阶段门 %(code)s 的决策不一致：两处说的是同一件事。"),
    "projects:review-gone": _l("没有等待对应的评估结论，请重新打开这一页。"),
    "labs:closing-open": _l("还有 %(num)d 项未了结。请确认它们的去向，再关闭。"),
}


class ReviewForm(Form):
    """The outcome with its reason."""

    outcome = RadioField(FIELDS["outcome"], choices=list(OUTCOMES.items()))
    reason = TextAreaField(FIELDS["reason"], [required(), at_most(2000)])
    expires_on = DayField(FIELDS["expires_on"], description=_l("续约时填写；协议的到期日期随之延长。"))
    gates = SelectMultipleField(
        _l("建设计划的阶段门"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l("结论同时成为这些阶段门的决策：续约即准予通过，有条件继续即有条件通过，关闭即终止。"),
    )
    body = StringField(_l("由谁决定"), [at_most(200)], id="review-body")
    due_1 = DayField(_l("条件的期限"), description=_l("有条件继续时填写；理由成为一个有期限的里程碑。"))
    settled = BooleanField(_l("已确认未了结事项的去向"), description=_l("关闭时勾选。"))
    version = VersionField()

    def offer(self, gates: Sequence[Gate]) -> "ReviewForm":
        """Offer the gates of the laboratory's plan. One that was decided and for which no review was recorded fills in
        what was decided; another one is decided along when it is that of the yearly evaluation."""
        self.gates.choices = [(one.milestone.code, _gate_word(one)) for one in gates]
        if not self.is_submitted():
            decided = next((one.decision for one in gates if one.decision is not None), None)
            self.gates.data = [
                one.milestone.code for one in gates if one.decision or (not decided and one.meaning == REVIEW)
            ]
            if decided is not None:
                self.outcome.data, self.reason.data = OUTCOMES_OF[decided.verdict], decided.reasons
            self.body.data = decided.body if decided else _("管理委员会")
        if not gates:
            del self.gates, self.body, self.due_1
        return self

    def facts(self) -> dict[str, Any]:
        """What the operation takes of the gates."""
        if "gates" not in self:
            return {}
        return {"gates": self.gates.data or (), "body": self.body.data or "", "due": self.due_1.data}


def _gate_word(one: Gate) -> str:
    name = f"{one.milestone.code} {name_of(one.milestone)}"
    if one.decision is None:
        return _("%(name)s：现在一并记录", name=name)
    return _(
        "%(name)s：按 %(day)s 的决策（%(verdict)s）",
        name=name,
        day=one.decision.decided_on.isoformat(),
        verdict=DECISIONS[one.decision.verdict],
    )

"""What a resolution changes in a project."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectField, StringField
from wtforms.validators import Optional

from kangjiansheng.committee.rules.effects import MOST_CONDITIONS
from kangjiansheng.core.forms import Form, at_most
from kangjiansheng.projects.notices import DECISIONS

REFUSALS: dict[str, Any] = {
    "committee:effect-verdict": _l("请选择对阶段门的决定。"),
    "committee:effect-conditions": _l("有条件通过时请写明条件和期限；其他决定不带条件。"),
    "committee:effect-due": _l("条件的期限不能早于今天（%(today)s）。"),
    "committee:effect-name": _l("请给新基线起个名称。"),
    "committee:effect-nothing": _l("这个项目的承诺日期与现行计划一致，没有可以重设的。"),
    "committee:effect-milestone": _l("请选择一个未完成的里程碑。"),
    "committee:effect-day": _l("请填与现行计划不同的日期。"),
    "committee:effect-twice": _l("这次会议已对它提出过变动，请先移除原来的一条。"),
    "committee:effect-there": _l("那次会议已有议题对同一计划、里程碑或阶段门提出变动，请先移除其中一条。"),
    "committee:effect-moved": _l("%(where)s 在提交审阅之后又有改动，与所签署的不符。"),
    "committee:effect-decided": _l("%(where)s 在提交审阅之后已另有决定。"),
    "committee:effect-rejected": _l("有变动所依据的决议未获通过，请先移除变动，或改由其他决议作出。"),
    "committee:effect-decision": _l("没有这条决议，或它不属于这项议题。"),
}

LIVES = {"proposed": _l("定稿时生效"), "in_force": _l("已照此改动"), "not_applied": _l("没有生效")}
LIFE_SHAPES = {"proposed": "idle", "in_force": "done", "not_applied": "late"}


class EffectForm(Form):
    """Which resolution carries it."""

    decision: SelectField


class GateEffectForm(EffectForm):
    """A verdict at a gate, with its conditions."""

    milestone = SelectField(_l("阶段门"), choices=[], validate_choice=False, id="gate-milestone")
    decision = SelectField(_l("由哪条决议作出"), choices=[], validate_choice=False, id="gate-decision")
    verdict = RadioField(_l("决定"), choices=list(DECISIONS.items()), validate_choice=False)

    def rows(self) -> list[tuple[Any, Any]]:
        """The fields of each condition."""
        numbers = range(1, MOST_CONDITIONS + 1)
        return [(self._fields[f"text_{n}"], self._fields[f"due_{n}"]) for n in numbers]

    @property
    def conditions(self) -> list[dict[str, Any]]:
        """The conditions in which anything was typed."""
        return [
            {"text": text.data or "", "due": due.data.isoformat() if due.data else ""}
            for text, due in self.rows()
            if text.data or due.data
        ]


for _number in range(1, MOST_CONDITIONS + 1):
    setattr(GateEffectForm, f"text_{_number}", StringField(_l("条件内容"), [at_most(300)]))
    setattr(GateEffectForm, f"due_{_number}", DateField(_l("期限"), [Optional()]))


class PlanEffectForm(EffectForm):
    """A new planned day of a milestone."""

    milestone = SelectField(_l("里程碑"), choices=[], validate_choice=False)
    day = DateField(_l("新的计划日期"), [Optional()])
    decision = SelectField(_l("由哪条决议作出"), choices=[], validate_choice=False, id="plan-decision")


class BaselineEffectForm(EffectForm):
    """A new baseline of the project, under a name."""

    name = StringField(_l("新基线的名称"), [at_most(100)])
    decision = SelectField(_l("由哪条决议作出"), choices=[], validate_choice=False, id="base-decision")


FORMS: dict[str, type[EffectForm]] = {
    "gate": GateEffectForm,
    "rebaseline": PlanEffectForm,
    "baseline": BaselineEffectForm,
}

"""What a gate asks for, whether it is met, and what was decided."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from kangjiansheng.core import clock
from kangjiansheng.core.forms import Form, VersionField, WholeNumberField, at_most, required
from kangjiansheng.labs.models import LabReview
from kangjiansheng.labs.rules.reviews import OUTCOMES
from kangjiansheng.projects.forms.fields import DayField
from kangjiansheng.projects.notices import DECISIONS
from kangjiansheng.projects.rules.gates import MOST_CONDITIONS, Condition
from kangjiansheng.projects.rules.lab_review import VERDICTS

MET = {"met": _l("达到"), "unmet": _l("未达到")}


class CriterionWords(Form):
    """The words of a criterion in up to three scripts, and the evidence on which it rests."""

    name_hans = StringField(_l("标准（简体）"), [required(), at_most(400)])
    name_hant = StringField(_l("标准（繁体）"), [at_most(400)])
    name_en = StringField(_l("标准（英文）"), [at_most(400)])
    kinds = SelectMultipleField(
        _l("依据哪些证据"),
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class CriterionForm(CriterionWords):
    """A criterion of a running gate, with its place."""

    position = WholeNumberField(_l("次序"), [Optional(), NumberRange(1, 999, _l("请填 1 到 999。"))])
    version = VersionField()

    @property
    def names(self) -> dict[str, str]:
        """The words by script."""
        return {
            "hans": self.name_hans.data or "",
            "hant": self.name_hant.data or "",
            "en": self.name_en.data or "",
        }


class MetForm(Form):
    """Met, or not met because."""

    verdict = RadioField(_l("是否达到"), choices=list(MET.items()), validate_choice=False)
    note = StringField(_l("理由"), [at_most(300)], id="criterion-note")
    version = VersionField()


class RemoveForm(Form):
    """A criterion that is asked for no longer."""

    version = VersionField()


class DecisionForm(Form):
    """What was decided at a gate, by whom, when, why; the conditions of a conditional go."""

    verdict = RadioField(_l("决定"), choices=list(DECISIONS.items()), validate_choice=False)
    decided_on = DayField(_l("决策日期"))
    body = StringField(_l("由谁决定"), [at_most(200)])
    reasons = TextAreaField(_l("理由"), [at_most(2000)])
    review = BooleanField(_l("依据年度评估结论"))

    def rests_on(self, found: LabReview | None) -> "DecisionForm":
        """Take over the outcome of the review of the laboratory that waits for this gate; without one nothing is asked."""
        if found is None:
            del self.review
            return self
        told = {"year": str(found.year), "outcome": OUTCOMES[found.outcome]}
        self.review.label.text = _("依据 %(year)s 年度评估结论：%(outcome)s", **told)
        if not self.is_submitted():
            self.review.data, self.verdict.data = True, VERDICTS[found.outcome]
            self.decided_on.data, self.reasons.data = clock.day_of(found.recorded_at), found.reason
            if found.outcome == "conditions":
                self._fields["text_1"].data = found.reason[:400]
        return self

    def rows(self) -> list[dict[str, Any]]:
        """The fields of each condition."""
        return [
            {name: self._fields[f"{name}_{number}"] for name in ("text", "due", "owner")}
            for number in range(1, MOST_CONDITIONS + 1)
        ]

    @property
    def conditions(self) -> list[Condition]:
        """The conditions up to the last row in which anything was typed."""
        typed = [
            Condition(row["text"].data or "", row["due"].data, row["owner"].data or None)
            for row in self.rows()
        ]
        while typed and not typed[-1].text and not typed[-1].due:
            typed.pop()
        return typed


for _number in range(1, MOST_CONDITIONS + 1):
    setattr(DecisionForm, f"text_{_number}", StringField(_l("条件内容"), [at_most(400)]))
    setattr(DecisionForm, f"due_{_number}", DayField(_l("期限")))
    setattr(DecisionForm, f"owner_{_number}", SelectField(_l("负责"), coerce=int, validate_choice=False))

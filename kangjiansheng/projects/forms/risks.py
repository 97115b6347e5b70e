"""What people type about risks and issues, and the words for them."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField

from kangjiansheng.core.forms import Form, VersionField, at_most, required
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects.forms.fields import DayField
from kangjiansheng.projects.models import Risk
from kangjiansheng.projects.rules import risks as rules

KINDS: dict[str, Any] = {"risk": _l("风险"), "issue": _l("问题（已发生）")}
RESPONSES: dict[str, Any] = {
    "avoid": _l("规避"),
    "reduce": _l("降低"),
    "transfer": _l("转移"),
    "accept": _l("接受"),
}
LIVES: dict[str, Any] = {
    "open": _l("待应对"),
    "watching": _l("跟踪中"),
    "occurred": _l("已成为现实"),
    "closed": _l("已关闭"),
}
LEVELS: dict[str, Any] = {"high": _l("高风险"), "medium": _l("中风险"), "low": _l("低风险")}
SHAPES = {"high": "late", "medium": "risk", "low": "ontrack"}
LIKELIHOODS: dict[int, Any] = {
    1: _l("几乎不会"),
    2: _l("不大可能"),
    3: _l("可能"),
    4: _l("很可能"),
    5: _l("几乎肯定"),
}
IMPACTS: dict[int, Any] = {1: _l("轻微"), 2: _l("较小"), 3: _l("中等"), 4: _l("较大"), 5: _l("严重")}
FIELDS: dict[str, Any] = {
    "kind": _l("类别"),
    "title": _l("简述"),
    "description": _l("说明"),
    "owner_id": _l("负责"),
    "likelihood": _l("可能性"),
    "impact": _l("影响"),
    "response": _l("应对方式"),
    "measure": _l("应对措施"),
    "review_on": _l("复核日期"),
    "life": _l("处理状态"),
    "closing": _l("关闭原因"),
    "milestones": _l("关联的里程碑"),
}
VALUES: dict[str, dict[str, Any]] = {"kind": KINDS, "response": RESPONSES, "life": LIVES}


def _scale(words: dict[int, Any]) -> list[tuple[str, str]]:
    return [(str(number), f"{number} {word}") for number, word in words.items()]


class RiskForm(Form):
    """A risk or an issue."""

    kind = RadioField(FIELDS["kind"], choices=list(KINDS.items()))
    title = StringField(FIELDS["title"], [required(), at_most(200)])
    description = TextAreaField(FIELDS["description"], [at_most(2000)])
    likelihood = SelectField(FIELDS["likelihood"], description=_l("问题已经发生，不看可能性"))
    impact = SelectField(FIELDS["impact"])
    response = SelectField(FIELDS["response"], choices=list(RESPONSES.items()))
    measure = TextAreaField(FIELDS["measure"], [at_most(2000)])
    owner_id = SelectField(FIELDS["owner_id"], coerce=int)
    review_on = DayField(FIELDS["review_on"], [required()])
    life = SelectField(FIELDS["life"], choices=[(key, LIVES[key]) for key in rules.LIVES])
    milestones = SelectMultipleField(FIELDS["milestones"])
    version = VersionField()

    def __init__(
        self,
        *args: Any,
        obj: Risk | None = None,
        people: list[tuple[int, str]] | None = None,
        milestone_rows: Any = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, obj=_Typed(obj) if obj else None, **kwargs)
        if obj is not None and people is None:  # only to be read: the other side of a conflict
            people = [(obj.owner.id, name_of(obj.owner))] if obj.owner else []
            milestone_rows = [row.milestone for row in obj.milestones]
        self.likelihood.choices = _scale(LIKELIHOODS)
        self.impact.choices = _scale(IMPACTS)
        self.owner_id.choices = people or []
        self.milestones.choices = [(row.code, f"{row.code} {name_of(row)}") for row in milestone_rows]

    def facts(self) -> dict[str, Any]:
        """What the operations take."""
        plain = "kind title description response measure life"
        return {key: getattr(self, key).data or "" for key in plain.split()} | {
            "likelihood": _number(self.likelihood.data) if self.kind.data == "risk" else None,
            "impact": _number(self.impact.data),
            "owner_id": self.owner_id.data or None,
            "review_on": self.review_on.data,
            "milestone_codes": self.milestones.data or [],
        }


class _Typed:
    """A risk with its fields as the form holds them."""

    def __init__(self, risk: Risk) -> None:
        state = risk.state()
        self.__dict__.update(state, version=risk.version, owner_id=risk.owner_id or 0)
        self.likelihood = str(risk.likelihood or "3")
        self.impact = str(risk.impact)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0


class ClosingForm(Form):
    """Why a risk is closed."""

    reason = StringField(FIELDS["closing"], [required(), at_most(300)])
    version = VersionField()


def late_words(days: int | None) -> str:
    """How long a review has been due; empty when it is not."""
    if days is None:
        return ""
    return ngettext("复核已过期 %(num)d 天", "复核已过期 %(num)d 天", days)


def finding(rows: Any, day: Any) -> str:
    """What the list shows, in one line."""
    opened = [row for row in rows if row.life != rules.CLOSED]
    late = sum(rules.overdue(row, day) is not None for row in opened)
    high = sum(row.level == "high" for row in opened)
    if not rows:
        return _("还没有登记风险")
    parts = [ngettext("%(num)d 项未关闭", "%(num)d 项未关闭", len(opened))]
    if high:
        parts.append(ngettext("%(num)d 项为高风险", "%(num)d 项为高风险", high))
    if late:
        parts.append(ngettext("%(num)d 项复核已过期", "%(num)d 项复核已过期", late))
    return _("，").join(parts)


def shown(key: str, value: Any) -> str:
    """A value of a risk's state in words; people are named by the caller."""
    if value is None or value == "" or value == []:
        return ""
    if key in VALUES:
        return str(VALUES[key].get(value, value))
    if key == "likelihood":
        return f"{value} {LIKELIHOODS[value]}"
    if key == "impact":
        return f"{value} {IMPACTS[value]}"
    return _("、").join(value) if isinstance(value, list) else str(value)

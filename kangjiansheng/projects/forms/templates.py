"""What people type about the template of a pathway: why a draft is begun, its steps, and what is said at publication."""

from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import NumberRange

from kangjiansheng.core.forms import Form, VersionField, WholeNumberField, at_most, required
from kangjiansheng.projects.forms.gates import CriterionWords
from kangjiansheng.projects.rules.templates import CONFIDENCES
from kangjiansheng.projects.rules.vocabulary import (
    Name,
    TemplateCriterion,
    TemplateMilestone,
    template_step,
)

UNITS = [("day", _l("日历日")), ("workday", _l("工作日")), ("month", _l("个月")), ("year", _l("年"))]
KINDS = {"memory": _l("凭经验"), "source": _l("有出处"), "other": _l("其他")}
MEANINGS = {
    "": _l("没有特别含义"),
    "gmp": _l("GMP 制备"),
    "acceptance": _l("实验室验收"),
    "review": _l("实验室年度评估"),
    "renewal": _l("实验室续约或退出"),
}
CONFIDENCE = {"high": _l("可信度高"), "medium": _l("可信度中"), "low": _l("可信度低")}
_LONG = NumberRange(0, 7300, message=_l("请填 0 到 %(max)d 之间的整数。"))


class BeginForm(Form):
    """Why a new version is written."""

    reason = TextAreaField(_l("为什么要修改"), [required(), at_most(1000)])


class PublishForm(Form):
    """What is said when a version is published."""

    note = TextAreaField(_l("发布说明"), [required(), at_most(1000)])
    version = VersionField()


class StepForm(Form):
    """One step of a pathway."""

    code = StringField(
        _l("编号"), [required(), at_most(40)], description=_l("大写字母、数字和连字符，例如 A145")
    )
    name_hans = StringField(_l("名称（简体）"), [required(), at_most(200)])
    name_hant = StringField(_l("名称（繁体）"), [at_most(200)])
    name_en = StringField(_l("名称（英文）"), [at_most(200)])
    predecessors = SelectMultipleField(_l("前置里程碑"), validate_choice=False)
    shortest = WholeNumberField(_l("典型时长，最短"), [required(), _LONG])
    longest = WholeNumberField(_l("最长"), [required(), _LONG])
    unit = SelectField(_l("单位"), choices=UNITS)
    gate = BooleanField(_l("这是阶段门"))
    optional = BooleanField(_l("这是可选步骤"))
    meaning = SelectField(
        _l("含义"),
        choices=list(MEANINGS.items()),
        description=_l("GMP 制备：牵头实验室验收之后才能完成；实验室验收：阶段门通过即为验收。"),
    )
    evidence = TextAreaField(
        _l("应有的证据"),
        [at_most(4000)],
        description=_l("每行一项：简体|繁体|英文；后两种可以不写"),
    )
    decider_hans = StringField(_l("由谁决定（简体）"), [at_most(200)])
    decider_hant = StringField(_l("由谁决定（繁体）"), [at_most(200)])
    decider_en = StringField(_l("由谁决定（英文）"), [at_most(200)])
    kind = SelectField(_l("时长的依据"), choices=list(KINDS.items()))
    confidence = SelectField(_l("可信度"), choices=[("", "—"), *CONFIDENCE.items()])
    basis = TextAreaField(_l("出处或说明"), [at_most(1000)])
    version = VersionField()
    changes: str | None = None  # the code of the step that the form was opened on

    def stored(self, thing: Any) -> Form:
        """The step as somebody else left it; empty when it is gone."""
        found = next((row for row in thing.milestones if row["code"] == self.changes), None)
        if found is None:
            return StepForm(formdata=None)
        form = StepForm.of(template_step(found), thing.version)
        form.offer(self.predecessors.choices)  # type: ignore[arg-type]
        return form

    def offer(self, codes: list[tuple[str, str]]) -> None:
        """What the step may wait for."""
        self.predecessors.choices = codes

    @classmethod
    def of(cls, item: TemplateMilestone, version: int) -> "StepForm":
        """The form as it opens on a step."""
        return cls(
            formdata=None,
            code=item.code,
            **{f"name_{script}": getattr(item.name, script) for script in ("hans", "hant", "en")},
            **{f"decider_{script}": getattr(item.decider, script) for script in ("hans", "hant", "en")},
            predecessors=list(item.predecessors),
            shortest=item.duration_min,
            longest=item.duration_max,
            unit=item.duration_unit,
            gate=item.gate,
            optional=item.optional,
            meaning=item.meaning,
            evidence="\n".join(_line(name) for name in item.evidence),
            kind=item.basis.get("kind") or "other",
            confidence=item.basis.get("confidence") or "",
            basis=item.basis.get("text") or "",
            version=version,
        )

    def step(self) -> TemplateMilestone:
        """The step that was typed."""
        confidence = self.confidence.data if self.confidence.data in CONFIDENCES else None
        return TemplateMilestone(
            code=self.code.data or "",
            name=self._name("name"),
            predecessors=tuple(self.predecessors.data or ()),
            duration_min=self.shortest.data or 0,
            duration_max=self.longest.data or 0,
            duration_unit=self.unit.data or "",
            gate=bool(self.gate.data),
            optional=bool(self.optional.data),
            meaning=self.meaning.data or "",
            evidence=tuple(_named(line) for line in (self.evidence.data or "").splitlines() if line.strip()),
            decider=self._name("decider"),
            basis={"kind": self.kind.data, "confidence": confidence, "text": self.basis.data or ""},
        )

    def _name(self, start: str) -> Name:
        return Name(*(getattr(self, f"{start}_{script}").data or "" for script in ("hans", "hant", "en")))


class StepCriterionForm(CriterionWords):
    """One thing that a gate of a pathway asks for, on what it rests and where it comes from."""

    kind = SelectField(_l("标准从何而来"), choices=list(KINDS.items()))
    confidence = SelectField(_l("可信度"), choices=[("", "—"), *CONFIDENCE.items()])
    source_hans = StringField(_l("出处（简体）"), [at_most(400)])
    source_hant = StringField(_l("出处（繁体）"), [at_most(400)])
    source_en = StringField(_l("出处（英文）"), [at_most(400)])
    version = VersionField()
    changes: tuple[str, int | None] | None = (
        None  # the gate's code and the place on which the form was opened
    )

    def stored(self, thing: Any) -> Form:
        """The criterion as somebody else left it; empty when it is gone."""
        code, place = self.changes or ("", None)
        found = next((row for row in thing.milestones if row["code"] == code), None)
        criteria = template_step(found).criteria if found else ()
        if place is None or place > len(criteria):
            return StepCriterionForm(formdata=None)
        form = StepCriterionForm.of(criteria[place - 1], thing.version)
        form.kinds.choices = self.kinds.choices
        return form

    @classmethod
    def of(cls, item: TemplateCriterion, version: int) -> "StepCriterionForm":
        """The form as it opens on a criterion."""
        return cls(
            formdata=None,
            **{f"name_{script}": getattr(item.name, script) for script in ("hans", "hant", "en")},
            **{f"source_{script}": getattr(item.source, script) for script in ("hans", "hant", "en")},
            kinds=list(item.kinds),
            kind=item.kind,
            confidence=item.confidence or "",
            version=version,
        )

    def criterion(self) -> TemplateCriterion:
        """The criterion that was typed."""
        return TemplateCriterion(
            self._name("name"),
            tuple(self.kinds.data or ()),
            self.kind.data if self.kind.data in KINDS else "other",
            self.confidence.data if self.confidence.data in CONFIDENCE else None,
            self._name("source"),
        )

    def _name(self, start: str) -> Name:
        return Name(*(getattr(self, f"{start}_{script}").data or "" for script in ("hans", "hant", "en")))


def in_plan_order(item: TemplateMilestone, codes: list[str]) -> TemplateMilestone:
    """The step with its predecessors in the order of the pathway, as a list of choices sends them anyhow."""
    order = {code: n for n, code in enumerate(codes)}
    return replace(
        item, predecessors=tuple(sorted(item.predecessors, key=lambda code: order.get(code, len(order))))
    )


def _line(name: Name) -> str:
    return " | ".join((name.hans, name.hant, name.en)).rstrip(" |")


def _named(line: str) -> Name:
    parts: list[Any] = [part.strip() for part in line.replace("｜", "|").split("|", 2)]
    return Name(*[*parts, "", ""][:3])

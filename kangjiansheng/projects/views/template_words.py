"""What the parts of a pathway's template are called."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from kangjiansheng.projects.forms.fields import word
from kangjiansheng.projects.forms.templates import CONFIDENCE, KINDS, MEANINGS
from kangjiansheng.projects.rules.criteria import kinds_of
from kangjiansheng.projects.rules.vocabulary import Name, TemplateCriterion, TemplateMilestone

STEP: dict[str, Any] = {
    "name": _l("名称"),
    "predecessors": _l("前置里程碑"),
    "duration": _l("典型时长"),
    "gate": _l("阶段门"),
    "optional": _l("可选步骤"),
    "meaning": _l("含义"),
    "evidence": _l("应有的证据"),
    "criteria": _l("阶段门的标准"),
    "decider": _l("由谁决定"),
    "basis": _l("时长的依据"),
}

TEMPLATE: dict[str, Any] = {
    **STEP,
    "code": _l("编号"),
    "number": _l("版本"),
    "status": _l("状态"),
    "reason": _l("为什么要修改"),
    "note": _l("发布说明"),
    "based_on": _l("底稿"),
    "order": _l("次序"),
    "milestones": _l("步骤"),
}
TEMPLATE_VALUES = {
    "status": {"draft": _l("草稿"), "published": _l("使用中"), "retired": _l("不再使用")},
    "meaning": MEANINGS,
}


def lasting(few: int, many: int, unit: str) -> str:
    """How long a step typically takes: 6–18 个月."""
    count = f"{few}–{many}" if few != many else str(many)
    return {
        "day": ngettext("%(count)s 天", "%(count)s 天", many, count=count),
        "workday": ngettext("%(count)s 个工作日", "%(count)s 个工作日", many, count=count),
        "month": ngettext("%(count)s 个月", "%(count)s 个月", many, count=count),
        "year": ngettext("%(count)s 年", "%(count)s 年", many, count=count),
    }.get(unit, count)


def criterion_words(item: TemplateCriterion, kinds: Mapping[str, Name]) -> dict[str, Any]:
    """What a criterion says, on which evidence it rests, and where it comes from."""
    return {
        "text": word(item.name),
        "kinds": [
            f"{kind.rpartition(':')[0]} {word(kinds[kind])}".strip() for kind in item.kinds if kind in kinds
        ],
        "kind": item.kind,
        "basis": origin(item.kind, item.confidence, word(item.source)),
    }


def origin(kind: str, confidence: str | None, source: str) -> str:
    """Where a criterion comes from, in words: a source, or somebody's experience, which is no rule."""
    sure = str(CONFIDENCE[confidence]) if confidence in CONFIDENCE else ""
    if kind == "source":
        return _("依据：%(source)s", source=source or KINDS["source"])
    if kind == "memory":
        said = _("经验默认值，不是规定，可以修改")
        return _("，").join(part for part in (said, sure) if part)
    return source


def of_gates(steps: Sequence[TemplateMilestone]) -> list[tuple[TemplateMilestone, list[dict[str, Any]]]]:
    """The gates of a version, each with its criteria in the reader's language."""
    return [
        (step, [criterion_words(one, kinds_of(tuple(steps), step)) for one in step.criteria])
        for step in steps
        if step.gate
    ]

"""What is true of companies of the park: residents and ecosystem partners are two things, each with its stages."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.errors import RuleBroken

from .checks import LEVELS, check_one_of

PARK = "FRONTIER"  # the founding institution that runs the park: its members keep all that stands here

RESIDENT, PARTNER = "resident", "partner"
COMPANY_KINDS: Mapping[str, Any] = {RESIDENT: _l("入驻企业"), PARTNER: _l("生态伙伴")}
STAGES: Mapping[str, Any] = {
    "lead": _l("线索"),
    "assessment": _l("评估"),
    "signed": _l("签约"),
    "moved_in": _l("入驻"),
    "growing": _l("成长"),
    "graduated": _l("毕业"),
    "left": _l("退出"),
}
# Which stage may follow which. Whoever has left may come back as a lead.
NEXT: Mapping[str, tuple[str, ...]] = {
    "lead": ("assessment", "left"),
    "assessment": ("signed", "lead", "left"),
    "signed": ("moved_in", "left"),
    "moved_in": ("growing", "left"),
    "growing": ("graduated", "left"),
    "graduated": (),
    "left": ("lead",),
}
# A partner signs and works along; it has no space in the park, and so neither moves in nor graduates.
OF_PARTNERS = ("lead", "assessment", "signed", "left")
COMPANY_LEVELS: Mapping[str, Any] = {level: LEVELS[level] for level in ("open", "parties")}

COMPANY_THINGS: Mapping[str, Any] = {"company": _l("园区企业")}
COMPANY_ACTS: Mapping[str, Any] = {
    "labs:company:create": _l("登记园区企业"),
    "labs:company:edit": _l("修改园区企业"),
    "labs:company:step": _l("变更企业阶段"),
    "labs:company:archive": _l("归档园区企业"),
    "labs:company:restore": _l("恢复园区企业"),
}


def stages_of(kind: str) -> Mapping[str, Any]:
    """The stages that a kind of company can have, in their order."""
    return {key: word for key, word in STAGES.items() if kind == RESIDENT or key in OF_PARTNERS}


def steps_of(kind: str, stage: str) -> list[str]:
    """The stages that may follow."""
    return [step for step in NEXT[stage] if step in stages_of(kind)]


def check_company(kind: str, stage: str, since: date | None, confidentiality: str, *, today: date) -> None:
    """Refuse an unknown kind, a stage that this kind does not have, and a stage that begins in the future."""
    check_one_of(kind, COMPANY_KINDS, "kind")
    check_one_of(stage, STAGES, "stage")
    check_one_of(confidentiality, COMPANY_LEVELS, "confidentiality")
    if stage not in stages_of(kind):
        raise RuleBroken("labs:stage-of-residents", "stage")
    check_since(since, None, today=today)


def check_since(since: date | None, before: date | None, *, today: date) -> None:
    """Refuse a stage without a day, in the future, or before the stage from which it follows."""
    if since is None:
        raise RuleBroken("labs:stage-without-day", "since")
    if since > today:
        raise RuleBroken("labs:stage-in-future", "since")
    if before and since < before:
        raise RuleBroken("labs:stage-before-stage", "since", day=before.isoformat())


def check_company_step(kind: str, now: str, wanted: str) -> None:
    """Refuse a step that leaves one out."""
    if wanted not in steps_of(kind, now):
        raise RuleBroken("labs:stage-not-next", "stage")


def funnel(rows: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """How many companies stand at each stage: kind → stage → number; `rows` are (kind, stage)."""
    found = {kind: dict.fromkeys(stages_of(kind), 0) for kind in COMPANY_KINDS}
    for kind, stage in rows:
        found[kind][stage] = found[kind].get(stage, 0) + 1
    return found

"""How the trail reads values that are no plain words, of all floors: keys by what they mean, codes by their words."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from kangjiansheng.committee.forms import OFFICES
from kangjiansheng.committee.forms.imports import KINDS as READ
from kangjiansheng.committee.forms.series import UNITS
from kangjiansheng.committee.rules.acts import VALUES as COMMITTEE
from kangjiansheng.core import i18n, saved_views, trail
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.trail import HIDDEN, LEADS, Shape
from kangjiansheng.labs import rules as labs
from kangjiansheng.overview.rules import rates
from kangjiansheng.overview.views.value_words import set_name
from kangjiansheng.projects.forms.fields import word as named
from kangjiansheng.projects.forms.templates import CONFIDENCE, KINDS
from kangjiansheng.projects.rules import registry, vocabulary
from kangjiansheng.projects.views import template_words
from kangjiansheng.projects.views import words as projects
from kangjiansheng.projects.views.histories import wait


def _term(terms: Callable[[], Mapping[str, Any]]) -> Callable[[Any], str]:
    """The word of a vocabulary for a code; the code itself when the vocabulary knows it no more."""

    def word(code: Any) -> str:
        found = terms().get(code)
        if found is None:
            return str(code)
        return i18n.name_of(found.name) if isinstance(found.name, Mapping) else named(found.name)

    return word


def _donor(said: str) -> str:
    known = vocabulary.match(said, vocabulary.donor_sources())
    return named(known.name) if known else said


def _basis(value: Mapping[str, Any]) -> str:
    said = i18n.name_of(value.get("text") or {})
    return template_words.origin(value.get("kind", ""), value.get("confidence"), said)


def _typical(said: str) -> str:
    """How long a step of a template takes: 1–3 month."""
    span, _space, unit = said.partition(" ")
    few, _dash, many = span.partition("–")
    return template_words.lasting(int(few), int(many), unit)


def _expected(word: str) -> str:
    """What is brought for a milestone: E1 is the first that its template asks for, A070:E1 that of another milestone."""
    code, _colon, kind = word.rpartition(":")
    if kind == "other":
        return _("其他")
    return " ".join(filter(None, (code, _("模板所列第 %(num)s 项", num=int(kind.removeprefix("E"))))))


def _since(day: str) -> str:
    return _("自 %(day)s 起", day=day)


def _until(day: str) -> str:
    return _("至 %(day)s", day=day)


def _minutes(number: int) -> str:
    return ngettext("%(num)d 分钟", "%(num)d 分钟", number) if number else ""


def _place(number: int) -> str:
    return _("第 %(num)s 项", num=number)


def _seat(number: int) -> str:
    return _("席位 %(num)s", num=number)


def _published(code: str) -> str:
    known = rates.published().get(code)
    return set_name(known) if known else code


def _page(key: str) -> str:
    return str(saved_views.page_of(key)[1])


def _proposal(source: str) -> str:
    """What an item was proposed for; the key of it says nothing to a reader."""
    kind = source.partition(":")[0]
    return _("全部") if kind == "*" else trail.thing_word(kind)


def _refusal(code: str) -> str:
    """Why a change was held; the trail keeps the rule, and not of what it spoke."""
    try:
        return i18n.explain(RuleBroken(code, where=_("里程碑")))
    except KeyError:
        return _("没有生效")


def _read(counts: Mapping[str, int]) -> str:
    parts = (f"{READ[kind]}{_('：')}{count}" for kind, count in counts.items() if kind in READ)
    return str(_("；")).join(parts)


def _file(facts: Mapping[str, Any]) -> str:
    """A file by its name; of a change of who sees it also that."""
    level = facts.get("level", facts.get("was"))
    seen = str(labs.LEVELS.get(level, "")) if level else ""
    return (
        _("%(name)s（%(detail)s）", name=facts.get("name", ""), detail=seen)
        if seen
        else facts.get("name", "")
    )


_pathway, _register = _term(vocabulary.templates), _term(registry.registries)
_WHOLE = {"whole": _l("完好"), "waiting": _l("进行中"), "failed": _l("失败"), "gone": _l("已过保留期")}
_TAKEN = {"waiting": _l("等待"), "running": _l("进行中"), "failed": _l("已放弃"), "done": _l("已完成")}
_SENT = {"waiting": _l("待发送"), "kept": _l("已保留"), "failed": _l("未送达"), "sent": _l("已发送")}
_TICKS = ({True: _l("交付方已勾选"), False: ""}, {True: _l("接收方已勾选"), False: ""})
_KIND, _MODE = COMMITTEE["kind"], COMMITTEE["mode"]
_DAYS = {"day": _l("日历日"), "workday": _l("工作日")}
_SPEECH = {"zh-Hans": "简体", "zh-Hant": "繁體", "en": "English"}
_MEMBERS = ("person", {**labs.INSTITUTION_ROLES, **labs.LAB_ROLES}, _since, _until)

SHAPES: Mapping[str, Mapping[str, Shape]] = {
    "account": {"person_id": "person"},
    "session": {"person_id": "person"},
    "kept_copy": {"state": _WHOLE},
    "copy_drill": {"state": _WHOLE},
    "job": {"state": _TAKEN},
    "outbox": {"state": _SENT},
    "notice_acceptance": {"language": _SPEECH},
    "saved_view": {"page": _page},
    "institution": {"sectors": _term(labs.sectors), "members": _MEMBERS},
    "agreement": {
        "kind": labs.KINDS,
        "confidentiality": labs.LEVELS,
        "parent_id": "agreement",
        "parties": ("institution", labs.CAPACITIES),
        "clauses": " ".join,
        "file": _file,
    },
    "joint_lab": {
        "life": labs.LIVES,
        "confidentiality": labs.LEVELS,
        "agreement_id": "agreement",
        "partners": ("institution", labs.PARTNER_ROLES, None),
        "members": _MEMBERS,
    },
    "lab_paper": {"lab_id": "joint_lab", "holder_id": "person"},
    "obligation": {
        "agreement_id": "agreement",
        "clause_id": "clause",
        "debtor_id": "institution",
        "creditor_id": "institution",
        "owner_id": "person",
        "file": _file,
    },
    "obligation_link": {
        "obligation_id": "obligation",
        "project_id": "project",
        "milestone_id": "milestone",
        "lab_id": "joint_lab",
    },
    "booking_link": {"booking_id": "booking", "project_id": "project"},
    "company": {"institution_id": "institution", "companion_id": "person"},
    "lease": {"company_id": "company", "floor_id": "park_floor"},
    "service_request": {
        "company_id": "company",
        "asked_by_id": "person",
        "provider_id": "person",
        "provider_institution_id": "institution",
    },
    "service_contact": {"company_id": "company", "person_id": "person", "request_id": "service_request"},
    "shared_resource": {"institution_id": "institution", "lab_id": "joint_lab"},
    "booking": {"resource_id": "shared_resource", "person_id": "person", "institution_id": "institution"},
    "booking_wait": {
        "resource_id": "shared_resource",
        "person_id": "person",
        "institution_id": "institution",
    },
    "project": {
        "pathway": _pathway,
        "indication_group": _term(vocabulary.indication_groups),
        "donor_source": _donor,
        "lead_id": "person",
        "labs": ("joint_lab", {True: _l("牵头"), False: ""}),
        "parties": ("institution", projects.PARTY_ROLES),
        "members": ("person", projects.ROLES, _since),
        "registrations": (_register, None),
    },
    "plan": {"pathway": _pathway},
    "milestone": {
        "owner_id": "person",
        "confirmed_by_id": "person",
        "unit": _DAYS,
        "waits": lambda row: wait(*row),
    },
    "registry_record": {"project_id": "project", "register": _register},
    "template_version": {
        "code": _pathway,
        "duration": _typical,
        "basis": KINDS | CONFIDENCE,
    },
    "evidence": {
        "milestone_id": "milestone",
        "by_id": "person",
        "judged_by_id": "person",
        "withdrawn_by_id": "person",
        "kind": _expected,
    },
    "gate_criterion": {
        "milestone_id": "milestone",
        "judged_by_id": "person",
        "basis": _basis,
        "kinds": _expected,
    },
    "risk": {"project_id": "project", "owner_id": "person"},
    "validity": {"project_id": "project"},
    "ask": {
        "from_id": "institution",
        "to_id": "institution",
        "project_id": "project",
        "obligation_id": "obligation",
    },
    "hand_off": {
        "project_id": "project",
        "giver_id": "institution",
        "receiver_id": "institution",
        "milestone_id": "milestone",
        "person": "person",
        "items": (None, *_TICKS),
    },
    "result": {"institution_id": "institution", "project_id": "project", "companies": "company"},
    "committee": {
        "kind": {**_KIND, "table": _l("一张桌")},
        "lab_id": "joint_lab",
        "member": "person",
        "members": ("person", dict(OFFICES), _seat, _since),
    },
    "meeting": {
        "items": (HIDDEN, _place, _KIND, LEADS, _minutes, "project", "milestone"),
        "attendance": ("person", COMMITTEE["attendance"], _MODE),
        "presence": ("person", _MODE, None, None),
        "source": _proposal,
    },
    "agenda_item": {
        "item": "agenda_item",
        "person": "person",
        "presenter_id": "person",
        "project_id": "project",
        "gate_id": "milestone",
        "level": projects.LEVELS,
        "was": projects.LEVELS,
    },
    "backlog_item": {"presenter_id": "person", "project_id": "project", "gate_id": "milestone"},
    "meeting_series": {"unit": dict(UNITS)},
    "interest": {
        "committee_id": "committee",
        "person_id": "person",
        "institution_id": "institution",
        "project_id": "project",
        "meeting_id": "meeting",
        "agenda_item_id": "agenda_item",
    },
    "declaration": {"person": "person"},
    "presence": {"person": "person"},
    "mandate": {"person": "person", "deputy": "person"},
    "motion": {"item": "agenda_item"},
    "ballot": {"person": "person", "deputy": "person"},
    "dissent": {"person": "person"},
    "decision_dissent": {"person": "person"},
    "minutes": {"drafter_id": "person", "language": _SPEECH},
    "minutes_import": {
        "kinds": _read,
        "kind": {"markdown": "Markdown", "docx": "DOCX", "pasted": _l("粘贴的文字")},
    },
    "draft_version": {"person": "person"},
    "paragraph_translation": {"language": _SPEECH},
    "decision": {"project_id": "project"},
    "action": {"owner_id": "person", "project_id": "project"},
    "decision_effect": {
        "decision_id": "decision",
        "plan_id": "plan",
        "milestone_id": "milestone",
        "refusal": _refusal,
    },
    "rate_set": {"origin": _published},
    "usual_rates": {"code": _published},
    "project_value": {"project_id": "project"},
    "scenario": {"owner_id": "person", "moves": ("milestone", None), "stops": "project"},
}

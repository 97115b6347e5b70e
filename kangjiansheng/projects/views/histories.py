"""The history of a project in words: its milestones' ledger, and everything else that was done, in one order."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from kangjiansheng.core import audit, history, i18n, trail
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import with_args
from kangjiansheng.projects import queries
from kangjiansheng.projects.forms import risks as risk_words
from kangjiansheng.projects.forms import validity as held_words
from kangjiansheng.projects.forms.fields import label_of
from kangjiansheng.projects.models import Plan
from kangjiansheng.projects.notices import DECISIONS
from kangjiansheng.projects.queries import MilestoneRow, OwnerRow, Said
from kangjiansheng.projects.queries.history import Act, acts_of
from kangjiansheng.projects.rules.vocabulary import modalities, project_statuses, stages
from kangjiansheng.projects.sheets import status_word
from kangjiansheng.projects.views import words
from kangjiansheng.projects.views.then import called_then

# What a reader may ask for, by the kinds of things.
KINDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "plan": (_l("里程碑与计划"), ("milestone", "baseline")),
    "gates": (_l("阶段门"), ("gate_criterion", "gate_decision")),
    "evidence": (_l("证据"), ("evidence",)),
    "risks": (_l("风险与问题"), ("risk",)),
    "validity": (_l("批件与期限"), ("validity",)),
    "facts": (_l("项目资料"), ("project", "registry_record")),
}
OF_LABS = ("plan", "gates", "evidence")
_SCHEDULE: dict[str, Any] = {
    "name_hans": _l("名称（简体）"),
    "name_hant": _l("名称（繁体）"),
    "name_en": _l("名称（英文）"),
    "duration": _l("工期"),
    "unit": _l("工期的单位"),
    "waits": _l("依赖"),
    "first": _l("停钟首日"),
    "last": _l("停钟末日"),
}
_PROJECT: dict[str, Any] = {"members": _l("成员"), "registrations": _l("登记号"), "until": _l("有效至")}
_RECORD: dict[str, Any] = {"stated_on": _l("平台版本")}
FIELDS: Mapping[str, Any] = (
    _SCHEDULE | _PROJECT | _RECORD | words.FACTS | words.STATE
)  # as the trail calls them
_LABELS: dict[str, Mapping[str, Any]] = {
    "project": words.FACTS | _PROJECT,
    "milestone": _SCHEDULE,
    "evidence": {key: words.EVIDENCE[key] for key in ("name", "version_no", "verdict")},
    "gate_criterion": {key: words.CRITERION[key] for key in ("name_hans", "name_hant", "name_en", "verdict")},
    "gate_decision": {key: words.EVIDENCE[key] for key in ("decided_on", "body")},
    "risk": {key: label for key, label in risk_words.FIELDS.items() if key != "closing"},
    "validity": {key: label for key, label in held_words.FIELDS.items() if key != "ending"},
    "registry_record": _RECORD,
}
# Why, as the act itself has it.
_WHY = {
    "projects:milestone:stop": "note",
    "projects:evidence:accept": "verdict_note",
    "projects:evidence:refuse": "verdict_note",
    "projects:evidence:withdraw": "withdrawn_note",
    "projects:evidence:add": "note",
    "projects:evidence:replace": "note",
    "projects:criterion:judge": "verdict_note",
    "projects:gate:decide": "reasons",
    "projects:risk:close": "closing",
    "projects:validity:end": "ending",
    "projects:project:claim": "reason",
}
# What the line of a new thing says beyond its name.
_FIRST: dict[str, tuple[str, ...]] = {
    "projects:gate:decide": ("decided_on", "body"),
    "projects:validity:create": ("valid_from", "valid_to", "milestone"),
}


def of_plan(
    plan: Plan | None, row: OwnerRow, *, actor: Actor, as_of: date | None, kind: str
) -> list[dict[str, Any]]:
    """The history of a plan, and of the project or the laboratory that it belongs to, up to the end of a day."""
    said = queries.ledger(actor=actor, plan_id=plan.id if plan else None, as_of=as_of)
    return lines(called_then(said, row), acts_of(plan, actor=actor, as_of=as_of), row.milestones, kind)


def lines(
    said: Sequence[Said], acts: Sequence[Act], milestones: Sequence[MilestoneRow], kind: str = ""
) -> list[dict[str, Any]]:
    """The lines of the macro `history`, newest first; of one of the KINDS, or all. For programs each says besides, in
    stable words, what was done to which kind of thing, and of which milestone."""
    wanted = KINDS[kind][1] if kind in KINDS else ()
    shown = [act for act in acts if not wanted or act.entry.thing in wanted]
    entries = [act.entry for act in shown]
    people = trail.names({entry.actor_id for entry in entries} | _named(entries))
    named = {m.id: f"{m.code} {name_of(m)}" for m in milestones}
    found: list[tuple[datetime, int, dict[str, Any]]] = []
    if not wanted or "milestone" in wanted:
        told = words.said(said, limit=len(said))[::-1]
        found += [(one.effective_at, 0, line | _stable(one)) for one, line in zip(said, told, strict=True)]
    codes = {m.id: m.code for m in milestones}
    found += [(act.entry.recorded_at, 1, _line(act, named, people) | _stable_of(act, codes)) for act in shown]
    found.sort(key=lambda item: item[:2])
    return [line for _when, _place, line in found[::-1]]


def _stable(one: Said) -> dict[str, Any]:
    return {
        "key": str(one.id),
        "entry": one.id,
        "thing": "milestone_entry",
        "act": one.kind,
        "milestone": one.code,
    }


def _stable_of(act: Act, codes: Mapping[int, str]) -> dict[str, Any]:
    """The same of an act of the trail. Its place in the trail tells how many others there are: it is named by its hash."""
    return {
        "key": act.entry.hash,
        "entry": None,
        "thing": act.entry.thing,
        "act": act.entry.act.rpartition(":")[2],
        "milestone": codes.get(act.milestone_id or 0),
    }


def _named(entries: Sequence[audit.AuditEntry]) -> set[int]:
    """The people whom changes name by id: owners of risks, members of the team."""
    sides = [side for entry in entries for side in (entry.before, entry.after)]
    owners: set[int] = {side["owner_id"] for side in sides if side.get("owner_id")}
    return owners | {member[0] for side in sides for member in side.get("members") or ()}


def _line(act: Act, named: Mapping[int, str], people: Mapping[int, str]) -> dict[str, Any]:
    entry = act.entry
    about = _about(act, named)
    done = trail.act_word(entry.act)
    return {
        "when": i18n.moment(entry.recorded_at),
        "iso": entry.recorded_at.isoformat(timespec="milliseconds"),
        "who": people.get(entry.actor_id, entry.actor_label),
        "act_label": f"{about} · {done}" if about else done,
        "changes": _changes(entry, people),
        "note": _note(act),
        "mark": _mark(act),
    }


def _about(act: Act, named: Mapping[int, str]) -> str:
    """Of what an act was, as it was called after it."""
    state, thing = act.state, act.entry.thing
    at = named.get(act.milestone_id or 0, "")
    if thing == "evidence":
        return f"{at} · {state.get('name', '')}"
    if thing == "gate_criterion":
        return f"{at} · {_called(state)}"
    if thing in ("milestone", "gate_decision"):
        return at
    if thing == "risk":
        return f"{risk_words.KINDS.get(state.get('kind', ''), '')} {state.get('title', '')}".strip()
    if thing == "validity":
        return f"{held_words.KINDS.get(state.get('kind', ''), '')} {state.get('label', '')}".strip()
    return str({"baseline": state.get("name"), "registry_record": state.get("number")}.get(thing) or "")


def _called(state: Mapping[str, Any]) -> str:
    return name_of({script: state.get(f"name_{script}") or "" for script in ("hans", "hant", "en")})


def _mark(act: Act) -> str:
    """The one word that says what came of it."""
    verdict = act.entry.after.get("verdict")
    if act.entry.act == "projects:gate:decide":
        return str(DECISIONS.get(verdict or "", ""))
    if act.entry.act == "projects:criterion:judge":
        return trail.value_words("gate_criterion", "verdict", act.state.get("verdict"))
    if act.entry.act == "projects:project:claim":
        status = act.entry.after.get("status")
        return status_word(status) if status else str(_("收回判断"))
    return ""


def _note(act: Act) -> str:
    if act.entry.act == "projects:plan:baseline":
        return _(
            "%(why)s（批准：%(authority)s）",
            why=act.entry.after.get("reason", ""),
            authority=act.entry.after.get("authority", ""),
        )
    key = _WHY.get(act.entry.act)
    return str(act.state.get(key) or "") if key else ""


def _changes(entry: audit.AuditEntry, people: Mapping[int, str]) -> list[dict[str, str]]:
    """What changed, under labels; of a new thing only what its act would not be understood without."""
    told = _LABELS.get(entry.thing, {})
    if not entry.before:
        told = {key: told[key] for key in _FIRST.get(entry.act, ())}
    found = []
    for key, label in told.items():
        if key in entry.before or key in entry.after:
            if entry.act == "projects:project:claim" and key == "status":
                continue  # its mark says it
            pair = history.differing(entry.before.get(key), entry.after.get(key))
            before, after = (_shown(entry.thing, key, value, people) for value in pair)
            if before != after:
                found.append({"label": str(label), "before": before, "after": after})
    return found


def _shown(thing: str, key: str, value: Any, people: Mapping[int, str]) -> str:
    if value is None or value == "" or value == []:
        return ""
    if key == "owner_id":
        return people.get(value, "")
    if key == "waits":
        return str(_("、")).join(wait(*item) for item in value)
    if key == "members":
        joined = (f"{people.get(number, '')} {words.ROLES.get(role, role)}" for number, role, _from in value)
        return str(_("、")).join(joined)
    if key == "registrations":
        return str(_("、")).join(" ".join(item) for item in value)
    if key == "unit":
        return str(_("工作日") if value == "workday" else _("日历日"))
    if thing == "risk":
        return risk_words.shown(key, value)
    if thing == "validity":
        return str(held_words.VALUES.get(key, {}).get(value, value))
    terms: dict[str, Any] = {"modality": modalities, "stage": stages, "status": project_statuses}
    if thing == "project" and key in terms:
        return label_of(value, terms[key]())
    return trail.value_words(thing, key, value)


def wait(code: str, lag: int, unit: str) -> str:
    """For which milestone one waits, and how long after it."""
    if not lag:
        return code
    if unit == "workday":
        return f"{code} +{ngettext('%(num)d 个工作日', '%(num)d 个工作日', lag)}"
    return f"{code} +{ngettext('%(num)d 天', '%(num)d 天', lag)}"


def chips(kind: str, *, of_lab: bool = False) -> list[tuple[str, str, bool, None]]:
    """What a reader may ask for, as links: word, address, whether it is asked for. A laboratory's plan has less."""
    offered = [("", _("全部"))]
    offered += [(key, str(KINDS[key][0])) for key in (OF_LABS if of_lab else KINDS)]
    return [(label, with_args(kind=key or None, page=None), key == kind, None) for key, label in offered]

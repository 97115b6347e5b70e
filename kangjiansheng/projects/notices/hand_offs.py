"""Whom we tell about a hand-off, and in which words: the side whose turn it is not, and those who lead the project."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.core import outbox
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.outbox import Words
from kangjiansheng.projects.models import HandOff
from kangjiansheng.projects.notices.groups import tell_groups
from kangjiansheng.projects.queries.people import LEADING, people_of_plans
from kangjiansheng.projects.queries.readers import members_who_see

# What groups hear of, by the step.
IN_GROUPS = {
    "deliver": "projects:hand-off-delivered",
    "receive": "projects:hand-off-received",
    "dispute": "projects:hand-off-disputed",
}


def told(one: HandOff, step: str, roles: Collection[str], *, actor: Actor, change: ChangeSet) -> None:
    """Tell the other side what somebody acting as `roles` has done; both sides when it was neither of them, and the
    project's leads when something was delivered, received, disputed or withdrawn."""
    if change.source == "import":
        return  # nobody is told of what comes from a file, one notice for each row
    sides = {"giver": one.giver_id, "receiver": one.receiver_id}
    others = {key for side, key in sides.items() if side not in roles} or set(sides.values())
    people = set().union(*members_who_see(one.project, others).values())
    if step in ("deliver", "receive", "dispute", "withdraw") and one.project.plan:
        plan = one.project.plan.id
        people |= people_of_plans([plan], LEADING)[plan]
    facts = {
        "who": actor.label,
        "step": step,
        "code": one.code,
        "names": {script: getattr(one, f"name_{script}") for script in ("hans", "hant", "en")},
        "project": one.project.code,
        "day": {"ask": one.asked_on, "agree": one.accepted_on}.get(step, one.promised_on),
        "reason": one.reason if step in ("dispute", "withdraw") else "",
        "illustrative": one.project.illustrative,
    }
    if step in IN_GROUPS:
        tell_groups(IN_GROUPS[step], one.project, change)
    outbox.tell(people, "projects:hand-off", facts, address=f"/hand-offs/{one.code}", besides=actor.id)


def _said(facts: Mapping[str, Any]) -> tuple[str, str]:
    where = f"{facts['project']} {facts['code']} {name_of(facts['names'])}"
    day = date.fromisoformat(facts["day"]).isoformat() if facts["day"] else "—"
    subjects = {
        "create": _("%(where)s：登记了一项交接", where=where),
        "edit": _("%(where)s：交接内容有修改", where=where),
        "promise": _("%(where)s：承诺 %(day)s 交付", where=where, day=day),
        "ask": _("%(where)s：希望 %(day)s 交付", where=where, day=day),
        "agree": _("%(where)s：已同意 %(day)s 交付", where=where, day=day),
        "deliver": _("%(where)s：已交付，等接收方清点并签名", where=where),
        "receive": _("%(where)s：已接收，双方均已签名", where=where),
        "dispute": _("%(where)s：接收方提出异议", where=where),
        "withdraw": _("%(where)s：交接已撤回", where=where),
        "undo": _("%(where)s：撤销了上一步", where=where),
    }
    line = _("由 %(who)s 操作。", who=facts["who"])
    if facts["reason"]:
        line += _("理由：%(reason)s", reason=facts["reason"])
    return subjects[facts["step"]], line


WORDS: dict[str, Words] = {"projects:hand-off": _said}

"""What this floor puts on pages of the floor below; the roof puts it into its slots."""

from datetime import date

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from kangjiansheng.accounts.queries.rights import held_in
from kangjiansheng.accounts.rules.rights import Right
from kangjiansheng.committee.forms import OFFICES
from kangjiansheng.committee.forms.answers import SHAPES, VERDICTS
from kangjiansheng.committee.models import Committee, CommitteeMember, Decision
from kangjiansheng.committee.operations import handing as giving
from kangjiansheng.committee.queries import advised, effects, handing, tabled
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.markdown import render
from kangjiansheng.labs.panels import Panel
from kangjiansheng.projects.models import Ask, Milestone, Project
from kangjiansheng.projects.queries.handing import Duty, Keeper

BRIEF = 4  # decisions on a printed sheet


def rights_held(day: date) -> list[Right]:
    """Who sat on which committee on a day."""
    return held_in("committee", CommitteeMember, Committee, CommitteeMember.office, dict(OFFICES), day)


def way_to_verify() -> tuple[str, str]:
    """The way for who was given a file of minutes to where it is checked."""
    return str(_("校验纪要")), url_for("committee.verify_minutes")


def project_advice(project: Project, actor: Actor, as_of: date | None) -> Panel | None:
    """What the committees decided about a project and where it stands on an agenda; those who may edit the
    project find here the way to propose an item. What was known on a past day is fetched as a piece of its own: the
    page of a project has no statement to spare."""
    if as_of is not None:
        return Panel("committee/_project_panel_then.html", {"code": project.code})
    return advice_panel(project, actor, None)


def advice_panel(project: Project, actor: Actor, as_of: date | None) -> Panel:
    """The same on any day."""
    found = (
        advised.advice(project, actor=actor)
        if as_of is None
        else advised.advice_then(project, as_of, actor=actor)
    )
    return Panel(
        "committee/_project_panel.html",
        {
            "code": project.code,
            "advice": found,
            "markdown": render,
            "answers": found.answers,
            "verdicts": VERDICTS,
            "shapes": SHAPES,
        },
        illustrative=any(item.meeting.illustrative for item in found.items),
        brief=_brief(found),
    )


def _brief(found: advised.Advice) -> list[str]:
    """The newest decisions with what the company answered, for a printed sheet; nothing while there is none."""
    if not found.decisions:
        return []
    number = len(found.decisions)
    head = ngettext("%(num)d 条决议与建议涉及本项目", "%(num)d 条决议与建议涉及本项目", number)
    return [str(head), *(_in_a_line(one, found) for one in found.decisions[:BRIEF])]


def _in_a_line(decision: Decision, found: advised.Advice) -> str:
    said = f"{decision.number} {decision.text}"
    if decision.id not in found.answers:
        return said
    answer = found.answers[decision.id]
    verdict = VERDICTS[answer.verdict] if answer else _("待答复")
    return str(_("%(said)s（%(verdict)s）", said=said, verdict=verdict))


def ask_tabled(ask: Ask, actor: Actor, as_of: date | None) -> Panel | None:
    """At which meetings an ask is or was on the agenda; a past day does not say."""
    items = tabled.items_of(ask.id, actor=actor) if as_of is None else []
    if not items:
        return None
    return Panel(
        "committee/_ask_panel.html",
        {"items": items},
        illustrative=any(item.meeting.illustrative for item in items),
    )


def milestone_moved(milestone: Milestone, actor: Actor, as_of: date | None) -> Panel | None:
    """Which decisions changed a milestone. Its day is the project's own; the number and the way to the decision are
    for those who see that."""
    until = clock.end_of(as_of) if as_of else None
    found = effects.moved(milestone, actor=actor, until=until)
    if not found:
        return None
    days = {one.id: clock.day_of(one.settled_at) for one, _seen in found if one.settled_at}
    return Panel("committee/_milestone_panel.html", {"moved": found, "days": days})


def _place(thing: Duty) -> str:
    return f"/committees/{thing.place}/edit" if thing.kind.startswith("office_") else ""


_ADVICE = _l("由委员会选任。选出继任者之后，在委员会设置里结束这个任期，再登记继任者。")
_SIGNED = _l(
    "写在已提交或已签署的纪要里，责任人不再改动。请秘书在下次会议上记录由继任者负责的新行动项，再把这一项标为完成。"
)

# What a leaver answers for in committees, for the page of hand-over.
handing_over = Keeper(
    words={f"office_{office}": word for office, word in OFFICES}
    | {"minutes": _l("起草中的会议纪要"), "action": _l("行动项"), "signed_action": _l("行动项")},
    advice={f"office_{office}": _ADVICE for office in handing.ELECTED} | {"signed_action": _SIGNED},
    duties=handing.duties,
    held=handing.held,
    give=giving.give,
    href=_place,
)

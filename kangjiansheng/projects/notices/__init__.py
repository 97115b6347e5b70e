"""Whom we tell about projects and milestones, and in which words."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.outbox import Words
from kangjiansheng.projects.models import Milestone, Project
from kangjiansheng.projects.notices import hand_offs, results
from kangjiansheng.projects.queries.people import (
    BELONGING,
    LEADING,
    owners_by_plan,
    owners_who_see,
    people_of_plans,
)
from kangjiansheng.projects.rules.vocabulary import reasons

DECISIONS: dict[str, Any] = {"go": _l("准予通过"), "conditional": _l("有条件通过"), "stop": _l("终止")}


def concerned(milestone: Milestone, others: Collection[int] = ()) -> set[int]:
    """Those to whom a milestone matters: the leads and members of its plan, its owner, and the owners of others of
    the plan. An owner who does not see the plan any more is told nothing."""
    found = people_of_plans([milestone.plan_id], BELONGING)
    owners = owners_by_plan([milestone])
    owners[milestone.plan_id] |= set(others)
    return found[milestone.plan_id] | owners_who_see(owners, found)[milestone.plan_id]


def people_of(project: Project) -> set[int]:
    """The project's leads and members and the directors of its laboratories, today."""
    return people_of_plans([project.plan.id], BELONGING)[project.plan.id] if project.plan else set()


def leading(milestone: Milestone) -> set[int]:
    """Those who lead the plan of a milestone, today."""
    return people_of_plans([milestone.plan_id], LEADING)[milestone.plan_id]


def names(thing: Milestone | Project) -> dict[str, str]:
    """The names of a thing in three scripts, as a notice keeps them."""
    return {"hans": thing.name_hans, "hant": thing.name_hant, "en": thing.name_en}


def facts(milestone: Milestone, actor: Actor, **more: Any) -> dict[str, Any]:
    """What every notice about a milestone says: who, of which project or laboratory, which milestone."""
    owner = milestone.plan.owner
    return {
        "who": actor.label,
        "project": owner.code,
        "code": milestone.code,
        "names": names(milestone),
        "illustrative": owner.illustrative,
        **more,
    }


def _where(facts: Mapping[str, Any]) -> str:
    return " ".join(part for part in (facts["project"], facts["code"], name_of(facts["names"])) if part)


def _day(text: str | None) -> str:
    return date.fromisoformat(text).isoformat() if text else "—"


def _moved(facts: Mapping[str, Any]) -> tuple[str, str]:
    reason = reasons().get(facts.get("reason") or "")
    word = (
        name_of({"hans": reason.name.hans, "hant": reason.name.hant, "en": reason.name.en}) if reason else "—"
    )
    return (
        _("%(where)s 改到 %(to)s", where=_where(facts), to=_day(facts["to"])),
        _(
            "%(who)s 把预测日期从 %(before)s 改到 %(to)s，原因：%(reason)s。",
            who=facts["who"],
            before=_day(facts["before"]),
            to=_day(facts["to"]),
            reason=word,
        )
        + _along(facts),
    )


def _along(facts: Mapping[str, Any]) -> str:
    count = facts.get("followers") or 0
    return (
        ngettext("%(num)d 个下游里程碑随之顺延。", "%(num)d 个下游里程碑随之顺延。", count) if count else ""
    )


def _proposed(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("%(where)s 待确认：%(to)s", where=_where(facts), to=_day(facts["to"])),
        _("%(who)s 提议把日期定为 %(to)s，请负责人确认。", who=facts["who"], to=_day(facts["to"])),
    )


def _done(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("%(where)s 已完成", where=_where(facts)),
        _("%(who)s 记录了实际日期 %(to)s。", who=facts["who"], to=_day(facts["to"])) + _along(facts),
    )


def _reopened(facts: Mapping[str, Any]) -> tuple[str, str]:
    return _("%(where)s 重新打开", where=_where(facts)), _("%(who)s 重新打开了这个里程碑。", who=facts["who"])


def _undone(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("%(where)s 的修改已撤销", where=_where(facts)),
        _("%(who)s 撤销了上一次修改，预测日期回到 %(to)s。", who=facts["who"], to=_day(facts["to"])),
    )


def _flagged(facts: Mapping[str, Any]) -> tuple[str, str]:
    return _("%(where)s 有风险", where=_where(facts)), _("%(who)s 标记了风险。", who=facts["who"])


def _owner(facts: Mapping[str, Any]) -> tuple[str, str]:
    return _("%(where)s 由您负责", where=_where(facts)), _("%(who)s 请您负责这个里程碑。", who=facts["who"])


def _files(facts: Mapping[str, Any]) -> str:
    return str(_("、")).join(facts["files"])


def _brought(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("%(where)s 有新的证据", where=_where(facts)),
        _("%(who)s 上传了 %(files)s，请审核。", who=facts["who"], files=_files(facts)),
    )


def _accepted(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("%(where)s 的证据已接受", where=_where(facts)),
        _("%(who)s 接受了 %(files)s。", who=facts["who"], files=_files(facts)),
    )


def _refused(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("%(where)s 的证据未接受", where=_where(facts)),
        _("%(who)s 没有接受 %(files)s：%(note)s", who=facts["who"], files=_files(facts), note=facts["note"]),
    )


def _withdrawn(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("%(where)s 的证据已撤回", where=_where(facts)),
        _("%(who)s 撤回了 %(files)s：%(note)s", who=facts["who"], files=_files(facts), note=facts["note"]),
    )


def _bulk(facts: Mapping[str, Any]) -> tuple[str, str]:
    count = facts["count"]
    subject = ngettext("%(num)d 项与您有关的里程碑有变动", "%(num)d 项与您有关的里程碑有变动", count)
    text = {
        "on_track": _("%(who)s 一次确认了多项里程碑的日期。", who=facts["who"]),
        "move": _("%(who)s 一次移动了多项里程碑的日期。", who=facts["who"]),
        "give": _("%(who)s 一次更换了多项里程碑的负责人。", who=facts["who"]),
        "flag": _("%(who)s 一次为多项里程碑标记了风险。", who=facts["who"]),
        "unflag": _("%(who)s 一次取消了多项里程碑的风险标记。", who=facts["who"]),
    }[facts["act"]]
    return subject, text


def _bulk_undone(facts: Mapping[str, Any]) -> tuple[str, str]:
    count = facts["count"]
    return (
        ngettext("%(num)d 项里程碑的批量更改已撤销", "%(num)d 项里程碑的批量更改已撤销", count),
        _("%(who)s 撤销了一次批量更改。", who=facts["who"]),
    )


def _decided(facts: Mapping[str, Any]) -> tuple[str, str]:
    verdict = str(DECISIONS[facts["verdict"]])
    return (
        _("%(where)s：%(verdict)s", where=_where(facts), verdict=verdict),
        _(
            "%(who)s 记录了%(body)s的决定：%(verdict)s。",
            who=facts["who"],
            body=facts["body"],
            verdict=verdict,
        ),
    )


def _member(facts: Mapping[str, Any]) -> tuple[str, str]:
    named = name_of(facts["names"])
    return (
        _("您已加入项目 %(project)s", project=facts["project"]),
        _(
            "%(who)s 把您加入了 %(project)s %(name)s。",
            who=facts["who"],
            project=facts["project"],
            name=named,
        ),
    )


def _trial(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("%(project)s 的登记记录 %(number)s 有新版本", project=facts["project"], number=facts["number"]),
        ngettext(
            "%(who)s 导入了登记平台的新版本，有 %(num)d 处变化。",
            "%(who)s 导入了登记平台的新版本，有 %(num)d 处变化。",
            facts["changes"],
            who=facts["who"],
        ),
    )


def _sheet(facts: Mapping[str, Any]) -> tuple[str, str]:
    named = _("、").join(facts["named"])
    return (
        ngettext(
            "%(who)s 用表格更新了 %(num)d 个里程碑",
            "%(who)s 用表格更新了 %(num)d 个里程碑",
            facts["count"],
            who=facts["who"],
        ),
        _named(named, facts),
    )


def _sheet_undone(facts: Mapping[str, Any]) -> tuple[str, str]:
    named = _("、").join(facts["named"])
    return (
        ngettext(
            "%(who)s 撤销了用表格对 %(num)d 个里程碑的更新",
            "%(who)s 撤销了用表格对 %(num)d 个里程碑的更新",
            facts["count"],
            who=facts["who"],
        ),
        _named(named, facts),
    )


def _named(named: str, facts: Mapping[str, Any]) -> str:
    rest = facts["count"] - len(facts["named"])
    if rest:
        return _("%(named)s 等，另有 %(rest)s 个。", named=named, rest=rest)
    return _("%(named)s。", named=named)


def _risk_owner(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("%(project)s 的风险由您负责", project=facts["project"]),
        _("%(who)s 请您负责“%(title)s”。", who=facts["who"], title=facts["title"]),
    )


def _reminder(facts: Mapping[str, Any]) -> tuple[str, str]:
    things = facts["things"]
    named = _("、").join(_where(thing) for thing in things[:3])
    return _counted(things), _named(named, {"count": len(things), "named": things[:3]})


def _digest(facts: Mapping[str, Any]) -> tuple[str, str]:
    """Everything of the day under its reason; behind each milestone the link that updates it, and only it."""
    things, links = facts["things"], facts.get("links") or {}
    parts = []
    for kind, heading in _headings().items():
        lines = [_line(thing, links.get(str(thing["id"]))) for thing in things if thing["kind"] == kind]
        if lines:
            parts.append("\n".join([heading, *lines]))
    if links:
        parts.append(_("每个链接只能更新它所在的那一个里程碑，不用登录，7 天内有效。请不要转发。"))
    parts.append(_("提醒的种类、时间和方式在“我的账号”里改。"))
    return _("今日提醒：%(what)s", what=_counted(things)), "\n\n".join(parts)


def _headings() -> dict[str, str]:
    return {
        "overdue": _("已逾期"),
        "due": _("即将到期"),
        "confirm": _("等您确认的日期"),
        "review": _("该复查的风险"),
        "paper": _("将到期的实验室证照"),
        "owed": _("应履行或待接受的义务"),
        "renewal": _("将到期的协议"),
        "service": _("待您答复的服务请求"),
        "hand_off": _("轮到贵方办理的交接"),
        "ask": _("待贵方答复的诉求"),
        "stale": _("三周以上没有人更新"),
    }


def _line(thing: Mapping[str, Any], link: str | None) -> str:
    named = _("%(name)s（示例数据）", name=_where(thing)) if thing["illustrative"] else _where(thing)
    line = _("· %(where)s：%(day)s", where=named, day=_day(thing["day"]))
    return f"{line}\n  {current_app.config['SETTINGS'].base_url}{link}" if link else line


def _counted(things: Sequence[Mapping[str, Any]]) -> str:
    """How many of each kind, the most urgent first."""
    count = Counter(thing["kind"] for thing in things)
    words = {
        "overdue": ngettext("%(num)d 项已逾期", "%(num)d 项已逾期", count["overdue"]),
        "due": ngettext("%(num)d 项即将到期", "%(num)d 项即将到期", count["due"]),
        "confirm": ngettext("%(num)d 项等您确认", "%(num)d 项等您确认", count["confirm"]),
        "review": ngettext("%(num)d 个风险该复查", "%(num)d 个风险该复查", count["review"]),
        "paper": ngettext("%(num)d 项实验室证照将到期", "%(num)d 项实验室证照将到期", count["paper"]),
        "owed": ngettext("%(num)d 项义务待办", "%(num)d 项义务待办", count["owed"]),
        "renewal": ngettext("%(num)d 份协议将到期", "%(num)d 份协议将到期", count["renewal"]),
        "service": ngettext("%(num)d 项服务请求待答复", "%(num)d 项服务请求待答复", count["service"]),
        "hand_off": ngettext("%(num)d 项交接待办", "%(num)d 项交接待办", count["hand_off"]),
        "ask": ngettext("%(num)d 项诉求待答复", "%(num)d 项诉求待答复", count["ask"]),
        "stale": ngettext("%(num)d 项久未更新", "%(num)d 项久未更新", count["stale"]),
    }
    return _("，").join(text for kind, text in words.items() if count[kind])


WORDS: dict[str, Words] = {
    **hand_offs.WORDS,
    **results.WORDS,
    "projects:digest": _digest,
    "projects:reminder": _reminder,
    "projects:moved": _moved,
    "projects:proposed": _proposed,
    "projects:done": _done,
    "projects:reopened": _reopened,
    "projects:undone": _undone,
    "projects:flagged": _flagged,
    "projects:owner": _owner,
    "projects:bulk": _bulk,
    "projects:bulk-undone": _bulk_undone,
    "projects:member": _member,
    "projects:risk-owner": _risk_owner,
    "projects:trial": _trial,
    "projects:evidence-brought": _brought,
    "projects:gate-decided": _decided,
    "projects:evidence-accepted": _accepted,
    "projects:evidence-refused": _refused,
    "projects:evidence-withdrawn": _withdrawn,
    "projects:sheet": _sheet,
    "projects:sheet-undone": _sheet_undone,
}

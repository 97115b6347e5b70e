"""What a frozen draft says besides its paragraphs, in the reader's words: for documents, pages and comparisons alike."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.committee.rules import numbers
from kangjiansheng.core.i18n import locale, moment, name_of


def day(when: date) -> str:
    """A day as it is written in records."""
    if locale() == "en":
        return f"{when.day} {when:%B %Y}"
    return str(_("%(year)s年%(month)s月%(day)s日", year=when.year, month=when.month, day=when.day))


def hour(text: str) -> str:
    """The hour of an instant."""
    return moment(datetime.fromisoformat(text))[11:]


def when(head: Mapping[str, Any], *, inferred: bool = False) -> str:
    """Day and hours of a meeting, with their zone: whoever reads paper has no settings of their own."""
    found = day(date.fromisoformat(head["held_on"]))
    hours = [hour(head[key]) for key in ("starts_at", "ends_at") if head[key]]
    found = " ".join([found, "–".join(hours)]) if hours else found
    found += _("（年份为推定）") if inferred else ""
    return _("%(when)s（北京时间）", when=found) if hours else found


def secrecy(mark: Mapping[str, Any] | None) -> str:
    """The mark as the rules on trade secrets have it: 普通商密★10年."""
    if not mark:
        return ""
    words = {"internal": _("内部资料"), "ordinary": _("普通商密"), "core": _("核心商密")}
    return f"{words[mark['level']]}★{mark['term']}" if mark["term"] else words[mark["level"]]


def gathered(head: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Who was there from when to when, who stood for whom, and whether enough were there: each under its label."""
    found = []
    if head.get("presence"):
        stays = [f"{p['seat']} {_span(p)}" for p in head["presence"]]
        found.append((_("在场时段"), _("；").join(stays)))
    if head.get("deputies"):
        stood = [
            _("%(member)s由%(deputy)s代理", member=d["seat"], deputy=d["deputy"]) for d in head["deputies"]
        ]
        found.append((_("委托代理人"), _("；").join(stood)))
    if (head.get("quorum") or {}).get("members"):
        found.append((_("出席人数"), _quorum(head["quorum"])))
    return found


def _span(stay: Mapping[str, Any]) -> str:
    return f"{hour(stay['came_at'])}–{hour(stay['left_at']) if stay['left_at'] else ''}"


def _quorum(counted: Mapping[str, Any]) -> str:
    return str(_("应到 %(members)s 人，实到 %(present)s 人，法定 %(needed)s 人", **counted))


def attendance(head: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """The seats that were there, online or absent, each list under its word."""
    given = head.get("attendance", {})
    return [(word, given[mode]) for mode, word in _modes().items() if given.get(mode)]


def _modes() -> dict[str, str]:
    return {"on_site": _("出席"), "online": _("线上出席"), "absent": _("缺席")}


def room(found: Mapping[str, Any]) -> str:
    """When an item ran, whether it could be decided, each change of that, and who was recused."""
    hours = [hour(found[key]) for key in ("opened_at", "closed_at") if found[key]]
    parts = ["–".join(hours)] if hours else []
    parts.append(_present(found["quorum"]))
    parts += [f"{hour(one['at'])} {_present(one)}" for one in found["course"][1:]]
    words = {"whole": _("全程回避"), "facts": _("说明事实后离场"), "stays": _("声明后参加")}
    for one in found["recused"]:
        away = [hour(one[key]) for key in ("left_at", "returned_at") if one.get(key)]
        parts.append(" ".join([one["seat"], words[one["kind"]], "–".join(away)]).strip())
    return str(_("；")).join(parts)


def _present(counted: Mapping[str, Any]) -> str:
    counts = {key: counted[key] for key in ("members", "needed", "present")}
    return str(_("%(present)s 人在场并参加表决，须有 %(members)s 人中的 %(needed)s 人", **counts))


def section(no: str, title: str = "") -> str:
    """A section of the text by its number, with its title for who may read it."""
    no = no if locale() == "en" else numbers.han(int(no))
    if not title:
        return str(_("第%(no)s部分", no=no))
    return str(_("第%(no)s部分“%(title)s”", no=no, title=name_of({"hans": title})))


def on_agenda(position: int) -> str:
    """An item of the agenda by its number there, where it is no section of the text."""
    return str(_("议程第 %(n)s 项", n=position))


def votes(decision: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The counted votes under their words; nothing where none were counted."""
    if decision.get("votes_for") is None:
        return []
    keys = {
        "votes_for": _("同意"), "votes_against": _("反对"), "abstentions": _("弃权"), "recused": _("回避"),
    }  # fmt: skip
    return [(word, decision.get(key) or 0) for key, word in keys.items()]


def _voted(decision: Mapping[str, Any]) -> str:
    parts = [_("，").join(f"{word} {count}" for word, count in votes(decision))]
    if "result" in decision:
        results = {
            "passed": _("表决获得通过"),
            "rejected": _("表决未通过"),
            "no_quorum": _("未达到法定人数"),
        }
        parts.append(results[decision["result"]])
    if "needed" in decision and "base" in decision:
        counts = {"base": decision["base"], "needed": decision["needed"]}
        parts.append(_("以 %(base)s 人为基数，须 %(needed)s 票同意", **counts))
    return str(_("；")).join(filter(None, parts))


def _motion(motion: Mapping[str, Any]) -> str:
    way = _("通讯表决") if motion["way"] == "circulation" else ""
    method = _("记名表决") if motion["method"] == "name" else _("举手计数")
    hours = "–".join(
        moment(datetime.fromisoformat(motion[key])) for key in ("opened_at", "closed_at") if motion[key]
    )
    choices = {"for": _("同意"), "against": _("反对"), "abstain": _("弃权")}
    cast = [
        f"{b['seat']} {choices[b['choice']]}" + (_("（%(deputy)s代理）", deputy=b["deputy"]) if "deputy" in b else "")
        for b in motion.get("ballots", [])
    ]  # fmt: skip
    return str(_("；")).join(filter(None, [way, method, hours, _present(motion["quorum"]), *cast]))


def _action(action: Mapping[str, Any]) -> str:
    return str(_("，")).join(
        [action["text"], action["owner"] or "", _("期限 %(day)s", day=action["due_on"] or "—")]
    )


def _decision(decision: Mapping[str, Any]) -> str:
    return f"{_('建议') if decision['kind'] == 'R' else _('决议')} {decision['number']}"


def _kind(kind: str) -> str:
    words = {"heading": _("标题"), "text": _("正文"), "decision": _("决议"), "action": _("行动项清单")}
    return str(words[kind])


def _deputies(rows: Sequence[Mapping[str, Any]]) -> str:
    return str(_("、")).join(row["deputy"] for row in rows)


def _stays(rows: Sequence[Mapping[str, Any]]) -> str:
    return str(_("；")).join(f"{_span(row)} {_modes()[row['mode']]}" for row in rows)


def _said(rows: Sequence[Mapping[str, Any]]) -> str:
    return str(_("；")).join(f"{row['seat']}{_('：')}{row['text']}" for row in rows)


_WORDS: dict[str, Callable[[Any], str]] = {
    "when": when,
    "secrecy": secrecy,
    "quorum": _quorum,
    "attendance": lambda modes: _("、").join(_modes()[mode] for mode in modes),
    "presence": _stays,
    "deputies": _deputies,
    "votes": _voted,
    "motion": _motion,
    "dissents": _said,
    "effects": lambda rows: _("；").join(row["text"] for row in rows),
    "decision": _decision,
    "action": _action,
    "room": lambda told: room(told | {"course": [{}, *told["course"]][len(told["course"]) < 2 :]}),
    "kind": _kind,
}


def words(kind: str, value: Any) -> str:
    """A fact of a draft in words (`rules.facts`); empty where there is none."""
    return str(_WORDS.get(kind, str)(value)) if value is not None else ""


def label(kind: str, about: str) -> str:
    """What a difference of two drafts is called: the paragraph's number alone, else what it is of and its kind."""
    known = {
        "text": "", "gone": _("已移除"), "moved": _("次序"), "kind": _("类型"), "when": _("会议时间"),
        "place": _("会议地点"), "secrecy": _("密级"), "quorum": _("出席人数"), "attendance": _("出席"),
        "presence": _("在场时段"), "deputies": _("委托代理人"), "votes": _("票数"), "motion": _("表决"),
        "dissents": _("保留意见"), "effects": _("对计划的改动"), "decision": _("编号"), "action": _("行动项"),
        "room": _("在场与回避"), "item": _("议题"), "title": _("标题"), "number": _("编号"), "committee": _("委员会"),
    }  # fmt: skip
    return " ".join(filter(None, [about, known.get(kind, _("抬头"))]))

"""What the pack of a meeting says, in the reader's words: one outline for Markdown and PDF.

It is made from a reader's cut of the pack alone, and words no day as people say it today.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.committee.documents.faces import MISSING
from kangjiansheng.core.clock import SHANGHAI
from kangjiansheng.core.i18n import locale, moment, name_of

KINDS: Mapping[str, Callable[[], str]] = {
    "confirm": lambda: _("通过"),
    "hear": lambda: _("听取"),
    "discuss": lambda: _("讨论"),
    "decide": lambda: _("表决"),
}


def outline(content: Mapping[str, Any]) -> dict[str, Any]:
    """Meeting, agenda with its papers, what moved and open actions, in the language of the moment."""
    meeting = content["meeting"]
    frozen = moment(datetime.fromisoformat(content["frozen_at"]))
    return {
        "language": locale(),
        "title": _("会议材料包"),
        "meeting": name_of(meeting["names"]),
        "committee": name_of(meeting["committee"]),
        "code": meeting["code"],
        "hours": _hours(meeting),
        "place": meeting["place"],
        "illustrative": _("示例数据") if content["illustrative"] else "",
        "edition": _("第 %(n)s 版，冻结于 %(at)s", n=content["number"], at=frozen),
        "withheld": _("其余内容未对您开放。") if content["withheld"] else "",
        "sha256": content["sha256"] or "",
        "items": [_item(place, item, content) for place, item in enumerate(content["items"], 1)],
        "moves": _moves(content),
        "actions": [
            {"number": a["number"], "task": a["text"], "owner": name_of(a["owner"]), "due": a["due"] or "—"}
            for a in content["actions"]
        ],
        "words": {
            "items": _("议程"), "papers": _("会议材料"), "actions": _("未完成的行动项"), "fingerprint": _("材料包指纹"),
            "when": _("会议时间"), "where": _("会议地点"), "code": _("编号"), "no_move": _("没有变化。"),
            "number": _("编号"), "task": _("事项"), "owner": _("负责"), "due": _("到期"),
            "missing": _("%(mark)s 处是字体中没有的字，原字见 pack.json。", mark=MISSING),
        },
    }  # fmt: skip


def paper_path(place: int, serial: int, paper: Mapping[str, Any]) -> str:
    """Where a paper lies: papers/02-1-name.pdf."""
    return f"papers/{place:02d}-{serial}-{paper['name'].replace('/', '_')}"


def _hours(meeting: Mapping[str, Any]) -> str:
    ends = [_clock(meeting[key]) for key in ("starts_at", "ends_at") if meeting[key]]
    when = " ".join(filter(None, (meeting["held_on"], "–".join(ends))))
    return _("%(when)s（北京时间）", when=when) if ends else when


def _clock(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(SHANGHAI).strftime("%H:%M")


def _item(place: int, item: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    about = [KINDS[item["kind"]](), _("%(n)s 分钟", n=item["minutes_planned"])]
    if item["presenter"]:
        about.append(_("汇报人：%(who)s", who=item["presenter"]))
    if item["project"]:
        about.append(content["projects"][item["project"]]["code"])
    if item["gate"]:
        gate = item["gate"]
        about.append(_("阶段门 %(code)s %(name)s", code=gate["code"], name=name_of(gate["names"])))
    return {
        "no": place,
        "at": _clock(item["at"]) if item["at"] else "",
        "name": name_of(item["names"]),
        "about": _("，").join(about),
        "text": item["text"],
        "papers": [
            {
                "title": paper["title"],
                "version": _("第 %(n)s 版", n=paper["version"]),
                "path": paper_path(place, serial, paper),
                "sha256": paper["sha256"],
            }
            for serial, paper in enumerate(item["papers"], 1)
        ],
        "gone": _gone(item),
    }


def _gone(item: Mapping[str, Any]) -> str:
    """What of the papers is not in the pack any more, each that was disposed of by its name."""
    said = [
        _(
            "“%(title)s”（第 %(n)s 版）在冻结之后按保存期限的规定销毁。",
            title=paper["title"],
            n=paper["version"],
        )
        for paper in item["papers_disposed"]
    ]
    return " ".join(said + ([_("有材料在冻结之后撤回。")] if item["papers_withdrawn"] else []))


def _moves(content: Mapping[str, Any]) -> dict[str, Any] | None:
    """Per project what moved since the last meeting; None when there was none, or no project is on the agenda."""
    since, illustrative = content["since"], _("示例数据")
    if since is None or not content["projects"]:
        return None
    title = _("上次会议以来的变化")
    if since["meeting"]:
        title = _("%(meeting)s（%(day)s）以来的变化", meeting=name_of(since["meeting"]), day=since["day"])
    projects = sorted(content["projects"].values(), key=lambda one: str(one["code"]))
    return {
        "title": title,
        "projects": [
            {
                "name": f"{one['code']} {name_of(one['names'])}",
                "illustrative": illustrative if one["illustrative"] else "",
                "rows": [_move(move) for move in one["moves"]],
            }
            for one in projects
        ],
    }


def _move(move: Mapping[str, Any]) -> dict[str, str]:
    gap, word = _("；"), _("已完成")
    reasons = [name_of(move["reason"]) if move["reason"] else "", move["note"]]
    done = f" ({word})" if move["state"] == "done" else ""
    return {
        "name": f"{move['code']} {name_of(move['names'])}",
        "days": f"{move['from'] or '—'} → {move['to'] or '—'}{done}",
        "why": gap.join(filter(None, reasons)),
    }

"""The pack of a meeting as an archive: the agenda as Markdown, the papers, the same as data, and a digest of each.

The same content in the same language gives the same bytes, in any process on any machine: the order is fixed, every
time is that of the freezing, nothing is compressed (libraries compress differently), and no day is written as people
say it today.
"""

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import orjson
from flask_babel import gettext as _

from kangjiansheng.core.clock import SHANGHAI
from kangjiansheng.core.i18n import moment, name_of

KINDS: Mapping[str, Callable[[], str]] = {
    "confirm": lambda: _("通过"),
    "hear": lambda: _("听取"),
    "discuss": lambda: _("讨论"),
    "decide": lambda: _("表决"),
}


def rendered(content: Mapping[str, Any], read: Callable[[str], bytes]) -> bytes:
    """The archive in the language of the moment; `read` gives the bytes of a paper by their SHA-256."""
    files = [("agenda.md", _agenda(content).encode()), ("pack.json", _data(content))]
    for place, item in enumerate(content["items"], 1):
        for serial, paper in enumerate(item["papers"], 1):
            files.append((paper_path(place, serial, paper), read(paper["sha256"])))
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files)
    files.append(("SHA256SUMS", sums.encode()))
    return _zipped(files, datetime.fromisoformat(content["frozen_at"]))


def paper_path(place: int, serial: int, paper: Mapping[str, Any]) -> str:
    """Where a paper lies: papers/02-1-name.pdf."""
    return f"papers/{place:02d}-{serial}-{paper['name'].replace('/', '_')}"


def _data(content: Mapping[str, Any]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)


def _zipped(files: list[tuple[str, bytes]], at: datetime) -> bytes:
    here = at.astimezone(SHANGHAI)
    stamp = (here.year, here.month, here.day, here.hour, here.minute, here.second)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files:
            info = zipfile.ZipInfo(name, stamp)
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, data)
    return made.getvalue()


def _agenda(content: Mapping[str, Any]) -> str:
    meeting = content["meeting"]
    title, illustrative, withheld, items = (
        _("会议材料包"),
        _("示例数据"),
        _("其余内容未对您开放。"),
        _("议程"),
    )
    parts = [f"# {name_of(meeting['names'])} {title}"]
    if content["illustrative"]:
        parts.append(f"**{illustrative}**")
    facts = [name_of(meeting["committee"]), meeting["code"], _hours(meeting), meeting["place"]]
    parts.append("\n".join(f"- {fact}" for fact in facts if fact))
    frozen = moment(datetime.fromisoformat(content["frozen_at"]))
    parts.append(_("第 %(n)s 版，冻结于 %(at)s", n=content["number"], at=frozen))
    if content["withheld"]:
        parts.append(f"> {withheld}")
    parts.append(f"## {items}")
    parts += [_item(place, item, content) for place, item in enumerate(content["items"], 1)]
    parts += [*_moves(content), *_actions(content)]
    return "\n\n".join(parts) + "\n"


def _hours(meeting: Mapping[str, Any]) -> str:
    ends = [_clock(meeting[key]) for key in ("starts_at", "ends_at") if meeting[key]]
    return " ".join(filter(None, (meeting["held_on"], "–".join(ends))))


def _clock(instant: str) -> str:
    return moment(datetime.fromisoformat(instant))[11:]


def _item(place: int, item: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    at = f"{_clock(item['at'])} " if item["at"] else ""
    lines = [f"### {place}. {at}{name_of(item['names'])}", ""]
    about = [KINDS[item["kind"]](), _("%(n)s 分钟", n=item["minutes_planned"])]
    if item["presenter"]:
        about.append(_("汇报人：%(who)s", who=item["presenter"]))
    if item["project"]:
        about.append(content["projects"][item["project"]]["code"])
    if item["gate"]:
        gate = item["gate"]
        about.append(_("阶段门 %(code)s %(name)s", code=gate["code"], name=name_of(gate["names"])))
    lines.append(_("，").join(about))
    if item["text"]:
        lines += ["", item["text"]]
    if item["papers"]:
        lines.append("")
    for serial, paper in enumerate(item["papers"], 1):
        version = _("第 %(n)s 版", n=paper["version"])
        lines.append(f"- {paper['title']} ({version}): {paper_path(place, serial, paper)}")
    if item["papers_gone"]:
        lines += ["", _("有材料在冻结之后撤回。")]
    return "\n".join(lines)


def _moves(content: Mapping[str, Any]) -> list[str]:
    if content["since"] is None or not content["projects"]:
        return []
    since, illustrative = content["since"], _("示例数据")
    title = _("上次会议以来的变化")
    if since["meeting"]:
        title = _("%(meeting)s（%(day)s）以来的变化", meeting=name_of(since["meeting"]), day=since["day"])
    parts = [f"## {title}"]
    for _key, project in sorted(content["projects"].items(), key=lambda pair: str(pair[1]["code"])):
        mark = f" ({illustrative})" if project["illustrative"] else ""
        parts.append(f"### {project['code']} {name_of(project['names'])}{mark}")
        if not project["moves"]:
            parts.append(_("没有变化。"))
            continue
        parts.append("\n".join(_move(move) for move in project["moves"]))
    return parts


def _move(move: Mapping[str, Any]) -> str:
    gap, word = _("；"), _("已完成")
    reasons = [name_of(move["reason"]) if move["reason"] else "", move["note"]]
    why = gap.join(filter(None, reasons))
    done = f" ({word})" if move["state"] == "done" else ""
    line = f"- {move['code']} {name_of(move['names'])}: {move['from'] or '—'} → {move['to'] or '—'}{done}"
    return f"{line}{gap}{why}" if why else line


def _actions(content: Mapping[str, Any]) -> list[str]:
    if not content["actions"]:
        return []
    title = _("未完成的行动项")
    lines = [
        f"- {row['number']} {row['text']} ({name_of(row['owner'])}, {row['due'] or '—'})"
        for row in content["actions"]
    ]
    return [f"## {title}", "\n".join(lines)]

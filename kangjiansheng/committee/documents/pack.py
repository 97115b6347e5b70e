"""The pack of a meeting as an archive: the agenda as PDF and Markdown, the papers, the same as data, and a digest of
each.

The same content in the same language gives the same bytes, in any process on any machine: the order is fixed, every
time is that of the freezing, nothing is compressed (libraries compress differently), and no day is written as people
say it today.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from flask_babel import gettext as _

from kangjiansheng.committee.documents import typesetting
from kangjiansheng.committee.documents.pack_outline import outline
from kangjiansheng.core.archives import zipped

TEMPLATE = Path(__file__).parents[1] / "reference" / "pack.typ"


def rendered(content: Mapping[str, Any], read: Callable[[str], bytes]) -> bytes:
    """The archive in the language of the moment; `read` gives the bytes of a paper by their SHA-256."""
    said, at = outline(content), datetime.fromisoformat(content["frozen_at"])
    files = [
        ("agenda.pdf", typesetting.compiled(TEMPLATE, said, at, {})),
        ("agenda.md", _markdown(said).encode()),
        ("pack.json", orjson.dumps(content, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)),
    ]
    files += [(paper["path"], read(paper["sha256"])) for item in said["items"] for paper in item["papers"]]
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files)
    files.append(("SHA256SUMS", sums.encode()))
    return zipped(files, at)


def _markdown(said: Mapping[str, Any]) -> str:
    parts = [f"# {said['meeting']} {said['title']}"]
    if said["illustrative"]:
        parts.append(f"**{said['illustrative']}**")
    facts = (said["committee"], said["code"], said["hours"], said["place"])
    parts.append("\n".join(f"- {fact}" for fact in facts if fact))
    parts.append(said["edition"])
    if said["withheld"]:
        parts.append(f"> {said['withheld']}")
    parts.append(f"## {said['words']['items']}")
    parts += [_item(item) for item in said["items"]]
    parts += [*_moves(said), *_actions(said)]
    return "\n\n".join(parts) + "\n"


def _item(item: Mapping[str, Any]) -> str:
    at = f"{item['at']} " if item["at"] else ""
    lines = [f"### {item['no']}. {at}{item['name']}", "", item["about"]]
    if item["text"]:
        lines += ["", item["text"]]
    if item["papers"]:
        lines.append("")
    lines += [f"- {paper['title']} ({paper['version']}): {paper['path']}" for paper in item["papers"]]
    if item["gone"]:
        lines += ["", item["gone"]]
    return "\n".join(lines)


def _moves(said: Mapping[str, Any]) -> list[str]:
    if said["moves"] is None:
        return []
    gap, parts = _("；"), [f"## {said['moves']['title']}"]
    for project in said["moves"]["projects"]:
        mark = f" ({project['illustrative']})" if project["illustrative"] else ""
        parts.append(f"### {project['name']}{mark}")
        rows = [
            f"- {row['name']}: {row['days']}" + (f"{gap}{row['why']}" if row["why"] else "")
            for row in project["rows"]
        ]
        parts.append("\n".join(rows) or said["words"]["no_move"])
    return parts


def _actions(said: Mapping[str, Any]) -> list[str]:
    if not said["actions"]:
        return []
    rows = [f"- {a['number']} {a['task']} ({a['owner']}, {a['due']})" for a in said["actions"]]
    return [f"## {said['words']['actions']}", "\n".join(rows)]

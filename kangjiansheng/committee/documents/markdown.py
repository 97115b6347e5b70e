"""Minutes as Markdown: the text as it was written, under a heading with what belongs to it."""

from collections.abc import Mapping, Sequence
from typing import Any

from kangjiansheng.committee.documents.outline import outline


def rendered(export: Mapping[str, Any]) -> bytes:
    """The document in the language of the moment."""
    found = outline(export)
    return ("\n\n".join(part for part in _parts(found) if part) + "\n").encode()


def _parts(d: Mapping[str, Any]) -> list[str]:
    words = d["words"]
    about = [(f["label"], f["text"]) for f in d["facts"]]
    about += [(a["label"], words["stop"].join(a["names"])) for a in d["attendance"]]
    head = [
        f"# {d['title']}",
        *(f"**{mark}**" for mark in (d["illustrative"], d["secrecy"]) if mark),
        d["number"],
        d["committee"],
    ]
    head.append("\n".join(f"- {label}{words['colon']}{text}" for label, text in about))
    head.append(f"> {d['state']}")
    if d["reference"]:
        head.append(f"> {d['reference']}")
    return [*head, *(_paragraph(p, words) for p in d["body"]), *_foot(d, words)]


def _paragraph(p: Mapping[str, Any], words: Mapping[str, str]) -> str:
    if p["kind"] == "withheld":
        gap = " " if p["no"].endswith(".") else ""
        return f"{'## ' if p['no'] else ''}{p['no']}{gap}〔{words['withheld']}〕"
    if p["kind"] == "room":
        return f"*{p['text']}*"
    if p["kind"] == "heading":
        gap = " " if p["no"].endswith(".") else ""
        return "\n\n".join([f"## {p['no']}{gap}{p['text']}", *_told(p, words)])
    label = f"**{p['no']} {p['label']}**" if p["label"] else f"**{p['no']}**"
    votes = "，".join(f"{v['label']} {v['count']}" for v in p["votes"])
    said = [f"**{d['label']}**{words['colon']}{' '.join(d['text'].split())}" for d in p["dissents"]]
    parts = [
        label,
        p["markdown"],
        *_told(p, words),
        votes,
        *p["effects"],
        *said,
        _table(("number", "task", "owner", "due"), p["actions"], words),
    ]
    for one in p["amendments"]:
        lines = [
            f"**{one['title']}** {one['when']}",
            "",
            *one["markdown"].splitlines(),
            "",
            f"{words['reason']}{words['colon']}{one['reason']}",
        ]
        parts.append("\n".join(f"> {line}".rstrip() for line in lines))
    return "\n\n".join(part for part in parts if part)


def _told(p: Mapping[str, Any], words: Mapping[str, str]) -> list[str]:
    """The translation, quoted below the text; that there is none is said too."""
    told = p["told"]
    if told is None:
        return []
    if not told["blocks"]:
        return [f"> *{words['untranslated']}*"]
    mark = f"**{words['translation']}**" + (f" *{words['outdated']}*" if told["outdated"] else "")
    return ["\n".join(f"> {line}".rstrip() for line in [mark, "", *told["markdown"].splitlines()])]


def _table(keys: Sequence[str], rows: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> str:
    if not rows:
        return ""
    lines = [[words[key] for key in keys], ["---"] * len(keys)]
    lines += [[_cell(str(row[key])) for key in keys] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split()) or "—"


def _foot(d: Mapping[str, Any], words: Mapping[str, str]) -> list[str]:
    proof = [f"{words['fingerprint']} SHA-256 `{d['fingerprint']}`"] if d["fingerprint"] else []
    return [
        "---",
        _table(("named", "meaning", "method", "note", "time"), d["signatures"], words),
        *proof,
        f"{d['address']} {d['made']}",
    ]

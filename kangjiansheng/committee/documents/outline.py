"""What a document of minutes says, in the reader's words: one outline for PDF, DOCX and Markdown.

It is made from the export alone, so that whoever has the export can make the same document again.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _

from kangjiansheng.accounts.rules.factors import METHODS
from kangjiansheng.committee.documents.faces import MISSING
from kangjiansheng.committee.rules import numbers, told, verification
from kangjiansheng.core.i18n import locale, moment, name_of
from kangjiansheng.core.markdown import tree

Outline = dict[str, Any]


def outline(export: Mapping[str, Any]) -> Outline:
    """Heading, text, attendance, signatures and what proves them, in the language of the moment."""
    text, draft = export["text"], export.get("draft")
    head = (text["signed"] or text)["header"] if "signed" in text else text["header"]
    return {
        "language": locale(),
        "content": export["language"],
        "side": export.get("translations", {}).get("language", ""),
        "reference": reference(export["language"]) if "translations" in export else "",
        "title": _title(export, head),
        "committee": name_of(export["names"]["committee"]),
        "flag": _("%(committee)s会议纪要", committee=name_of(export["names"]["committee"])),
        "number": head.get("number", ""),
        "day": told.day(date.fromisoformat(head["held_on"])),
        "secrecy": told.secrecy(head.get("secrecy")),
        "facts": _facts(export, head),
        "body": _body(export),
        "attendance": _attendance(head),
        "signatures": _signatures(export) if draft else [],
        "watermark": _watermark(export["state"]),
        "illustrative": _("示例数据，不代表任何机构的真实情况") if export["illustrative"] else "",
        "state": _close(_state(export)),
        "made": _close(_("%(when)s 导出", when=instant(export["made_at"]))),
        "fingerprint": draft["sha256"] if draft else "",
        "address": export["address"],
        "verify": _verify(export),
        "words": {
            "signed": _("签署"), "named": _("姓名"), "method": _("身份验证"), "meaning": _("签署意见"), "time": _("时间"), "note": _("附注"),
            "number": _("编号"), "task": _("事项"), "owner": _("负责"), "due": _("到期"),
            "withheld": _("此部分未对您开放"), "text": _("正文"), "after": _("更正后"), "reason": _("原因"),
            "verify": _("扫码核对本文件与系统所存是否一致；附件 minutes.json 可独立校验。"),
            "untranslated": _("本段暂无译文"), "outdated": _("译文早于现行文字"), "translation": _("译文"),
            "fingerprint": _("文稿指纹"), "colon": _("："), "missing": _("%(mark)s 处是字体中没有的字，原字见附件。", mark=MISSING), "stop": _("、"),
        },
    }  # fmt: skip


def reference(written: str) -> str:
    """What a translation is worth beside a text that was written in this language."""
    return {
        "zh-Hans": _("译文仅供参考，以简体中文为准。"),
        "zh-Hant": _("译文仅供参考，以繁体中文为准。"),
        "en": _("译文仅供参考，以英文为准。"),
    }[written]


def instant(text: str) -> str:
    """An instant with its zone: whoever reads paper has no settings of their own."""
    return _("%(when)s（北京时间）", when=moment(datetime.fromisoformat(text)))


def _close(text: str) -> str:
    """A full-width bracket brings its own gap."""
    return text.replace("） ", "）")


def _title(export: Mapping[str, Any], head: Mapping[str, Any]) -> str:
    if locale() == "en" and export["names"]["meeting"]["en"]:
        return _("%(meeting)s纪要", meeting=export["names"]["meeting"]["en"])
    return name_of({"hans": head["title"]})


def _facts(export: Mapping[str, Any], head: Mapping[str, Any]) -> list[dict[str, str]]:
    """Time and place, and whether enough were there."""
    found = [(_("会议时间"), told.when(head, inferred=export.get("year_inferred", False)))]
    found += [(_("会议地点"), head["place"])] if head["place"] else []
    return [{"label": label, "text": text} for label, text in [*found, *told.gathered(head)]]


def _attendance(head: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"label": label, "names": names} for label, names in told.attendance(head)]


def _body(export: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The paragraphs in their order, with decisions, lists of actions and corrections; a mark for each gap."""
    text = export["text"]
    if "blocks" not in text:
        return _body_1(export)
    acted = [a for block in text["blocks"] if block for a in block["actions"]]
    acted.sort(key=lambda a: str(a["number"]))
    found: list[dict[str, Any]] = []
    closed = iter(text.get("withheld", ()))
    for block in text["blocks"]:
        if block is None:
            sections = [{"kind": "withheld", "no": _numbered(no)} for no in next(closed, ())]
            there = bool(found) and found[-1]["kind"] == "withheld"
            found += sections or ([] if there else [{"kind": "withheld", "no": ""}])
            continue
        own = block["actions"] if block["item"] else acted
        rows = [_paragraph(export, p, p.get("decision"), own) for p in block["paragraphs"]]
        if block.get("room"):
            rows.insert(1, {"kind": "room", "text": told.room(block["room"])})
        found += rows
    return found


def _body_1(export: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same of a text in the first format, which keeps votes and actions in its header."""
    signed = export["text"]["signed"]
    votes, acted = signed["header"]["decisions"], signed["header"]["actions"]
    return [_paragraph(export, p, votes.get(p["id"]), acted) for p in signed["paragraphs"]]


def _paragraph(
    export: Mapping[str, Any], p: Mapping[str, Any], decision: Any, acted: list[Mapping[str, Any]]
) -> dict[str, Any]:
    if p["kind"] == "heading":
        return {
            "kind": "heading",
            "no": _numbered(p["no"]),
            "text": p["text"],
            "told": _told(export, p["id"]),
        }
    return {
        "kind": p["kind"],
        "no": p["no"],
        "markdown": p["text"],
        "blocks": tree(p["text"]),
        "label": _decision(decision) if p["kind"] == "decision" else "",
        "votes": _votes(decision) if decision else [],
        "effects": [one["text"] for one in (decision or {}).get("effects", ())],
        "dissents": _dissents(decision) if decision else [],
        "actions": [
            {"number": a["number"], "task": a["text"], "owner": a["owner"], "due": a["due_on"] or "—"} for a in acted
        ]
        if p["kind"] == "action"
        else [],
        "amendments": [_amendment(a) for a in export.get("amendments", []) if _about(a) == p["id"]],
        "told": _told(export, p["id"]),
    }  # fmt: skip


def _numbered(no: str) -> str:
    """The number of a section as it stands before its title."""
    return f"{no}." if locale() == "en" else f"{numbers.han(int(no))}、"


def _told(export: Mapping[str, Any], paragraph: str) -> dict[str, Any] | None:
    """What a paragraph says in the language beside the text; None where no such language is asked for."""
    if "translations" not in export:
        return None
    rows = export["translations"]["paragraphs"]
    row: Mapping[str, Any] = next(
        (one for one in rows if one["id"] == paragraph), {"text": "", "outdated": False}
    )
    return {"markdown": row["text"], "blocks": tree(row["text"]), "outdated": row["outdated"] is True}


def _about(amendment: Mapping[str, Any]) -> str:
    return str(amendment["text"]["signed"]["header"]["paragraph"])


def _decision(decision: Any) -> str:
    word = _("建议") if decision and decision["kind"] == "R" else _("决议")
    return f"{word} {decision['number']}" if decision else word


def _votes(decision: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"label": word, "count": count} for word, count in told.votes(decision)]


def _dissents(decision: Mapping[str, Any]) -> list[dict[str, str]]:
    """What members had recorded beside the result, in their own words."""
    told = [*(decision.get("motion") or {}).get("dissents", []), *decision.get("dissents", [])]
    return [{"label": _("%(seat)s的保留意见", seat=one["seat"]), "text": one["text"]} for one in told]


def _amendment(one: Mapping[str, Any]) -> dict[str, Any]:
    head = one["text"]["signed"]["header"]
    stands = one["state"] == "approved"
    when = _("%(when)s 生效", when=instant(one["approved_at"])) if stands else _("待签署")
    return {
        "title": _("勘误 %(n)s", n=one["number"]),
        "when": _close(when),
        "markdown": head["new"],
        "blocks": tree(head["new"]),
        "reason": head["reason"],
        "names": [s["row"]["printed_name"] for s in one["draft"]["signatures"] if stands],
        "fingerprint": one["draft"]["sha256"],
    }


def _signatures(export: Mapping[str, Any]) -> list[dict[str, str]]:
    draft = export["draft"]
    headings = {p["id"]: p for p in verification.paragraphs(export) if p is not None}
    words = {
        "approve": _("批准"),
        "approve_with_reservation": _("批准，附保留意见"),
        "request_changes": _("要求修改"),
        "author": _("起草此稿"),
        "review": _("审阅此稿"),
    }
    signed = [
        {
            "name": s["row"]["printed_name"],
            "latin": _latin(s["row"]),
            "named": " ".join(filter(None, (s["row"]["printed_name"], _latin(s["row"])))),
            "seal": s["row"].get("seal", "") if s["row"]["meaning"] != "request_changes" else "",
            "meaning": words[s["row"]["meaning"]],
            "time": instant(s["row"]["signed_at"]),
            "method": str(METHODS[s["row"]["method"]]),
            "note": _remark(s, headings),
        }
        for s in draft["signatures"]
    ]
    return signed + [_silent(c["row"]) for c in draft.get("consents", [])]


def _silent(row: Mapping[str, Any]) -> dict[str, str]:
    """Silence that was recorded as consent: no signature and no seal, and what it rests on."""
    told = instant(row["told_at"])
    return {
        "name": row["printed_name"],
        "latin": "",
        "named": row["printed_name"],
        "seal": "",
        "meaning": _("默示同意"),
        "time": instant(row["given_at"]),
        "method": _("由系统记录"),
        "note": _close(
            _("到 %(day)s 未答复，按章程视为同意；%(told)s 已提醒", day=row["answer_by"], told=told)
        ),
    }


def _latin(row: Mapping[str, Any]) -> str:
    """The Latin form of a name, in English documents only."""
    return str(row.get("latin_name", "")) if locale() == "en" else ""


def _remark(signature: Mapping[str, Any], headings: Mapping[str, Mapping[str, Any]]) -> str:
    """What a signature does not cover, and what its giver wrote, as far as this reader may know it."""
    if "withheld" in signature:
        return _("（说明未开放）")
    row, parts = signature["row"], []
    if row.get("excluded"):
        nothing = [None] * len(row["excluded"])
        sections, closed = signature.get("sections") or nothing, signature.get("withheld_sections") or nothing
        begin = [headings.get(key) if key else None for key in sections]
        left_out = [
            told.section(p["no"], p["text"])
            if p
            else told.section(no)
            if no
            else told.on_agenda(one["position"])
            for p, no, one in zip(begin, closed, row["excluded"], strict=True)
        ]
        parts.append(_("签署不含%(parts)s", parts=_("、").join(left_out)))
    return _("；").join([*parts, *([row["note"]] if row["note"] else [])])


def _watermark(state: str) -> str:
    return {"draft": _("草稿"), "review": _("审阅稿"), "returned": _("已退回")}.get(state, "")


def _state(export: Mapping[str, Any]) -> str:
    """Where the text stands, in a sentence."""
    draft = export.get("draft")
    if export["state"] == "record":
        return _("据来源登记，未经签署。")
    if draft is None:
        return _("草稿，尚未提交审阅，没有签署。")
    number = draft["number"]
    if export["state"] == "approved":
        return _("第 %(n)s 稿，%(when)s 经签署生效。", n=number, when=instant(export["approved_at"]))
    if export["state"] == "review":
        return _("第 %(n)s 稿，审阅中，尚未生效。", n=number)
    return _("第 %(n)s 稿，已退回或被新稿取代，未生效。", n=number)


def _verify(export: Mapping[str, Any]) -> str:
    """The address in the code on paper: it asks the installation whether this fingerprint is held there."""
    draft = export.get("draft")
    if draft is None:
        return ""
    base = export["address"].partition("/meetings/")[0]
    return f"{base}/minutes/verify?" + urlencode({"meeting": export["meeting"], "sha256": draft["sha256"]})

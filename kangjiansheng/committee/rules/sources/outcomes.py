"""Decisions and actions as people write them: number, owner, due day, votes."""

import re
from datetime import date

from kangjiansheng.committee.rules.sources.facts import day_in, votes_in
from kangjiansheng.committee.rules.sources.found import Outcome
from kangjiansheng.committee.rules.sources.names import people_at_end
from kangjiansheng.committee.rules.sources.words import LABEL, labels_of
from kangjiansheng.core.text import fold

NUMBER = re.compile(r"\b([DRA])-(?:[A-Z]{2,8}-)?\d{4}-\d{1,3}(?:-\d{1,3})?\b")
_DECIDED = re.compile(
    r"^\W*(?:(?:the\s+)?\w+\s+(?:unanimously\s+)?(?:voted|resolved|agreed|decided)\s+(?:unanimously\s+)?(?:to|that)\b"
    r"|resolved\b|(?:we\s+(?:do\s+)?have|there\s+(?:is|was)|reached|by)\s+consensus\b|the\s+motion\s+(?:was\s+)?(?:carried|passed)"
    r"|(?:discuss(?:ed)?,\s+)?consensus\s+(?:was|is)\b|(?:quick\s+)?vote\s+on\b.*\bno\s+objections"
    r"|votes?\s*[:：]\s*(?:approved|passed|carried|accepted|rejected|unanim)"
    r"|motion\s+(?:carried|passed|approved)|(?:unanimously\s+)?approved\b|unanimously\s+passed)",
    re.I,
)  # fmt: skip
_CHINESE = re.compile(
    r"^\W*(?:审议并通过|会议决定|会议议定|一致同意|经表决|审议通过"
    r"|(?:T[OS]?C|委员会|會議|会议|大会|与会委员|与会人员|各方|技术委员会)?(?:一致|原则上?|经讨论|经审议)?(?:同意|批准)(?!\s*[\d:：票人者书])"
    r"|\w{0,6}(?:投票|表决|审议|决策)结果\s*[:：]\s*(?:一致|全票)?(?:通过|同意|否决|不通过)"
    r"|.*[。？！；]\s*\w{0,4}(?:决策|决议|结论)\s*[:：]\s*\S)"
)
_RECOMMENDED = re.compile(r"^\W*(?:recommendation\b|建议\s*(?:R-|[:：]\s*R-)|\*\*建议)", re.I)
_ACTION = re.compile(
    r"^\W*(?:action(?:\s+items?)?|ai|ap|ar|to-?do|行动项|待办(?:事项)?|遗留问题|遗留事项)\s*(?:\d+|#\d+)?\W{0,3}[:：]\W*(?P<text>\S.*)$",
    re.I,
)
_WILL = re.compile(r"^@(?P<owner>[\w-]+)[,:]?\s+(?:will|to)\s+(?P<text>.+)$", re.I)
_OWNER = (
    re.compile(r"[\s（(,，;；—–-]*(?:责任人|负责人|责任方|owner|assignee|assigned to|responsible)\s*[:：]?\s*(?P<owner>[^,，;；。)）]+)[)）]?", re.I),
    re.compile(r"\s*[（(](?P<owner>[^()（）]{1,20})负责[)）]"),
    re.compile(r"\s+(?:--|—{1,2}|–{1,2})\s*(?P<owner>[^—–-]{1,40})$"),
    re.compile(r"(?<=\S)——\s*(?P<owner>[^—]{1,40})$"),
    re.compile(r"^@(?P<owner>[\w-]+)\s*[:,]?\s+"),
    re.compile(r"\s*[（(]?@(?P<owner>[\w-]+(?:\s*,\s*@[\w-]+)*)[)）]?\s*$"),
    re.compile(r"^\[(?P<owner>[^\]]{1,30})\]\s+"),
    re.compile(r"^(?P<owner>[^:：\s][^:：]{0,40}?)\s*[:：]\s+(?=\S)"),
    re.compile(r"^(?P<owner>[\u4e00-\u9fff]{2,12})\s*[:：](?=\S)"),
    re.compile(r"^(?P<owner>(?:[A-Z][\w.'’-]+)(?:\s+(?:and\s+)?[A-Z][\w.'’-]*){0,3})\s+(?:to|will|shall)\s+(?=\w)"),
)  # fmt: skip
_DUE = re.compile(
    r"[\s,，;；.。（(]*(?:due(?:\s+(?:date|by|on))?|by|deadline|截止(?:日期|时间)?|期限|完成时[限间]|到期)\s*[:：]?\s*(?P<day>[^,，;；。)）]*\d[^,，;；。)）]*|[A-Z][a-z]+ \d{1,2}, \d{4})[)）]?",
    re.I,
)  # fmt: skip
_BEFORE = re.compile(
    r"[\s,，;；（(]*(?:于|於|在)?\s*(?P<day>\d{4}\s*[年-]\s*\d{1,2}\s*[月-]\s*\d{1,2}\s*日?)\s*(?:之?前|以前)[)）]?"
)
_DONE = ("已完成", "完成", "done", "closed", "complete", "completed", "已关闭", "x")
_COLUMNS = {
    "number": ("编号", "no.", "no", "#", "id", "序号"), "text": ("事项", "行动项", "任务", "内容", "action", "task", "item", "items", "description", "what", "action item", "todo"),
    "owner": ("责任人", "负责人", "负责", "责任人(岗位)", "owner", "who", "assignee", "responsible", "assigned to", "name", "owners"),
    "due": ("完成时限", "期限", "截止", "到期", "截止日期", "完成时间", "due", "due date", "by", "deadline", "when", "target date"),
    "state": ("状态", "进展", "status", "state", "done"),
}  # fmt: skip


def kind_of(text: str) -> str:
    """decision, recommendation, action or text: what the words of a line or paragraph say that it is."""
    plain = _plain(text)
    number = NUMBER.search(plain[:60])
    if number:
        return {"D": "decision", "R": "recommendation", "A": "action"}[number[1]]
    if _RECOMMENDED.match(text.strip()) and re.match(r"\W*recommendation", plain, re.I):
        return "recommendation"
    label = LABEL.match(plain)
    if label and label["value"]:
        meant = labels_of(label["label"])
        if meant and meant[0] in ("decision", "recommendation") and len(label["label"]) <= 24:
            return meant[0]
    if _ACTION.match(plain) or _WILL.match(plain):
        return "action"
    if _DECIDED.match(plain) or _CHINESE.match(plain):
        return "decision"
    return "text"


def action_words(text: str) -> str:
    """The words after `Action:`; empty when a line is no action."""
    plain = _plain(text)
    match = _ACTION.match(plain)
    if match:
        return match["text"]
    return plain if _WILL.match(plain) else ""


def _plain(text: str) -> str:
    found = re.sub(r"^\s*(?:[-*+•]\s+|\d+[.)、]\s*)?(?:\[[ xX]?\]\s*)?", "", text.strip(), count=1)
    return re.sub(r"\*\*|__", "", found).strip()


def decision_of(text: str, kind: str, before: str = "") -> Outcome:
    """A decision or recommendation; the votes may stand in the line before."""
    number = NUMBER.search(text)
    said = votes_in(text) or votes_in(before)
    return Outcome(kind, text, number=number[0] if number and number[1] in "DR" else "", votes=said)


def action_of(text: str, *, done: bool = False) -> Outcome:
    """An action: its number, who does it, by when; what is left are its words."""
    words = _plain(text)
    words = action_words(words) or words
    number = NUMBER.search(words[:40])
    if number:
        words = words.replace(number[0], "", 1).strip(" :：.-—")
    words, due = _due(words)
    will = _WILL.match(words)
    owner, words = (will["owner"], will["text"]) if will else _owner(words)
    return Outcome("A", words.strip(" ,，;；"), number[0] if number else "", owner, due, done)


def _due(words: str) -> tuple[str, date | None]:
    for pattern in (_DUE, _BEFORE):
        for match in pattern.finditer(words):
            due = day_in(match["day"])
            if due is not None:
                kept = words[: match.start()].rstrip(" ,，;；（(")
                return kept + words[match.end() :], due
    return words, None


def _owner(words: str) -> tuple[str, str]:
    for pattern in _OWNER:
        match = pattern.search(words)
        if match and not _is_phrase(match["owner"]):
            left = (words[: match.start()] + " " + words[match.end() :]).strip(" -–—")
            if left:
                return match["owner"].strip(" @-–—"), left
    told = re.match(r"^(?P<words>.*?)(?P<more>\s*[（(][^()（）]*[)）])?\s*$", words, re.S)
    left, owner = people_at_end(told["words"]) if told else (words, "")
    return (owner, left + (told["more"] or "")) if told and owner else ("", words)


def _is_phrase(owner: str) -> bool:
    """A colon also follows whole phrases, links and verbs, which are nobody."""
    found = owner.strip()
    return (
        len(found) > 40
        or "http" in found
        or len(found.split()) > 6
        or bool(re.search(r"[。.!?？]\s", found))
        or found.isdigit()
    )


def columns_of(heads: list[str]) -> dict[str, int]:
    """Which column of a table of actions says what; empty when the table is none."""
    found: dict[str, int] = {}
    for at, head in enumerate(heads):
        plain = fold(re.sub(r"[*_\s]", "" if re.search(r"[\u4e00-\u9fff]", head) else " ", head)).strip()
        plain = re.sub(r"\s*[(（].*$", "", plain)
        for key, words in _COLUMNS.items():
            if key not in found and (plain in words):
                found[key] = at
                break
    return found if "text" in found and ("owner" in found or "due" in found or "state" in found) else {}


def decision_column(heads: list[str]) -> int | None:
    """Which column of a table of decisions holds their words; None when the table is none."""
    plain = [re.sub(r"[*_\s]", "", fold(head)) for head in heads]
    words = ("decision", "resolution", "决议", "决议内容", "决议事项", "决定", "议定事项", "结论")
    return next((n for n, head in enumerate(plain) if head in words), None)


def row_of(cells: list[str], columns: dict[str, int], heads: list[str]) -> Outcome:
    """An action that is a row of a table. Columns that have no place of their own follow its words."""
    told = {key: cells[at].strip("* ") for key, at in columns.items() if at < len(cells)}
    more = [
        f"{heads[n]} {cells[n]}"
        for n in range(min(len(cells), len(heads)))
        if n not in columns.values() and cells[n].strip() and cells[n] not in ("—", "-")
    ]
    state = told.get("state", "")
    done = fold(state) in _DONE
    if state and not done:
        more.append(f"{heads[columns['state']]} {state}")
    due = day_in(told.get("due", ""))
    if told.get("due") and due is None and told["due"] not in ("—", "-"):
        more.append(f"{heads[columns['due']]} {told['due']}")
    number = NUMBER.search(told.get("number", ""))
    if told.get("number") and number is None:
        more.insert(0, told["number"])
    text = told["text"] + (f"（{'；'.join(more)}）" if more else "")
    owner = told.get("owner", "")
    return Outcome("A", text, number[0] if number else "", "" if owner in ("—", "-") else owner, due, done)

"""How minutes call things, in Chinese (both scripts) and English: labels of facts, headings of sections."""

import re

from kangjiansheng.core.text import fold

# What a label before a colon means. Chinese words may stand within a longer label (轮值主持人), English ones are whole.
_LABELS: dict[str, tuple[str, str]] = {
    "date": ("日期", "date|data|meeting date|date of meeting"),
    "time": ("时间", "time|when|date and time|date & time|meeting time"),
    "place": ("地点|会议室|会场", "place|location|venue|where|method/location|meeting place|room"),
    "next": ("下次|下一次", "next meeting|next chair|next host"),
    "taker": ("记录人|记录员|纪要人|会议记录|纪要整理|整理人", "secretary|scribe|minutes|minute taker|minutes taker|note taker|notetaker|notes|notes by|recorder|"
        "minutes by|minutes taken by|minutes prepared by|prepared by|taken by|note-taker|minute-taker|clerk|rapporteur"),
    "chair": ("主持|召集人|轮值主席|会议主席", "chair|chairs|chairperson|chairman|chairwoman|acting chair|host|meeting host|facilitator|meeting facilitator|moderator|"
        "chaired by|led by|meeting chair|presiding|presiding officer|chair/facilitator|facilitators"),
    "excused": ("请假", "apologies|regrets|excused|voting member regrets|apologies for absence|regrets/absent"),
    "absent": ("缺席|未出席|未到", "absent|absentee|absentees|not present"),
    "online": ("线上出席|线上参会|线上与会|远程参会|远程出席|视频参会", "online|remote|remotely|online attendees|remote attendees|"
        "present online|present remotely|attending online|by phone|by video"),
    "observers": ("列席|旁听|观察员|嘉宾", "observers|observer|guests|guest|in attendance|in attendance (non-voting)|other attendees|others|"
        "non-voting attendees|non-voting members|staff|invited|invitees|also present|also in attendance|lf staff|project staff|"
        "foundation staff|project directors|non-voting"),
    "present": ("出席|参会|与会|到会", "attendees|attendance|attended by|present|present in person|in person|participants|attending|members present|voting members|members|council members|"
        "tsc members|tac members|tsc attendees|tac attendees|voting member attendees|voting member attendance|roll call|"
        "voting representative attendees|present (voting)|tsc voting members|who was there|people present"),
    "quorum": ("法定人数|应到", "quorum"),
    "presenter": ("汇报人|报告人|提案人|主讲人|主讲", "presenter|presenters|presented by|speaker|proposer"),
    "subject": ("会议主题|会议名称|会议目标|会议目的", "subject|purpose|objective|meeting title|meeting subject|meeting purpose"),
    "secrecy": ("密级|保密期限", "classification|confidentiality"),
    "number": ("编号|文号", "no.|minutes no.|reference|ref"),
    "source": ("来源", "source"),
    "link": ("链接|录音|录像|会议纪要|会议号", "link|links|recording|video|zoom|meeting link|github issue|google doc|minutes google doc|agenda|labels"),
    "agenda": ("议题|议程", "topics|topic"),
    "decision": ("决议|结论|决定|决策|议定事项|审议结果|表决结果|投票结果", "decision|decisions|resolved|resolution|agreed|consensus|outcome|conclusion|motion carried|"
        "consensus reached|decided|vote result"),
    "recommendation": ("建议R", "recommendation|recommended"),
    "action": ("待办|行动项|遗留问题|跟进事项|后续行动|行动计划", "action|actions|action item|action items|action point|action points|ai|ais|ap|todo|to do|to-do|follow-up|follow up|ar"),
}  # fmt: skip
PEOPLE = {
    "present": "present", "online": "online", "excused": "excused", "absent": "absent", "observers": "observer",
}  # fmt: skip
# Headings of sections beyond the labels. What is in none of these is an item of the agenda.
_SECTIONS: dict[str, tuple[str, str]] = {
    "actions": ("待办|行动项|遗留问题|遗留事项|后续工作|跟进事项|任务|后续行动|行动计划", "action items|action points|action items summary|actions summary|actions|action items (ais)|ais|todo|to do|todos|next steps|follow-ups|"
        "follow ups|new action items|open action items|outstanding actions|action register|homework"),
    "agenda": ("议题|议程|会议议程|议题申报|议题列表|议题清单", "agenda|agenda items|topics|proposed agenda|today's agenda|meeting agenda|items"),
    "decisions": ("决议|决定|决策|结论|议定事项|会议决议|其他决议|表决结果", "decision|decisions|resolution|resolutions|resolved|decisions made|summary of decisions|decisions summary|"
        "key decisions|agreements|votes"),
    "interests": ("利益冲突|利益申报|回避", "conflicts of interest|conflict of interest|declarations of interest|interests"),
    "signing": ("审签|签署|签字|签名|签发", "signatures|signed|signature|approval|approvals|approved by"),
    "next": ("下次会议|下次例会|未讨论|顺延议题", "next meeting|upcoming meetings|next meetings|topics we didn't get to|topics not covered|"
        "deferred topics|parking lot|future topics"),
    "other": ("会议纪要|会议内容|会议记录|讨论|附件|会议信息|基本信息|时间与地点|概要|摘要", "minutes|notes|meeting notes|discussion|discussions|chat|zoom chat|links|"
        "meeting roles|roles|check-in|check-out|check in|check out|antitrust policy|antitrust policy notice|antitrust|"
        "antitrust statement|call for clarifications|consent to agenda|announcements or custom items|summary|details|"
        "meeting details|meeting information|useful links|recording|raw notes|meeting minutes|appendix|references|welcome|code of conduct|resources|recordings|rationale|background|context"),
}  # fmt: skip
NOTHING = {
    "", "-", "--", "—", "–", "无", "無", "n/a", "na", "none", "nil", "all", "全体", "暂无", "x", "tbd", "待定", "...",
}  # fmt: skip
_GENERAL = re.compile(
    rf"(?:本次|会议|议题|主要|其他|一般|现场)?(?:{_SECTIONS['other'][0]})(?:内容|记录|要点|情况|事项|部分|纪要|过程|如下)?"
)
_UNSTATED = re.compile(r"未载|未写明|未注明|未记载|不详|not stated|not recorded|unknown", re.I)
_MARKS = re.compile(r"[*_`#]|<[^>]*>|\[[ xX]\]")
_NUMBER = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十百]+[、．.]|[（(][一二三四五六七八九十\d]+[)）]"
    r"|(?:议题|議題|议程|議程|议案|議案)(?:[一二三四五六七八九十]{1,3}|\d{1,2})\s*[:：、.．]"
    r"|\d{1,3}(?:\.\d{1,2})*[.、．)](?=[\s\u4e00-\u9fff\"“])"
    r"|\d{1,2}(?:\.\d{1,2})*(?=\s+[^\W\d_])(?!\s*[年月日号號次个個项項届屆期批家名位天周])"  # 2 个月后 bears no number
    r"|item\s+\d+(?:\.\d+)*[.:]?)\s*",
    re.I,
)
_ITEM_WORD = re.compile(r"(?:议题|議題|议程|議程|议案|議案)[一二三四五六七八九十\d]|item\s*\d", re.I)
LABEL = re.compile(
    r"^(?P<pre>\s*(?:[-*+•]\s+|\d+[.、)]\s*)?)(?P<open>[*_]{0,3})(?P<label>[^:：*\n|<>]{1,44}?)(?P<mid>[*_]{0,3})\s*[:：]\s*"
    r"(?P<close>[*_]{0,3})\s*(?P<value>.*)$"
)


_BETWEEN = " \u3000；;，,。"
_SEAM = re.compile(rf"[{_BETWEEN}]+(?=[^{_BETWEEN}：:]{{2,12}}\s*[:：])")


def bare(text: str) -> str:
    """A heading or label without marks, numbers before it, hints in brackets after it, and its colon."""
    found = _MARKS.sub("", text).strip()
    found = _NUMBER.sub("", found, count=1)
    found = re.sub(r"\s*[（(]{1,2}\s*(?:please|optional|add yourself|后续|若).*$", "", found, flags=re.I)
    return found.strip(" :：\t")


def unmarked(text: str) -> str:
    """A heading without the Chinese number before it, which is printed anew; a number in digits stays, for the text
    may speak of item 3."""
    return re.sub(r"^[一二三四五六七八九十]{1,3}、\s*", "", text).strip(" :：")


def without_number(text: str) -> str:
    """A heading without the number before it."""
    return _NUMBER.sub("", text, count=1).strip()


def _one(text: str, words: dict[str, tuple[str, str]], *, longest: int) -> str:
    folded = fold(text).strip()
    short = re.sub(r"\s*[(（].*$", "", folded)
    chinese = re.sub(r"[a-z\s/&.,'-]+", "", short)
    for key, (_hans, english) in words.items():
        if folded in english.split("|") or short in english.split("|"):
            return key
    if not chinese or len(chinese) > longest:
        return ""
    for key, (hans, _english) in words.items():
        if key == "other" and not _GENERAL.fullmatch(chinese):
            continue  # 来源讨论 is an item of the agenda, 讨论 is a part of any minutes
        if hans and any(word in chinese for word in hans.split("|")):
            return key
    return ""


def label_of(text: str) -> str:
    """What a label means; empty when it is none."""
    if fold(bare(text)) == "记录":  # alone it is who wrote; 讨论记录 is none
        return "taker"
    return _one(bare(text), _LABELS, longest=9)


def labels_of(text: str) -> list[str]:
    """The same for several in one: 主持/出席/列席."""
    parts = [label_of(part) for part in re.split(r"[/／、]", text)]
    return [part for part in parts if part] if all(parts) else [label_of(text)] if label_of(text) else []


def several(text: str) -> list[str]:
    """A line in which several labels follow each other, cut before each of them: 出席：甲、乙；请假：丙."""
    begins = [0]
    for seam in _SEAM.finditer(text):
        label = LABEL.match(text[seam.end() :])
        if label and labels_of(label["label"]):
            begins.append(seam.end())
    parts = [text[begin:end] for begin, end in zip(begins, [*begins[1:], len(text)], strict=True)]
    return [*(one.rstrip(_BETWEEN) for one in parts[:-1]), parts[-1]]


def section_of(text: str) -> str:
    """Which section a heading opens: one of people, actions, agenda ...; empty for what may be an item."""
    words = bare(text)
    if not words:
        return "other"
    if _ITEM_WORD.match(words):
        return ""
    found = _one(words, _SECTIONS, longest=9)
    label = _one(words, {key: _LABELS[key] for key in PEOPLE}, longest=7)
    if label and not found:
        return label
    if found:
        return found
    low = fold(words)
    if any(word in low for word in ("attendee", "attendance", "representatives", "voting member")):
        if "regret" in low or "absent" in low:
            return "excused"
        return "observers" if "non-voting" in low or "other" in low else "present"
    if low.startswith(("action item", "upcoming meeting", "next meeting")) and "review" not in low:
        return "actions" if low.startswith("action") else "next"
    return ""


def is_unstated(text: str) -> bool:
    """True when a source says that it does not say."""
    return bool(_UNSTATED.search(text))

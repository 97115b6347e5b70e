"""Days, hours, numbers and votes as minutes write them, in Chinese and English."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from kangjiansheng.committee.rules import numbers
from kangjiansheng.core.text import to_hans
from kangjiansheng.core.workbooks.days import folded

SHANGHAI = ZoneInfo("Asia/Shanghai")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAYS = (
    (re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号號]"), "ymd"),
    (
        re.compile(
            r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号號]"
        ),
        "ymd",
    ),
    (re.compile(r"(?<!\d)(\d{4})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})(?!\d)"), "ymd"),
    (
        re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?:of\s+)?{_MONTH},?[\s-]+(\d{{4}})", re.I),
        "dby",
    ),
    (re.compile(rf"\b{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})", re.I), "bdy"),
    (re.compile(r"(?<!\d)(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?!\d)"), "dmy"),
    (re.compile(r"(?<!\d)(20\d{2}) ?(\d{2}) ?(\d{2})(?!\d)"), "ymd"),
)
# 9:30, 9.30, 9点30分, 下午2点半, 9 am; a bare number is none.
_HOUR = (
    r"(?:(上午|早上|下午|晚上|晚间|中午|傍晚)\s*)?(\d{1,2})"
    r"(?:[:：.](\d{2})(?!\d)|\s*[点點时時](?!间|間|段|期)(?:(\d{1,2})分?|(半))?|(?=\s*[ap]\.?m\b))\s*(am\b|pm\b|a\.m\.|p\.m\.)?"
)
_HOURS = re.compile(rf"(?<![\d.:：]){_HOUR}(?:\s*(?:[-–—−~～至到]|to|until)+\s*{_HOUR})?(?!\d)", re.I)
_ZONES: dict[str, tzinfo] = {
    "utc": UTC, "gmt": UTC, "北京时间": SHANGHAI, "北京時間": SHANGHAI, "香港时间": SHANGHAI, "beijing": SHANGHAI,
    "cst": SHANGHAI, "hkt": SHANGHAI, "est": timezone(timedelta(hours=-5)), "edt": timezone(timedelta(hours=-4)),
    "pst": timezone(timedelta(hours=-8)), "pdt": timezone(timedelta(hours=-7)),
    "aedt": timezone(timedelta(hours=11)), "aest": timezone(timedelta(hours=10)), "jst": timezone(timedelta(hours=9)),
    "sgt": timezone(timedelta(hours=8)), "pt": ZoneInfo("America/Los_Angeles"), "et": ZoneInfo("America/New_York"),
    "pacific": ZoneInfo("America/Los_Angeles"), "eastern": ZoneInfo("America/New_York"),
    "cet": timezone(timedelta(hours=1)), "cest": timezone(timedelta(hours=2)), "bst": timezone(timedelta(hours=1)),
}  # fmt: skip
_ENDED = re.compile(
    r"\b(?:meeting|call|session)?\s*(?:was\s+)?(?:adjourned|closed|ended|concluded)\s+at\b|会议[于於在]?.{0,16}(?:结束|閉會|闭会|散会|散會)|散会时间|结束时间",
    re.I,
)
_BEGUN = re.compile(
    r"\b(?:opened|called to order|started|began|convened)\s+(?:@|at)\b|会议[于於在].{0,16}(?:开始|召开)|開始時間|开始时间",
    re.I,
)
_OFFSET = re.compile(r"(?:utc|gmt)\s*([+-])\s*(\d{1,2})", re.I)
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")}
_NARROW = {0xFF10 + digit: str(digit) for digit in range(10)}  # figures as wide as characters: ８
_RUNNING = (
    # 第一次线下会议, 第三次小组讨论 count something else than the meetings of the committee.
    re.compile(
        r"第\s*([0-9零一二三四五六七八九十百]+)\s*[次届屆](?=\s*(?:全体|全體|定期|例行|工作|委员|委員|[会會例纪紀]|[^\u4e00-\u9fff]|$))"
    ),
    re.compile(r"\b(?:meeting|minutes of meeting|session)\s*(?:no\.?\s*|number\s*|#\s*)?(\d{1,4})(?![-/.\d年])\b", re.I),
)  # fmt: skip
_MINUTES_NO = re.compile(
    r"[A-Za-z\u4e00-\u9fff]{1,12}\s?[〔\[［(（]\s?\d{4}\s?[〕\]］)）]\s?\d{1,4}\s?[号號]"
)
_VOTES = {
    "votes_for": (r"同意[^\d，,。；;:：]{0,10}[:：]?\s*(\d+)", r"(\d+)\s*票?同意", r"赞成[:：]?\s*(\d+)", r"\b(?:for|yes|aye|ayes|in favou?r)\b\s*[:：]?\s*(\d+)",
                  r"(\d+)\s*(?:votes?\s+)?(?:in favou?r|for|yes|ayes?)\b", r"\+1\s*[:：x×]\s*(\d+)"),
    "votes_against": (r"反对\s*[:：]?\s*(\d+)", r"(\d+)\s*票?反对", r"\b(?:against|no|nay|nays|opposed)\b\s*[:：]?\s*(\d+)",
                      r"(\d+)\s*(?:votes?\s+)?(?:against|opposed|no|nays?)\b", r"(?<!\d)[-−]1\s*[:：x×]\s*(\d+)"),
    "abstentions": (r"弃权\s*[:：]?\s*(\d+)", r"(\d+)\s*票?弃权", r"\b(?:abstain(?:ed|ing)?|abstentions?)\b\s*[:：]?\s*(\d+)",
                    r"(\d+)\s*(?:votes?\s+)?abstain(?:ed|ing)?\b", r"(\d+)\s*abstentions?\b", r"(?<![\d+-])0\s*[:：x×]\s*(\d+)"),
    "recused": (r"回避\s*[:：]?\s*(\d+)", r"\brecused\b\s*[:：]?\s*(\d+)"),
}  # fmt: skip


def day_in(text: str) -> date | None:
    """The first day that a text names; 3/4/2026 names none, for it is two days."""
    for pattern, order in _DAYS:
        for match in pattern.finditer(folded(text)):
            found = _day(match.groups(), order)
            if found is not None:
                return found
    return None


def _day(parts: tuple[str, ...], order: str) -> date | None:
    named = {key: part for key, part in zip(order, parts, strict=True)}
    if order == "dmy" and int(parts[0]) <= 12 and parts[0] != parts[1]:
        if int(parts[1]) <= 12:
            return None
        named = {"m": parts[0], "d": parts[1], "y": parts[2]}
    try:
        month = _MONTHS.index(named["b"][:3].lower()) + 1 if "b" in named else _figure(named["m"])
        found = date(_year(named["y"]), month, _figure(named["d"]))
    except ValueError:
        return None
    return found if 1990 <= found.year <= 2100 else None


def _figure(text: str) -> int:
    return int(text) if text.isdigit() else numbers.read(text) or 0


def _year(text: str) -> int:
    """二〇二六 is written by figures, not as a number."""
    return int(text) if text.isascii() else int("".join(str(_DIGITS.get(c, 0)) for c in text))


def hours_in(text: str, day: date) -> tuple[datetime | None, datetime | None, bool]:
    """From when to when, as instants, and whether a zone was named; without one it is taken to be Beijing's."""
    plain = text
    for pattern, _order in _DAYS[:-1]:
        plain = pattern.sub(" ", plain)
    match = _HOURS.search(plain)
    if match is None:
        return None, None, True
    zone, named = _zone(text)
    first, second = match.groups()[:6], match.groups()[6:]
    begin = _hour(first, first[5] or second[5])
    end = _hour((second[0] or first[0], *second[1:]), second[5])
    if begin is None:
        return None, None, True
    starts = datetime.combine(day, begin, zone)
    ends = datetime.combine(day, end, zone) if end else None
    if ends is not None and ends <= starts:
        ends += timedelta(days=1)
    return starts.astimezone(UTC), ends.astimezone(UTC) if ends else None, named


def _zone(text: str) -> tuple[tzinfo, bool]:
    offset = _OFFSET.search(text)
    if offset:
        hours = int(offset[2]) * (1 if offset[1] == "+" else -1)
        return timezone(timedelta(hours=hours)), True
    low = text.lower()
    for word, zone in _ZONES.items():
        if re.search(rf"(?<![a-z]){word}(?![a-z])", low):
            return zone, True
    return SHANGHAI, False


def _hour(parts: tuple[str | None, ...], half: str | None) -> time | None:
    """上午 9 30: the time of a clock; afternoon by 下午 or pm."""
    word, hour, minute, apart, thirty, _own = parts
    if hour is None:
        return None
    value = int(hour)
    after = (half or "").lower().startswith("p") or word in ("下午", "晚上", "晚间", "傍晚")
    if half or word:
        value = value % 12 + 12 if after and value < 13 else value if word or value != 12 else 0
    minutes = 30 if thirty else int(minute or apart or 0)
    return time(value, minutes) if value < 24 and minutes < 60 else None


def begun_in(lines: list[str]) -> str:
    """The words that tell when a meeting began: `called to order at 9:00`; empty when none do."""
    return next((line for line in lines if len(line) < 200 and _BEGUN.search(line)), "")


def ended_in(lines: list[str]) -> str:
    """The words that tell when a meeting ended: `adjourned at 10:05`, `会议于11:30结束`; empty when none do."""
    for line in reversed(lines):
        if len(line) < 200 and _ENDED.search(line):
            return line
    return ""


def running_in(text: str) -> int | None:
    """The number of a meeting: 第6次会议, meeting 6."""
    for pattern in _RUNNING:
        match = pattern.search(text.translate(_NARROW))
        if match:
            found = numbers.read(match[1])
            return found if found and found < 1990 else None
    return None


def minutes_no_in(text: str) -> str:
    """康科委纪〔2026〕3号."""
    match = _MINUTES_NO.search(text)
    return match[0].replace(" ", "") if match else ""


def votes_in(said: str) -> dict[str, int]:
    """The votes that a text gives; nothing unless it tells at least how many were for."""
    text = to_hans(said)
    found: dict[str, int] = {}
    for key, patterns in _VOTES.items():
        for pattern in patterns:
            match = re.search(pattern, text, re.I)
            if match:
                found[key] = int(match[1])
                break
    return found if "votes_for" in found and len(found) > 1 and max(found.values()) < 1000 else {}

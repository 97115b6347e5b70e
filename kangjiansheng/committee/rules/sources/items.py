"""Items of an agenda: title, who presents, how long; and who did not take part in which."""

import re

from kangjiansheng.committee.rules.numbers import han
from kangjiansheng.committee.rules.sources.blocks import cells
from kangjiansheng.committee.rules.sources.found import Found, Item, Recused
from kangjiansheng.committee.rules.sources.names import people_at_end
from kangjiansheng.committee.rules.sources.words import without_number
from kangjiansheng.core.text import fold

_PRESENTER = (
    re.compile(r"\s*[(（]?\s*(?:汇报人|提案人|报告人|主讲人|presenter|presented by)\s*[:：]?\s*(?P<who>[^()（）]{1,40}(?:[（(][^()（）]*[)）])?)\s*[)）]?\s*$", re.I),
    re.compile(r"\s*(?:-{2,3}|—{1,2})\s*(?P<who>[^—]{1,40}?)\s*$"),
    re.compile(r"\s*[(（](?P<who>[\u4e00-\u9fff、，]{2,12})[)）]\s*$"),
    re.compile(r"\s*\(\*?(?P<who>(?!time\b)[^()*,]{2,30})\*?,?\s*(?:\*\*time\*\*:\s*)?\d{1,3}\s*min(?:utes?)?\)\s*$", re.I),
    re.compile(r"\s*\(\*(?P<who>[^()*]{2,30})\*\s.*\)\s*$"),
    re.compile(
        r"\s*\((?P<who>(?!.*\b(?:Committee|Group|Board|Team|Council|Foundation|Office|Part|Draft|Version|Update)\b)"
        r"[A-Z][\w'’-]+ (?:[A-Z]\. )?[A-Z][\w'’-]+)\)\s*$"
    ),
    re.compile(r"\s+@(?P<who>[\w-]{2,40})\s*$"),
    re.compile(r"^\[(?P<who>[\w .-]{2,30})\]\s*-?\s*(?!\()"),
)  # fmt: skip
_BRACKETED = re.compile(
    r"\s*[(（]\s*(?:time\s*[:：]?)?\s*\d{1,3}\s*(?:min(?:ute)?s?|分钟|分鐘)\s*[)）]", re.I
)
# 9:00~9:05  5min, after a blank: when it is planned for.
_PLANNED = re.compile(
    r"\s+(?P<h>\d{1,2})[:：.](?P<m>\d{2})\s*(?:[-–—~～至到])\s*(?P<h2>\d{1,2})[:：.](?P<m2>\d{2})(?!\d)"
)
_LENGTH = re.compile(r"\s+\d{1,3}\s*(?:min(?:ute)?s?|分钟|分鐘)(?=\s|$)", re.I)
_AFTER_HOURS = re.compile(r"\s+(?P<who>[\u4e00-\u9fff]{2,4})$")
_LONG = re.compile(r"(?<!\d)(\d{1,3})\s*(?:min(?:ute)?s?\b|分钟|分鐘)", re.I)
_RECUSED = re.compile(r"recused\s+(?:for|from|on)\s+(?:agenda\s+)?item\s+(\d{1,2})", re.I)
_CHINESE_ITEM = re.compile(r"议题\s*([一二三四五六七八九十]{1,3}|\d{1,2})")


def item_of(words: str, lines: tuple[int, ...], *, marked: bool = False) -> Item:
    """An item from its line. `marked`: its number was the mark of a list, and is gone."""
    title = re.sub(r"^\s*\[[ xX]\]\s*", "", words).strip()
    title = re.sub(r"\*\*|__|`|(?<!\w)_|_(?!\w)", "", title).strip(" :：")
    long = _minutes(title)
    title = _LENGTH.sub(" ", _PLANNED.sub(" ", _BRACKETED.sub("", title))).strip()
    presenter = ""
    for pattern in _PRESENTER:
        match = pattern.search(title)
        if match and match["who"].strip() and "http" not in match[0]:
            rest = (title[: match.start()] + title[match.end() :]).strip(" -—:：")
            if rest:
                presenter, title = match["who"].strip(" *-"), rest
            break
    if not presenter:
        title, presenter = people_at_end(title)
    after = _AFTER_HOURS.search(title) if not presenter and _PLANNED.search(f" {words}") else None
    if after:
        title, presenter = title[: after.start()], after["who"]
    title = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", title).strip(" -—")
    return Item((title if marked else without_number(title)) or title, lines, presenter, long)


def _minutes(title: str) -> int:
    """How long an item is planned to take: as it says, or from when to when."""
    long = _LONG.search(title)
    if long:
        return int(long[1])
    planned = _PLANNED.search(f" {title}")
    if not planned:
        return 0
    begin, end = (int(planned[h]) * 60 + int(planned[m]) for h, m in (("h", "m"), ("h2", "m2")))
    return end - begin if 0 < end - begin < 600 else 0


def presenters(found: Found) -> None:
    """Items that end with the name of somebody who was there are presented by them."""
    known = {fold(one.name) for one in found.attendees}
    for item in found.items:
        if not item.presenter:
            item.title, item.presenter = people_at_end(item.title, known)


def normal(words: str) -> str:
    """Words by which the same item is known again: without numbers, links, brackets and marks."""
    plain = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", words)
    plain = without_number(re.sub(r"[*_`]", "", plain))
    plain = re.sub(r"[(（][^()（）]*[)）]", "", plain)
    return re.sub(r"[\W_]+", "", fold(plain))


def recusals(found: Found) -> list[Recused]:
    """Who was recused from which item: of a table of interests, and of what is said after a name."""
    told = []
    for one in found.attendees:
        match = _RECUSED.search(one.note)
        at = _numbered(found, match[1]) if match else None
        if match and at is not None:
            told.append(Recused(one.name, at, "whole", one.line))
    for number, line in enumerate(found.source, 1):
        named = _CHINESE_ITEM.search(line)
        if not line.lstrip().startswith("|") or "回避" not in line or not named:
            continue
        row = cells(line)
        at = _numbered(found, named[1])
        if at is not None and row and row[0]:
            name = f"席位{row[0]}" if row[0].isdigit() else row[0]
            facts = "说明" in line or "返回" in line
            told.append(Recused(name, at, "facts" if facts else "whole", number))
    return told


def _numbered(found: Found, number: str) -> int | None:
    """The item that bears a number in its own line; without one nobody is sure."""
    wanted = {number, han(int(number)) if number.isdigit() else number}
    for index, item in enumerate(found.items):
        line = found.source[item.lines[0] - 1]
        named = _CHINESE_ITEM.search(line)
        if named and named[1] in wanted:
            return index
    return None

"""Lines that belong together: a bullet that was wrapped at a margin, a link in HTML over several lines."""

import re

from kangjiansheng.committee.rules.sources.found import Found

_FENCE = re.compile(r"^\s*(```|~~~)")
_BULLET = re.compile(r"^(?P<mark>\s*(?:[-*+•]|\d{1,3}[.)])\s+)(?P<text>\S.*)$")
_OTHER = re.compile(r"^\s*(?:[-*+•]\s|\d{1,3}[.)]\s|#{1,6}\s|>|\||```|~~~|<!--|</?t)")
_OPEN_LINK = re.compile(r"<a\b(?:(?!</a>).)*$", re.I)
_LINK = re.compile(r"<a\b[^>]*?href=\"(?P<to>[^\"]*)\"[^>]*>(?P<words>.*?)</a>", re.I)
_TAG = re.compile(r"</?(?:span|u|em|strong|b|i)\b[^>]*>", re.I)
_CJK = re.compile("[\u3400-\u9fff]")
NARROWEST = 56  # a line that is shorter was not wrapped by a program, but ended by its writer
MOST = 12  # lines that are put together at the most


def joined(source: list[str]) -> tuple[list[str], list[tuple[int, ...]]]:
    """The lines with what was wrapped put back in one, and for each the numbers of the lines that it comes from."""
    lines: list[str] = []
    numbers: list[tuple[int, ...]] = []
    fenced, at = False, 0
    while at < len(source):
        line, end = source[at], at + 1
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and line.strip():
            column = len(mark["mark"]) if (mark := _BULLET.match(line)) else None
            while (
                end < len(source) and end - at < MOST and _goes_on(line, source[end - 1], source[end], column)
            ):
                line = f"{line.rstrip()} {source[end].strip()}"
                end += 1
            line = _plain_links(line)
        lines.append(line)
        numbers.append(tuple(range(at + 1, end + 1)))
        at = end
    return lines, numbers


def _goes_on(line: str, last: str, following: str, column: int | None) -> bool:
    if not following.strip():
        return False
    if _OPEN_LINK.search(line):
        return True
    indent = len(following) - len(following.lstrip())
    if following.lstrip().startswith("<a ") and indent == (column or 0):
        return True  # a link in HTML is broken before it, however short the line
    if column is None and "<a " in line:
        column = 0
    if column is None or _OTHER.match(following) or _CJK.search(line):
        return False
    return len(last) >= NARROWEST and indent == column


def _plain_links(line: str) -> str:
    if "<a" not in line.lower():
        return line
    return _LINK.sub(lambda m: f"[{_TAG.sub('', m['words']).strip()}]({m['to']})", line)


def numbered(found: Found, source: list[str], numbers: list[tuple[int, ...]]) -> None:
    """Give what was read of joined lines the numbers of the lines as they were written."""

    def first(number: int) -> int:
        return numbers[number - 1][0] if number else 0

    def whole(lines: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(one for number in lines for one in numbers[number - 1] if source[one - 1].strip())

    found.source = source
    for piece in found.pieces:
        piece.lines = whole(piece.lines)
    for item in found.items:
        item.lines = whole(item.lines)
    for attendee in found.attendees:
        attendee.line = first(attendee.line)
    for aside in found.asides:
        aside.line = first(aside.line)
    for recused in found.recused:
        recused.line = first(recused.line)
    found.facts = {key: (words, first(line)) for key, (words, line) in found.facts.items()}

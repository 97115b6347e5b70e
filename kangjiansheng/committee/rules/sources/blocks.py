"""Markdown cut into blocks that remember their lines. Not a full parser: minutes are written by many hands, and
what is not understood stays as it was written."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
SHOUT = re.compile(r"^\s*(?:\*\*|__)(?P<text>[^*_]{1,80}?)\s*[:：]?\s*(?:\*\*|__)\s*[:：]?\s*$")
# 一、上期遗留问题跟踪： numbered in Chinese, alone on its line, short and without the end of a sentence.
CHINESE = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十]{1,3}[部分章节]+[、：:]?)\s*[^。；！？]{1,40}$"
)
ITEM = re.compile(
    r"^(?P<indent>\s*)(?P<mark>[-*+•]|\d{1,3}[.)]|\d{1,3}、|\d{1,3}．|\d{1,2}，|[（(]\d{1,3}[)）])(?P<gap>\s*)(?P<text>.*)$"
)
CHECK = re.compile(r"^\\?\[(?P<mark>[ xX✓✔√]{0,2})\\?\]\s*(?P<text>.*)$")
FENCE = re.compile(r"^\s*(```|~~~)")
ROW = re.compile(r"^\s*\|.*\|\s*$")
RULE = re.compile(r"^\s*\|?\s*:?-{1,}:?\s*(\|\s*:?-{1,}:?\s*)*\|?\s*$")
LINE = re.compile(r"^\s*([-*_])(?:\s*\1){2,}\s*$")


@dataclass
class Block:
    """heading, shout (a line in bold alone), item (of a list, with what is nested), text, table, code, quote,
    rule, comment, front."""

    kind: str
    lines: tuple[int, ...]
    text: str  # as it was written; of a heading and an item without its mark
    level: int = 0
    ordered: bool = False
    check: str | None = None  # what stands in the box of an item: blank or x
    nested: tuple[str, ...] = ()  # the further lines of an item, as written
    rows: list[tuple[int, list[str]]] = field(default_factory=list)  # of a table: line and cells


def blocks(lines: list[str]) -> list[Block]:
    """The blocks of a source, in order; together they hold every line that is not blank, once."""
    found: list[Block] = []
    at = _front(lines, found)
    while at < len(lines):
        at = _next(lines, at, found) if lines[at].strip() else at + 1
    return found


def _front(lines: list[str], found: list[Block]) -> int:
    if not lines or lines[0].strip() != "---":
        return 0
    for end in range(1, min(len(lines), 60)):
        if lines[end].strip() in ("---", "..."):
            inner = lines[1:end]
            if all(not one.strip() or re.match(r"^[\w -]+:|^\s|^-\s", one) for one in inner):
                for number in range(end + 1):
                    if lines[number].strip():
                        found.append(Block("front", (number + 1,), lines[number]))
                return end + 1
            return 0
    return 0


def _next(lines: list[str], at: int, found: list[Block]) -> int:
    line = lines[at]
    if FENCE.match(line):
        return _until(lines, at, found, "code", FENCE)
    if line.lstrip().startswith("<!--"):
        return _comment(lines, at, found)
    if re.match(r"^\s*<table", line, re.I):
        return _html_table(lines, at, found)
    if LINE.match(line):
        found.append(Block("rule", (at + 1,), line))
        return at + 1
    heading = HEADING.match(line)
    if heading:
        found.append(Block("heading", (at + 1,), heading[2], level=len(heading[1])))
        return at + 1
    if at + 1 < len(lines) and _is_table(lines, at):
        return _table(lines, at, found)
    if line.lstrip().startswith(">"):
        return _run(lines, at, found, "quote", lambda one: one.lstrip().startswith(">"))
    shout = SHOUT.match(line)
    if shout:
        found.append(Block("shout", (at + 1,), shout["text"], level=5))
        return at + 1
    if _setext(lines, at):
        level = 1 if lines[at + 1].startswith("=") else 2
        found.append(Block("heading", (at + 1, at + 2), line.strip(), level=level))
        return at + 2
    if CHINESE.match(line.strip()) and not ITEM.match(line):
        found.append(Block("heading", (at + 1,), line.strip(), level=2))
        return at + 1
    item = ITEM.match(line)
    if item and _is_item(item):
        return _item(lines, at, item, found)
    box = CHECK.match(line.strip())
    if box and box["mark"] is not None and box["text"]:
        found.append(Block("item", (at + 1,), box["text"], check=_mark(box["mark"])))
        return at + 1
    found.append(Block("text", (at + 1,), line.rstrip()))
    return at + 1


def _is_item(item: re.Match[str]) -> bool:
    if item["mark"][-1] in "、．)），":
        return bool(item["text"])
    return bool(item["gap"]) or (
        item["mark"][0].isdigit()
        and bool(re.match(r"[\u4e00-\u9fff]|[A-Z][A-Za-z]+.*[\u4e00-\u9fff]", item["text"]))
    )


def _mark(text: str) -> str:
    return "x" if text.strip() else ""


def _setext(lines: list[str], at: int) -> bool:
    if at + 1 >= len(lines) or not lines[at].strip() or len(lines[at]) > 120 or ITEM.match(lines[at]):
        return False
    return bool(re.match(r"^(={3,}|-{3,})\s*$", lines[at + 1])) and (at == 0 or not lines[at - 1].strip())


def _until(lines: list[str], at: int, found: list[Block], kind: str, end: re.Pattern[str]) -> int:
    stop = at + 1
    while stop < len(lines) and not end.match(lines[stop]):
        stop += 1
    stop = min(stop + 1, len(lines))
    found.append(_block(kind, lines, at, stop))
    return stop


def _comment(lines: list[str], at: int, found: list[Block]) -> int:
    stop = at
    while stop < len(lines) and "-->" not in lines[stop]:
        stop += 1
    stop = min(stop + 1, len(lines))
    after = lines[stop - 1].rpartition("-->")[2].strip()
    kind = "comment" if not after else "text"
    found.append(_block(kind, lines, at, stop))
    return stop


def _run(lines: list[str], at: int, found: list[Block], kind: str, belongs: object) -> int:
    stop = at
    while stop < len(lines) and belongs(lines[stop]):  # type: ignore[operator]
        stop += 1
    found.append(_block(kind, lines, at, stop))
    return stop


def _block(kind: str, lines: list[str], at: int, stop: int) -> Block:
    numbers = tuple(n + 1 for n in range(at, stop) if lines[n].strip())
    return Block(kind, numbers, "\n".join(one.rstrip() for one in lines[at:stop]))


def _is_table(lines: list[str], at: int) -> bool:
    if "|" not in lines[at]:
        return False
    return (RULE.match(lines[at + 1]) is not None and "|" in lines[at + 1]) or (
        ROW.match(lines[at]) is not None and ROW.match(lines[at + 1]) is not None
    )


def _table(lines: list[str], at: int, found: list[Block]) -> int:
    stop = at
    while stop < len(lines) and "|" in lines[stop] and lines[stop].strip():
        stop += 1
    made = _block("table", lines, at, stop)
    made.rows = [(n + 1, cells(lines[n])) for n in range(at, stop) if not RULE.match(lines[n])]
    found.append(made)
    return stop


def cells(row: str) -> list[str]:
    """The cells of a row, with escaped bars kept."""
    inner = row.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [one.strip().replace("\\|", "|") for one in re.split(r"(?<!\\)\|", inner)]


def _item(lines: list[str], at: int, item: re.Match[str], found: list[Block]) -> int:
    """An item with what is nested under it: indented lines, also after a blank line."""
    own = len(item["indent"])
    stop = at + 1
    while stop < len(lines):
        if lines[stop].strip():
            depth = len(lines[stop]) - len(lines[stop].lstrip())
            if depth <= own:
                break
            stop += 1
            continue
        after = next((n for n in range(stop, len(lines)) if lines[n].strip()), None)
        if after is None or len(lines[after]) - len(lines[after].lstrip()) < own + 2:
            break
        stop = after
    while not lines[stop - 1].strip():
        stop -= 1
    numbers = tuple(n + 1 for n in range(at, stop) if lines[n].strip())
    box = CHECK.match(item["text"])
    text = box["text"] if box else re.sub(r"^(?:[-*+]\s+)+", "", item["text"])  # - - of a list in a list
    found.append(
        Block(
            "item",
            numbers,
            text,
            level=own,
            ordered=item["mark"][0] not in "-*+•",
            check=_mark(box["mark"]) if box else None,
            nested=tuple(one.rstrip() for one in lines[at + 1 : stop]),
        )
    )
    return stop


class _Cells(HTMLParser):
    """Rows of an HTML table: the words of each cell, and on which line each row begins and ends."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[int, int, list[str]]] = []
        self.row: list[str] = []
        self.begun, self.inside = 0, False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in ("p", "li", "br", "div"):
            self.handle_data(" ")
        if tag == "tr":
            self.row, self.begun = [], self.getpos()[0]
        elif tag in ("td", "th"):
            self.row.append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr":
            self.rows.append((self.begun, self.getpos()[0], [" ".join(one.split()) for one in self.row]))
        elif tag in ("td", "th"):
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside and self.row:
            self.row[-1] += data


def _html_table(lines: list[str], at: int, found: list[Block]) -> int:
    """A table in HTML becomes one in Markdown: the pages show no HTML."""
    stop = at
    while stop < len(lines) and "</table" not in lines[stop].lower():
        stop += 1
    stop = min(stop + 1, len(lines))
    parser = _Cells()
    parser.feed("\n".join(lines[at:stop]))
    rows = [(at + begun, row) for begun, _end, row in parser.rows if any(row)]
    if not rows:
        found.append(_block("code", ["```", *lines[at:stop], "```"], 0, 0))
        found[-1].lines = tuple(n + 1 for n in range(at, stop) if lines[n].strip())
        found[-1].text = "\n".join(lines[at:stop])
        return stop
    width = max(len(row) for _n, row in rows)
    written = [pipes(row + [""] * (width - len(row))) for _n, row in rows]
    written.insert(1, pipes(["---"] * width))
    made = _block("table", lines, at, stop)
    made.text, made.rows = "\n".join(written), rows
    found.append(made)
    return stop


def pipes(row: list[str]) -> str:
    """A row of a table in Markdown."""
    return "| " + " | ".join(one.replace("|", "\\|") for one in row) + " |"

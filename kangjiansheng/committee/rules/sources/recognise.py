"""From blocks to what a meeting was: one pass, with the section and the item under which each line stands."""

import re

from kangjiansheng.committee.rules.sources import outcomes, people
from kangjiansheng.committee.rules.sources.blocks import Block
from kangjiansheng.committee.rules.sources.facts import (
    day_in,
    hours_in,
)
from kangjiansheng.committee.rules.sources.found import Found, Item, Piece
from kangjiansheng.committee.rules.sources.items import item_of, recusals
from kangjiansheng.committee.rules.sources.listed import Listed
from kangjiansheng.committee.rules.sources.own import read_own
from kangjiansheng.committee.rules.sources.state import HEAD
from kangjiansheng.committee.rules.sources.words import (
    PEOPLE,
    is_unstated,
    label_of,
    section_of,
    unmarked,
    without_number,
)
from kangjiansheng.core.text import to_hans, to_hant

_CJK = re.compile("[\u3400-\u9fff]")
_SAMPLE = re.compile(r"虚构|虛構|示例数据|示例數據|虚构示例|FICTIONAL|ILLUSTRATIVE|SAMPLE DATA", re.I)
_LINKS = re.compile(r"https?://|\]\(")
_PICTURES = re.compile(r"!\[[^\]]*\]\(|<img\b", re.I)


def recognise(text: str, name: str = "") -> Found:
    """What a source tells. `name` is that of its file, where a day may stand."""
    source = text.split("\n")
    found = read_own(source) or _Reader(source).read()
    found.language = _language(text)
    found.links = sum(1 for line in source if _LINKS.search(line))
    found.pictures = len(_PICTURES.findall(text))
    if found.day is None and day_in(name):
        found.day = day_in(name)
        found.facts["date"] = (name, 0)
    _hours(found)
    return found


def _language(text: str) -> str:
    chinese = len(_CJK.findall(text))
    if chinese * 8 < len(re.findall(r"[A-Za-z]", text)):
        return "en"
    changed = sum(a != b for a, b in zip(text, to_hans(text), strict=False))
    back = sum(a != b for a, b in zip(text, to_hant(text), strict=False))
    return "zh-Hant" if changed > back else "zh-Hans"


def _hours(found: Found) -> None:
    """The hours, once the day is known: a label may stand before it."""
    for key in ("time", "date"):
        if found.day is None or key not in found.facts:
            continue
        starts, ends, named = hours_in(found.facts[key][0], found.day)
        if starts is not None:
            found.starts, found.ends = starts, ends
            if not named:
                found.remarks.append("zone-assumed")
            return


class _Reader(Listed):
    """One pass over the blocks."""

    def read(self) -> Found:
        for at, block in enumerate(self.blocks):
            getattr(self, f"_{block.kind}")(at, block)
        self._close()
        found = self.found
        found.attendees = people.settle(self.attended)
        if not found.items:
            self._items_of_bullets()
        found.recused = recusals(found)
        return found

    def _comment(self, at: int, block: Block) -> None:
        self._none(block, "comment")
        if _SAMPLE.search(block.text):
            self.found.illustrative = True

    def _rule(self, at: int, block: Block) -> None:
        self._none(block, "rule")
        if self.section in PEOPLE:
            self.section = "other"

    def _front(self, at: int, block: Block) -> None:
        self._none(block, "front")
        key, _colon, value = block.text.partition(":")
        value = value.strip(" '\"")
        if key.strip() == "title" and not day_in(value) and value:
            self.found.title = self.found.title or value
        if key.strip() in ("title", "date") and day_in(value):
            self._day(value, block.lines[0])

    def _heading(self, at: int, block: Block) -> None:
        self._close()
        words = block.text.strip(" *_")
        if self._is_title(at, block):
            self.found.pieces.append(Piece(block.lines, "title", words))
            self._title(words, block.lines[0])
            return
        section = section_of(words)
        following = self.blocks[at + 1] if at + 1 < len(self.blocks) else None
        opens = following is not None and following.kind == "heading" and following.level > block.level
        if section in PEOPLE or (self.section in PEOPLE and block.level > self.level and not section):
            self._people_heading(section, block)
            return
        self.item = None
        if section:
            self.section, self.level, self.last, self.sub = section, block.level, 0, 0
            self.headed = section == "agenda" and self._has_prose(at)
            self._plain_heading(block, words)
        elif opens:
            self.section, self.level = "items", block.level
            self._plain_heading(block, words)
        else:
            self.section, self.level = "items", block.level
            self._item_heading(words, block.lines)

    def _is_title(self, at: int, block: Block) -> bool:
        before = [b for b in self.blocks[:at] if b.kind not in ("comment", "front", "rule")]
        return not before and section_of(block.text) in ("", "other")

    def _title(self, words: str, line: int) -> None:
        found = self.found
        if day_in(words):
            self._day(words, line)
        bare_words = re.sub(r"[\W\d_]+", "", words)
        found.title = words if len(bare_words) > 1 else found.title
        self._numbers(words, line)

    def _people_heading(self, section: str, block: Block) -> None:
        if section in PEOPLE:
            if section == "present" and self.section in PEOPLE and block.level > self.level:
                pass  # a part of the list under its own heading keeps what the list is of
            else:
                self.mode = PEOPLE[section]
                self.section, self.level = section, min(block.level, self.level or block.level)
                self.level = block.level if self.section not in PEOPLE else self.level or block.level
        self.item = None
        self._plain_heading(block, block.text.strip(" *_"))

    def _plain_heading(self, block: Block, words: str) -> None:
        self.found.pieces.append(Piece(block.lines, "heading", unmarked(words), self.item))

    def _item_heading(self, words: str, lines: tuple[int, ...]) -> None:
        known = self._known(words)
        if known is None:
            self.found.items.append(item_of(words, lines))
            known = len(self.found.items) - 1
        self.item = known
        self.found.pieces.append(Piece(lines, "heading", unmarked(words), known))

    def _shout(self, at: int, block: Block) -> None:
        line = self.found.source[block.lines[0] - 1]
        section = section_of(block.text)
        if section in PEOPLE:
            self._close()
            self._people_heading(section, block)
        elif section and section != "other":
            self._heading(at, Block("heading", block.lines, block.text, level=block.level))
        elif (
            re.search(r"[:：]\W*$", line)
            and self.section in ("other", "items", "agenda")
            and label_of(block.text) == ""
        ):
            self._close()
            self.section = "items"
            self._item_heading(block.text, block.lines)
        else:
            if _SAMPLE.search(block.text):
                self.found.illustrative = True
            self._text(at, Block("text", block.lines, line))

    def _table(self, at: int, block: Block) -> None:
        self._close()
        self.found.tables += 1
        heads = block.rows[0][1] if block.rows else []
        columns = outcomes.columns_of(heads) if self.section == "actions" else {}
        if columns and len(block.rows) > 1:
            self._action_rows(block, heads, columns)
            return
        if self.section in PEOPLE or self.section == "head":
            self.attended += people.in_block(block, self.mode)
        self.found.pieces.append(Piece(block.lines, "text", block.text, self.item))

    def _action_rows(self, block: Block, heads: list[str], columns: dict[str, int]) -> None:
        first = block.rows[1][0]
        above = tuple(n for n in block.lines if n < first)
        for line, row in block.rows[1:]:
            one = outcomes.row_of(row, columns, heads)
            lines = (*above, line)
            above = ()
            words = " | ".join(cell for cell in row if cell)
            self.found.pieces.append(Piece(lines, "action", words, self.item, outcome=one))

    def _code(self, at: int, block: Block) -> None:
        self._close()
        self.found.pieces.append(Piece(block.lines, "text", block.text, self.item))

    def _quote(self, at: int, block: Block) -> None:
        self._code(at, block)

    def _text(self, at: int, block: Block) -> None:
        words = block.text.strip()
        alone = re.match(r"^(?P<words>[^:：]{1,40})[:：]$", words)
        section = section_of(alone["words"]) if alone else section_of(words) if _is_lone(words) else ""
        if section and (section != "other" or alone):
            self._section_line(at, block, section)
        elif self.section in PEOPLE and not self._head_fact(block):
            self.attended += people.in_block(block, self.mode)
            self._go_on(block)
        elif self.section in PEOPLE or (self.section in HEAD and self._head_fact(block)):
            return
        else:
            self._line(block)

    def _section_line(self, at: int, block: Block, section: str) -> None:
        self._close()
        if section in PEOPLE:
            self.section, self.mode, self.level = section, PEOPLE[section], 6
            self._go_on(block)
            return
        self.item = None
        self.resumes = section == "actions" and self.section == "agenda" and not self.found.items
        self.section, self.level, self.last, self.sub = section, 6, 0, 0
        self.headed = section == "agenda" and self._has_prose(at)
        self._plain_heading(block, block.text.strip())

    def _line(self, block: Block) -> None:
        kind = outcomes.kind_of(block.text)
        if kind in ("decision", "recommendation"):
            self._close()
            if is_unstated(self._value(block.text)):
                self._go_on(block)
                return
            self.found.pieces.append(Piece(block.lines, kind, block.text.strip(), self.item))
            return
        if self.section == "actions" and self.run == [] and kind == "action":
            self.found.pieces.append(self._action(block))
            return
        self._go_on(block)

    def _items_of_bullets(self) -> None:
        """Without an agenda or headings, bullets with others under them are what the meeting spoke of."""
        for piece in self.found.pieces:
            first = self.found.source[piece.lines[0] - 1]
            if (
                piece.kind != "text"
                or len(piece.lines) < 2
                or not re.match(r"^(?:[-*+]|\d+[.)、])\s*", first)
            ):
                continue
            if "\n\n" not in piece.text:
                continue
            title = re.sub(r"^(?:[-*+]|\d+[.)、])\s*", "", first)
            if section_of(title) and section_of(title) != "other":
                continue
            self.found.items.append(Item(without_number(title), piece.lines[:1]))
            piece.item = len(self.found.items) - 1


def _is_lone(words: str) -> bool:
    """A line that can be a heading without being marked as one."""
    return len(words) <= 12 and bool(re.fullmatch(r"[\w\u4e00-\u9fff &]+", words))

"""From blocks to what a meeting was: one pass, with the section and the item under which each line stands."""

import re
from collections.abc import Mapping
from functools import cached_property

from kangjiansheng.committee.rules.sources import outcomes, people
from kangjiansheng.committee.rules.sources.blocks import Block
from kangjiansheng.committee.rules.sources.facts import begun_in, day_in, ended_in, hours_in
from kangjiansheng.committee.rules.sources.found import Found, Item, Piece
from kangjiansheng.committee.rules.sources.items import item_of, normal, presenters, recusals
from kangjiansheng.committee.rules.sources.lines import joined, numbered
from kangjiansheng.committee.rules.sources.own import read_own
from kangjiansheng.committee.rules.sources.state import HEAD
from kangjiansheng.committee.rules.sources.tabled import OF_MEETING, Tabled
from kangjiansheng.committee.rules.sources.words import (
    LABEL,
    PEOPLE,
    is_unstated,
    label_of,
    labels_of,
    section_of,
    unmarked,
    without_number,
)
from kangjiansheng.core.text import to_hans, to_hant

BESIDE = re.compile(r"^<!-- word:(?P<kind>[a-z]+) (?P<text>.*) -->$")  # see core/word_beside
_CJK = re.compile("[\u3400-\u9fff]")
_SAMPLE = re.compile(r"虚构|虛構|示例数据|示例數據|虚构示例|FICTIONAL|ILLUSTRATIVE|SAMPLE DATA", re.I)
_LINKS = re.compile(r"https?://|\]\(")
_NAMED = re.compile(r"会议|會議|纪要|紀要|例会|例會|\bmeeting\b|\bminutes\b", re.I)
_PARTS = ("actions", "decisions", "interests")
_PICTURES = re.compile(r"!\[[^\]]*\]\(|<img\b", re.I)


def recognise(text: str, name: str = "") -> Found:
    """What a source tells. `name` is that of its file, where a day may stand."""
    source = text.split("\n")
    beside = {at: told for at, line in enumerate(source, 1) if (told := BESIDE.match(line))}
    words = ["" if at in beside else line for at, line in enumerate(source, 1)] if beside else source
    found = read_own(words)
    if found is None:
        lines, numbers = joined(words)
        found = _Reader(lines).read()
        numbered(found, words, numbers)
    _tell_beside(found, source, beside)
    found.language = _language(text)
    found.links = sum(1 for line in source if _LINKS.search(line))
    found.pictures = len(_PICTURES.findall(text))
    if found.day is None and day_in(name):
        found.day = day_in(name)
        found.facts["date"] = (name, 0)
    _hours(found)
    return found


def _tell_beside(found: Found, source: list[str], beside: Mapping[int, re.Match[str]]) -> None:
    """What a Word file held beside its words, at the line where it stands, under the item that the line before it is under:
    it is not taken over unless the importer says so."""
    for at, told in beside.items():
        place = sum(1 for piece in found.pieces if piece.lines[0] < at)
        item = found.pieces[place - 1].item if place else None
        found.pieces.insert(place, Piece((at,), "none", told["text"], item, f"word-{told['kind']}"))
    found.source = source


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
            found.starts, found.ends = starts, ends or found.ends
            if not named:
                found.remarks.append("zone-assumed")
            break
    if found.day is None or found.is_own:
        return
    _opened(found)


def _opened(found: Found) -> None:
    """Where no label gives the hours, sentences may: `called to order at 9:00`, `会议于11:30结束`."""
    assert found.day is not None
    if found.starts is None and (begun := begun_in(found.source)):
        found.starts, _end, named = hours_in(begun, found.day)
        if found.starts is not None and not named:
            found.remarks.append("zone-assumed")
    if found.starts is not None and found.ends is None and (ended := ended_in(found.source)):
        found.ends, _end, named = hours_in(ended, found.day)
        if found.ends is not None and found.ends <= found.starts:
            found.ends = None


class _Reader(Tabled):
    """One pass over the blocks."""

    def read(self) -> Found:
        for at, block in enumerate(self.blocks):
            if self._joins(block):
                continue
            getattr(self, f"_{block.kind}")(at, block)
        self._close()
        found = self.found
        found.attendees = people.settle(self.attended)
        if not found.items:
            self._items_of_bullets()
        presenters(found)
        said = {normal(p.text) for p in found.pieces if p.kind == "action"}
        found.asides = [one for one in found.asides if not _is_listed(one.text, said)]
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
        if key.strip() in ("title", "date", "description") and day_in(value):
            self._day(value, block.lines[0])

    def _heading(self, at: int, block: Block) -> None:
        self._close()
        words = block.text.strip(" *_")
        if self._is_title(at, block):
            self.found.pieces.append(Piece(block.lines, "title", words))
            self._title(words, block.lines[0])
            return
        if (
            self.section in HEAD
            and self._is_fact(words)
            and self._head_fact(Block("text", block.lines, words))
        ):
            return
        section = section_of(words)
        following = self.blocks[at + 1] if at + 1 < len(self.blocks) else None
        opens = following is not None and following.kind == "heading" and following.level > block.level
        if section in PEOPLE or (self.section in PEOPLE and block.level > self.level and not section):
            self._people_heading(section, block)
            return
        if not (self.section == "items" and section in _PARTS and block.level > self.level):
            self.item = (
                None  # what was decided, or is to be done, under the heading of an item is of that item
            )
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

    def _is_fact(self, words: str) -> bool:
        """`时间：…` marked as a heading."""
        label = LABEL.match(words)
        return bool(label and label["value"] and set(labels_of(label["label"])) & set(OF_MEETING))

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
        elif section and (section != "other" or self.section in PEOPLE):
            self._heading(at, Block("heading", block.lines, block.text, level=block.level))
        elif (
            not section
            and (re.search(r"[:：]\W*$", line) or at in self._headlines)
            and self.section in ("other", "items", "agenda", "head")
            and label_of(block.text) == ""
            and not _SAMPLE.search(block.text)
        ):
            self._close()
            self.section = "items"
            self._item_heading(block.text, block.lines)
        else:
            if _SAMPLE.search(block.text):
                self.found.illustrative = True
            self._text(at, Block("text", block.lines, line))

    @cached_property
    def _headlines(self) -> set[int]:
        """Lines in bold that head what follows, where a source has no other headings below its title."""
        if sum(one.kind == "heading" for one in self.blocks) > 1:
            return set()
        alone = {
            n for n, one in enumerate(self.blocks[:-1])
            if n > 2 and one.kind == "shout" and self.blocks[n + 1].kind in ("item", "text")
            and not section_of(one.text) and not label_of(one.text) and not day_in(one.text)
        }  # fmt: skip
        return alone if len(alone) > 1 else set()

    def _code(self, at: int, block: Block) -> None:
        self._close()
        self.found.pieces.append(Piece(block.lines, "text", block.text, self.item))

    def _quote(self, at: int, block: Block) -> None:
        self._code(at, block)

    def _text(self, at: int, block: Block) -> None:
        words = block.text.strip()
        if (
            not self.found.title
            and self.section == "head"
            and _NAMED.search(words)
            and not LABEL.match(words)
        ):
            self._head_title(words)
        alone = re.match(r"^(?P<words>[^:：]{1,40})[:：]$", words)
        section = section_of(alone["words"]) if alone else section_of(words) if _is_lone(words) else ""
        opens = (
            self._opens(words) if self.item is not None and self.section == "agenda" and self.headed else ""
        )
        self._presented(words, block.lines[0])
        if opens:
            self._gather(opens, block)
        elif not section and self._takes_up(block):
            self._close()
            self.section = "items"
            self._item_heading(words.strip("*_ "), block.lines)
        elif section and (section != "other" or alone):
            self._section_line(at, block, section)
        elif self.section in PEOPLE and not self._head_fact(block):
            self.attended += people.in_block(block, self.mode)
            self._go_on(block)
        elif self.section in PEOPLE or (self.section in HEAD and self._head_fact(block)):
            return
        else:
            self._line(block)

    def _head_title(self, words: str) -> None:
        """The first line of a source without headings names the meeting, and stays where it is."""
        if not self.found.pieces and not self.run and len(words) < 60 and not words.endswith(("。", ".")):
            self.found.title = words.strip("*_ ")

    def _takes_up(self, block: Block) -> bool:
        """A line that stands alone and is the title of an item: its discussion begins."""
        words = block.text.strip()
        source, at = self.found.source, block.lines[0] - 1
        alone = (at == 0 or not source[at - 1].strip()) and (
            at + 1 >= len(source) or not source[at + 1].strip()
        )
        if (
            not alone
            or len(words) < 8
            or self.section in PEOPLE
            or (self.section == "agenda" and self.headed)
        ):
            return False
        return self._known(words) is not None

    def _section_line(self, at: int, block: Block, section: str) -> None:
        self._close()
        if section == "other" and self.section == "items" and self.item is not None:
            self._plain_heading(block, block.text.strip(" *_:："))  # 讨论： under an item is a part of it
            return
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
        if kind == "text" and self.section == "decisions" and not self.run and self._is_said(block.text):
            kind = "decision"
        if kind == "decision" and block.text.rstrip().endswith((":", "：")):
            self._gather("decision", block)
            return
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


def _is_listed(text: str, said: set[str]) -> bool:
    """An action of the discussion that the list of actions has again counts once."""
    words = normal(text)
    return any(one.endswith(words) for one in said) if len(words) > 7 else False


def _is_lone(words: str) -> bool:
    """A line that can be a heading without being marked as one."""
    return len(words) <= 12 and bool(re.fullmatch(r"[\w\u4e00-\u9fff &]+", words))

"""A source under way: the section and the item under which a line stands, lines that go on together, and the facts of
the meeting that stand in its head."""

import re
from dataclasses import dataclass, field
from datetime import date

from kangjiansheng.committee.rules.sources import outcomes, people
from kangjiansheng.committee.rules.sources.blocks import Block, blocks
from kangjiansheng.committee.rules.sources.facts import day_in, hours_in, minutes_no_in, running_in
from kangjiansheng.committee.rules.sources.found import Aside, Attendee, Found, Piece
from kangjiansheng.committee.rules.sources.items import item_of
from kangjiansheng.committee.rules.sources.words import (
    LABEL,
    NOTHING,
    PEOPLE,
    is_unstated,
    labels_of,
    several,
)
from kangjiansheng.core.text import fold

_INFERRED = re.compile(r"年份为推定|年份為推定|year (?:is )?inferred", re.I)
HEAD = ("head", "other", *PEOPLE)  # where facts of the meeting stand


@dataclass
class Gathered:
    """`结论：` or `遗留问题：` alone on its line under an item, and the lines that go on with it."""

    kind: str  # decision, actions
    lines: list[int]
    texts: list[str]
    number: int = 0  # the last number of its list
    depth: int | None = None  # how far its first line stands in
    listed: list[tuple[int, str]] = field(default_factory=list)  # lines of its list


class State:
    """What is known so far."""

    def __init__(self, source: list[str]) -> None:
        self.found = Found(source)
        self.blocks = blocks(source)
        self.section, self.mode = "head", "present"
        self.item: int | None = None
        self.run: list[Block] = []  # lines that go on together
        self.level = 0  # of the heading that opened the section
        self.headed = False  # items of the agenda stand as headings, and are numbered:
        self.last, self.sub = 0, 0  # the item, and in a list under it
        self.resumes = False  # a list of open actions stands before the items of the agenda
        self.attended: list[Attendee] = []
        self.gathered: Gathered | None = None  # what goes on under `结论：` alone on its line

    def _none(self, block: Block, why: str) -> None:
        self._close()
        self.found.pieces.append(Piece(block.lines, "none", block.text, self.item, why))

    def _text_of(self, lines: tuple[int, ...], text: str) -> None:
        if not lines:
            return
        self.found.pieces.append(Piece(lines, "text", text, self.item))
        for number in lines:
            words = outcomes.action_words(self.found.source[number - 1])
            if words and not is_unstated(words):
                self.found.asides.append(Aside(number, words, self.item))

    def _first(self, block: Block) -> str:
        if block.ordered:
            return self.found.source[block.lines[0] - 1].strip()
        box = "" if block.check is None else f"[{block.check or ' '}] "
        return f"{box}{block.text}".strip()

    def _go_on(self, block: Block) -> None:
        """The line joins those just before it, or begins anew after a gap or another kind."""
        last = self.run[-1] if self.run else None
        if last is not None and (
            last.kind != block.kind or self._gap(last, block) or last.nested or block.nested
        ):
            self._close()
        self.run.append(block)

    def _gap(self, last: Block, block: Block) -> bool:
        lines = self.found.source[last.lines[-1] : block.lines[0] - 1]
        if block.kind == "item":
            return last.ordered != block.ordered or len(lines) > 1
        return bool(lines)

    def _gather(self, kind: str, block: Block) -> None:
        self._close()
        self.gathered = Gathered(kind, list(block.lines), [block.text.strip()])

    def _joins(self, block: Block) -> bool:
        """True when a block goes on with what is gathered, and was taken up: the lines that follow without a gap, and
        a list whose numbers follow, however the items of the agenda are numbered."""
        now = self.gathered
        if now is None:
            return False
        gap = self.found.source[now.lines[-1] : block.lines[0] - 1]
        first = self.found.source[block.lines[0] - 1]
        depth, number = (
            depth_of(first),
            int(mark[1]) if (mark := re.match(r"\s*(\d{1,3})[.、)）．，]", first)) else 0,
        )
        label = LABEL.match(block.text.strip())
        if (
            block.kind not in ("item", "text")
            or (gap and (now.depth is not None or len(gap) > 1 or not depth))
            or (now.depth is not None and depth < now.depth and number != now.number + 1)
            or (number and self.last and number == self.last + 1 != now.number + 1)
            or (label and labels_of(label["label"]))
        ):
            self._gathered_all()
            return False
        now.depth = depth if now.depth is None else now.depth
        now.number = number or now.number
        now.lines += block.lines
        now.texts += self.found.source[block.lines[0] - 1 : block.lines[-1]]
        now.listed.append((block.lines[0], block.text.strip()))
        return True

    def _gathered_all(self) -> None:
        """Write down what was gathered: one decision, or text of which each line is an action."""
        now, self.gathered = self.gathered, None
        if now is None:
            return
        nothing = all(is_unstated(words) or fold(words).strip(" 。.") in NOTHING for _n, words in now.listed)
        kind = "decision" if now.kind == "decision" and not nothing else "text"
        self.found.pieces.append(Piece(tuple(now.lines), kind, shape(now.texts, True), self.item))
        if now.kind == "actions" and not nothing:
            self.found.asides += [Aside(line, words, self.item) for line, words in now.listed]

    def _close(self) -> None:
        self._gathered_all()
        run, self.run = self.run, []
        if not run:
            return
        numbers = tuple(n for block in run for n in block.lines)
        if run[0].kind != "item":
            self._text_of(numbers, "\n".join(block.text for block in run).strip())
        elif len(run) == 1:
            block = run[0]
            nested = [one for one in block.nested if one.strip()]
            self._text_of(numbers, shape([self._first(block), *nested], True))
        else:
            lines = [self._first(block) if block.ordered else f"- {self._first(block)}" for block in run]
            self._text_of(numbers, "\n".join(lines))

    def _value(self, text: str) -> str:
        label = LABEL.match(text.strip())
        return label["value"] if label else text

    def _head_fact(self, block: Block) -> bool:
        """Read a line of the head such as `日期：…`; True when it has found its place."""
        words = block.text.strip()
        self._numbers(words, block.lines[0])
        label = LABEL.match(words)
        meant = labels_of(label["label"]) if label else []
        if not label or not meant:
            return False
        line = block.lines[0]
        value, *others = several(label["value"].strip(" *_"))
        key = meant[0]
        if key in ("decision", "recommendation", "action", "agenda") and not is_unstated(value) and value:
            return self._outcome_in_head(key, value, block)
        if key in ("action", "agenda", "decision") and not value:
            return False
        for one in meant:
            self._fact(one, value, line)
        for other in filter(None, map(LABEL.match, others)):
            for one in labels_of(other["label"]):
                self._fact(one, other["value"], line)
        self._go_on(block)
        if block.nested and key in PEOPLE:
            nested = Block("item", block.lines, words, nested=block.nested)
            self.attended += (
                people.in_block(nested, PEOPLE[key]) if not value else people._nested(block, PEOPLE[key])
            )
        return True

    def _outcome_in_head(self, key: str, value: str, block: Block) -> bool:
        if key == "agenda":
            if self.section != "head":
                return False
            for title in re.split(r"[;；]", value):
                if title.strip():
                    self.found.items.append(item_of(title.strip(" 。"), block.lines[:1]))
            self._go_on(block)
            return True
        if key == "action":
            return False
        self._close()
        self._decided(block, key)
        return True

    def _decided(self, block: Block, kind: str) -> None:
        value = self._value(block.text)
        if is_unstated(value):
            self._go_on(block)
            return
        text = block.text + ("\n\n" + dedent(list(block.nested)) if block.nested else "")
        self.found.pieces.append(Piece(block.lines, kind, text, self.item))

    def _fact(self, key: str, value: str, line: int) -> None:
        found = self.found
        if not value:
            return
        if key in PEOPLE:
            self.attended += people.in_words(value, PEOPLE[key], line)
        elif key in ("date", "time"):
            self._day(value, line)
            found.facts.setdefault(key, (value, line))
        elif key == "place" and not is_unstated(value):
            found.place = found.place or value
        elif key == "subject":
            found.title = found.title or value
        elif key == "presenter":
            return  # of an item, not of the meeting
        found.facts.setdefault(key, (value, line))

    def _day(self, text: str, line: int) -> None:
        found = self.found
        day: date | None = day_in(text)
        if _INFERRED.search(text):
            found.year_inferred = True
        if day is not None and found.day is None:
            found.day = day
            found.facts.setdefault("date", (text, line))

    def _numbers(self, words: str, line: int) -> None:
        found = self.found
        if not found.minutes_no and minutes_no_in(words):
            found.minutes_no = minutes_no_in(words)
            found.facts.setdefault("number", (words, line))
        if found.running_no is None and len(words) < 120:
            found.running_no = running_in(words)
        if self.section == "head" and len(words) < 90:
            if found.day is None and not LABEL.match(words):
                self._day(words, line)
            said = day_in(words)
            if said and said == found.day and hours_in(words, said)[0] is not None:
                found.facts.setdefault("time", (words, line))


def depth_of(text: str) -> int:
    """How far a line stands in."""
    return len(text) - len(text.lstrip())


def dedent(lines: list[str]) -> str:
    """Lines without what all of them stand in."""
    least = min((depth_of(one) for one in lines if one.strip()), default=0)
    return "\n".join(one[least:].rstrip() if one.strip() else "" for one in lines).strip("\n")


def shape(texts: list[str], headed: bool) -> str:
    """A first line with a list under it, as Markdown of its own."""
    if not headed:
        return dedent(texts)
    rest = dedent(texts[1:]) if len(texts) > 1 else ""
    return texts[0].strip() + ("\n\n" + rest if rest else "")

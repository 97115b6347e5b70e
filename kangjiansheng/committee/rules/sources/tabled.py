"""Tables: who was there, actions, decisions, an agenda, or the facts of the meeting beside their labels."""

import re
from collections.abc import Iterator

from kangjiansheng.committee.rules.sources import outcomes, people
from kangjiansheng.committee.rules.sources.blocks import Block
from kangjiansheng.committee.rules.sources.found import Aside, Piece
from kangjiansheng.committee.rules.sources.items import item_of
from kangjiansheng.committee.rules.sources.listed import Listed
from kangjiansheng.committee.rules.sources.words import NOTHING, PEOPLE, labels_of
from kangjiansheng.core.text import fold

OF_MEETING = ("date", "time", "place", "chair", "taker", "number", "subject", "next", "quorum", *PEOPLE)
_AGENDA_HEADS = (
    ("议题", "議題", "议程", "topic", "agenda item", "discussion point", "item"),
    ("汇报人", "匯報人", "报告人", "presenter", "owner", "lead", "speaker"),
    ("时长", "時長", "用时", "time", "duration", "minutes"),
)
_TO_DO = ("action", "待办", "待辦", "行动项", "行動項")


class Tabled(Listed):
    """What is done with a table, by the section that it stands in and the words of its head."""

    def _table(self, at: int, block: Block) -> None:
        self._close()
        self.found.tables += 1
        heads = block.rows[0][1] if block.rows else []
        columns = outcomes.columns_of(heads) if self.section not in PEOPLE else {}
        apart = len({line for line, _row in block.rows}) == len(block.rows) > 1
        if columns and (self.section == "actions" or len(columns) > 2):
            if apart:
                self._action_rows(block, heads, columns)
                return
            self._noted_rows(block, heads, columns)
        if self.section in ("head", "other") and self._facts_of(block):
            self.found.pieces.append(Piece(block.lines, "text", block.text, self.item))
            return
        column = outcomes.decision_column(heads) if self.section == "decisions" else None
        if column is not None and apart:
            self._decision_rows(block, heads)
            return
        if self.section == "agenda" and not self.found.items:
            self._items_of_rows(block, heads)
        if self.section in PEOPLE or self.section == "head":
            self.attended += people.in_block(block, self.mode)
        self.found.pieces.append(Piece(block.lines, "text", block.text, self.item))

    def _rows(self, block: Block) -> Iterator[tuple[tuple[int, ...], list[str]]]:
        """Each row below the head with its lines: with the first those of the head, and with each those of rules
        before it, with the last those after it, so that no line is left out."""
        begun = 0
        for n, (line, row) in enumerate(block.rows[1:], 2):
            last = n == len(block.rows)
            yield tuple(one for one in block.lines if begun < one and (last or one <= line)), row
            begun = line

    def _action_rows(self, block: Block, heads: list[str], columns: dict[str, int]) -> None:
        for lines, row in self._rows(block):
            one = outcomes.row_of(row, columns, heads)
            words = " | ".join(cell for cell in row if cell)
            self.found.pieces.append(Piece(lines, "action", words, self.item, outcome=one))

    def _noted_rows(self, block: Block, heads: list[str], columns: dict[str, int]) -> None:
        """A table in HTML that stands on one line stays whole; what it asks for is noted."""
        for line, row in block.rows[1:]:
            one = outcomes.row_of(row, columns, heads)
            due = f", by {one.due.isoformat()}" if one.due else ""
            if one.text:
                words = f"{one.owner}: {one.text}{due}" if one.owner else f"{one.text}{due}"
                self.found.asides.append(Aside(line, words, self.item))

    def _facts_of(self, block: Block) -> bool:
        """`| 时间 | … | 地点 | … |`: a table whose cells are labels with their values beside them."""
        told = [
            (key, row[at + 1].strip(" *_"), line)
            for line, row in block.rows
            for at in range(0, len(row) - 1, 2)
            for key in labels_of(row[at].strip(" *_:："))
            if key in OF_MEETING
        ]
        if len({key for key, value, _line in told if value}) < 2:
            return False
        for key, value, line in told:
            self._fact(key, value, line)
        return True

    def _decision_rows(self, block: Block, heads: list[str]) -> None:
        """A table of decisions: each row is one."""
        for lines, row in self._rows(block):
            words = "；".join(
                f"{head} {cell}" if len(heads) > 2 else cell
                for head, cell in zip(heads, row, strict=False)
                if cell
            )
            kind = "decision" if words else "text"
            self.found.pieces.append(Piece(lines, kind, words or "—", self.item))

    def _items_of_rows(self, block: Block, heads: list[str]) -> None:
        """An agenda that is a table: the topics, who presents them, how long; and what is to be done."""
        plain = [re.sub(r"[*_]", "", fold(head)).strip() for head in heads]
        topic, who, long = (
            next((n for n, head in enumerate(plain) if any(word in head for word in words)), None)
            for words in _AGENDA_HEADS
        )
        do = next((n for n, head in enumerate(plain) if head.startswith(_TO_DO)), None)
        if topic is None:
            return
        for line, row in block.rows[1:]:
            cells = [row[n].strip() if n is not None and n < len(row) else "" for n in (topic, who, long, do)]
            if not cells[0]:
                continue
            item = item_of(f"{cells[0]} {cells[2]}".strip(), (line,))
            item.presenter = item.presenter or cells[1]
            self.found.items.append(item)
            if cells[3] and fold(cells[3]) not in NOTHING:
                self.found.asides.append(Aside(line, cells[3], len(self.found.items) - 1))

"""Bullets and numbered lines: names, items of the agenda, decisions, actions, or only a list."""

import re

from kangjiansheng.committee.rules.sources import outcomes, people
from kangjiansheng.committee.rules.sources.blocks import Block
from kangjiansheng.committee.rules.sources.found import Piece
from kangjiansheng.committee.rules.sources.items import item_of, normal
from kangjiansheng.committee.rules.sources.state import HEAD, State, dedent, depth_of, shape
from kangjiansheng.committee.rules.sources.words import LABEL, PEOPLE, is_unstated, label_of, section_of

_NOTHING_TO_DO = ("", "none", "无", "無", "n/a", "none this week", "其他", "other", "others")


class Listed(State):
    """What is done with a list, by the section that it stands in."""

    def _item(self, at: int, block: Block) -> None:
        if self.section in PEOPLE:
            if self._head_fact(block):
                return
            self.attended += people.in_block(block, self.mode)
            self._go_on(block)
            return
        if self.section == "actions" and not self._resumed(block):
            self._close()
            self.found.pieces.append(self._action(block))
            return
        if self.section == "agenda" and (not self.headed or self._numbered(block)):
            self._agenda_item(block)
            return
        if self.section in HEAD and self._head_fact(block):
            return
        self._list_item(block)

    def _number(self, block: Block) -> int:
        mark = re.match(r"\s*[（(]?(\d{1,3})", self.found.source[block.lines[0] - 1])
        return int(mark[1]) if mark and block.ordered else 0

    def _numbered(self, block: Block) -> bool:
        """True for the next item; what begins anew at 1 is a list under the item, as long as it goes on."""
        number = self._number(block)
        above = self.found.source[block.lines[0] - 2].strip() if block.lines[0] > 1 else ""
        if (
            number
            and number == self.sub + 1
            and (self.sub or self.last)
            and (above or number != self.last + 1)
        ):
            self.sub = number
            return False
        if not self.last < number <= self.last + 3:
            return False
        self.last, self.sub = number, 0
        return True

    def _resumed(self, block: Block) -> bool:
        """After the open actions of last time the items begin again at 1."""
        number = self._number(block)
        if self.resumes and number == 1 and self.last > 0:
            self.section, self.headed, self.last, self.sub, self.resumes = "agenda", True, 0, 0, False
            self.item = None
            return True
        self.last = max(self.last, number) if self.resumes else self.last
        return False

    def _agenda_item(self, block: Block) -> None:
        self._close()
        words = block.text
        label = LABEL.match(words)
        if label and label_of(label["label"]) == "next":
            self.item = None
            self._list_item(block)
            return
        known = self._known(words)
        if known is None or self.headed:
            self.found.items.append(item_of(words, block.lines[:1]))
            known = len(self.found.items) - 1
        self.item = known
        if not self.headed:
            self._list_item(block)
            return
        self.found.pieces.append(Piece(block.lines[:1], "heading", block.text.strip(), known))
        if block.nested:
            self._text_of(block.lines[1:], dedent([*block.nested]))

    def _known(self, words: str) -> int | None:
        """The item that a heading or bullet names again."""
        wanted = normal(words)
        for index, item in enumerate(self.found.items):
            title = normal(item.title)
            if title == wanted or (
                min(len(title), len(wanted)) > 7 and (title.startswith(wanted) or wanted.startswith(title))
            ):
                return index
        return None

    def _has_prose(self, at: int) -> bool:
        """Items with words under them that are not nested: then each is a heading of its own."""
        seen = False
        for block in self.blocks[at + 1 :]:
            if block.kind in ("heading", "shout"):
                return False
            if block.kind == "item":
                if (
                    block.ordered
                    and seen
                    and any(
                        not one.lstrip().startswith(("-", "*", "+")) for one in block.nested if one.strip()
                    )
                ):
                    return True
                seen = seen or block.ordered
            elif block.kind == "text" and seen and section_of(block.text.rstrip(" :：")) != "actions":
                return True
        return False

    def _list_item(self, block: Block) -> None:
        known = self._known(block.text) if self.section in ("other", "items") and block.nested else None
        if known is not None and self.section == "other":
            self._close()
            self.item = known
        kind = outcomes.kind_of(block.text)
        if block.check is not None and kind == "text" and self.section not in ("agenda", *HEAD):
            kind = "action"
        if kind == "action" and not block.nested:
            self._close()
            self.found.pieces.append(self._action(block))
        elif kind in ("decision", "recommendation"):
            self._close()
            self._decided(block, kind)
        elif block.nested:
            self._close()
            self._roles(block)
            self._nested(block)
        else:
            self._go_on(block)

    def _roles(self, block: Block) -> None:
        """Who led and who wrote, where it stands under `Assign roles`."""
        for number, text in zip(block.lines[1:], [one for one in block.nested if one.strip()], strict=False):
            label = LABEL.match(text.strip())
            key = label_of(label["label"]) if label else ""
            if label and key in ("chair", "taker"):
                self._fact(key, label["value"], number)

    def _nested(self, block: Block) -> None:
        """A bullet with others under it is one paragraph; decisions among these stand alone, actions are noted."""
        lines, texts = list(block.lines), [self._first(block), *[one for one in block.nested if one.strip()]]
        begun = 0
        for at in range(1, len(texts)):
            kind = outcomes.kind_of(texts[at])
            if kind in ("decision", "recommendation"):
                depth = depth_of(texts[at])
                end = next((n for n in range(at + 1, len(texts)) if depth_of(texts[n]) <= depth), len(texts))
                if at > begun:
                    self._text_of(tuple(lines[begun:at]), shape(texts[begun:at], begun == 0))
                body = dedent(texts[at:end])
                body = re.sub(r"^\s*(?:[-*+•]|\d+[.)、])\s*", "", body, count=1)
                self.found.pieces.append(Piece(tuple(lines[at:end]), kind, body, self.item))
                begun = end
        if begun < len(texts):
            self._text_of(tuple(lines[begun:]), shape(texts[begun:], begun == 0))

    def _action(self, block: Block) -> Piece:
        """A line of a list of actions; what is nested under it belongs to its words."""
        more = " ".join(
            re.sub(r"^\s*(?:[-*+•]|\d+[.)、])\s*", "", one).strip() for one in block.nested if one.strip()
        )
        words = f"{block.text} {more}".strip()
        if is_unstated(words) or words.strip(" .。-—").lower() in _NOTHING_TO_DO:
            return Piece(block.lines, "text", words or "—", self.item)
        one = outcomes.action_of(words, done=block.check == "x")
        return Piece(block.lines, "action", words, self.item, outcome=one)

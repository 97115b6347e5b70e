"""Bullets and numbered lines: names, items of the agenda, decisions, actions, or only a list."""

import re

from kangjiansheng.committee.rules.sources import outcomes, people
from kangjiansheng.committee.rules.sources.blocks import Block, blocks
from kangjiansheng.committee.rules.sources.found import Aside, Piece
from kangjiansheng.committee.rules.sources.items import item_of, normal
from kangjiansheng.committee.rules.sources.state import HEAD, State, dedent, depth_of, shape
from kangjiansheng.committee.rules.sources.words import (
    LABEL,
    NOTHING,
    PEOPLE,
    is_unstated,
    label_of,
    labels_of,
    section_of,
)
from kangjiansheng.core.text import fold

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
            self.found.items.append(item_of(words, block.lines[:1], marked=block.ordered))
            known = len(self.found.items) - 1
        self.item = known
        if not self.headed:
            self._list_item(block)
            return
        self.found.pieces.append(Piece(block.lines[:1], "heading", block.text.strip(), known))
        if block.nested:
            self._under(block)

    def _under(self, block: Block) -> None:
        """What is nested under an item of the agenda: kept as it stands, unless something was decided or is to be
        done there."""
        least = min(depth_of(one) for one in block.nested if one.strip())
        lines = [""] * block.lines[0] + [one[least:] if one.strip() else "" for one in block.nested]
        inner = blocks(lines)
        if not any(self._says(one) for one in inner):
            self._text_of(block.lines[1:], dedent([*block.nested]))
            return
        for one in inner:
            if self._joins(one):
                continue
            if one.kind == "item":
                self._list_item(one)
            elif one.kind in ("text", "heading", "shout"):
                self._inner_line(Block("text", one.lines, one.text, nested=one.nested))
            else:
                self._close()
                self.found.pieces.append(Piece(one.lines, "text", one.text, self.item))
        self._close()

    def _says(self, block: Block) -> bool:
        return block.kind in ("item", "text", "heading", "shout") and bool(
            outcomes.kind_of(block.text) != "text" or self._opens(block.text) or self._decides_below(block)
        )

    def _decides_below(self, block: Block) -> bool:
        return any(outcomes.kind_of(one) in ("decision", "recommendation") for one in block.nested)

    def _opens(self, text: str) -> str:
        """decision or actions, when the words are a label alone that opens them: `结论：`."""
        label = LABEL.match(text.strip())
        if not label or label["value"].strip(" *_") or len(label["label"]) > 24:
            return ""
        key = (labels_of(label["label"]) or [""])[0]
        return {"decision": "decision", "action": "actions"}.get(key, "")

    def _inner_line(self, block: Block) -> None:
        opens = self._opens(block.text)
        if opens:
            self._gather(opens, block)
            return
        kind = outcomes.kind_of(block.text)
        if kind == "decision" and block.text.rstrip().endswith((":", "：")):
            self._gather("decision", block)
            return
        if kind in ("decision", "recommendation"):
            self._close()
            self.found.pieces.append(Piece(block.lines, kind, block.text.strip(), self.item))
            return
        self._go_on(block)

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
                if block.ordered and any(
                    not one.lstrip().startswith(("-", "*", "+")) for one in block.nested if one.strip()
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
        self._presented(block.text, block.lines[0])
        opens = self._opens(block.text) if block.nested else ""
        if opens == "decision":
            self._close()
            self.found.pieces.append(
                Piece(block.lines, "decision", shape([self._first(block), *block.nested], True), self.item)
            )
            return
        if opens == "actions" and block.check is None and self.item is not None:
            self._close()
            self._text_of(block.lines, shape([self._first(block), *block.nested], True))
            self._noted_below(block)
            return
        kind = outcomes.kind_of(block.text)
        if kind == "text" and self.section == "decisions" and self._is_said(block.text):
            kind = "decision"
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

    def _is_said(self, text: str) -> bool:
        """True when the words of a list of decisions say something: neither nothing, nor what only leads to a list."""
        words = text.strip(" *_")
        return (
            fold(words).strip(" 。.") not in NOTHING
            and not is_unstated(words)
            and not words.endswith((":", "："))
        )

    def _presented(self, text: str, line: int) -> None:
        """`Presenter: X` under an item is who presents it; who wrote may stand at the end."""
        label = LABEL.match(text.strip())
        key = label_of(label["label"]) if label and label["value"] else ""
        if label and key == "taker" and self.section == "signing":
            self._fact(key, label["value"].strip(" *_"), line)
        if self.item is not None and label and key == "presenter":
            item = self.found.items[self.item]
            item.presenter = item.presenter or label["value"].strip(" *_")

    def _noted_below(self, block: Block) -> None:
        """The list under `遗留问题：`: each of its lines is an action to note."""
        rows = [
            (n, one) for n, one in zip(block.lines[1:], (o for o in block.nested if o.strip()), strict=True)
        ]
        least = min(depth_of(one) for _n, one in rows)
        for number, one in rows:
            words = re.sub(r"^\s*(?:[-*+•]|\d+[.)、])\s*", "", one).strip()
            if depth_of(one) == least and self._is_said(words):
                self.found.asides.append(Aside(number, words, self.item))

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
                body = re.sub(r"^\s*(?:(?:[-*+•]\s+)+|[-*+•]|\d+[.)、])\s*", "", body, count=1)
                self.found.pieces.append(Piece(tuple(lines[at:end]), kind, body, self.item))
                begun = end
        if begun < len(texts):
            self._text_of(tuple(lines[begun:]), shape(texts[begun:], begun == 0))

    def _action(self, block: Block) -> Piece:
        """A line of a list of actions; what is nested under it belongs to its words."""
        more = " ".join(
            re.sub(r"^\s*(?:[-*+•]\s|\d+[.)、](?!\d))\s*", "", one).strip()
            for one in block.nested
            if one.strip()
        )
        words = " ".join(f"{block.text} {more}".split())
        if is_unstated(words) or words.strip(" .。-—").lower() in _NOTHING_TO_DO:
            return Piece(block.lines, "text", words or "—", self.item)
        one = outcomes.action_of(block.text.strip(), done=block.check == "x")
        if not one.owner or not one.due:  # what is nested may say more
            whole = outcomes.action_of(words, done=block.check == "x")
            one.owner, one.due = one.owner or whole.owner, one.due or whole.due
        one.text = f"{one.text} {more}".strip() if more else one.text
        return Piece(block.lines, "action", words, self.item, outcome=one)

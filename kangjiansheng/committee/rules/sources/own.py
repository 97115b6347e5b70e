"""Minutes that this program exported, as Markdown or through DOCX: paragraphs under their printed numbers."""

import re

from kangjiansheng.committee.rules.sources import people
from kangjiansheng.committee.rules.sources.blocks import cells
from kangjiansheng.committee.rules.sources.facts import day_in, minutes_no_in, running_in, votes_in
from kangjiansheng.committee.rules.sources.found import Attendee, Found, Outcome, Piece
from kangjiansheng.committee.rules.sources.outcomes import NUMBER
from kangjiansheng.committee.rules.sources.words import LABEL, PEOPLE, labels_of

_HEADING = re.compile(r"^#{2}\s+(?:(?P<han>[一二三四五六七八九十]{1,3})、|(?P<no>\d{1,2})\.\s+)(?P<text>.*)$")
_MARK = re.compile(
    r"^\*\*(?P<no>\d{1,2}\.\d{1,3})(?:\s+(?P<label>[^*]+))?\*\*$"
)  # of Markdown: a line of its own
_LEAD = re.compile(r"^(?P<no>\d{1,2}\.\d{1,3})(?: {2}|$)(?P<text>.*)$")  # of DOCX: before the words
_LABELLED = re.compile(
    r"^(?P<label>(?:决议|決議|建议|建議|Decision|Recommendation|Resolution|Advice)[^：:\n]{0,60}?)[:：]\s?(?P<text>.*)$"
)
_VOTES = re.compile(r"^(?:同意|For|In favour)\s*\d+[，, ]")
_FOOT = re.compile(r"^(?:---|#{2,3}\s+(?:签署|簽署|Sign|Signed|Signatures?)\s*|.{0,24}SHA-256\s.*)$")
_RECOMMENDED = ("建议", "建議", "Recommendation", "Advice")


def read_own(source: list[str]) -> Found | None:
    """What an export tells; None when the source is none: its numbers must follow each other without a gap."""
    marks = [n for n, line in enumerate(source) if _MARK.match(line) or _LEAD.match(line)]
    heads = [n for n, line in enumerate(source) if _HEADING.match(line)]
    title = next((n for n, line in enumerate(source) if line.startswith("# ")), None)
    if len(marks) < 2 or not heads or title is None or title > min(heads[0], marks[0]):
        return None
    reader = _Own(source, title)
    return reader.read() if reader.numbers_follow() else None


class _Own:
    def __init__(self, source: list[str], title: int) -> None:
        self.source, self.title = source, title
        self.found = Found(source, is_own=True)
        self.starts: list[int] = []  # the lines on which a paragraph or heading begins

    def numbers_follow(self) -> bool:
        """Find where paragraphs begin: a number that is not the next one is text."""
        section, serial = 0, 0
        for at, line in enumerate(self.source):
            mark = _MARK.match(line) or _LEAD.match(line)
            if _HEADING.match(line):
                section, serial = section + 1, 0
                self.starts.append(at)
            elif mark and mark["no"] == f"{section}.{serial + 1}":
                serial += 1
                self.starts.append(at)
        return len(self.starts) > 2

    def read(self) -> Found:
        end = self._end()
        self._head(self.starts[0])
        for begin, stop in zip(self.starts, [*self.starts[1:], end], strict=False):
            if begin < end:
                self._part(begin, min(stop, end))
        self._rest(range(end, len(self.source)), "foot")
        self.found.attendees = people.settle(self.found.attendees)
        return self.found

    def _end(self) -> int:
        """Where the foot begins, with the signatures: the last such mark with nothing but its own after it."""
        last = self.starts[-1]
        return next(
            (n for n in range(last + 1, len(self.source)) if _FOOT.match(self.source[n])), len(self.source)
        )

    def _head(self, stop: int) -> None:
        found = self.found
        found.title = self.source[self.title].removeprefix("# ").strip()
        found.running_no = running_in(found.title)
        for at in range(stop):
            line = self.source[at].strip()
            if at == self.title:
                found.pieces.append(Piece((at + 1,), "title", found.title))
                continue
            if not line:
                continue
            found.pieces.append(Piece((at + 1,), "none", line, why="head"))
            if "示例数据" in line or "示例數據" in line or "llustrative" in line:
                found.illustrative = True
            found.minutes_no = found.minutes_no or minutes_no_in(line)
            self._fact(line, at + 1)

    def _fact(self, line: str, number: int) -> None:
        found = self.found
        label = LABEL.match(line)
        for key in labels_of(label["label"]) if label else []:
            value = label["value"] if label else ""
            found.facts.setdefault(key, (value, number))
            if key == "time":
                found.day = found.day or day_in(value)
                found.year_inferred = "推定" in value or "inferred" in value
            elif key == "place":
                found.place = value
            elif key in PEOPLE and not value[:1].isdigit() and "实到" not in value:
                online = label is not None and (
                    "线上" in label["label"] or "線上" in label["label"] or "nline" in label["label"]
                )
                self._names(value, "online" if online else PEOPLE[key], number)

    def _names(self, value: str, mode: str, number: int) -> None:
        for name in people.split_names(value):
            self.found.attendees.append(Attendee(name, mode, number))

    def _part(self, begin: int, stop: int) -> None:
        heading = _HEADING.match(self.source[begin])
        if heading:
            self.found.pieces.append(Piece((begin + 1,), "heading", heading["text"]))
            self._rest(range(begin + 1, stop), "room")
            return
        label, lines = self._opening(begin, stop)
        lines, votes = self._votes(lines)
        lines, rows = self._actions(lines)
        lines = self._amended(lines)
        text = (
            "\n".join(self._line(n, begin) for n in range(lines[0], lines[-1] + 1)).strip() if lines else ""
        )
        taken = tuple(n + 1 for n in lines if self.source[n].strip())
        mark = () if begin in lines else (begin + 1,)
        kind = "text" if not label else "recommendation" if label.startswith(_RECOMMENDED) else "decision"
        number = NUMBER.search(label)
        one = (
            Outcome(
                kind, text, number[0] if number else label.split()[-1] if " " in label else "", votes=votes[0]
            )
            if label
            else None
        )
        if rows:
            self.found.pieces.append(Piece((*mark, *taken), "text", text, why="actions"))
        else:
            self.found.pieces.append(Piece((*mark, *taken, *votes[1]), kind, text, outcome=one))
        self.found.pieces += rows

    def _opening(self, begin: int, stop: int) -> tuple[str, list[int]]:
        mark = _MARK.match(self.source[begin])
        if mark:
            return mark["label"] or "", list(range(begin + 1, stop))
        lead = _LEAD.match(self.source[begin])
        labelled = _LABELLED.match(lead["text"]) if lead else None
        return labelled["label"] if labelled else "", list(range(begin, stop))

    def _line(self, number: int, begin: int) -> str:
        line = self.source[number]
        if number != begin:
            return line
        lead = _LEAD.match(line)
        text = lead["text"] if lead else line
        labelled = _LABELLED.match(text)
        return labelled["text"] if labelled else text

    def _votes(self, lines: list[int]) -> tuple[list[int], tuple[dict[str, int], tuple[int, ...]]]:
        filled = [n for n in lines if self.source[n].strip()]
        if len(filled) > 1 and _VOTES.match(self.source[filled[-1]]) and votes_in(self.source[filled[-1]]):
            last = filled[-1]
            return [n for n in lines if n < last], (votes_in(self.source[last]), (last + 1,))
        return lines, ({}, ())

    def _actions(self, lines: list[int]) -> tuple[list[int], list[Piece]]:
        """The table of actions that closes their paragraph: number, task, owner, due."""
        filled = [n for n in lines if self.source[n].strip()]
        table: list[int] = []
        for n in reversed(filled):
            if not self.source[n].startswith("|"):
                break
            table.insert(0, n)
        if (
            len(table) < 3
            or not NUMBER.search(self.source[table[2]])
            or len(cells(self.source[table[2]])) != 4
        ):
            return lines, []
        made = []
        for at, n in enumerate(table[2:]):
            number, task, owner, due = cells(self.source[n])
            one = Outcome("A", task, number, "" if owner == "—" else owner, day_in(due))
            above = tuple(m + 1 for m in table[:2]) if at == 0 else ()
            made.append(Piece((*above, n + 1), "action", task, outcome=one))
        return [n for n in lines if n < table[0]], made

    def _amended(self, lines: list[int]) -> list[int]:
        """A correction stands as a quotation after its paragraph, under `勘误 1`: it is told as not taken."""
        for at, n in enumerate(lines):
            if re.match(
                r"^(?:> \*\*)?(?:勘误|勘誤|Amendment|Erratum|Correction)\s*\d+(?:\*\*|\s)", self.source[n]
            ):
                self._rest(lines[at:], "amendment")
                return lines[:at]
        return lines

    def _rest(self, lines: range | list[int], why: str) -> None:
        for n in lines:
            if self.source[n].strip():
                self.found.pieces.append(Piece((n + 1,), "none", self.source[n].strip(), why=why))

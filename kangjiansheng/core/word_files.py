"""Word files (DOCX) as people send them, read into Markdown: headings, lists, tables, links, bold and italic.

Nothing is fetched and nothing is run: relations that lead outside are only written as the links that they are,
pictures leave a mark, and a file with macros is not taken. What stands beside the words (comments, notes, text boxes, what
was deleted or hidden) is told in a line of its own after the block to which it belongs; see word_beside.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from kangjiansheng.core import word_beside
from kangjiansheng.core.filetypes import DAMAGE

LARGEST = 12 * 1024 * 1024  # bytes of a file as it was sent
MOST_PARTS = 2_000
MOST_BYTES = 64 * 1024 * 1024  # unpacked
MOST_LINES = 20_000
_W = word_beside.W
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
BESIDE = "beside"  # the kind of a block that has no words of its own
_AROUND = tuple(
    f"{_W}{name}"
    for name in ("ins", "moveTo", "smartTag", "sdt", "sdtContent", "fldSimple", "dir", "bdo", "customXml")
)
MOST_CELLS = 200_000  # of one table, empty ones included that make its rows equally long
_DAMAGE = (
    *DAMAGE,
    SyntaxError,
    TypeError,
    AttributeError,
)  # a part without what stands in it in every other file
_LEADS = re.compile(r"^(\s*)(#{1,6}\s|>|[-+*]\s|\d{1,9}[.)]\s|\|)")
_MARKED = re.compile(r"([\\*`])")


class Unreadable(Exception):
    """The file as a whole cannot be read; `code` makes the sentence."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(data: bytes) -> str:
    """The text of a Word file as Markdown. Raises Unreadable: empty, too-large, locked, macros, damaged, other-kind."""
    if not data:
        raise Unreadable("empty")
    if len(data) > LARGEST:
        raise Unreadable("too-large")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("locked")
    _check(data)
    try:
        from docx import Document  # only here: lxml takes a while to come

        return "\n".join(_Reader(Document(io.BytesIO(data))).lines()).strip("\n") + "\n"
    except Unreadable:
        raise
    except _DAMAGE as problem:
        raise Unreadable("damaged") from problem


def _check(data: bytes) -> None:
    """Refuse what unpacks to too much before anything is unpacked: a part that lies about its size fails its reading."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
    except _DAMAGE as problem:
        raise Unreadable("damaged") from problem
    names = {part.filename for part in parts}
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
        raise Unreadable("too-large")
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("locked")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise Unreadable("macros")
    if "word/document.xml" not in names:
        raise Unreadable("other-kind")


class _Reader:
    """One document under way."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.links = {
            key: relation.target_ref
            for key, relation in document.part.rels.items()
            if relation.is_external and relation.reltype.endswith("/hyperlink")
        }
        self.count = 0
        self.beside = word_beside.Beside(document)
        self.counted: dict[Any, int] = {}  # how far each list has counted that counts in Chinese

    @cached_property
    def styles(self) -> dict[Any, str]:
        """The names of all styles, read once: there may be as many as paragraphs."""
        named = [
            (one, one.find(f"{_W}name")) for one in self.document.styles.element.iterchildren(f"{_W}style")
        ]
        return {
            one.get(f"{_W}styleId"): name.get(f"{_W}val").lower() for one, name in named if name is not None
        }

    def lines(self) -> Iterator[str]:
        """The blocks of the body in order, an empty line between those that are no list."""
        before = ""
        for text in self._headers():
            yield f"<!-- {text.replace('--', '—')} -->"
            before = "text"
        for text in self.beside.feet():
            yield word_beside.mark("footer", text)
            before = "text"
        for kind, text in self._blocks(self.document.element.body):
            if kind != BESIDE:
                if before and not (kind == before == "list"):
                    yield ""
                yield from self._counted(text.split("\n"))
                before = kind
            yield from self._counted(self.beside.told())

    def _counted(self, lines: list[str]) -> Iterator[str]:
        for line in lines:
            self.count += 1
            if self.count > MOST_LINES:
                raise Unreadable("too-large")
            yield line

    def _headers(self) -> list[str]:
        """What stands above every page: a label there counts for the whole file."""
        found = []
        for section in self.document.sections:
            for header in (section.header, section.first_page_header, section.even_page_header):
                if header.is_linked_to_previous:
                    continue
                words = " ".join(" ".join(p.text for p in header.paragraphs).split())
                if words and words not in found:
                    found.append(words)
        return found

    def _blocks(self, parent: Any) -> Iterator[tuple[str, str]]:
        for child in parent.iterchildren():
            if child.tag == f"{_W}p":
                found = self._paragraph(child)
                if found or self.beside.waiting:
                    yield found or (BESIDE, "")
            elif child.tag == f"{_W}tbl":
                table = self._table(child)
                if table or self.beside.waiting:
                    yield ("table", table) if table else (BESIDE, "")
            elif child.tag == f"{_W}altChunk":
                self.beside.note("embedded", str(child.get(f"{_R}id", "")))
                yield BESIDE, ""
            elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}smartTag", f"{_W}customXml"):
                yield from self._blocks(child)

    def _paragraph(self, element: Any) -> tuple[str, str] | None:
        text = self._words(element).strip()
        if not text:
            return None
        style, list_level, numbered = self._style(element)
        heading = re.match(r"(?:heading|标题|標題)\s*(\d)$", style)
        if style in ("title", "标题", "標題"):
            return "heading", "# " + _flat(text)
        if heading:
            return "heading", "#" * min(6, int(heading[1]) + 1) + " " + _flat(text)
        if list_level == 0 and (place := self._chinese(element)):
            return "text", f"{place}{text}"
        if list_level is not None:
            mark = "1." if numbered else "-"
            inner = text.replace("\n", "\n" + "  " * (list_level + 1))
            return "list", f"{'   ' * list_level}{mark} {inner}"
        if style in ("quote", "intense quote"):
            return "quote", "\n".join(f"> {line}" for line in text.split("\n"))
        return "text", "\n".join(
            _LEADS.sub(r"\1\\\2", line) if not _NUMBERED.match(line) else line for line in text.split("\n")
        )

    def _style(self, element: Any) -> tuple[str, int | None, bool]:
        """The name of the style, and of a list how deep it is and whether it counts."""
        properties = element.find(f"{_W}pPr")
        if properties is None:
            return "", None, False
        named = properties.find(f"{_W}pStyle")
        style = self.styles.get(named.get(f"{_W}val"), "") if named is not None else ""
        numbering = properties.find(f"{_W}numPr")
        if numbering is not None:
            level = numbering.find(f"{_W}ilvl")
            depth = int(level.get(f"{_W}val")) if level is not None else 0
            return style, min(depth, 8), "number" in style or self._counts(numbering, depth)
        listed = re.match(r"list (bullet|number)\s*(\d)?$", style)
        if listed:
            return style, int(listed[2] or 1) - 1, listed[1] == "number"
        return style, None, False

    def _counts(self, numbering: Any, depth: int) -> bool:
        """Whether a list counts; a list whose definition is missing is taken for bullets."""
        key = numbering.find(f"{_W}numId")
        return key is not None and self.lists.get((key.get(f"{_W}val"), str(depth)), False)

    def _chinese(self, element: Any) -> str:
        """The number of a paragraph that Word counts in Chinese (一、), which is no part of its words."""
        numbering = element.find(f"{_W}pPr/{_W}numPr/{_W}numId")
        key = numbering.get(f"{_W}val") if numbering is not None else None
        if key is None or not self.forms.get((key, "0"), "").startswith(
            ("chinese", "japaneseCounting", "taiwanese", "ideograph")
        ):
            return ""
        self.counted[key] = self.counted.get(key, 0) + 1
        return f"{_han(self.counted[key])}、"

    @cached_property
    def lists(self) -> dict[tuple[Any, Any], bool]:
        """Whether each level of each list of the file counts."""
        return {level: form not in ("bullet", "none") for level, form in self.forms.items()}

    @cached_property
    def forms(self) -> dict[tuple[Any, Any], str]:
        """How each level of each list of the file counts, read once as well."""
        try:
            root = self.document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return {}
        counts: dict[Any, dict[Any, str]] = {}
        for one in root.iterchildren(f"{_W}abstractNum"):
            forms = [(level, level.find(f"{_W}numFmt")) for level in one.iterchildren(f"{_W}lvl")]
            counts[one.get(f"{_W}abstractNumId")] = {
                level.get(f"{_W}ilvl"): str(form.get(f"{_W}val"))
                for level, form in reversed(forms)
                if form is not None
            }
        found: dict[tuple[Any, Any], str] = {}
        for num in root.iterchildren(f"{_W}num"):
            of = num.find(f"{_W}abstractNumId").get(f"{_W}val")
            for depth, does in counts.get(of, {}).items():
                found.setdefault((num.get(f"{_W}numId"), depth), does)
        return found

    def _words(self, element: Any) -> str:
        """The words of a paragraph; runs of the same weight together, deleted ones (w:del) left out."""
        found: list[tuple[str, str]] = []
        self._runs(element, found)
        joined: list[list[str]] = []
        for mark, text in found:
            if joined and joined[-1][0] == mark:
                joined[-1][1] += text
            else:
                joined.append([mark, text])
        return "".join(_within(mark, text) for mark, text in joined)

    def _runs(self, element: Any, found: list[tuple[str, str]]) -> None:
        for child in element.iterchildren():
            if child.tag == f"{_W}r":
                text = self._run(child)
                if text and _is_on(child.find(f"{_W}rPr/{_W}vanish")):
                    self.beside.note("hidden", text)
                else:
                    found.append((self._mark(child), text))
            elif child.tag == f"{_W}del":
                self.beside.note("deleted", word_beside.written(child))
            elif child.tag in word_beside.FORMULAS:
                self.beside.note("formula", word_beside.written(child))
            elif child.tag == word_beside.ALTERNATIVES:
                self._runs(word_beside.chosen(child), found)
            elif child.tag == f"{_W}hyperlink":
                inner: list[tuple[str, str]] = []
                self._runs(child, inner)
                words = "".join(text for _mark, text in inner)
                target = self.links.get(child.get(f"{_R}id", ""), "")
                linked = target.startswith(("http://", "https://", "mailto:"))
                found.append(("", f"[{words}]({target})" if linked and words.strip() else words))
            elif child.tag in _AROUND:
                self._runs(child, found)

    def _mark(self, run: Any) -> str:
        properties = run.find(f"{_W}rPr")
        if properties is None:
            return ""
        return "".join(
            mark for tag, mark in (("b", "**"), ("i", "*")) if _is_on(properties.find(f"{_W}{tag}"))
        )

    def _run(self, run: Any) -> str:
        parts = []
        for child in run.iterchildren():
            if child.tag == f"{_W}t":
                parts.append(_MARKED.sub(r"\\\1", child.text or ""))
            elif child.tag in (f"{_W}br", f"{_W}cr"):
                parts.append("\n")
            elif child.tag == f"{_W}tab":
                parts.append(" ")
            elif child.tag == f"{_W}noBreakHyphen":
                parts.append("-")
            elif child.tag == word_beside.ALTERNATIVES:
                parts.append(self._run(word_beside.chosen(child)))
            elif child.tag in (f"{_W}drawing", f"{_W}pict", f"{_W}object"):
                parts.append(self._drawn(child))
            elif child.tag == f"{_W}sym":
                parts.append(word_beside.sign(child) or self._unknown(child))
            else:
                self.beside.refer(child)
        return "".join(parts)

    def _drawn(self, drawing: Any) -> str:
        """The mark of a picture; the words of text boxes are told beside."""
        words = list(word_beside.boxes(drawing))
        for text in words:
            self.beside.note("textbox", text)
        return "" if words and not word_beside.has_picture(drawing) else f"![{self._named(drawing)}]()"

    def _unknown(self, symbol: Any) -> str:
        font, sign = symbol.get(f"{_W}font", ""), symbol.get(f"{_W}char", "")
        self.beside.note("symbol", f"{font} {sign}")
        return "□"

    def _named(self, drawing: Any) -> str:
        for one in drawing.iter():
            if isinstance(one.tag, str) and one.tag.endswith("}docPr"):
                return str(one.get("descr") or one.get("name") or "image")
        return "image"

    def _table(self, element: Any) -> str:
        rows = []
        for row in element.iterchildren(f"{_W}tr"):
            cells = []
            for cell in row.iterchildren(f"{_W}tc"):
                inner = " ".join(text for _kind, text in self._blocks(cell))
                cells.append(" ".join(inner.split()).replace("|", "\\|"))
            rows.append(cells)
        width = max((len(row) for row in rows), default=0)
        if not width or not any(any(row) for row in rows):
            return ""
        if width * len(rows) > MOST_CELLS:  # one long row would make many short ones as long
            raise Unreadable("too-large")
        lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows]
        lines.insert(1, "|" + " --- |" * width)
        return "\n".join(lines)


def _han(number: int) -> str:
    """1 to 99 as Chinese counts."""
    tens, ones = divmod(number, 10)
    digits = " 一二三四五六七八九"
    lead = "" if tens == 0 else "十" if tens == 1 else f"{digits[min(tens, 9)]}十"
    return (lead + digits[ones]).strip()


_NUMBERED = re.compile(r"^\d{1,3}[.)]\s")


def _is_on(element: Any) -> bool:
    return element is not None and element.get(f"{_W}val") not in ("0", "false", "none")


def _within(mark: str, text: str) -> str:
    """Words within marks; blanks stay outside, for marks beside blanks are none."""
    inner = text.strip()
    if not mark or not inner or "\n" in inner:
        return text
    begin = text[: len(text) - len(text.lstrip())]
    return f"{begin}{mark}{inner}{mark[::-1]}{text[len(text.rstrip()) :]}"


def _flat(text: str) -> str:
    return re.sub(r"\*{2,3}", "", " ".join(text.split()))

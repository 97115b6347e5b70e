"""Minutes as DOCX: a copy to work with. What was signed is the PDF or the data, and the page says so by its fingerprint."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kangjiansheng.committee.documents.outline import outline
from kangjiansheng.committee.rules import images

# Faces that office programs have or replace: for the text and for headings, by script.
FACES = {"zh-Hans": ("仿宋", "黑体"), "zh-Hant": ("PMingLiU", "Microsoft JhengHei"), "en": ("仿宋", "黑体")}
SIDES = {"left": 0, "center": 1, "right": 2}
WIDTHS = {
    "number": 28,
    "task": 72,
    "owner": 30,
    "due": 26,
    "named": 32,
    "meaning": 26,
    "method": 28,
    "note": 30,
    "time": 40,
}  # mm
TAGS = {"zh-Hans": "zh-CN", "zh-Hant": "zh-HK", "en": "en-GB"}
RED = "C8102E"
TOLD = "Translation"  # a style of its own: whoever works with the copy finds all translations by it


def rendered(export: Mapping[str, Any]) -> bytes:
    """The document in the language of the moment."""
    return _Writer(outline(export), images.brought(export)).written(export["made_at"])


class _Writer:
    """One document under way."""

    def __init__(self, found: Mapping[str, Any], pictures: Mapping[str, bytes]) -> None:
        from docx import Document  # only here: lxml takes a while to come

        self.d, self.words, self.pictures = found, found["words"], pictures
        self.serif, self.sans = FACES[found["language"]]
        self.doc: Any = Document()
        self._settle()

    def _settle(self) -> None:
        from docx.shared import Mm, Pt, RGBColor

        section = self.doc.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(30), Mm(28)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        style = self.doc.styles["Normal"]
        style.font.name, style.font.size = "Times New Roman", Pt(12)
        style.paragraph_format.space_after = Pt(6)
        self._face(style.element.get_or_add_rPr(), self.serif)
        self._speak(style.element.get_or_add_rPr())
        for name in ("Title", "Heading 1", "Heading 2"):
            heading = self.doc.styles[name]
            self._face(heading.element.get_or_add_rPr(), self.sans)
            heading.font.color.rgb, heading.font.bold = RGBColor(0, 0, 0), False
            for line in heading.element.xpath(".//w:pBdr"):
                line.getparent().remove(line)
        if self.d["side"]:
            self._side_style()
        marks = [text for text in (self.d["illustrative"], self.d["watermark"]) if text]
        for text in marks:
            self._say(section.header.paragraphs[0], f"{text}  ", color=RED)

    def _side_style(self) -> None:
        from docx.enum.style import WD_STYLE_TYPE
        from docx.shared import Mm, Pt, RGBColor

        style = self.doc.styles.add_style(TOLD, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = self.doc.styles["Normal"]
        style.font.size, style.font.color.rgb = Pt(11), RGBColor(0x40, 0x40, 0x40)
        style.paragraph_format.left_indent = Mm(8)
        self._face(style.element.get_or_add_rPr(), FACES[self.d["side"]][0])
        self._speak(style.element.get_or_add_rPr(), self.d["side"])

    def _speak(self, properties: Any, language: str = "") -> None:
        """The language of Chinese text: it decides where punctuation sits, and what is checked for spelling."""
        from docx.oxml.ns import qn

        said = properties.makeelement(
            qn("w:lang"), {qn("w:val"): "en-GB", qn("w:eastAsia"): TAGS[language or self.d["content"]]}
        )
        properties.append(said)

    def _face(self, properties: Any, name: str) -> None:
        """The face for Chinese beside one for Latin letters."""
        from docx.oxml.ns import qn

        fonts = properties.find(qn("w:rFonts"))
        if fonts is None:
            fonts = properties.makeelement(qn("w:rFonts"), {})
            properties.insert(0, fonts)
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), name)
        fonts.set(qn("w:ascii"), "Times New Roman")
        fonts.set(qn("w:hAnsi"), "Times New Roman")

    def written(self, made_at: str) -> bytes:
        """All of it, as bytes."""
        self._head()
        for p in self.d["body"]:
            self._paragraph(p)
        self._foot()
        at = datetime.fromisoformat(made_at).astimezone(UTC).replace(tzinfo=None)
        core = self.doc.core_properties
        core.title, core.author, core.comments = self.d["title"], self.d["committee"], ""
        core.created = core.modified = at
        core.language = TAGS[self.d["language"]]
        out = io.BytesIO()
        self.doc.save(out)
        return out.getvalue()

    def _say(
        self, place: Any, text: str, *, bold: bool = False, color: str = "", sans: bool = False, size: int = 0
    ) -> None:
        from docx.shared import Pt, RGBColor

        run = place.add_run(text)
        run.bold = bold or None
        if color:
            run.font.color.rgb = RGBColor.from_string(color)
        if sans:
            self._face(run._element.get_or_add_rPr(), self.sans)
        if size:
            run.font.size = Pt(size)

    def _line(self, text: str, **how: Any) -> Any:
        place = self.doc.add_paragraph()
        self._say(place, text, **how)
        return place

    def _head(self) -> None:
        d, colon = self.d, self.words["colon"]
        if d["secrecy"]:
            self._line(d["secrecy"], sans=True)
        self._line(d["committee"], color=RED, size=16).alignment = 1
        title = self.doc.add_heading(level=0)
        title.alignment = 1
        self._say(title, d["title"], sans=True)
        if d["number"]:
            self._line(d["number"]).alignment = 1
        for fact in d["facts"]:
            place = self._line(f"{fact['label']}{colon}", sans=True)
            self._say(place, fact["text"])
        for one in d["attendance"]:
            place = self._line(f"{one['label']}{colon}", sans=True)
            self._say(place, self.words["stop"].join(one["names"]))
        self._line(d["state"], size=10, color=RED if d["watermark"] else "")
        if d["reference"]:
            self._line(d["reference"], size=10)

    def _paragraph(self, p: Mapping[str, Any]) -> None:
        if p["kind"] == "withheld":
            gap = " " if p["no"].endswith(".") else ""
            self._line(f"{p['no']}{gap}〔{self.words['withheld']}〕")
            return
        if p["kind"] == "room":
            self._line(p["text"], size=10)
            return
        if p["kind"] == "heading":
            gap = " " if p["no"].endswith(".") else ""
            self._say(self.doc.add_heading(level=1), f"{p['no']}{gap}{p['text']}", sans=True)
            self._told(p["told"])
            return
        lead = f"{p['no']}  " + (f"{p['label']}{self.words['colon']}" if p["label"] else "")
        self._blocks(p["blocks"], lead=lead)
        self._told(p["told"])
        if p["votes"]:
            self._line("  ".join(f"{v['label']} {v['count']}" for v in p["votes"]), sans=True)
        for text in p["effects"]:
            self._line(text, size=10)
        for one in p["dissents"]:
            self._line(f"{one['label']}{self.words['colon']}{one['text']}", size=10)
        if p["actions"]:
            self._table(("number", "task", "owner", "due"), p["actions"])
        for one in p["amendments"]:
            self._line(f"{one['title']}  {one['when']}", sans=True, size=10)
            self._blocks(one["blocks"])
            self._line(f"{self.words['reason']}{self.words['colon']}{one['reason']}", size=10)

    def _told(self, told: Mapping[str, Any] | None) -> None:
        """The translation below the text, set in and without a number."""
        if told is None:
            return
        if not told["blocks"]:
            self._line(f"〔{self.words['untranslated']}〕", size=10)
            return
        if told["outdated"]:
            self._line(self.words["outdated"], size=10, color=RED)
        self._blocks(told["blocks"], style=TOLD)

    def _blocks(
        self, nodes: Sequence[Mapping[str, Any]], *, lead: str = "", style: str | None = None
    ) -> None:
        if lead and (not nodes or nodes[0]["k"] != "p"):
            self._line(lead, sans=True)
        for number, n in enumerate(nodes):
            if n["k"] == "p":
                place = self.doc.add_paragraph(style=style)
                if lead and number == 0:
                    self._say(place, lead, sans=True)
                self._words(place, n["c"])
            elif n["k"] in ("ul", "ol"):
                for item in n["c"]:
                    self._blocks(item, style="List Bullet" if n["k"] == "ul" else "List Number")
            elif n["k"] == "quote":
                self._blocks(n["c"], style="Quote")
            elif n["k"] == "code":
                self._line(n["v"])
            elif n["k"] == "table":
                self._grid([[_plain(cell) for cell in row] for row in n["rows"]], sides=n["sides"])

    def _words(self, place: Any, nodes: Sequence[Mapping[str, Any]], *, bold: bool = False) -> None:
        for n in nodes:
            if n["k"] in ("t", "code"):
                self._say(place, n["v"], bold=bold)
            elif n["k"] == "img":
                self._picture(place, n)
            elif n["k"] == "br":
                place.add_run().add_break()
            else:
                self._words(place, n["c"], bold=bold or n["k"] == "b")
                if n["k"] == "a":
                    self._say(place, f" <{n['href']}>")

    def _picture(self, place: Any, n: Mapping[str, Any]) -> None:
        """A picture as wide as it is, at most as the text; in words where it did not come along."""
        from docx.shared import Mm

        data = self.pictures.get(n["sha"])
        if data is None:
            self._say(place, f"〔{n['alt']}〕")
            return
        shape = place.add_run().add_picture(io.BytesIO(data))
        if shape.width > Mm(150):
            shape.height = int(shape.height * Mm(150) / shape.width)
            shape.width = Mm(150)
        shape._inline.docPr.set("descr", n["alt"])

    def _table(self, keys: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
        heads = [self.words[key] for key in keys]
        cells = [[str(row[key] or "—") for key in keys] for row in rows]
        self._grid([heads, *cells], [WIDTHS[key] for key in keys])

    def _grid(
        self, rows: Sequence[Sequence[str]], widths: Sequence[int] = (), sides: Sequence[str] = ()
    ) -> None:
        """A table whose first row is its head, repeated on each page; no row is cut in two."""
        from docx.oxml.ns import qn
        from docx.shared import Mm

        width = max((len(row) for row in rows), default=0)
        if not width:
            return
        table = self.doc.add_table(rows=0, cols=width, style="Table Grid")
        table.autofit = not widths
        for column, mm in zip(table.columns, widths, strict=False):
            column.width = Mm(mm)
        for number, row in enumerate(rows):
            made = table.add_row()
            properties = made._tr.get_or_add_trPr()
            properties.append(properties.makeelement(qn("w:cantSplit"), {}))
            if number == 0:
                properties.append(properties.makeelement(qn("w:tblHeader"), {}))
            for at, (cell, text) in enumerate(zip(made.cells, row, strict=False)):
                if widths:
                    cell.width = Mm(widths[at])
                place = cell.paragraphs[0]
                place.paragraph_format.space_after, place.paragraph_format.keep_with_next = 0, number == 0
                if sides:
                    place.alignment = SIDES[sides[at]]
                self._say(place, text, sans=number == 0, size=10)
        self.doc.add_paragraph()

    def _foot(self) -> None:
        d = self.d
        if d["signatures"]:
            self._say(self.doc.add_heading(level=2), self.words["signed"], sans=True)
            self._table(("named", "meaning", "method", "note", "time"), d["signatures"])
        if d["fingerprint"]:
            self._line(f"{self.words['fingerprint']} SHA-256 {d['fingerprint']}", size=8)
        self._line(f"{d['address']}  {d['made']}", size=8)


def _plain(nodes: Sequence[Mapping[str, Any]]) -> str:
    return "".join(n["v"] if "v" in n else " " if n["k"] == "br" else _plain(n["c"]) for n in nodes)

"""The pack as DOCX: a copy to work with, all tables with their heads on each page."""

import io
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from kangjiansheng.committee.documents.docx import FACES, RED, TAGS
from kangjiansheng.core.archives import settled
from kangjiansheng.overview.documents import columns
from kangjiansheng.overview.documents.outline import Cell, Outline, Section, Value, text

LAST_ROWS = 3  # of the last table, which stand on one page


def rendered(said: Outline) -> bytes:
    """The document of an outline; the same outline gives the same bytes."""
    return settled(_Writer(said).written(), said.cut)


class _Writer:
    """One document under way."""

    def __init__(self, said: Outline) -> None:
        from docx import Document  # only here: lxml takes a while to come

        self.said, self.words = said, said.words
        self.serif, self.sans = FACES[said.language]
        self.doc: Any = Document()
        self._settle()

    def _settle(self) -> None:
        from docx.enum.section import WD_ORIENT
        from docx.shared import Mm, Pt, RGBColor

        page = self.doc.sections[0]
        page.orientation = WD_ORIENT.LANDSCAPE
        page.page_width, page.page_height = Mm(297), Mm(210)
        page.left_margin = page.right_margin = Mm(20)
        page.top_margin = page.bottom_margin = Mm(20)
        normal = self.doc.styles["Normal"]
        normal.font.name, normal.font.size = "Times New Roman", Pt(10.5)
        normal.paragraph_format.space_after = Pt(4)
        self._face(normal.element.get_or_add_rPr(), self.serif)
        for name in ("Title", "Heading 1"):
            style = self.doc.styles[name]
            self._face(style.element.get_or_add_rPr(), self.sans)
            style.font.color.rgb, style.font.bold = RGBColor(0, 0, 0), False
            for line in style.element.xpath(".//w:pBdr"):
                line.getparent().remove(line)
        self.doc.styles["Title"].font.size, self.doc.styles["Heading 1"].font.size = Pt(22), Pt(14)

    def _face(self, properties: Any, east: str) -> None:
        """Faces by script: without the one for East Asia, programs choose one of their own for Chinese."""
        from docx.oxml.ns import qn

        fonts = properties.get_or_add_rFonts()
        for name in list(fonts.attrib):
            del fonts.attrib[name]
        for key, face in (("ascii", "Times New Roman"), ("hAnsi", "Times New Roman"), ("eastAsia", east)):
            fonts.set(qn(f"w:{key}"), face)
        for language in properties.findall(qn("w:lang")):
            properties.remove(language)
        tag = TAGS[self.said.language]
        east_tag = tag if tag.startswith("zh") else "zh-CN"
        properties.append(
            properties.makeelement(qn("w:lang"), {qn("w:val"): tag, qn("w:eastAsia"): east_tag})
        )

    def written(self) -> bytes:
        """The bytes of the document."""
        said = self.said
        self._line(f"{self.words['product']} {said.title}", "Title")
        if said.illustrative:
            self._line(said.illustrative, red=True)
        self._line(f"{said.since}  {said.foot}", grey=True)
        self._line(said.sentence)
        heads = [self.words["figures"], self.words["now"], self.words["then"]]
        self._grid(heads, [[one.name, f"{one.value} {one.unit}".strip(), one.change] for one in said.figures])
        for section in said.sections:
            self._section(section)
        self._line(self.words["definitions"], "Heading 1")
        whence = self._line(f"{said.address}  {self.words['version']} {said.version}", grey=True)
        whence.paragraph_format.keep_with_next = True
        self._grid([], [list(pair) for pair in said.definitions], [1, 4])
        self._end()
        self._foot()
        return self._saved()

    def _section(self, section: Section) -> None:
        self._line(section.finding, "Heading 1")
        mark = f"  {self.words['illustrative']}" if section.illustrative else ""
        self._line(f"{section.over}{mark}", grey=True).paragraph_format.keep_with_next = True
        if section.rows:
            heads = [label for label, _kind in section.columns]
            self._grid(heads, section.shown, columns.widths(section, 1000))
            if section.more:
                self._line(self.words["more"] % {"n": section.more}, grey=True)
        else:
            self._line(self.words["none"])

    def _line(self, words: str, style: str = "Normal", *, red: bool = False, grey: bool = False) -> Any:
        from docx.shared import Pt, RGBColor

        place = self.doc.add_paragraph(style=style)
        run = place.add_run(words)
        self._face(run._r.get_or_add_rPr(), self.serif if style == "Normal" else self.sans)
        if red:
            run.font.color.rgb = RGBColor.from_string(RED)
        if grey:
            run.font.size, run.font.color.rgb = Pt(9), RGBColor(0x56, 0x67, 0x6C)
        return place

    def _grid(
        self, heads: Sequence[str], rows: Sequence[Sequence[Value]], weights: Sequence[int] = ()
    ) -> None:
        from docx.oxml.ns import qn
        from docx.shared import Mm, Pt

        width = len(rows[0]) if rows else len(heads)
        table = self.doc.add_table(rows=0, cols=width, style="Table Grid")
        table.autofit = not weights
        shares = [Mm(257) * weight // sum(weights) for weight in weights]
        for made, share in zip(table.columns, shares, strict=False):
            made.width = share
        for number, row in enumerate([heads, *rows] if heads else rows):
            made = table.add_row()
            properties = made._tr.get_or_add_trPr()
            properties.append(properties.makeelement(qn("w:cantSplit"), {}))
            if heads and number == 0:
                properties.append(properties.makeelement(qn("w:tblHeader"), {}))
            for at, (cell, value) in enumerate(zip(made.cells, row, strict=True)):
                if shares:
                    cell.width = shares[at]
                place = cell.paragraphs[0]
                place.paragraph_format.space_before = place.paragraph_format.space_after = Pt(1.5)
                place.paragraph_format.keep_with_next = bool(heads) and number == 0
                run = self._linked(place, value) if isinstance(value, Cell) else place.add_run(text(value))
                run.font.size = Pt(9)
                self._face(run._r.get_or_add_rPr(), self.sans if heads and number == 0 else self.serif)
        self.doc.add_paragraph()

    def _end(self) -> None:
        """Nothing follows the last table on a page of its own: its last rows stay together, and the line that a
        document has to have after a table takes no room."""
        from docx.shared import Pt

        for row in self.doc.tables[-1].rows[-LAST_ROWS:]:
            for cell in row.cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
        last = self.doc.paragraphs[-1]
        last.paragraph_format.space_after, last.paragraph_format.line_spacing = Pt(0), Pt(1)
        last.add_run().font.size = Pt(1)

    def _linked(self, place: Any, cell: Cell) -> Any:
        """A run that opens the page as it stood on the day of the pack."""
        from docx.opc.constants import RELATIONSHIP_TYPE
        from docx.oxml.ns import qn
        from docx.text.run import Run

        key = place.part.relate_to(self.said.link(cell), RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        link = place._p.makeelement(qn("w:hyperlink"), {qn("r:id"): key})
        run = Run(link.makeelement(qn("w:r"), {}), place)
        link.append(run._r)
        place._p.append(link)
        run.text = cell.text
        return run

    def _foot(self) -> None:
        """On each page: up to when, compared with which day, and the number of the page."""
        from docx.oxml.ns import qn
        from docx.shared import Pt

        place = self.doc.sections[0].footer.paragraphs[0]
        mark = f"  {self.words['illustrative']}" if self.said.illustrative else ""
        run = place.add_run(f"{self.words['product']}  {self.said.foot}{mark}  ")
        number = place.add_run()
        for kind, inside in (("begin", None), (None, "PAGE"), ("end", None)):
            if kind:
                number._r.append(number._r.makeelement(qn("w:fldChar"), {qn("w:fldCharType"): kind}))
            else:
                field = number._r.makeelement(qn("w:instrText"), {})
                field.text = inside
                number._r.append(field)
        for one in (run, number):
            one.font.size = Pt(8.5)
            self._face(one._r.get_or_add_rPr(), self.serif)

    def _saved(self) -> bytes:
        own, said = self.doc.core_properties, self.said
        own.title, own.subject = f"{self.words['product']} {said.title}", said.foot
        own.author = own.last_modified_by = self.words["product"]
        own.comments, own.revision = "", 1
        own.created = own.modified = said.cut.astimezone(UTC).replace(tzinfo=None)
        out = io.BytesIO()
        self.doc.save(out)
        return out.getvalue()

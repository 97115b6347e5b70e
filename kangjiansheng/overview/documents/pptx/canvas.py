"""The slides themselves: 1280 × 720 pixels, as they were designed."""

import re
from collections.abc import Sequence
from typing import Any

from kangjiansheng.core.charts import text_width
from kangjiansheng.overview.documents import columns
from kangjiansheng.overview.documents.outline import Cell, Outline, Section, Value, text
from kangjiansheng.overview.documents.pptx.drawing import draw
from kangjiansheng.overview.documents.pptx.faces import colour, face, theme

PIXEL = 9525  # EMU
WIDTH, HEIGHT = 1280, 720
LEFT, INNER = 64, 1152
TOP, FOOT = 172, 664  # of what a slide shows; of the line at its foot
_SIZE = 14.5  # pixels of the letters of a table: 11 points
_LINE, _PAD = 20, 14
_WIDER = 1.1
_TEXT = 84  # of the one sentence
_PARTS = re.compile(r"\S+\s*")


class Deck:
    """The slides of one outline, under way."""

    def __init__(self, said: Outline) -> None:
        from pptx import Presentation  # only here: it takes a quarter of a second

        self.said, self.words, self.language = said, said.words, said.language
        made: Any = Presentation()
        self.file = made
        self.file.slide_width, self.file.slide_height = WIDTH * PIXEL, HEIGHT * PIXEL
        self.layout = next(one for one in self.file.slide_layouts if one.name == "Title Only")
        for other in [one for one in self.file.slide_layouts if one is not self.layout]:
            self.file.slide_layouts.remove(other)
        for sheet in (self.file.slide_master, self.layout):
            for shape in list(sheet.placeholders):
                self._place(shape, LEFT, 44, INNER, 66) if shape.placeholder_format.type == 1 else _drop(
                    shape
                )
        theme(self.file, self.language)

    # ---------- kinds of slides ----------

    def answer(self) -> None:
        """The sentence, the figures, and how the rate has gone."""
        said = self.said
        over = f"{said.since}  {said.narrowed}".strip()
        slide = self._slide(said.title, over, said.definitions[0][1])
        size = _fitting(said.sentence, 16, _TEXT)
        self._write(slide, (LEFT, 148, INNER, _TEXT), said.sentence, size=size, bold=True)
        wide = (INNER - 3 * 20) // 4
        for n, one in enumerate(said.figures):
            left = LEFT + n * (wide + 20)
            self._rule(slide, left, 246, wide)
            tone = {"bad": "slip-text", "good": "ontrack-text"}.get(one.tone, "ink-3")
            self._write(slide, (left, 254, wide, 26), one.name, size=12, token="ink-2")
            box = self._write(slide, (left, 280, wide, 60), one.value, size=32, bold=True)
            self._run(box.text_frame.paragraphs[0], f" {one.unit}", size=14, token="ink-2")
            self._write(slide, (left, 342, wide, 26), one.change, size=11, token=tone)
        trend = said.trend
        if trend is not None and trend.chart is not None and trend.chart.tells:
            words = f"{trend.over} ({trend.chart.unit})"
            self._write(slide, (LEFT, 384, INNER, 26), words, size=12, token="ink-2")
            draw(slide, trend.chart, _emu(LEFT, 408, INNER, 246), trend.finding, self.language)

    def drawn(self, section: Section) -> None:
        """A finding and the chart that shows it."""
        slide = self._slide(section.finding, section.over, section.note, illustrative=section.illustrative)
        chart = section.chart
        assert chart is not None
        self._write(slide, (LEFT, 150, INNER, 24), chart.unit, size=11, token="ink-3")
        draw(slide, chart, _emu(LEFT, TOP, INNER, FOOT - TOP - 22), section.finding, self.language)

    def listed(self, section: Section, *, behind: bool = False) -> None:
        """A finding and its rows, on as many slides as they need; those `behind` a chart say that they are an annex."""
        widths = columns.widths(section, INNER, _SIZE)
        heads = [label for label, _kind in section.columns]
        pages = _pages(section.shown, widths, heads) or [[]]
        for number, rows in enumerate(pages, 1):
            part = f"  {number} / {len(pages)}" if len(pages) > 1 else ""
            over = f"{self.words['annex']}  {section.over}{part}" if behind else f"{section.over}{part}"
            slide = self._slide(section.finding, over, section.note, illustrative=section.illustrative)
            if not rows:
                self._write(slide, (LEFT, TOP, INNER, 40), self.words["none"], size=14, token="ink-2")
                continue
            self._table(slide, heads, rows, section, widths)
            if number == len(pages) and section.more:
                self._write(
                    slide,
                    (LEFT, FOOT - 34, INNER, 24),
                    self.words["more"] % {"n": section.more},
                    size=11,
                    token="ink-3",
                )

    def definitions(self) -> None:
        """What the numbers mean."""
        rows: list[list[Value]] = [[name, meaning] for name, meaning in self.said.definitions]
        widths = [230, INNER - 230]
        for page in _pages(rows, widths, []):
            slide = self._slide(self.words["definitions"], self.said.foot, self.said.address)
            self._table(slide, [], page, None, widths)

    def number(self) -> None:
        """Put page and number of pages at the foot of each slide."""
        slides = list(self.file.slides)
        for n, slide in enumerate(slides, 1):
            box = self._write(
                slide, (WIDTH - LEFT - 120, FOOT + 8, 120, 24), "", size=9.5, token="ink-3", right=True
            )
            self._number(box.text_frame.paragraphs[0], n, len(slides))

    # ---------- parts ----------

    def _slide(
        self,
        title: str,
        over: str,
        note: str,
        *,
        size: float = 24,
        high: int = 58,
        illustrative: bool | None = None,
    ) -> Any:
        slide = self.file.slides.add_slide(self.layout)
        if illustrative is None:
            illustrative = bool(self.said.illustrative)
        head = slide.shapes.title
        self._place(head, LEFT, 44, INNER, high)
        size = _fitting(title, size, high)
        self._fill(
            head.text_frame, title, size=size, bold=True, token="ink", anchor="bottom" if high < 80 else "top"
        )
        self._write(slide, (LEFT, 46 + high + 10, INNER - 140, 30), over, size=13, token="ink-2")
        if illustrative:
            self._write(
                slide,
                (WIDTH - LEFT - 160, 20, 160, 24),
                self.words["illustrative"],
                size=10.5,
                token="seal",
                right=True,
            )
        self._rule(slide, LEFT, FOOT, INNER)
        self._write(slide, (LEFT, FOOT + 8, 130, 24), self.words["product"], size=10.5, bold=True)
        box, size = (LEFT + 134, FOOT + 8, 380, 24), 9.5
        if self.said.narrowed:  # which may take three lines, in small letters five
            short = text_width(self.said.foot, 8.5 * 4 / 3) < 3 * 360
            box, size = (LEFT + 134, FOOT + 2, 380, 50), 8.5 if short else 6.0
        self._write(slide, box, self.said.foot, size=size, token="ink-2")
        self._write(slide, (LEFT + 526, FOOT + 2, INNER - 526 - 90, 48), note, size=8.5, token="ink-3")
        return slide

    def _write(
        self, slide: Any, box: tuple[int, int, int, int], words: str, *, size: float, bold: bool = False,
        token: str = "ink", right: bool = False,
    ) -> Any:  # fmt: skip
        shape = slide.shapes.add_textbox(*_emu(*box))
        self._fill(shape.text_frame, words, size=size, bold=bold, token=token, right=right)
        return shape

    def _fill(
        self, frame: Any, words: str, *, size: float, bold: bool = False, token: str = "ink", right: bool = False,
        anchor: str = "top",
    ) -> None:  # fmt: skip
        from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN

        frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
        frame.vertical_anchor = MSO_ANCHOR.BOTTOM if anchor == "bottom" else MSO_ANCHOR.TOP
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        paragraph = frame.paragraphs[0]
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
        self._run(paragraph, words, size=size, bold=bold, token=token)

    def _run(
        self, paragraph: Any, words: Value, *, size: float, bold: bool = False, token: str = "ink"
    ) -> None:
        from pptx.util import Pt

        said = text(words) if words != "" else ""
        # Some programs break a link anywhere: one of several words has a run for each, and they break between.
        for part in _PARTS.findall(said) if isinstance(words, Cell) else [said]:
            run = paragraph.add_run()
            run.text = part
            if isinstance(words, Cell):
                run.hyperlink.address = self.said.link(words)
            run.font.size, run.font.bold = Pt(size), bold
            run.font.color.rgb = colour("link" if isinstance(words, Cell) else token)
            face(run._r.get_or_add_rPr(), self.language)

    def _number(self, paragraph: Any, n: int, of: int) -> None:
        """The number of the slide as a field: it stays right when slides are moved."""
        from pptx.oxml.ns import qn

        for run in list(paragraph.runs):
            paragraph._p.remove(run._r)
        self._run(paragraph, str(n), size=9.5, token="ink-3")
        plain = paragraph.runs[0]._r
        field = plain.makeelement(
            qn("a:fld"), {"id": f"{{00000000-0000-4000-8000-{n:012d}}}", "type": "slidenum"}
        )
        for child in list(plain):
            field.append(child)
        plain.getparent().replace(plain, field)
        self._run(paragraph, f" / {of}", size=9.5, token="ink-3")

    def _table(
        self, slide: Any, heads: Sequence[str], rows: Sequence[Sequence[Value]], section: Section | None,
        widths: Sequence[int],
    ) -> None:  # fmt: skip
        lines = [[*heads], *rows] if heads else [*rows]
        frame = slide.shapes.add_table(len(lines), len(widths), *_emu(LEFT, TOP - 14, INNER, 28 * len(lines)))
        table = frame.table
        if section is not None:
            frame._element.nvGraphicFramePr.cNvPr.set("descr", section.over)
        _plain(table, heads=bool(heads))
        for made, width in zip(table.columns, widths, strict=True):
            made.width = width * PIXEL
        for row, line in zip(table.rows, lines, strict=True):
            row.height = _high(line, widths) * PIXEL
        for n, line in enumerate(lines):
            head = bool(heads) and n == 0
            for at, value in enumerate(line):
                number = section is not None and section.columns[at][1] == "n"
                self._cell(table.cell(n, at), value, head=head, right=number, strong=not heads and at == 0)

    def _cell(self, cell: Any, value: Value, *, head: bool, right: bool, strong: bool) -> None:
        from pptx.enum.text import MSO_ANCHOR, PP_ALIGN

        cell.margin_left, cell.margin_right = 0, 12 * PIXEL
        cell.margin_top = cell.margin_bottom = 5 * PIXEL
        cell.vertical_anchor = MSO_ANCHOR.TOP
        paragraph = cell.text_frame.paragraphs[0]
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
        self._run(paragraph, value, size=11, bold=head or strong, token="ink-3" if head else "ink")
        _underline(cell, "line-strong" if head else "line")

    def _rule(self, slide: Any, left: int, top: int, width: int) -> None:
        from pptx.enum.shapes import MSO_CONNECTOR

        line = slide.shapes.add_connector(
            MSO_CONNECTOR.STRAIGHT, left * PIXEL, top * PIXEL, (left + width) * PIXEL, top * PIXEL
        )
        line.line.color.rgb, line.line.width = colour("line-strong"), 9525
        for style in line._element.xpath("./p:style"):  # it casts a shadow
            line._element.remove(style)

    def _place(self, shape: Any, left: int, top: int, width: int, height: int) -> None:
        shape.left, shape.top, shape.width, shape.height = _emu(left, top, width, height)


def _fitting(title: str, size: float, high: int) -> float:
    """The size in points at which a title has room within so many pixels."""
    for smaller in (size, 19, 16, 14):
        lines = -(-text_width(title, min(smaller, size) * 4 / 3 * _WIDER) // INNER)
        if lines * smaller * 4 / 3 * 1.25 <= high + 8:
            return min(smaller, size)
    return 12


def _emu(left: int, top: int, width: int, height: int) -> tuple[int, int, int, int]:
    return left * PIXEL, top * PIXEL, width * PIXEL, height * PIXEL


def _drop(shape: Any) -> None:
    shape._element.getparent().remove(shape._element)


def _plain(table: Any, *, heads: bool) -> None:
    """No style of the program's: lines under the rows and nothing else."""
    properties = table._tbl.tblPr
    table.first_row, table.horz_banding = heads, False
    for style in properties.xpath("./a:tableStyleId"):
        style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"


def _underline(cell: Any, token: str) -> None:
    from pptx.oxml.ns import qn

    properties = cell._tc.get_or_add_tcPr()
    line = properties.makeelement(qn("a:lnB"), {"w": "9525"})
    fill = line.makeelement(qn("a:solidFill"), {})
    fill.append(fill.makeelement(qn("a:srgbClr"), {"val": str(colour(token))}))
    line.append(fill)
    properties.append(line)


def _high(row: Sequence[Value], widths: Sequence[int]) -> int:
    """About how high a row is drawn, in pixels; some faces are wider than others."""
    lines = max(
        -(-int(text_width(text(value), _SIZE * _WIDER)) // max(width - 14, 20)) or 1
        for value, width in zip(row, widths, strict=True)
    )
    return lines * _LINE + _PAD


def _pages(
    rows: Sequence[Sequence[Value]], widths: Sequence[int], heads: Sequence[Value]
) -> list[list[Sequence[Value]]]:
    """The rows in as many parts as slides have room for; a row is never cut in two."""
    room = FOOT - TOP - (_high(heads, widths) if heads else 0) - 12
    pages: list[list[Sequence[Value]]] = []
    left = 0
    for row in rows:
        high = _high(row, widths)
        if not pages or high > left:
            pages.append([])
            left = room
        pages[-1].append(row)
        left -= high
    return pages

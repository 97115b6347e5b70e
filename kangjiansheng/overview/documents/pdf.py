"""The pack as PDF, set by Typst as all our documents are: A4 across, for reading before the meeting."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kangjiansheng.committee.documents import typesetting
from kangjiansheng.core.charts import tokens
from kangjiansheng.overview.documents import columns
from kangjiansheng.overview.documents.outline import Cell, Chart, Outline, Section, Value, text

TEMPLATE = Path(__file__).parents[1] / "reference" / "pack.typ"
_COLOURS = ("ink", "ink-2", "ink-3", "line", "line-strong", "seal", "link", "slip-text", "ontrack-text")


def rendered(said: Outline) -> bytes:
    """The PDF of an outline; the same outline gives the same bytes on every machine."""
    return typesetting.compiled(TEMPLATE, _data(said), said.cut, {})


def _data(said: Outline) -> dict[str, Any]:
    shades = tokens()["light"]
    keys = ("language", "title", "since", "foot", "sentence", "illustrative", "address", "version", "words")
    return {key: getattr(said, key) for key in keys} | {
        "figures": [
            {
                "name": one.name,
                "value": one.value,
                "unit": one.unit,
                "change": one.change,
                "tone": {"bad": "slip-text", "good": "ontrack-text"}.get(one.tone, "ink-3"),
            }
            for one in said.figures
        ],
        "sections": [_section(one, said) for one in said.sections],
        "definitions": [list(pair) for pair in said.definitions],
        "colours": {key: shades[key] for key in _COLOURS},
    }


def _section(section: Section, said: Outline) -> dict[str, Any]:
    return {
        "over": section.over,
        "finding": section.finding,
        "note": section.note,
        "mark": said.words["illustrative"] if section.illustrative else "",
        "heads": [label for label, _kind in section.columns],
        "shares": columns.widths(section, 1000),
        "numbers": [kind == "n" for _label, kind in section.columns],
        "rows": [[_cell(value, said) for value in row] for row in section.shown],
        "more": said.words["more"] % {"n": section.more} if section.more else "",
        "chart": _chart(section.chart) if section.chart and section.chart.tells else None,
    }


def _cell(value: Value, said: Outline) -> dict[str, str]:
    return {"text": text(value), "to": said.link(value) if isinstance(value, Cell) else ""}


def _chart(chart: Chart) -> dict[str, Any]:
    """Bars in parts of the largest: what a page draws of a chart."""
    shades, stacked = tokens()["light"], chart.kind == "stack"
    sums: Sequence[float] = [
        (sum if stacked else max)([abs(one.values[n] or 0) for one in chart.series])
        for n in range(len(chart.categories))
    ]
    most = max(sums, default=0) or 1
    return {
        "stacked": stacked,
        "unit": chart.unit,
        "names": list(chart.categories),
        "series": [
            {
                "name": one.name,
                "shape": one.shape if stacked else "",
                "color": shades[one.color],
                "values": [None if v is None else str(v) for v in one.values],
                "parts": [0 if v is None else abs(v) / most for v in one.values],
            }
            for one in chart.series
        ],
    }

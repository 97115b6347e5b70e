"""Charts of a pack as slides hold them: real ones, with their numbers in a workbook inside."""

from typing import Any

from kangjiansheng.core.sheets import quoted
from kangjiansheng.overview.documents.outline import Chart, Series
from kangjiansheng.overview.documents.pptx.faces import chart_faces, colour

_GAP = {"stack": 45, "bar": 35}


def draw(slide: Any, chart: Chart, place: tuple[int, int, int, int], said: str, language: str) -> Any:
    """Put a chart onto a slide at x, y, width, height; `said` is what it says to who does not see it."""
    from pptx.chart.data import CategoryChartData

    data = CategoryChartData(number_format="General")
    data.categories = [quoted(name) for name in chart.categories]
    for one in chart.series:
        data.add_series(quoted(_said(one, chart)), list(one.values))
    frame = slide.shapes.add_chart(_type(chart), *place, data)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", said)
    drawn = frame.chart
    drawn.font.size, drawn.font.color.rgb = _points(11), colour("ink-2")
    drawn.has_title = False
    _legend(drawn, many=len(chart.series) > 1)
    _axes(drawn, chart)
    _marks(drawn, chart)
    chart_faces(drawn, language)
    return drawn


def _said(one: Series, chart: Chart) -> str:
    """What the key calls a series: parts of a column have a shape beside their colour, as their numbers do."""
    return f"{one.shape} {one.name}".strip() if chart.kind == "stack" else one.name


def _type(chart: Chart) -> Any:
    from pptx.enum.chart import XL_CHART_TYPE

    kinds = {
        "stack": XL_CHART_TYPE.COLUMN_STACKED,
        "bar": XL_CHART_TYPE.BAR_CLUSTERED,
        "line": XL_CHART_TYPE.LINE_MARKERS,
    }
    return kinds[chart.kind]


def _points(size: float) -> Any:
    from pptx.util import Pt

    return Pt(size)


def _legend(drawn: Any, *, many: bool) -> None:
    from pptx.enum.chart import XL_LEGEND_POSITION

    drawn.has_legend = many
    if many:
        drawn.legend.position, drawn.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
        drawn.legend.font.size = _points(11)


def _axes(drawn: Any, chart: Chart) -> None:
    from pptx.enum.chart import XL_TICK_LABEL_POSITION, XL_TICK_MARK

    across, up = drawn.category_axis, drawn.value_axis
    across.tick_labels.font.size = _points(11)
    across.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    across.major_tick_mark = up.major_tick_mark = XL_TICK_MARK.NONE
    across.format.line.color.rgb = colour("axis")
    across.has_major_gridlines = False
    up.has_major_gridlines = chart.kind == "line"
    up.visible = chart.kind == "line"
    if chart.kind == "line":
        up.major_gridlines.format.line.color.rgb = colour("grid")
        up.minimum_scale, up.maximum_scale, up.major_unit = 0, 100, 25
        up.format.line.fill.background()
    if chart.kind == "bar":
        across.reverse_order = True


def _marks(drawn: Any, chart: Chart) -> None:
    plot = drawn.plots[0]
    if chart.kind == "stack":
        plot.overlap = 100
    if chart.kind == "bar":
        plot.overlap = -8
    if chart.kind in _GAP:
        plot.gap_width = _GAP[chart.kind]
    for one, made in zip(chart.series, plot.series, strict=True):
        if chart.kind == "line":
            made.smooth = False
            made.format.line.color.rgb, made.format.line.width = colour(one.color), _points(2.25)
            made.marker.format.fill.solid()
            made.marker.format.fill.fore_color.rgb = made.marker.format.line.color.rgb = colour(one.color)
        else:
            made.invert_if_negative = False
            made.format.fill.solid()
            made.format.fill.fore_color.rgb = colour(one.color)
        _label(made, chart, one)


def _label(made: Any, chart: Chart, one: Series) -> None:
    """The number at each mark; that of today's series in ink, that of a ghost paler."""
    from pptx.enum.chart import XL_LABEL_POSITION

    places = {
        "stack": XL_LABEL_POSITION.CENTER,
        "bar": XL_LABEL_POSITION.OUTSIDE_END,
        "line": XL_LABEL_POSITION.ABOVE,
    }
    labels = made.data_labels
    labels.show_value, labels.position = True, places[chart.kind]
    labels.font.size = _points(11)
    if chart.kind == "stack" and one.shape:
        labels.number_format, labels.number_format_is_linked = f'"{one.shape} "0', False
    token = one.color
    inside = chart.kind == "stack" and token not in ("risk", "ghost", "idle")
    labels.font.color.rgb = colour("ink-inv" if inside else "ink-3" if token == "ghost" else "ink")

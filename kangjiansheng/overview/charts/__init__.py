"""Figures of the board and of the page of charts: rows → plain dicts with colour tokens."""

from kangjiansheng.core.charts import Figure
from kangjiansheng.overview.charts.cycles import CycleWords, cycles
from kangjiansheng.overview.charts.outlook import outlook
from kangjiansheng.overview.charts.slips import slips
from kangjiansheng.overview.charts.stacked import Part, Row, bars, months
from kangjiansheng.overview.charts.words import Words

__all__ = ["CycleWords", "Figure", "Part", "Row", "Words", "bars", "cycles", "months", "outlook", "slips"]

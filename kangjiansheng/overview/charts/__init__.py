"""Figures of the board: rows → plain dicts with colour tokens."""

from kangjiansheng.overview.charts.outlook import outlook
from kangjiansheng.overview.charts.slips import slips
from kangjiansheng.overview.charts.words import Words

__all__ = ["Words", "outlook", "slips"]

"""Rows → figures: the timeline of a project, the trend of what was promised, the projects of a laboratory."""

from kangjiansheng.projects.charts.delays import delay, delay_finding, delay_table
from kangjiansheng.projects.charts.lab import lab_lines, lab_table
from kangjiansheng.projects.charts.timeline import timeline, timeline_finding, timeline_table
from kangjiansheng.projects.charts.trend import trend, trend_finding, trend_table

__all__ = [
    "delay",
    "delay_finding",
    "delay_table",
    "lab_lines",
    "lab_table",
    "timeline",
    "timeline_finding",
    "timeline_table",
    "trend",
    "trend_finding",
    "trend_table",
]

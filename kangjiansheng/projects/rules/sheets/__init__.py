"""A sheet of milestones that somebody has edited: what its columns mean, and what its rows would change."""

from kangjiansheng.projects.rules.sheets.columns import EDITABLE, heading_words
from kangjiansheng.projects.rules.sheets.deciding import Change, Decision, Stored, decide
from kangjiansheng.projects.rules.sheets.joining import Joinable, join, joins, just_opened, named
from kangjiansheng.projects.rules.sheets.mark import Mark, digest, written
from kangjiansheng.projects.rules.sheets.reading import Found, RawRow, Reading, rows_of
from kangjiansheng.projects.rules.sheets.steps import Right, Step, steps

__all__ = [
    "EDITABLE",
    "Change",
    "Decision",
    "Found",
    "Joinable",
    "Mark",
    "RawRow",
    "Reading",
    "Right",
    "Step",
    "Stored",
    "decide",
    "digest",
    "heading_words",
    "join",
    "joins",
    "just_opened",
    "named",
    "rows_of",
    "steps",
    "written",
]

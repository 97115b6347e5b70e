"""Pages of committees, meetings and minutes."""

from flask import Blueprint

from kangjiansheng.committee import api
from kangjiansheng.committee.views import (
    agenda,
    amendments,
    answers,
    backlog,
    committees,
    downloads,
    effects,
    floor,
    history,
    imports,
    interests,
    meetings,
    minutes,
    motions,
    opinions,
    outcomes,
    papers,
    paragraphs,
    present,
    proposals,
    publishing,
    recusals,
    review,
    scans,
    series,
    verifying,
    writing,
)
from kangjiansheng.committee.views.base import bp

__all__ = [
    "agenda",
    "amendments",
    "answers",
    "backlog",
    "blueprints",
    "committees",
    "downloads",
    "effects",
    "floor",
    "history",
    "imports",
    "interests",
    "meetings",
    "minutes",
    "motions",
    "opinions",
    "outcomes",
    "papers",
    "paragraphs",
    "present",
    "proposals",
    "publishing",
    "recusals",
    "review",
    "scans",
    "series",
    "verifying",
    "writing",
]

blueprints: tuple[Blueprint, ...] = (bp, api.bp)

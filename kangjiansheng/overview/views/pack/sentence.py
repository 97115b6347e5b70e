"""The answer as plain text, as it stands on the first slide and in the mail: the words are those of the dashboard."""

from typing import Any

from flask import get_template_attribute

from kangjiansheng.overview.rules.answer import Answer
from kangjiansheng.overview.rules.figures import OnTime
from kangjiansheng.overview.views import words


def sentence(found: Answer, against: str) -> str:
    """How many projects stand how, how punctual they are, what slips most and since when, when the next decision
    comes."""
    return _said("sentence", found, against, words)


def punctual(on_time: OnTime, against: str) -> str:
    """How punctual the last 12 months were, beside the day of comparison."""
    return _said("punctual", on_time, against)


def _said(name: str, *facts: Any) -> str:
    return str(get_template_attribute("overview/_answer.html", name)(*facts).unescape())

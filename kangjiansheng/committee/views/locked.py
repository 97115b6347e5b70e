"""The page of what can no longer be changed: why, and what was typed into a form that came too late."""

from typing import Any

from flask import request
from werkzeug.wrappers import Response
from wtforms import HiddenField

from kangjiansheng.committee.models import Meeting
from kangjiansheng.committee.operations import locks
from kangjiansheng.committee.rules.locks import text_lock
from kangjiansheng.committee.views.base import page
from kangjiansheng.core import i18n
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.forms import Form, shown


def facts_locked(meeting: Meeting, form: Form | None = None) -> Response | None:
    """The page that says why the facts of a meeting stand; None while they may be changed."""
    return _page(meeting, locks.facts_lock(meeting), form)


def text_locked(meeting: Meeting, form: Form | None = None) -> Response | None:
    """The page that says why the text of minutes stands; None while it is a draft."""
    return _page(meeting, text_lock(meeting.minutes.life) if meeting.minutes else None, form)


def typed(form: Form | None) -> list[tuple[str, str]]:
    """What somebody typed, field by field, so that it can be taken along."""
    if form is None or not form.is_submitted():
        return []
    fields = [
        f for f in form if not isinstance(f, HiddenField) and f.type not in ("SelectField", "RadioField")
    ]
    return [(str(f.label.text), shown(f)) for f in fields if shown(f)]


def _page(meeting: Meeting, code: str | None, form: Form | None) -> Response | None:
    if code is None:
        return None
    context: dict[str, Any] = {
        "meeting": meeting,
        "why": i18n.explain(RuleBroken(code)),
        "typed": typed(form),
        "has_minutes": code in ("committee:frozen", "committee:in-review", "committee:facts-in-review"),
    }
    status = 422 if request.method == "POST" else 200
    return page("locked.html", status, illustrative=meeting.illustrative, **context)

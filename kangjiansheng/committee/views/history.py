"""Who did what with a committee or a meeting, and when."""

from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from kangjiansheng.accounts import queries as people
from kangjiansheng.committee import forms, policies
from kangjiansheng.committee.forms import charter
from kangjiansheng.committee.models import Committee, Meeting, Paragraph
from kangjiansheng.committee.queries import loaders, reading
from kangjiansheng.committee.rules import FIELDS
from kangjiansheng.committee.views.base import bp, meeting_life, minutes_life, page
from kangjiansheng.core import audit, history, i18n
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.pages import of_today

# What may be shown of the states: neither items nor texts, for a reader may be kept out of some.
_SHOWN = (
    "name_hans name_hant name_en held_on starts_at ends_at place life current_draft review_due_on meaning "
    "quorum_numerator quorum_denominator quorum_base majority_numerator majority_denominator "
    "majority_over majority_base abstentions_count deputies deputy_among second_step "
    "default_consent default_consent_days "
    "minutes_pattern outcome_pattern retention_years approval_rule approval_members review_days valid_to"
)
LABELS: dict[str, Any] = {key: FIELDS[key] for key in _SHOWN.split()}
# Of paragraphs and what they decide: for readers who were let in to the text itself.
TEXT_LABELS: dict[str, Any] = {
    "text": _l("文字"),
    "set_aside": _l("未采用的文字"),
    "position": _l("次序"),
    "translation": _l("译文"),
}


def entries(*things: tuple[str, int], since: datetime | None = None) -> list[dict[str, Any]]:
    """The entries about several things, newest first; those `since` an instant."""
    rows = [row for table, key in things for row in audit.history(table, key, 200)]
    rows = [row for row in rows if since is None or row.recorded_at > since]
    rows.sort(key=lambda row: -row.seq)
    names = people.names({row.actor_id for row in rows})
    return history.entries(rows, labels=LABELS, show=_show, people=names)


def edits(meeting: Meeting, *, only: Paragraph | None = None) -> list[dict[str, Any]]:
    """What was done with the paragraphs that the reader may see, newest first. Wordings that were given up are
    shown to those who write; to the others nothing of a draft that is being written."""
    if meeting.minutes is None:
        return []
    writes = policies.edit_minutes(actor(), meeting)
    if not writes and meeting.minutes.life == "draft":
        return []
    rows = reading.edits(meeting.minutes, actor=actor(), only=only, set_aside=writes)
    names = people.names({row.actor_id for row in rows})
    found = history.entries(rows, labels=TEXT_LABELS, show=_show, people=names)
    for row, shown in zip(rows, found, strict=True):
        if not row.before:
            shown["changes"] = [
                {"label": str(label), "before": "", "after": row.after[key]}
                for key, label in TEXT_LABELS.items()
                if key in row.after
            ]
    return found


def _show(key: str, value: Any) -> str:
    if value in (None, "", []):
        return ""
    if key == "life":
        known = ("draft", "review", "approved", "record")
        return minutes_life(value)[1] if value in known else meeting_life(value)[1]
    if key in ("starts_at", "ends_at"):
        return i18n.moment(_instant(value))
    if isinstance(value, bool):
        return _("是") if value else _("否")
    words: dict[str, dict[str, Any]] = {
        "meaning": dict(forms.MEANINGS),
        "approval_rule": dict(forms.RULES),
        "deputy_among": dict(charter.DEPUTIES),
        "quorum_base": dict(charter.QUORUM_BASES),
        "majority_base": dict(charter.MAJORITY_BASES),
    }
    return str(words.get(key, {}).get(value, value))


def _instant(value: str) -> datetime:
    return datetime.fromisoformat(value)


@bp.get("/meetings/<code>/history")
@on(load=loaders.meeting, may=policies.read_drafts)
@of_today
def meeting_history(meeting: Meeting) -> Response:
    """Everything that was done with a meeting and its minutes."""
    things = [("meeting", meeting.id)]
    if meeting.minutes:
        things.append(("minutes", meeting.minutes.id))
    since = None if policies.edits(actor(), meeting.committee_id) else meeting.published_at
    return page(
        "history.html",
        title=i18n.name_of(meeting),
        back=url_for(".meeting", code=meeting.code),
        entries=entries(*things, since=since),
        illustrative=meeting.illustrative,
    )


@bp.get("/meetings/<code>/minutes/paragraphs/<public_id>/history")
@on(load=loaders.any_paragraph, may=policies.edit_paragraph)
@of_today
def paragraph_history(paragraph: Paragraph) -> Response:
    """Every wording of a paragraph, and those that somebody gave up for another's."""
    meeting = paragraph.minutes.meeting
    return page(
        "history.html",
        title=_("段落"),
        back=url_for(".write", code=meeting.code, _anchor=paragraph.public_id),
        entries=edits(meeting, only=paragraph),
        illustrative=paragraph.minutes.illustrative,
    )


@bp.get("/committees/<code>/history")
@on(load=loaders.committee, may=policies.read_committee)
@of_today
def committee_history(committee: Committee) -> Response:
    """Everything that was done with a committee."""
    return page(
        "history.html",
        title=i18n.name_of(committee),
        back=url_for(".committee", code=committee.code),
        entries=entries(("committee", committee.id)),
        illustrative=any(m.illustrative for m in committee.members),
    )

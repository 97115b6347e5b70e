"""Who did what with a committee or a meeting, and when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from kangjiansheng.accounts import queries as people
from kangjiansheng.committee import forms, policies
from kangjiansheng.committee.forms import charter
from kangjiansheng.committee.models import Committee, Meeting, Paragraph
from kangjiansheng.committee.queries import edited, loaders, taken
from kangjiansheng.committee.rules import FIELDS, VALUES, told
from kangjiansheng.committee.views.base import bp, meeting_life, minutes_life, page
from kangjiansheng.core import audit, history, i18n
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.audit import AuditEntry
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


# Of decisions and actions: for readers of their item.
OUTCOME_LABELS: dict[str, Any] = {
    key: FIELDS[key]
    for key in (
        "kind", "text", "votes_for", "votes_against", "abstentions", "recused", "owner_id", "owner_role",
        "due_on", "life", "done_on",
    )
}  # fmt: skip
# Of a meeting's state, who was there: each entry tells the seats whose attendance it changed.
_ROOM: dict[str, Any] = {key: FIELDS[key] for key in ("attendance", "presence")}


def entries(*things: tuple[str, int], since: datetime | None = None) -> list[dict[str, Any]]:
    """The entries about several things, newest first; those `since` an instant."""
    return _in_words(_rows(*things, since=since), LABELS, _show)


def _rows(*things: tuple[str, int], since: datetime | None = None) -> list[AuditEntry]:
    rows = [row for table, key in things for row in audit.history(table, key, 200)]
    rows = [row for row in rows if since is None or row.recorded_at > since]
    return sorted(rows, key=lambda row: -row.seq)


def _in_words(
    rows: Sequence[AuditEntry],
    labels: Mapping[str, Any],
    show: history.Show,
    people_by_id: Mapping[int, Any] | None = None,
) -> list[dict[str, Any]]:
    known = people.names({row.actor_id for row in rows}) if people_by_id is None else people_by_id
    return history.entries(rows, labels=labels, show=show, people=known)


def edits(meeting: Meeting, *, only: Paragraph | None = None) -> list[dict[str, Any]]:
    """What was done with the paragraphs that the reader may see, and with what stands in them, newest first. Wordings
    that were given up are shown to those who write."""
    writes = policies.edit_minutes(actor(), meeting)
    if meeting.minutes is None or _unshown(meeting):
        return []
    rows = edited.edits(meeting.minutes, actor=actor(), only=only, set_aside=writes)
    shown = _whole(rows, TEXT_LABELS, _in_words(rows, TEXT_LABELS, _show))
    return _merged(list(zip(rows, shown, strict=True)), _outcomes(meeting, only=only))


def _unshown(meeting: Meeting) -> bool:
    """Of a draft that is being written nothing is told to those who do not write it."""
    minutes = meeting.minutes
    return minutes is not None and minutes.life == "draft" and not policies.edit_minutes(actor(), meeting)


Told = list[tuple[AuditEntry, dict[str, Any]]]


def _outcomes(meeting: Meeting, *, only: Paragraph | None = None) -> Told:
    """What was done with decisions and actions of items that the reader may read."""
    if _unshown(meeting):
        return []
    found = edited.outcome_edits(meeting, actor=actor(), only=only)
    rows = [row for row, _number in found]
    owners = {state.get("owner_id") for row in rows for state in (row.before, row.after)}
    known = people.names({row.actor_id for row in rows} | {one for one in owners if one})

    def show(key: str, value: Any) -> str:
        if value in (None, ""):
            return ""
        if key == "owner_id":
            return i18n.name_of(known[value]) if value in known else ""
        return str(VALUES.get(key, {}).get(value, value))

    shown = _whole(rows, OUTCOME_LABELS, _in_words(rows, OUTCOME_LABELS, show, known), show)
    return [(row, one | {"mark": number}) for (row, number), one in zip(found, shown, strict=True)]


def _whole(
    rows: Sequence[AuditEntry],
    labels: Mapping[str, Any],
    told: list[dict[str, Any]],
    show: history.Show = lambda _key, value: str(value),
) -> list[dict[str, Any]]:
    """What was made is told with all that it began with."""
    for row, shown in zip(rows, told, strict=True):
        if not row.before:
            shown["changes"] = [
                {"label": str(label), "before": "", "after": show(key, row.after[key])}
                for key, label in labels.items()
                if row.after.get(key) not in (None, "")
            ]
    return told


def _merged(*several: Told) -> list[dict[str, Any]]:
    together = sorted((one for told in several for one in told), key=lambda pair: -pair[0].seq)
    return [shown for _row, shown in together]


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


def _seated(seats: Mapping[int, str], key: str, value: Any) -> str:
    """The same of a meeting; who was there, by their seats."""
    if key not in _ROOM or not value:
        return _show(key, value)
    if key == "presence":
        stays = [
            (row[0], {"seat": "", "mode": row[1], "came_at": row[2], "left_at": row[3]}) for row in value
        ]
        return _("；").join(f"{seats.get(one, '')} {told.words('presence', [stay])}" for one, stay in stays)
    there = [(seats.get(row[0], ""), row[2]) for row in value if row[2]]
    return _("、").join(f"{seat} {told.words('attendance', [mode])}" for seat, mode in there)


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
    rows = _rows(*things, since=since)
    shown = _in_words(rows, LABELS | _ROOM, partial(_seated, taken.seat_names(meeting)))
    return page(
        "history.html",
        title=i18n.name_of(meeting),
        back=url_for(".meeting", code=meeting.code),
        entries=_merged(list(zip(rows, shown, strict=True)), _outcomes(meeting)),
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

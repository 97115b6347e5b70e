"""Reading minutes: the frozen draft or the approved text, with comments, progress and signatures."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import abort, g, request, url_for
from werkzeug.wrappers import Response

from kangjiansheng.accounts import queries as people
from kangjiansheng.committee import forms, policies
from kangjiansheng.committee.models import DraftVersion, Meeting, Minutes, ReadingMark
from kangjiansheng.committee.operations import reviews, signatures
from kangjiansheng.committee.queries import (
    answers,
    corrections,
    edited,
    effects,
    loaders,
    marks,
    overviews,
    reading,
    scans,
)
from kangjiansheng.committee.queries.comparing import compared
from kangjiansheng.committee.queries.standing import stood
from kangjiansheng.committee.queries.visible import is_asked
from kangjiansheng.committee.rules import canon, quorum, texts, told
from kangjiansheng.committee.views import readers, sides, signing
from kangjiansheng.committee.views.base import bp, number_of, page, title_of, until_day
from kangjiansheng.committee.views.history import edits
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.i18n import locale, name_of
from kangjiansheng.core.pages import of_today


@dataclass
class Heading:
    """What stands above a text: of a frozen draft, what its signers had before them; else what is known now."""

    title: str
    number: str
    held_on: date
    starts_at: datetime | None
    ends_at: datetime | None
    place: str
    year_inferred: bool
    secrecy: str = ""


def heading_of(meeting: Meeting, draft: DraftVersion | None) -> Heading:
    """The heading of a text, in the reader's language."""
    if draft is None:
        return Heading(
            title_of(meeting), number_of(meeting), meeting.held_on, meeting.starts_at, meeting.ends_at,
            meeting.place, meeting.year_inferred,
        )  # fmt: skip
    head = draft.header
    title = title_of(meeting) if locale() == "en" else name_of({"hans": head["title"]})
    starts, ends = (
        datetime.fromisoformat(head[key]) if head[key] else None for key in ("starts_at", "ends_at")
    )
    return Heading(
        title, head["number"], date.fromisoformat(head["held_on"]), starts, ends, head["place"],
        meeting.year_inferred, told.secrecy(head.get("secrecy")),
    )  # fmt: skip


@dataclass
class Offer:
    """What of the minutes is open to this reader: the drafts, newest first, and the one that the address asks for."""

    held: set[str]
    reader: bool  # of drafts, comments and signatures
    keeps: bool
    versions: list[DraftVersion]
    draft: DraftVersion | None  # None: the text that is being written, or a record


def offered(meeting: Meeting) -> Offer | None:
    """What is open to this reader on the day that is asked for; None when nothing is."""
    minutes, day, who = meeting.minutes, g.get("as_of"), actor()
    if minutes is None:
        return None
    held = policies.seated(who, meeting.committee)
    keeps, reader = bool(held & policies.EDITORS), _reads_drafts(meeting, held, who)
    versions = _open(minutes, reader, until_day())
    draft = _asked(versions)
    if draft is None and not (_is_record(minutes) or (keeps and not day)):
        return None
    return Offer(held, reader, keeps, versions, draft)


def open_drafts(meeting: Meeting, *, actor: Actor) -> list[DraftVersion]:
    """The frozen drafts that are open to a reader today, newest first."""
    minutes, held = meeting.minutes, policies.seated(actor, meeting.committee)
    if minutes is None or not policies.read_minutes(actor, meeting):
        return []
    return _open(minutes, _reads_drafts(meeting, held, actor), None)


def _reads_drafts(meeting: Meeting, held: set[str], actor: Actor) -> bool:
    return bool(held) or actor.reads_all or is_asked(meeting, actor)


def _open(minutes: Minutes, reader: bool, until: datetime | None) -> list[DraftVersion]:
    """All to readers of drafts; of approved minutes the text that stands to everybody."""
    approved = minutes.life == "approved"
    versions = reading.drafts(minutes, until=until) if reader or approved else []
    return versions if reader else versions[:1]


def _is_record(minutes: Minutes) -> bool:
    """Whether these are what a source tells, on a past day of a meeting that was known by then."""
    until = until_day()
    return minutes.life == "record" and (until is None or stood(minutes.meeting_id, until))


@bp.get("/meetings/<code>/minutes")
@on(load=loaders.meeting, may=policies.read_minutes)
def minutes(meeting: Meeting) -> Response:
    """The minutes of a meeting; `?draft=2` shows a draft, `?compare=1` what differs from the one before."""
    return minutes_page(meeting, forms.SignForm(formdata=None), forms.CommentForm(formdata=None))


def minutes_page(
    meeting: Meeting,
    sign_form: forms.SignForm,
    comment_form: forms.CommentForm,
    status: int = 200,
    at: str = "",
) -> Response:
    """The page, also when a signature or a comment came back with something to mend."""
    minutes, day = meeting.minutes, g.get("as_of")
    who, until = actor(), until_day()
    offer = offered(meeting) if minutes else None
    if minutes is None or offer is None:
        return page("minutes_none.html", meeting=meeting, illustrative=meeting.illustrative)
    versions, draft, reader, keeps = offer.versions, offer.draft, offer.reader, offer.keeps
    held = offer.held
    older = next((d for d in versions if draft is not None and d.number < draft.number), None)
    mark = marks.mark_of(minutes, actor=who) if draft and draft is versions[0] and not day else None
    read = marks.draft_of(mark, minutes) if mark else None
    rows = reading.rows_of_all([d for d in (draft, older, read) if d], until=until)
    items = reading.items_of(minutes, actor=who)
    text = (
        reading.frozen(draft, actor=who, seen=items.read, rows=rows[draft.id])
        if draft
        else reading.working(minutes, actor=who, seen=items.read)
    )
    open_threads = reading.attach_comments(text, minutes) if reader and not day else 0
    stands = minutes.life == "approved" and draft is not None and draft.number == minutes.current_draft
    amendments = (
        reading.attach_amendments(text, minutes, waiting=reader and not day, until=until) if stands else []
    )
    steps = signing.progress(draft, who.id, whole=text.is_whole, text=text) if draft and reader else []
    current = draft is not None and reviews_open(draft) and not day
    asked = signing.asked(draft, sign_form, actor=who, text=text) if draft and current else None
    rule, n = reviews.rule_of(draft) if draft else ("", 0)
    who_signs = reviews.signings(draft) if draft else []
    total = quorum.total_needed(rule, n, who_signs, drafter=minutes.drafter_id) if draft else 0
    return page(
        "minutes.html",
        status,
        meeting=meeting,
        minutes=minutes,
        head=heading_of(meeting, draft),
        text=text,
        projects=items.projects,
        **_answered(meeting, until) if stands else {"advice": {}, "answered": {}},
        settled=effects.in_text(text) if draft else {},
        draft=draft,
        versions=versions,
        older=older,
        **_differing(text, older, read, mark, rows),
        may_mark=bool(versions) and draft is versions[0] and not day,
        steps=steps,
        returned=bool(draft) and minutes.life == "draft",
        given=len(signatures.consents(draft)) if draft else 0,
        total=total,
        rule=rule,
        n=n,
        open_threads=open_threads,
        amendments=amendments,
        correctors=corrections.signers(amendments),
        life=texts.shown_life(minutes.life, amended=any(a.life == "approved" for a in amendments)),
        reader=reader,
        gathered=told.gathered(draft.header) if draft else [],
        rooms=_rooms(draft, text) if draft else {},
        fingerprint=texts.short(draft.sha256) if draft else "",
        intact=reviews.is_intact(draft, _digest(draft, text)) if draft else None,
        asked=asked,
        is_current=current,
        stands=stands,
        may_sign=asked is not None,
        may_comment=current and bool(held),
        may_edit=keeps and minutes.life == "draft" and not day,
        may_list_accesses=(keeps or who.has("auditor")) and not day,
        may_link=keeps and minutes.life in ("approved", "record") and not day,
        may_amend=keeps and stands and not day,
        may_translate=keeps and not meeting.source and not day,
        may_resolve={who.id} if not keeps else None,
        sign_form=sign_form,
        comment_form=comment_form,
        comment_at=at,
        scans=scans.scans(minutes.id, until=until) if stands and text.is_whole else [],
        may_scan=keeps and stands and text.is_whole and not day,
        illustrative=minutes.illustrative,
        **readers.around(meeting, offer, text),
        **sides.beside(text, minutes, until=until),
    )


def _answered(meeting: Meeting, until: datetime | None) -> dict[str, Any]:
    """What the company said of the advice of these minutes, or which advice they answered, by number."""
    if meeting.committee.kind != answers.COMPANY:
        return {"advice": answers.of_meeting(meeting.id, until=until), "answered": {}}
    own = overviews.decisions(actor=actor(), meeting_id=meeting.id).all()
    found = answers.given_by(own, actor=actor(), until=until)
    return {"advice": {}, "answered": {d.number: found[d.id] for d in own if d.id in found}}


def _differing(
    text: reading.Reading,
    older: DraftVersion | None,
    read: DraftVersion | None,
    mark: ReadingMark | None,
    rows: dict[int, list[Any]],
) -> dict[str, Any]:
    """What is not as in the draft before, or as in the one that the reader has read, and which of both is shown."""
    then = {d.id: reading.opened(d, text.seen, rows[d.id]) for d in (older, read) if d}
    different = compared(text, then[older.id]) if older else None
    since = compared(text, then[read.id], known=mark.seen) if read and mark else None
    since_on = bool(since and since.places) and request.args.get("since") == "1"
    compare = bool(older) and not since_on and request.args.get("compare") == "1"
    return {
        "different": different,
        "since": since,
        "read_at": mark.read_at if mark else None,
        "up_to_date": bool(read and read is text.draft and since and not since.places),
        "since_on": since_on,
        "compare": compare,
        "against": since if since_on else different if compare else None,
    }


def _rooms(draft: DraftVersion, text: reading.Reading) -> dict[str, str]:
    """Who was there for an item and who was recused, in words, by the paragraph with which the item begins: as in the
    documents, for it is signed with them."""
    items = {room["item"]: room for room in draft.header.get("items", []) if room["item"] in text.seen}
    begin = {p.item_id: p.public_id for p in reversed(text.paragraphs) if not p.withheld}
    return {begin[key]: told.room(room) for key, room in items.items() if key in begin}


def _digest(draft: DraftVersion, text: reading.Reading) -> str:
    """The fingerprint of what is stored: of what is on the page when that is all, else read for it."""
    if not text.is_whole:
        return reviews.recomputed(draft)
    shown = [{"id": p.public_id, "no": p.no, "kind": p.kind, "text": p.text} for p in text.paragraphs]
    return canon.fingerprint(draft.header, shown)


def reviews_open(draft: DraftVersion) -> bool:
    """True while the draft waits for signatures."""
    return signatures.is_open(draft)


def _asked(versions: list[DraftVersion]) -> DraftVersion | None:
    asked = request.args.get("draft", "")
    if not asked:
        return versions[0] if versions else None
    found = next((d for d in versions if str(d.number) == asked), None)
    if found is None:
        abort(404)
    return found


@bp.get("/meetings/<code>/minutes/history")
@on(load=loaders.meeting, may=policies.read_drafts)
@of_today
def minutes_history(meeting: Meeting) -> Response:
    """Every draft, signature and return of these minutes."""
    minutes = meeting.minutes or abort(404)
    found: list[dict[str, Any]] = []
    whole = scans.is_whole(meeting, actor=actor())
    drafts = reading.signed_drafts(minutes)
    recalled = edited.recalls(minutes, drafts)
    names = people.names({entry.actor_id for rows in recalled.values() for entry, _note in rows})
    for draft in drafts:
        steps = signing.progress(draft, actor().id, whole=whole)
        back = [
            {"who": name_of(names[entry.actor_id]), "when": entry.recorded_at, "note": note if whole else ""}
            for entry, note in recalled.get(draft.number, [])
        ]
        found.append({"draft": draft, "steps": steps, "open": reviews_open(draft), "recalled": back})
    return page(
        "minutes_history.html",
        meeting=meeting,
        minutes=minutes,
        drafts=found,
        edits=edits(meeting),
        back=url_for(".minutes", code=meeting.code),
        short=texts.short,
        illustrative=minutes.illustrative,
    )

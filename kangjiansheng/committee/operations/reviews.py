"""Review opens: the text is frozen as a draft with a fingerprint, and its signers are fixed."""

import secrets
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from kangjiansheng.accounts.models import Account, Person
from kangjiansheng.committee import notices
from kangjiansheng.committee.models import (
    Action,
    Decision,
    DraftParagraph,
    DraftVersion,
    Meeting,
    Minutes,
    Paragraph,
    Signer,
)
from kangjiansheng.committee.notices import signing as telling
from kangjiansheng.committee.operations import deadlines, voted
from kangjiansheng.committee.operations import effects as changing
from kangjiansheng.committee.operations.locks import draft_only
from kangjiansheng.committee.operations.minutes import standing_of, standing_paragraphs
from kangjiansheng.committee.operations.tallying import refuse_running
from kangjiansheng.committee.queries import dissents, effects, floor, reading, replaced
from kangjiansheng.committee.queries.taken import seat_name, seat_names
from kangjiansheng.committee.rules import acts, canon, facts, numbers, quorum
from kangjiansheng.committee.rules.presence import Counted
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken


def open_review(
    minutes: Minutes,
    *,
    actor: Actor,
    version: int | None = None,
    due_on: date | None = None,
    secrecy: str = "",
    term: str = "",
) -> DraftVersion:
    """Freeze the text as the next draft, fix who signs it, and ask them.

    `secrecy` marks it as a trade secret, for the `term` that is printed beside the mark (10年, 长期).
    """
    draft_only(minutes)
    if secrecy not in ("", *acts.SECRECY) or (term and not secrecy):
        raise RuleBroken("committee:secrecy-level", "secrecy")
    expect(minutes, version)
    if due_on:
        deadlines.within_reach(due_on)
    meeting = minutes.meeting
    refuse_running(meeting)
    voted.tell(minutes, actor=actor)
    db.session.expire(meeting)  # who changed its facts held the same lock until now
    paragraphs = standing_paragraphs(minutes)
    if not any(p.kind != "heading" and p.text.strip() for p in paragraphs):
        raise RuleBroken("committee:minutes-empty")
    _check_attendance(meeting)
    who = fixed_signers(meeting, drafter=minutes.drafter_id)
    before = minutes.state()
    head = header(meeting, paragraphs)
    head |= {"secrecy": {"level": secrecy, "term": term}} if secrecy else {}
    draft = freeze(minutes, "draft", head, paragraphs, who, actor=actor)
    changing.rehearse(draft, actor=actor)
    minutes.life, minutes.current_draft = "review", draft.number
    minutes.review_due_on = due_on or clock.today() + timedelta(days=meeting.committee.review_days)
    change = record("committee:review:open", minutes, actor=actor, before=before, change=draft_change(draft))
    people = {signer.person_id: signer.person for signer in draft.signers}
    voided = replaced.replaced_by(draft)
    telling.consents_void(
        meeting, voided, people, draft.number, minutes.review_due_on, actor=actor, change=change
    )
    asked = {key: person for key, person in people.items() if key not in {one.person.id for one in voided}}
    notices.review_opened(meeting, asked, draft.number, minutes.review_due_on, actor=actor, change=change)
    return draft


def _check_attendance(meeting: Meeting) -> None:
    """Signed minutes name every seat: there, online or absent. Nobody is left out in silence."""
    recorded = {row.person_id for row in meeting.attendance if row.mode}
    seats = [m for m in meeting.seated if m.voting]
    missing = [seat_name(m) for m in seats if m.person_id not in recorded]
    if recorded and missing:
        raise RuleBroken("committee:attendance-incomplete", seats="、".join(missing))


def fixed_signers(meeting: Meeting, *, drafter: int) -> list[quorum.Signing]:
    """Who may sign by the committee's rule; refused when those who can sign could not make it stand."""
    committee = meeting.committee
    there = {row.person_id for row in meeting.attendance if row.mode in ("on_site", "online")}
    seats = [m for m in meeting.seated if m.voting and m.person_id in there]
    if not seats:
        raise RuleBroken("committee:attendance-missing")
    rule, n = committee.approval_rule, committee.approval_members
    present = [(m.person_id, m.office == "chair") for m in seats]
    who = quorum.signers(rule, n, present, drafter=drafter)
    able = able_to_sign([one.person_id for one in who])
    if not any(one.capacity == "chair" for one in who):
        raise RuleBroken("committee:chair-absent")
    if not quorum.can_be_approved(rule, n, who, able, drafter=drafter):
        raise RuleBroken("committee:too-few-signers", able=len(able))
    return who


def able_to_sign(people: Collection[int]) -> set[int]:
    """Those with an account: with a password, or with an address to which a code can go."""
    query = (
        select(Account.person_id)
        .join(Account.person)
        .where(Account.person_id.in_(list(people)), Account.disabled_at.is_(None))
        .where(Account.password_hash.is_not(None) | Person.email.is_not(None))
    )
    return set(db.session.scalars(query))


def header(meeting: Meeting, paragraphs: Collection[Paragraph]) -> dict[str, Any]:
    """What stands above the text and is signed with it: day, place, attendance, quorum, votes, actions."""
    committee = meeting.committee
    modes = {row.person_id: row.mode for row in meeting.attendance}
    seats = [m for m in meeting.seated if m.voting]
    by_mode = {mode: [seat_name(m) for m in seats if modes.get(m.person_id) == mode] for mode in acts.MODES}
    now = standing_of(meeting)
    ids = {p.id: p.public_id for p in paragraphs}
    decisions = list(db.session.scalars(select(Decision).where(Decision.paragraph_id.in_(list(ids)))))
    made, carried = floor.results(meeting, decisions), effects.carried(decisions)
    said = dissents.beside(meeting, decisions)
    query = select(Action).where(Action.meeting_id == meeting.id, Action.life != "dropped")
    actions = [_action(a) for a in db.session.scalars(query.order_by(Action.number))]
    room = _room(meeting)
    touched = [a["item"] for a in actions] + [one["item"] for one in room.get("items", [])]
    return {
        "committee": committee.name_hans,
        "title": f"{meeting.name_hans}纪要",
        "number": meeting.minutes_no,
        "meeting": meeting.code,
        "held_on": meeting.held_on.isoformat(),
        "starts_at": meeting.starts_at.isoformat() if meeting.starts_at else None,
        "ends_at": meeting.ends_at.isoformat() if meeting.ends_at else None,
        "place": meeting.place,
        "attendance": by_mode,
        "quorum": {"members": now.members, "needed": now.needed, "present": now.present},
        **_deputies(meeting, modes),
        "decisions": {
            ids[d.paragraph_id]: _votes(d)
            | made.get(d.id, {})
            | said.get(d.id, {})
            | _effects(carried.get(d.id))
            for d in decisions
            if d.paragraph_id
        },
        "actions": actions,
        "blocks": _blocks(meeting, paragraphs, touched),
        **room,
    }


def _deputies(meeting: Meeting, modes: dict[int, str]) -> dict[str, Any]:
    """Who was represented by whom: a member who did not come, by a deputy who did."""
    names, there = seat_names(meeting), ("on_site", "online")
    found = [
        {"seat": names.get(member, ""), "deputy": names.get(deputy, "")}
        for member, deputy in floor.mandates_of(meeting)
        if modes.get(deputy) in there and modes.get(member) not in there
    ]
    return {"deputies": found} if found else {}


def _blocks(
    meeting: Meeting, paragraphs: Collection[Paragraph], touched: list[int | None]
) -> list[dict[str, Any]]:
    """Which paragraphs are hashed together, each block with a salt that nobody can guess. `touched` are the items
    of which there is more to tell than paragraphs."""
    placed = [(p.public_id, p.agenda_item_id) for p in paragraphs]
    titles = {item.id: item.name_hans for item in meeting.items}
    salts = [secrets.token_hex(16) for _ in range(len(placed) + len(touched))]
    return canon.blocks(placed, titles, touched, salts)


def _room(meeting: Meeting) -> dict[str, Any]:
    """Who was there from when to when, and the quorum of each item of which there is more to tell than of the
    meeting; without times and recusals nothing."""
    seats = seat_names(meeting)
    told: dict[str, Any] = {}
    if meeting.presence:
        told["presence"] = [
            {
                "seat": seats[p.person_id],
                "mode": p.mode,
                "came_at": p.came_at.isoformat(),
                "left_at": _text(p.left_at),
            }
            for p in meeting.presence
        ]
    room = floor.in_room(meeting, meeting.items)
    items = [_item(one, seats) for one in room.values() if one.course or one.recusals]
    return told | ({"items": items} if items else {})


def _item(one: floor.ItemInRoom, seats: dict[int, str]) -> dict[str, Any]:
    item = one.item
    return {
        "item": item.id,
        "position": item.position,
        "opened_at": _text(item.opened_at),
        "closed_at": _text(item.closed_at),
        "quorum": _standing(one.now),
        "course": [{"at": at.isoformat()} | _standing(now) for at, now in one.course],
        "recused": [
            {
                "seat": seats.get(row.person_id, ""),
                "kind": row.kind,
                "left_at": _text(row.left_at),
                "returned_at": _text(row.returned_at),
            }
            for row in one.recusals
        ],
    }


def _standing(now: Counted) -> dict[str, int]:
    s = now.standing
    return {"members": s.members, "needed": s.needed, "present": s.present}


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _effects(found: list[dict[str, Any]] | None) -> dict[str, Any]:
    return {"effects": found} if found else {}


def _votes(decision: Decision) -> dict[str, Any]:
    return {key: getattr(decision, key) for key in canon.VOTES}


def _action(action: Action) -> dict[str, Any]:
    owner = action.owner.name_hans if action.owner else action.owner_role
    due = action.due_on.isoformat() if action.due_on else None
    return {
        "number": action.number, "text": action.text, "owner": owner, "due_on": due,
        "item": action.agenda_item_id,
    }  # fmt: skip


def freeze(
    minutes: Minutes,
    kind: str,
    head: dict[str, Any],
    paragraphs: Collection[Paragraph],
    who: Collection[quorum.Signing],
    *,
    actor: Actor,
) -> DraftVersion:
    """Write the next draft version with its fingerprint, its paragraphs and its signers."""
    canon.check(head)
    change = begin(actor=actor)
    printed = numbers.printed(p.kind for p in paragraphs)
    number = max((d.number for d in minutes.drafts), default=0) + 1
    shown = [
        {"id": p.public_id, "no": no, "kind": p.kind, "text": p.text}
        for p, no in zip(paragraphs, printed, strict=True)
    ]
    committee = minutes.meeting.committee
    draft = DraftVersion(
        minutes_id=minutes.id,
        number=number,
        kind=kind,
        header=head,
        sha256=canon.fingerprint(head, shown),
        rule=f"{committee.approval_rule}:{committee.approval_members}",
        frozen_at=clock.now(),
        change_set_id=change.id,
    )
    db.session.add(draft)
    db.session.flush()
    for position, (paragraph, no) in enumerate(zip(paragraphs, printed, strict=True), 1):
        db.session.add(
            DraftParagraph(
                draft_version_id=draft.id,
                position=position,
                printed_no=no,
                paragraph_revision_id=paragraph.wording.id,
                change_set_id=change.id,
            )
        )
    for one in who:
        db.session.add(
            Signer(
                draft_version_id=draft.id,
                person_id=one.person_id,
                capacity=one.capacity,
                required=one.required,
            )
        )
    db.session.flush()
    db.session.expire(minutes, ["drafts"])
    return draft


def draft_change(draft: DraftVersion) -> ChangeSet:
    """The change set in which a draft was frozen."""
    return db.session.get_one(ChangeSet, draft.change_set_id)


def recomputed(draft: DraftVersion) -> str:
    """The fingerprint of what is stored for a draft, computed anew from header and wordings."""
    return canon.fingerprint(draft.header, reading.frozen_rows(draft))


def is_intact(draft: DraftVersion, digest: str) -> bool:
    """True when `digest`, computed from the stored text, is that of the draft, and every signature is over it."""
    return digest == draft.sha256 and all(s.text_sha256 == draft.sha256 for s in draft.signatures)


def broken_signatures() -> Iterator[str]:
    """One line for each draft whose stored text is no longer what was shown and signed."""
    query = select(DraftVersion).options(selectinload(DraftVersion.signatures)).order_by(DraftVersion.id)
    for drafts in db.session.scalars(query.execution_options(yield_per=100)).partitions():
        rows = reading.rows_of_all(drafts)
        for draft in drafts:
            if not is_intact(draft, canon.fingerprint(draft.header, reading.as_frozen(rows[draft.id]))):
                yield f"draft_version id {draft.id}: its text or a signature is not what was signed"
            under = facts.placed(draft.header)
            if any(
                under.get(row.public_id, row.agenda_item_id) != row.agenda_item_id for row in rows[draft.id]
            ):
                yield f"draft_version id {draft.id}: a paragraph belongs to another item than it did"


def rule_of(draft: DraftVersion) -> tuple[str, int]:
    """The approval rule that was fixed when review opened, and its N."""
    rule, _, n = draft.rule.partition(":")
    return rule, int(n or 0)


def signings(draft: DraftVersion) -> list[quorum.Signing]:
    """The fixed signers of a draft, as the rules count them."""
    return [quorum.Signing(s.person_id, s.capacity, s.required) for s in draft.signers]

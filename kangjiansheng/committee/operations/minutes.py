"""Writing minutes: paragraphs with ids that never change, revised and never overwritten."""

import secrets
from datetime import datetime

from sqlalchemy import or_, select

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import (
    AgendaItem,
    CommitteeMember,
    Decision,
    Meeting,
    Minutes,
    Motion,
    Paragraph,
    ParagraphRevision,
    Recusal,
)
from kangjiansheng.committee.operations import in_english, tabled, vote_words
from kangjiansheng.committee.operations.locks import draft_only
from kangjiansheng.committee.queries import floor, taken
from kangjiansheng.committee.queries.taken import seat_name
from kangjiansheng.committee.rules import acts, quorum
from kangjiansheng.committee.rules.sources.plan import WORDS
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.digests import sha256
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.text import in_script


def start(meeting: Meeting, *, actor: Actor, language: str | None = None) -> Minutes:
    """Begin the minutes in a language, else in the script of who drafts them: attendance, a heading for each item, the
    list of actions."""
    if meeting.minutes is not None:
        raise RuleBroken("committee:minutes-there")
    if meeting.source or meeting.life != "held":
        raise RuleBroken("committee:not-held")
    change = begin(actor=actor)
    language = language or script_of(actor=actor)
    minutes = Minutes(
        meeting_id=meeting.id, language=language, drafter_id=actor.id, illustrative=meeting.illustrative
    )
    db.session.add(minutes)
    db.session.flush()
    record("committee:minutes:start", minutes, actor=actor, before={}, change=change)
    lines: list[tuple[str, str, int | None, Motion | Decision | None]] = [
        ("heading", "Attendance" if language == "en" else in_script("出席情况", language), None, None),
        ("text", in_script(attendance_text(meeting, language), language), None, None),
    ]
    room, voted = floor.in_room(meeting, meeting.items), taken.motions_of(meeting)
    agreed = tabled.agreed(meeting, language)
    for item in meeting.items:
        lines.append(("heading", name_of(item, language), item.id, None))
        one = room[item.id]
        told = in_english.item(one) if language == "en" else item_text(one)
        told = vote_words.spelled(told, meeting, language)
        lines += [("text", text, item.id, None) for text in (told, agreed.get(item.id)) if text]
        for motion in voted:
            if motion.agenda_item_id == item.id and motion.closed_at is not None:
                lines += [(kind, text, item.id, motion) for kind, text in vote_words.lines(motion, language)]
        lines += [("decision", one.text, item.id, one) for one in taken.unwritten(meeting, item, voted)]
    actions, lead, *_rest = WORDS[language]
    lines += [("heading", actions, None, None), ("action", lead, None, None)]
    for position, (kind, text, item_id, told_of) in enumerate(lines, 1):
        paragraph = new_paragraph(minutes, kind, text, position, item_id, actor=actor, change=change)
        if isinstance(told_of, Motion):
            bind_vote(told_of, paragraph)
        elif told_of is not None:
            told_of.paragraph_id = paragraph.id
    db.session.expire(meeting, ["minutes"])
    return minutes


def script_of(*, actor: Actor) -> str:
    """The script in which somebody's minutes begin unless another is chosen."""
    drafter = db.session.get_one(Person, actor.id)
    return "zh-Hant" if drafter.locale == "zh-Hant" else "zh-Hans"


def bind_vote(motion: Motion, paragraph: Paragraph) -> None:
    """Note which paragraph tells of a motion: the decision that it became, and how it was voted."""
    if paragraph.kind == "decision" and motion.decision is not None:
        motion.decision.paragraph_id = paragraph.id
    else:
        motion.paragraph_id = paragraph.id
    db.session.flush()


def standing_of(meeting: Meeting) -> quorum.Standing:
    """The quorum of a meeting by its recorded attendance."""
    committee = meeting.committee
    members = [m for m in meeting.seated if m.voting]
    there = {row.person_id for row in meeting.attendance if row.mode in ("on_site", "online")}
    there |= {member for member, deputy in floor.mandates_of(meeting) if deputy in there}
    present = sum(1 for m in members if m.person_id in there)
    return quorum.standing(len(members), present, committee.quorum_numerator, committee.quorum_denominator)


def counts_of(meeting: Meeting) -> dict[str, list[int]]:
    """How many a text can say were expected and present, the usual count first: members with a vote, who may be
    represented; or every seat. Nothing while no attendance is recorded."""
    modes = {row.person_id: row.mode for row in meeting.attendance if row.mode}
    seats = meeting.seated
    there = {person for person, mode in modes.items() if mode in ("on_site", "online")}
    voters = {m.person_id for m in seats if m.voting}
    now = standing_of(meeting)
    present = [now.present, len(voters & there), len(there)]
    return {"expected": [now.members, len(seats)], "present": present} if modes else {}


def attendance_text(meeting: Meeting, language: str = "zh-Hans") -> str:
    """The opening sentence of minutes."""
    now = standing_of(meeting)
    voters = floor.voters_of(meeting)
    online = sum(1 for row in meeting.attendance if row.mode == "online" and row.person_id in voters)
    there = {row.person_id for row in meeting.attendance if row.mode in ("on_site", "online")}
    away = sum(1 for one, deputy in floor.mandates_of(meeting) if deputy in there and one not in there)
    if language == "en":
        return in_english.attendance(now, online, away)
    parts = [f"应到 {now.members} 人，实到 {now.present} 人"]
    parts += [f"其中 {online} 人线上参会"] if online else []
    parts += [f"{'另' if online else '其中'} {away} 人委托代理人出席"] if away else []
    verdict = "达到法定人数" if now.is_met else "未达到法定人数"
    return "，".join(parts) + f"。法定人数为 {now.needed} 人，{verdict}。"


def item_text(one: floor.ItemInRoom) -> str:
    """Who was recused from an item, and how its quorum went; empty when there is nothing to tell of it."""
    seats = one.item.meeting.seats()
    parts = [_recused(row, seats[row.person_id]) for row in one.recusals if row.person_id in seats]
    if one.course:
        end = f"，{_hour(one.item.closed_at)} 结束" if one.item.closed_at else ""
        parts.insert(0, f"本议题 {_hour(one.course[0][0])} 开始{end}")
    if not parts:
        return ""
    s = one.now.standing
    moves = "；".join(f"{_hour(at)} 起在场 {c.standing.present} 人" for at, c in one.course)
    verdict = "达到法定人数" if s.is_met else "未达到法定人数"
    parts.append(
        f"参加表决的委员须有 {s.members} 人中的 {s.needed} 人；{moves or f'在场 {s.present} 人'}，{verdict}"
    )
    return "。".join(parts) + "。"


def _recused(row: Recusal, seat: CommitteeMember) -> str:
    words = {"whole": "回避", "facts": "说明事实后离场，不参加讨论与表决"}
    times = f"，{_hour(row.left_at)} 离场" if row.left_at else ""
    times += f"，{_hour(row.returned_at)} 返回" if row.returned_at else ""
    return f"{seat_name(seat)}{words.get(row.kind, '已声明利益关系，经同意参加')}{times}"


def _hour(at: datetime) -> str:
    return at.astimezone(clock.SHANGHAI).strftime("%H:%M")


def new_paragraph(
    minutes: Minutes,
    kind: str,
    text: str,
    position: int,
    item_id: int | None,
    *,
    actor: Actor,
    change: ChangeSet,
) -> Paragraph:
    """A paragraph with its first wording; used by the acts that add one."""
    paragraph = Paragraph(
        public_id=f"p-{secrets.token_hex(6)}",
        minutes_id=minutes.id,
        agenda_item_id=item_id,
        kind=kind,
        position=position,
        revision_no=1,
    )
    db.session.add(paragraph)
    db.session.flush()
    revise(paragraph, 1, text, actor=actor, change=change)
    return paragraph


def revise(
    paragraph: Paragraph,
    number: int,
    text: str,
    *,
    actor: Actor,
    change: ChangeSet,
    author_id: int | None = None,
) -> None:
    """Write down a wording of a paragraph; used by the acts that change one. Its author is the actor, unless another
    proposed it."""
    db.session.add(
        ParagraphRevision(
            paragraph_id=paragraph.id,
            number=number,
            text=text,
            sha256=sha256(text),
            author_id=author_id or actor.id,
            recorded_at=clock.now(),
            change_set_id=change.id,
        )
    )
    paragraph.revision_no = number
    db.session.flush()
    db.session.expire(paragraph, ["wording", "revisions"])


def standing_paragraphs(minutes: Minutes) -> list[Paragraph]:
    """The paragraphs of the working text in their order."""
    query = (
        select(Paragraph)
        .where(Paragraph.minutes_id == minutes.id, Paragraph.removed_at.is_(None))
        .order_by(Paragraph.position, Paragraph.id)
    )
    return list(db.session.scalars(query))


def add_paragraph(
    minutes: Minutes, *, actor: Actor, kind: str, text: str, after: Paragraph | None = None,
    item: AgendaItem | None = None, change: ChangeSet | None = None,
) -> Paragraph:  # fmt: skip
    """Put a paragraph after another one (at the end when none is named). Unless an item is named it belongs to
    the item of the paragraph before it, and so is seen by the same readers."""
    draft_only(minutes)
    if kind not in acts.PARAGRAPH_KINDS:
        raise RuleBroken("committee:kind-unknown", "kind")
    order = standing_paragraphs(minutes)
    at = order.index(after) + 1 if after in order else len(order)
    before = order[at - 1] if at else None
    item_id = item.id if item else before.agenda_item_id if before else None
    change = change or begin(actor=actor)
    paragraph = new_paragraph(minutes, kind, text, 0, item_id, actor=actor, change=change)
    order.insert(at, paragraph)
    renumber(order)
    facts = {"kind": kind, "text": text}
    record("committee:paragraph:add", paragraph, actor=actor, before={}, after=facts, change=change)
    return paragraph


def renumber(order: list[Paragraph]) -> None:
    """Give the paragraphs of the text their places in this order."""
    for position, paragraph in enumerate(order, 1):
        paragraph.position = position
    db.session.flush()


def edit_paragraph(
    paragraph: Paragraph,
    *,
    actor: Actor,
    seen: int | None,
    text: str,
    change: ChangeSet | None = None,
    author_id: int | None = None,
) -> Paragraph:
    """Write a new wording. `seen` is the number of the wording that the form showed; another one is a
    conflict, and both are shown. `author_id` is who worded it, when that is not who puts it in."""
    draft_only(paragraph.minutes)
    db.session.refresh(paragraph)
    if paragraph.removed_at is not None:
        raise RuleBroken("committee:paragraph-gone")
    expect(paragraph, seen)
    old = paragraph.text
    if text == old:
        return paragraph
    change = change or begin(actor=actor)
    revise(paragraph, paragraph.revision_no + 1, text, actor=actor, change=change, author_id=author_id)
    record(
        "committee:paragraph:edit", paragraph, actor=actor, before={"text": old}, after={"text": text},
        change=change,
    )  # fmt: skip
    return paragraph


def move_paragraph(paragraph: Paragraph, by: int, *, actor: Actor) -> None:
    """Move a paragraph up (-1) or down (+1)."""
    draft_only(paragraph.minutes)
    order = standing_paragraphs(paragraph.minutes)
    at = order.index(paragraph)
    to = at + by
    if not 0 <= to < len(order):
        return
    order.insert(to, order.pop(at))
    renumber(order)
    record(
        "committee:paragraph:move", paragraph, actor=actor, before={"position": at + 1},
        after={"position": to + 1},
    )  # fmt: skip


def remove_paragraph(paragraph: Paragraph, *, actor: Actor, change: ChangeSet | None = None) -> None:
    """Take a paragraph out of the text; its wordings and comments stay in the record."""
    draft_only(paragraph.minutes)
    paragraph.removed_at = clock.now()
    renumber([p for p in standing_paragraphs(paragraph.minutes) if p.id != paragraph.id])
    record(
        "committee:paragraph:remove", paragraph, actor=actor, before={"text": paragraph.text},
        after={"text": None}, change=change,
    )  # fmt: skip


def restore_paragraph(paragraph: Paragraph, *, actor: Actor) -> None:
    """Take back a removal: the paragraph stands again where it stood, with its decision if it holds one."""
    draft_only(paragraph.minutes)
    if paragraph.removed_at is None:
        return
    of_vote = or_(Motion.paragraph_id == paragraph.id, Decision.paragraph_id == paragraph.id)
    annulled = select(Motion.id).outerjoin(Decision, Decision.id == Motion.decision_id)
    if db.session.scalar(annulled.where(of_vote, Motion.annulled_at.is_not(None)).limit(1)):
        raise RuleBroken("committee:vote-annulled")
    if paragraph.merged_into_id is not None:  # its words stand there
        raise RuleBroken("committee:paragraph-joined")
    paragraph.removed_at = None
    db.session.flush()
    renumber(standing_paragraphs(paragraph.minutes))
    record(
        "committee:paragraph:restore", paragraph, actor=actor, before={"text": None},
        after={"text": paragraph.text},
    )  # fmt: skip


def set_aside(paragraph: Paragraph, *, actor: Actor, text: str) -> None:
    """Keep a wording that its writer gave up for somebody else's: in the history, not in the text."""
    record("committee:paragraph:set-aside", paragraph, actor=actor, before={}, after={"set_aside": text})

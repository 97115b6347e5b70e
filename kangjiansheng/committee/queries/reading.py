"""The text of minutes as one reader may see it: paragraphs of items that are not theirs are left out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, func, select
from sqlalchemy.orm import joinedload, selectinload

from kangjiansheng.committee.models import (
    Action,
    AgendaItem,
    Amendment,
    Comment,
    Decision,
    DraftParagraph,
    DraftVersion,
    Meeting,
    Minutes,
    Paragraph,
    ParagraphRevision,
    ParagraphTranslation,
    Signature,
    Signer,
)
from kangjiansheng.committee.queries import dissents, floor, translations
from kangjiansheng.committee.queries.visible import reads_item, sees_item, visible_actions
from kangjiansheng.committee.rules import numbers
from kangjiansheng.committee.rules.languages import in_order
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.doors import once_a_day
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.queries import visible_projects


@dataclass
class Shown:
    """One paragraph for one reader. What is withheld has neither text nor outcome."""

    paragraph_id: int
    public_id: str
    no: str
    kind: str
    text: str
    revision_no: int
    item_id: int | None
    withheld: bool = False
    decision: dict[str, Any] | None = None
    actions: list[dict[str, Any]] = field(default_factory=list)
    threads: list["Thread"] = field(default_factory=list)
    amendments: list[Amendment] = field(default_factory=list)
    marks: list[tuple[int, int]] = field(default_factory=list)  # the words that open comments are about
    languages: str = ""  # into which it was translated, with blanks between
    translation: ParagraphTranslation | None = None

    @property
    def outdated(self) -> bool:
        """True when the translation is of another wording than the one that counts now."""
        told = self.translation
        corrected = any(one.life == "approved" for one in self.amendments)
        return told is not None and (told.revision_no != self.revision_no or corrected)


@dataclass
class Thread:
    """A comment and its answers; `place` is where the words lie that it is about, None when they are gone."""

    first: Comment
    answers: list[Comment]
    place: tuple[int, int] | None = None


@dataclass
class Reading:
    """The text as it stands: a frozen draft, or what the secretary is writing (`draft` is None)."""

    draft: DraftVersion | None
    paragraphs: list[Shown]
    items: bool = True  # False: of an item that is not theirs there is more than paragraphs, such as actions
    seen: set[int] = field(default_factory=set)  # of a frozen draft, the items that this reader may read

    @property
    def is_whole(self) -> bool:
        """True when nothing is withheld from this reader."""
        return self.items and not any(p.withheld for p in self.paragraphs)


@dataclass(frozen=True)
class Items:
    """What of a meeting's agenda one reader may see."""

    read: set[int]  # the items whose discussion and outcome are open to them
    projects: dict[int, Project]  # what an item concerns, as far as they see both


def items_of(minutes: Minutes, *, actor: Actor) -> Items:
    """The items of the meeting that the actor may read, and the projects that the items concern which they may see."""
    rows = db.session.execute(_items(actor), {"meeting": minutes.meeting_id}).all()
    return Items(
        {row.id for row in rows if row.reads},
        {row.id: row.Project for row in rows if row.Project is not None},
    )


@once_a_day
def _items(actor: Actor) -> Select[int, bool, Project]:
    concerned = and_(Project.id == AgendaItem.project_id, Project.id.in_(visible_projects(actor)))
    return (
        select(AgendaItem.id, reads_item(actor).label("reads"), Project)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .outerjoin(Project, concerned)
        .where(AgendaItem.meeting_id == bindparam("meeting"), sees_item(actor))
    )


def drafts(minutes: Minutes, *, until: datetime | None = None) -> list[DraftVersion]:
    """The frozen drafts, newest first; amendments are not among them."""
    found = [d for d in minutes.drafts if d.kind == "draft" and (until is None or d.frozen_at <= until)]
    return sorted(found, key=lambda d: -d.number)


def signed_drafts(minutes: Minutes) -> list[DraftVersion]:
    """All that was ever frozen of minutes, corrections too, with who was asked, who signed and who kept silent: four
    statements, however many drafts."""
    query = (
        select(DraftVersion)
        .where(DraftVersion.minutes_id == minutes.id)
        .options(selectinload(DraftVersion.signers).joinedload(Signer.person))
        .options(selectinload(DraftVersion.signatures).joinedload(Signature.person))
        .options(selectinload(DraftVersion.consents))
        .order_by(DraftVersion.number)
    )
    return list(db.session.scalars(query))


def signatures_given(drafts: Collection[DraftVersion]) -> dict[int, int]:
    """How many signed each of some drafts that somebody signed; one statement, however many drafts."""
    query = select(Signature.draft_version_id, func.count()).group_by(Signature.draft_version_id)
    ids = [draft.id for draft in drafts]
    return {key: count for key, count in db.session.execute(query.where(Signature.draft_version_id.in_(ids)))}


def working(minutes: Minutes, *, actor: Actor, seen: set[int] | None = None) -> Reading:
    """What the secretary is writing, or the record of a published source. `seen` are the items that the actor may read,
    where they are known already."""
    seen = items_of(minutes, actor=actor).read if seen is None else seen
    query = (
        select(Paragraph, translations.spoken(Paragraph.revision_no))
        .where(Paragraph.minutes_id == minutes.id, Paragraph.removed_at.is_(None))
        .options(joinedload(Paragraph.wording))
        .order_by(Paragraph.position, Paragraph.id)
    )
    rows = list(db.session.execute(query))
    printed = numbers.printed(p.kind for p, _spoken in rows)
    shown = [
        _shown(p.id, p.public_id, no, p.kind, p.text, p.revision_no, p.agenda_item_id, seen, spoken)
        for (p, spoken), no in zip(rows, printed, strict=True)
    ]
    decisions = list(db.session.scalars(select(Decision).where(Decision.meeting_id == minutes.meeting_id)))
    made, said = floor.results(minutes.meeting, decisions), dissents.beside(minutes.meeting, decisions)
    by_paragraph = {d.paragraph_id: d.state() | made.get(d.id, {}) | said.get(d.id, {}) for d in decisions}
    actions = [_action(a) for a in actions_of(minutes)]
    for one in shown:
        if not one.withheld:
            one.decision = by_paragraph.get(one.paragraph_id)
            one.actions = _listed(one, actions, seen)
    return Reading(None, shown)


def actions_of(minutes: Minutes) -> list[Action]:
    """All actions of the meeting, for those who write its minutes; readers get them filtered."""
    query = (
        select(Action)
        .where(Action.meeting_id == minutes.meeting_id, Action.life != "dropped")
        .options(joinedload(Action.owner))
    )
    return list(db.session.scalars(query.order_by(Action.number)))


def open_actions(minutes: Minutes, *, actor: Actor) -> list[Action]:
    """Those of them that this writer may see."""
    seen = set(db.session.scalars(visible_actions(actor).where(Action.meeting_id == minutes.meeting_id)))
    return [one for one in actions_of(minutes) if one.id in seen]


def _action(action: Action) -> dict[str, Any]:
    owner = action.owner.name_hans if action.owner else action.owner_role
    due = action.due_on.isoformat() if action.due_on else None
    return {
        "number": action.number,
        "text": action.text,
        "owner": owner,
        "due_on": due,
        "item": action.agenda_item_id,
    }


def frozen(
    draft: DraftVersion,
    *,
    actor: Actor,
    seen: set[int] | None = None,
    rows: list[Row[Any]] | None = None,
) -> Reading:
    """A frozen draft, as it was signed or is to be signed. `seen` are the items that the actor may read, `rows` the
    paragraphs of the draft, where they are known already."""
    seen = items_of(draft.minutes, actor=actor).read if seen is None else seen
    return opened(draft, seen, rows_of(draft) if rows is None else rows)


def opened(draft: DraftVersion, seen: set[int], rows: list[Row[Any]]) -> Reading:
    """A frozen draft for somebody who may read these items of it."""
    shown = [
        _shown(r.id, r.public_id, r.printed_no, r.kind, r.text, r.number, r.agenda_item_id, seen, r.spoken)
        for r in rows
    ]
    for one in shown:
        if not one.withheld:
            one.decision = draft.header["decisions"].get(one.public_id)
            one.actions = _listed(one, draft.header["actions"], seen)
    touched = [*draft.header["actions"], *draft.header.get("blocks", [])]
    return Reading(draft, shown, items={one["item"] for one in touched} - {None} <= seen, seen=seen)


def frozen_rows(draft: DraftVersion) -> list[dict[str, Any]]:
    """All paragraphs of a draft as its fingerprint is computed from them, for those who check it."""
    return as_frozen(rows_of(draft))


def as_frozen(rows: Iterable[Row[Any]]) -> list[dict[str, Any]]:
    """The same of paragraphs that are read already."""
    return [{"id": r.public_id, "no": r.printed_no, "kind": r.kind, "text": r.text} for r in rows]


def rows_of(draft: DraftVersion) -> list[Row[Any]]:
    """The paragraphs of a draft with their wordings, whoever reads: what is shown of them goes through `frozen`."""
    return rows_of_all([draft])[draft.id]


def rows_of_all(drafts: Iterable[DraftVersion], *, until: datetime | None = None) -> dict[int, list[Any]]:
    """The same of several drafts, by the key of each, in one statement; with translations up to an instant."""
    found: dict[int, list[Any]] = {draft.id: [] for draft in drafts}
    query = _rows() if until is None else _rows_until(until)
    for row in db.session.execute(query, {"drafts": list(found)}):
        found[row.draft_version_id].append(row)
    return found


@cache
def _rows() -> Select[Any]:
    return _rows_until(None)


def _rows_until(until: datetime | None) -> Select[Any]:
    return (
        select(
            Paragraph.id,
            Paragraph.public_id,
            Paragraph.kind,
            Paragraph.agenda_item_id,
            DraftParagraph.draft_version_id,
            DraftParagraph.printed_no,
            ParagraphRevision.text,
            ParagraphRevision.number,
            translations.spoken(ParagraphRevision.number, until).label("spoken"),
        )
        .join(ParagraphRevision, ParagraphRevision.id == DraftParagraph.paragraph_revision_id)
        .join(Paragraph, Paragraph.id == ParagraphRevision.paragraph_id)
        .where(DraftParagraph.draft_version_id.in_(bindparam("drafts", expanding=True)))
        .order_by(DraftParagraph.draft_version_id, DraftParagraph.position)
    )


def _shown(
    paragraph_id: int, public_id: str, no: str, kind: str, text: str, revision: int, item: int | None,
    seen: set[int], spoken: str | None,
) -> Shown:  # fmt: skip
    withheld = item is not None and item not in seen
    if withheld:
        return Shown(paragraph_id, public_id, no, kind, "", revision, item, withheld)
    return Shown(paragraph_id, public_id, no, kind, text, revision, item, languages=spoken or "")


def _listed(one: Shown, actions: list[dict[str, Any]], seen: set[int]) -> list[dict[str, Any]]:
    """A list of actions shows those of its item; without an item, all that the reader may see."""
    if one.kind != "action":
        return []
    if one.item_id is not None:
        return [a for a in actions if a["item"] == one.item_id]
    return [a for a in actions if a["item"] is None or a["item"] in seen]


def wording(paragraph: Paragraph, number: int) -> str | None:
    """One wording of a paragraph; None when there was none with this number."""
    query = select(ParagraphRevision.text).where(
        ParagraphRevision.paragraph_id == paragraph.id, ParagraphRevision.number == number
    )
    return db.session.scalar(query)


def outline(minutes: Minutes, *, actor: Actor) -> list[Shown]:
    """The paragraphs as places of the working text: number and the first words of what this writer may see."""
    return working(minutes, actor=actor).paragraphs


def attach_comments(reading: Reading, minutes: Minutes) -> int:
    """Hang the threads on their paragraphs; returns how many are open."""
    ids = {p.paragraph_id: p for p in reading.paragraphs if not p.withheld}
    threads: dict[int, Thread] = {}
    for remark in db.session.scalars(_comments(), {"minutes": minutes.id}):
        if remark.paragraph_id not in ids:
            continue
        if remark.parent_id is None:
            threads[remark.id] = Thread(remark, [])
            ids[remark.paragraph_id].threads.append(threads[remark.id])
        elif remark.parent_id in threads:
            threads[remark.parent_id].answers.append(remark)
    return sum(1 for t in threads.values() if t.first.resolved_at is None)


@cache
def _comments() -> Select[Comment]:
    return (
        select(Comment)
        .join(Paragraph, Paragraph.id == Comment.paragraph_id)
        .where(Paragraph.minutes_id == bindparam("minutes"), Comment.withdrawn_at.is_(None))
        .options(joinedload(Comment.author))
        .order_by(Comment.id)
    )


def attach_amendments(
    reading: Reading, minutes: Minutes, *, waiting: bool, until: datetime | None = None
) -> list[Amendment]:
    """Hang corrections on their paragraphs: approved ones, and with `waiting` those under review."""
    by_id = {p.paragraph_id: p for p in reading.paragraphs if not p.withheld}
    lives = ("approved", "review") if waiting else ("approved",)
    found = []
    all_made = [draft.amendment for draft in minutes.drafts if draft.amendment is not None]
    for one in sorted(all_made, key=lambda made: made.number):
        late = until is not None and (one.approved_at is None or one.approved_at > until)
        if one.paragraph_id in by_id and one.life in lives and not late:
            by_id[one.paragraph_id].amendments.append(one)
            found.append(one)
    return found


def attach_translations(reading: Reading, language: str, *, until: datetime | None = None) -> None:
    """Set the translation into a language beside each paragraph that is shown and has one."""
    shown = {p.paragraph_id: p for p in reading.paragraphs if not p.withheld}
    wordings = {key: p.revision_no for key, p in shown.items()}
    for key, told in translations.latest(wordings, language, until=until).items():
        shown[key].translation = told


def languages(reading: Reading) -> list[str]:
    """The languages into which something of what is shown was translated."""
    return in_order(word for p in reading.paragraphs for word in p.languages.split())

"""Who may do what with committees, meetings and minutes. Each asks at most one statement."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, select

from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.committee.models import (
    Action,
    AgendaItem,
    AgendaTemplate,
    Amendment,
    BacklogItem,
    Comment,
    Committee,
    CommitteeMember,
    Consent,
    Decision,
    DecisionEffect,
    DraftVersion,
    Interest,
    Mandate,
    Meeting,
    MeetingSeries,
    Minutes,
    MinutesImport,
    Motion,
    Paper,
    Paragraph,
    Presence,
    Recusal,
    Suggestion,
)
from kangjiansheng.committee.queries import answers as answering
from kangjiansheng.committee.queries.effects import lab_of
from kangjiansheng.committee.queries.visible import EDITORS as EDITORS
from kangjiansheng.committee.queries.visible import is_asked, kept
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.doors import once_a_day
from kangjiansheng.core.files import FileRef
from kangjiansheng.labs.queries import directs
from kangjiansheng.projects import policies as projects
from kangjiansheng.projects.models import Project


def offices(actor: Actor, committee_id: int) -> set[str]:
    """The offices that the actor holds on a committee today."""
    return set(db.session.scalars(_offices(), {"committee": committee_id, "person": actor.id}))


@once_a_day
def _offices() -> Select[str]:
    return select(CommitteeMember.office).where(
        CommitteeMember.committee_id == bindparam("committee"),
        CommitteeMember.person_id == bindparam("person"),
        holds_on(CommitteeMember, clock.today()),
    )


def seated(actor: Actor, committee: Committee) -> set[str]:
    """The same for a committee whose seats are loaded."""
    today = clock.today()
    return {m.office for m in committee.seats_on(today) if m.person_id == actor.id}


def kept_committees(actor: Actor) -> set[int]:
    """The committees that the actor keeps: as chair, deputy or secretary."""
    return set(db.session.scalars(kept(actor)))


def see(actor: Actor, thing: Any) -> bool:
    """What the loader gave may be seen; loaders give only that."""
    return True


def edits(actor: Actor, committee_id: int) -> bool:
    """Chair, deputy and secretary keep a committee's meetings and minutes."""
    return not EDITORS.isdisjoint(offices(actor, committee_id))


def found(actor: Actor) -> bool:
    """Committees are registered by administrators."""
    return actor.has("admin")


def edit_committee(actor: Actor, committee: Committee) -> bool:
    """Settings and members: administrators, and those who keep the committee."""
    return actor.has("admin") or edits(actor, committee.id)


def hand_over_office(actor: Actor, committee: Committee) -> bool:
    """The secretary's office: by who holds it. Administrators hand over for others on their own page."""
    return "secretary" in offices(actor, committee.id)


def plan_meetings(actor: Actor, committee: Committee) -> bool:
    """New meetings are planned by those who keep the committee."""
    return edits(actor, committee.id)


def keep_import(actor: Actor, row: MinutesImport) -> bool:
    """Minutes are brought from elsewhere by those who keep the committee."""
    return edits(actor, row.committee_id)


def edit_meeting(actor: Actor, meeting: Meeting) -> bool:
    """Agenda, place and time; a meeting told by a published source is nobody's to change."""
    return not meeting.source and not EDITORS.isdisjoint(seated(actor, meeting.committee))


def edit_item(actor: Actor, item: AgendaItem) -> bool:
    """An item of the agenda."""
    return edit_meeting(actor, item.meeting)


def propose_to_backlog(actor: Actor, committee: Committee) -> bool:
    """Whoever holds an office proposes items for later meetings."""
    return bool(offices(actor, committee.id))


def drop_from_backlog(actor: Actor, item: BacklogItem) -> bool:
    """A waiting item is taken out by who proposed it and by those who keep the committee."""
    return item.proposed_by_id == actor.id or edits(actor, item.committee_id)


def edit_series(actor: Actor, series: MeetingSeries) -> bool:
    """A series: those who keep the committee."""
    return edits(actor, series.committee_id)


def edit_template(actor: Actor, template: AgendaTemplate) -> bool:
    """A template of agendas: those who keep the committee."""
    return edits(actor, template.committee_id)


def keep_papers(actor: Actor, item: AgendaItem) -> bool:
    """The papers of an item: those who keep the committee, and who presents it."""
    return (item.presenter_id == actor.id and not item.meeting.source) or edit_item(actor, item)


def keep_paper(actor: Actor, paper: Paper) -> bool:
    """One paper of an item."""
    return paper.item is not None and keep_papers(actor, paper.item)


def edit_stay(actor: Actor, stay: Presence) -> bool:
    """When somebody came and left: those who keep the committee."""
    return edit_meeting(actor, stay.meeting)


def edit_stays(actor: Actor, found: tuple[Meeting, ChangeSet, list[Presence]]) -> bool:
    """Who came or left in one act: as of one."""
    return edit_meeting(actor, found[0])


def edit_recusal(actor: Actor, recusal: Recusal) -> bool:
    """What was decided about a member and an item: those who keep the committee, but not about themselves."""
    return recusal.person_id != actor.id and edit_meeting(actor, recusal.item.meeting)


def declare(actor: Actor, committee: Committee) -> bool:
    """Whoever holds an office declares interests for themselves."""
    return bool(offices(actor, committee.id))


def own_interest(actor: Actor, interest: Interest) -> bool:
    """An interest is changed and ended by who declared it."""
    return interest.person_id == actor.id


def read_register(actor: Actor, committee: Committee) -> bool:
    """The declarations of all: those who keep the committee, and auditors. Other members do not read them."""
    return actor.has("auditor") or edits(actor, committee.id)


def declare_for_meeting(actor: Actor, meeting: Meeting) -> bool:
    """Members declare what they have to do with the items of a meeting."""
    return not meeting.source and bool(offices(actor, meeting.committee_id))


def declare_on_item(actor: Actor, item: AgendaItem) -> bool:
    """Members declare an interest in one item."""
    return declare_for_meeting(actor, item.meeting)


def answer(actor: Actor, meeting: Meeting) -> bool:
    """Members answer the invitation for themselves."""
    return not meeting.source and bool(offices(actor, meeting.committee_id))


def vote(actor: Actor, motion: Motion) -> bool:
    """Whoever holds an office may try to vote: whether they take part, the room and the recusals say."""
    return not motion.meeting.source and bool(offices(actor, motion.meeting.committee_id))


def keep_vote(actor: Actor, motion: Motion) -> bool:
    """Votes are opened, entered for others, closed and annulled by those who keep the committee."""
    return edit_meeting(actor, motion.meeting)


def own_mandate(actor: Actor, mandate: Mandate) -> bool:
    """A mandate is taken back by who gave it."""
    return mandate.person_id == actor.id


def edit_minutes(actor: Actor, meeting: Meeting) -> bool:
    """The text of minutes is written by those who keep the committee."""
    return edit_meeting(actor, meeting)


def edit_paragraph(actor: Actor, paragraph: Paragraph) -> bool:
    """One paragraph of a draft."""
    return edit_meeting(actor, paragraph.minutes.meeting)


def list_accesses(actor: Actor, meeting: Meeting) -> bool:
    """Who opened the minutes, by name, is for those who keep them, and for auditors."""
    return actor.has("auditor") or edits(actor, meeting.committee_id)


def make_reader_link(actor: Actor, meeting: Meeting) -> bool:
    """Those who keep the minutes give links to them: to what stands, and to nothing else."""
    stands = meeting.minutes is not None and meeting.minutes.life in ("approved", "record")
    return stands and edits(actor, meeting.committee_id)


def revoke_reader_link(actor: Actor, pair: tuple[Meeting, int]) -> bool:
    """The same people take them back."""
    return edits(actor, pair[0].committee_id)


def read_minutes(actor: Actor, meeting: Meeting) -> bool:
    """Approved minutes: who sees the meeting. A draft under review: members, who is asked to sign it, executives,
    auditors. What was never put to review: those who write it."""
    minutes = meeting.minutes
    if minutes is None:
        return edit_meeting(actor, meeting)
    if minutes.life in ("approved", "record"):
        return True
    return may_read(minutes, seated(actor, meeting.committee), actor)


def may_read(minutes: Minutes, held: set[str], actor: Actor) -> bool:
    """The same for one whose offices are known."""
    if minutes.life in ("approved", "record") or held & EDITORS:
        return True
    return minutes.current_draft > 0 and (bool(held) or actor.reads_all or is_asked(minutes.meeting, actor))


def read_scan(actor: Actor, pair: tuple[Meeting, Any]) -> bool:
    """A scan is read like the minutes; the loader gave it only to who sees all of them."""
    return read_minutes(actor, pair[0])


def read_image(actor: Actor, pairs: Sequence[tuple[Meeting, Any]]) -> bool:
    """A picture is read like the minutes that show it."""
    return any(read_minutes(actor, meeting) for meeting, _ in pairs)


def withdraw_scan(actor: Actor, pair: tuple[Meeting, Any]) -> bool:
    """A scan is withdrawn by those who write the minutes."""
    return edit_minutes(actor, pair[0])


def comment(actor: Actor, paragraph: Paragraph) -> bool:
    """Members comment while a draft is under review."""
    meeting = paragraph.minutes.meeting
    return paragraph.minutes.life == "review" and bool(offices(actor, meeting.committee_id))


def resolve(actor: Actor, remark: Comment) -> bool:
    """A comment is resolved by who wrote it or by those who keep the minutes."""
    minutes = remark.paragraph.minutes
    if minutes.life not in ("draft", "review"):
        return False
    return remark.author_id == actor.id or edits(actor, minutes.meeting.committee_id)


def change_comment(actor: Actor, remark: Comment) -> bool:
    """A comment is changed and taken back by who wrote it; the operation says for how long."""
    return remark.author_id == actor.id and remark.paragraph.minutes.life == "review"


def answer_suggestion(actor: Actor, suggestion: Suggestion) -> bool:
    """A suggestion is taken or refused by those who write the minutes, while these are not yet approved."""
    return _unfinished(actor, suggestion.paragraph.minutes)


def withdraw_suggestion(actor: Actor, suggestion: Suggestion) -> bool:
    """A suggestion is taken back by who made it."""
    return suggestion.author_id == actor.id and suggestion.paragraph.minutes.life in ("draft", "review")


def settle(actor: Actor, objection: Consent) -> bool:
    """An objection is answered by those who write the minutes."""
    return _unfinished(actor, objection.draft.minutes)


def _unfinished(actor: Actor, minutes: Minutes) -> bool:
    return minutes.life in ("draft", "review") and edits(actor, minutes.meeting.committee_id)


def sign(actor: Actor, draft: DraftVersion) -> bool:
    """Those who were fixed as signers when review opened, the drafter, and members who have read the text."""
    asked = any(signer.person_id == actor.id for signer in draft.signers)
    if asked or draft.minutes.drafter_id == actor.id:
        return True
    return bool(offices(actor, draft.minutes.meeting.committee_id))


def amend(actor: Actor, minutes: Minutes) -> bool:
    """Corrections of approved minutes are proposed by those who keep the committee."""
    return minutes.life == "approved" and edits(actor, minutes.meeting.committee_id)


def close_action(actor: Actor, action: Action) -> bool:
    """An action is closed by its owner or by those who keep the committee."""
    return action.owner_id == actor.id or edits(actor, action.meeting.committee_id)


def close_evidence(actor: Actor, pair: tuple[Action, FileRef]) -> bool:
    """Who closes an action keeps the files that show it."""
    return close_action(actor, pair[0])


def answer_advice(actor: Actor, decision: Decision) -> bool:
    """The company answers through its executives, or through those who keep its decision meeting; they see the
    advice, else it is not found."""
    return answering.owes(actor)


def propose_effect(actor: Actor, item: AgendaItem) -> bool:
    """What a resolution of an item changes is put to it by those who write the minutes, and by those who may edit
    the project that it is about or direct the laboratory whose gate it decides."""
    if item.meeting.source:
        return False
    lab = lab_of(item)
    return (
        edit_meeting(actor, item.meeting)
        or (item.project is not None and propose_item(actor, item.project))
        or (lab is not None and directs(actor, lab))
    )


def carry_effect(actor: Actor, effect: DecisionEffect) -> bool:
    """Which resolution carries it is said by those who write the minutes."""
    return edit_meeting(actor, effect.item.meeting)


def remove_effect(actor: Actor, effect: DecisionEffect) -> bool:
    """It is taken back by who proposed it, and by those who write the minutes."""
    return effect.proposed_by_id == actor.id or edit_meeting(actor, effect.item.meeting)


def end_member(actor: Actor, member: CommitteeMember) -> bool:
    """A seat is ended by those who may change the committee."""
    return edit_committee(actor, member.committee)


def read_drafts(actor: Actor, meeting: Meeting) -> bool:
    """Earlier drafts and who signed them: members, executives, auditors."""
    return actor.reads_all or bool(offices(actor, meeting.committee_id))


def read_draft(actor: Actor, draft: DraftVersion) -> bool:
    """A draft is marked as read by who may read the minutes; earlier ones by readers of drafts."""
    meeting, minutes = draft.minutes.meeting, draft.minutes
    if draft.kind != "draft":
        return False
    newest = draft.number == minutes.current_draft
    return read_minutes(actor, meeting) if newest else read_drafts(actor, meeting)


def amend_paragraph(actor: Actor, paragraph: Paragraph) -> bool:
    """A correction of one paragraph of approved minutes."""
    return amend(actor, paragraph.minutes)


def read_amendment(actor: Actor, amendment: Amendment) -> bool:
    """Approved corrections: who sees the minutes. Those under review: readers of drafts."""
    return amendment.life == "approved" or read_drafts(actor, amendment.minutes.meeting)


def edit_action(actor: Actor, action: Action) -> bool:
    """An action of a draft is changed by those who write the minutes."""
    return edit_meeting(actor, action.meeting)


def read_committee(actor: Actor, committee: Committee) -> bool:
    """The history of a committee: its members, administrators, executives, auditors."""
    return actor.reads_all or actor.has("admin") or bool(offices(actor, committee.id))


def propose_item(actor: Actor, project: Project) -> bool:
    """An item about a project is proposed by those who may edit the project; to others no agenda is open."""
    return project.archived_at is None and projects.edit(actor, project)

"""What committees refuse: each refusal by its code and at its field, with nothing changed before it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee import policies
from kangjiansheng.committee.models import (
    AgendaItem,
    Committee,
    Consent,
    Decision,
    DecisionEffect,
    Interest,
    Mandate,
    Minutes,
    Paragraph,
    Recusal,
    Suggestion,
)
from kangjiansheng.committee.operations import (
    answers,
    backlog,
    codes,
    committees,
    consents,
    dissents,
    effects,
    handing,
    imports,
    interests,
    meetings,
    motions,
    outcomes,
    parts,
    presence,
    publishing,
    reviews,
    series,
    silence,
    suggestions,
    translations,
)
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.operations.imports import receiving
from kangjiansheng.committee.rules.votes import Tally
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.projects.models import Milestone, Plan, Project
from tests.support.acting import eighth, running_meeting, sent_back
from tests.support.acts import an_act
from tests.support.critic import Critic
from tests.support.refusing import refused

Cast = Callable[[str], Actor]
YES = Tally(7, 0, 0)


def ago(minutes: float) -> datetime:
    return clock.now() - timedelta(minutes=minutes)


def ahead(days: int) -> date:
    return clock.today() + timedelta(days=days)


def sac() -> Committee:
    return db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()


def planned(who: Actor) -> AgendaItem:
    """The one item of a meeting that is held in a month."""
    made = meetings.create_meeting(sac(), actor=who, held_on=ahead(30), illustrative=True)
    return meetings.add_item(made, actor=who, name_hans="丙", kind="decide")


@pytest.mark.long
def test_while_a_meeting_runs(actor: Cast) -> None:
    who, member = actor("secretary"), actor("member")
    made = running_meeting("甲", "乙")
    first, second = made.items
    coming = planned(who)
    with refused("committee:item-not-open", "time"):
        presence.close_item(first, actor=who, at=ago(1))
    presence.open_item(first, actor=who, at=ago(5))
    with refused("committee:times-turned", "time"):
        presence.open_item(second, actor=who, at=ago(6))
    with refused("committee:times-turned", "time"):
        presence.close_item(first, actor=who, at=first.opened_at)
    came = min(stay.came_at for stay in made.presence)
    with refused("committee:times-turned", "time"):
        presence.leave(made, actor=who, person_id=member.id, at=came)
    with refused("committee:not-yet-held"):
        presence.leave(coming.meeting, actor=who, person_id=member.id, at=ago(1))
    with refused("committee:mode-unknown"):
        meetings.record_attendance(made, {member.id: "perhaps"}, actor=who)
    with refused("committee:mode-unknown"):
        meetings.record_attendance(made, {actor("outsider").id: "online"}, actor=who)
    with refused("committee:not-planned"):
        meetings.answer(made, "yes", actor=member)
    with refused("committee:kind-unknown", "kind"):
        outcomes.decide_in_meeting(first, actor=who, kind="A", text="同意。")
    with refused("committee:not-held"):
        outcomes.decide_in_meeting(coming, actor=who, kind="D", text="同意。")
    out = interests.recuse(first, actor=who, person_id=actor("member2").id, kind="facts")
    for field in ("left", "returned"):
        times = {"left_at": None, "returned_at": None, f"{field}_at": clock.now() + timedelta(hours=1)}
        with refused("committee:time-outside", field):
            interests.step_out(out, actor=who, **times)
    with refused("committee:published-already"):
        publishing.discard(coming.meeting, actor=who)
    meetings.cancel_meeting(coming.meeting, actor=who)
    with refused("committee:cancelled"):
        presence.arrive(coming.meeting, actor=who, person_id=member.id, mode="online", at=ago(1))


@pytest.mark.long
def test_of_a_vote(actor: Cast) -> None:
    who, member = actor("secretary"), actor("member")
    item = running_meeting("甲").items[0]
    presence.open_item(item, actor=who, at=ago(5))
    for wrong in ("kind", "method"):
        given = {"kind": "D", "method": "name", wrong: "song"}
        with refused("committee:kind-unknown", wrong):
            motions.open_motion(item, actor=who, text="同意。", **given)
    motion = motions.open_motion(item, actor=who, kind="D", text="同意。", method="count")
    with refused("committee:vote-by-hands"):
        motions.cast(motion, actor=who, person_id=member.id, choice="for")
    motions.close(motion, actor=who, counts=YES)
    with refused("committee:vote-closed"):
        motions.close(motion, actor=who, counts=YES)
    with refused("committee:number-taken"):
        outcomes.outcome_number(item.meeting, "D", 1)
    minutes = writing.start(item.meeting, actor=who)
    decided = motion.decision
    assert decided is not None
    carried = next(p for p in minutes.paragraphs if p.id == decided.paragraph_id)
    with refused("committee:dissent-of-motion", "text"):
        dissents.enter(decided, carried, actor=who, person_id=member.id, text="不。")
    motions.annul(motion, actor=who, reason="数错")
    with refused("committee:vote-closed"):
        motions.annul(motion, actor=who, reason="又数错")
    with refused("committee:vote-annulled"):
        motions.dissent(motion, actor=member, text="不同意。")
    coming = planned(who)
    for seat in coming.meeting.committee.members:
        if seat.voting:
            interests.recuse(coming, actor=who, person_id=seat.person_id, kind="facts")
    due = clock.now() + timedelta(days=2)
    with refused("committee:circulation-nobody"):
        motions.circulate(coming, actor=who, kind="D", text="同意。", papers="", due_at=due)


def test_of_an_action(actor: Cast) -> None:
    who = actor("secretary")
    item = running_meeting("甲").items[0]
    one = outcomes.act_in_meeting(
        item, actor=who, text="写信", owner_id=actor("lead").id, owner_role="", due_on=ahead(9)
    )
    outcomes.finish_action(one, actor=who, version=one.version, done_on=clock.today())
    with refused("committee:action-closed"):
        outcomes.finish_action(one, actor=who, version=one.version, done_on=clock.today())
    with refused("committee:action-closed"):
        handing.give_action(one, actor("chair").id, actor=who)


@pytest.mark.long
def test_of_an_agenda(actor: Cast) -> None:
    who, member = actor("secretary"), actor("member")
    item = planned(who)
    held = running_meeting("甲")
    project = db.session.scalars(select(Project).where(Project.code == "KJS-015")).one()
    with refused("committee:not-planned", "meeting"):
        meetings.propose_item(held, project, actor=who, name_hans="丁", kind="decide")
    with refused("committee:kind-unknown", "kind"):
        meetings.propose_item(item.meeting, project, actor=who, name_hans="丁", kind="song")
    for length in (-1, 601):
        with refused("committee:minutes-range"):
            meetings.arrange(
                item.meeting, [item.id], {item.id: length}, actor=who, version=item.meeting.version
            )
    with refused("committee:code-taken", "code"):
        committees.create_committee(actor=who, code="SAC", name_hans="另一个")
    other = committees.create_committee(actor=who, code="ETH", name_hans="另一个")
    waits = backlog.propose(other, actor=who, name_hans="戊", kind="decide")
    with refused("committee:backlog-gone"):
        backlog.take(item.meeting, [waits], actor=who)
    with refused("committee:office-unknown", "office"):
        committees.add_member(other, actor=who, person_id=member.id, office="king")
    with refused("committee:office-unknown"):
        handing.give_office(other, who.id, member.id, actor=who)
    with refused("committee:interest-kind", "kind"):
        interests.declare_on_item(item, actor=member, kind="song")
    stake = interests.declare(sac(), actor=member, kind="equity", party="某公司")
    with refused("committee:interest-in-what", "party"):
        interests.edit(stake, actor=member, version=stake.version, party=" ")
    interests.end(stake, actor=member)
    with refused("committee:interest-ended"):
        interests.end(stake, actor=member)
    rule = {"name": "例会", "unit": "month", "every": 1, "nth": 1, "starts": None, "ends": None, "place": ""}
    row = series.plan(sac(), actor=who, first=date(2026, 12, 1), until=date(2027, 2, 28), **rule)
    with refused("committee:series-over", "since"):
        series.change_rest(
            row, actor=who, version=row.version, since=date(2027, 3, 1), starts=None, ends=None, place="别处"
        )


@pytest.mark.long
def test_of_minutes_being_written(draft_minutes: Minutes, actor: Cast) -> None:
    who, member = actor("secretary"), actor("member")
    with refused("committee:kind-unknown", "kind"):
        writing.add_paragraph(draft_minutes, actor=who, kind="song", text="歌")
    with refused("committee:kind-unknown", "kind"):
        outcomes.record_decision(draft_minutes, actor=who, kind="A", text="同意。")
    made = outcomes.record_decision(draft_minutes, actor=who, kind="D", text="同意。")
    gone = writing.add_paragraph(draft_minutes, actor=who, kind="text", text="多余。")
    stays = writing.add_paragraph(draft_minutes, actor=who, kind="text", text="要留。")
    reviews.open_review(draft_minutes, actor=who)
    with refused("committee:kind-unknown"):
        consents.answer(gone, actor=member, kind="maybe")
    with refused("committee:objection-words", "note"):
        consents.answer(gone, actor=member, kind="object", note=" ")
    said = suggestions.suggest(gone, actor=member, text="不多余。")
    sent_back()
    writing.remove_paragraph(gone, actor=who)
    late = [
        lambda: writing.edit_paragraph(gone, actor=who, seen=gone.version, text="又来。"),
        lambda: parts.put(gone, None, actor=who),
        lambda: parts.put(stays, gone, actor=who),
        lambda: parts.split(gone, actor=who, seen=gone.version, at=1),
        lambda: suggestions.take(said, actor=who),
        lambda: dissents.enter(made, gone, actor=who, person_id=member.id, text="不。"),
        lambda: translations.translate(gone, "en", actor=who, seen=0, revision=1, text="Gone."),
    ]
    for act in late:
        with refused("committee:paragraph-gone"):
            act()


@pytest.mark.long
def test_of_review_that_cannot_begin(actor: Cast) -> None:
    who = actor("secretary")
    made = running_meeting("甲")
    minutes = writing.start(made, actor=who)
    seats = {m.person_id: m.office for m in made.committee.members if m.voting}
    chair = next(person for person, office in seats.items() if office == "chair")
    for stay in list(made.presence):
        presence.remove(stay, actor=who)
    with refused("committee:attendance-missing"):
        reviews.fixed_signers(made, drafter=who.id)
    meetings.record_attendance(
        made, dict.fromkeys(seats, "online") | {chair: "absent"}, actor=who, version=made.version
    )
    with refused("committee:chair-absent"):
        reviews.fixed_signers(made, drafter=who.id)
    for paragraph in writing.standing_paragraphs(minutes):
        writing.remove_paragraph(paragraph, actor=who)
    with refused("committee:minutes-empty"):
        reviews.open_review(minutes, actor=who)


def test_of_what_a_resolution_changes(draft_minutes: Minutes, actor: Cast) -> None:
    who, item = actor("secretary"), draft_minutes.meeting.items[1]
    plan = db.session.scalars(select(Plan).join(Project).where(Project.code == "KJS-015")).one()
    gate = db.session.scalars(
        select(Milestone).where(Milestone.plan_id == plan.id, Milestone.gate, Milestone.state == "open")
    ).first()
    done = db.session.scalars(
        select(Milestone).where(Milestone.plan_id == plan.id, Milestone.state != "open")
    ).first()
    asked = {"text": "补数据", "due": ahead(9).isoformat()}
    early = asked | {"due": ahead(-1).isoformat()}
    wrong = [
        ("kind-unknown", "kind", {"kind": "song"}),
        ("effect-name", "name", {"kind": "baseline"}),
        ("effect-milestone", "milestone", {"kind": "gate", "milestone": None}),
        ("effect-milestone", "milestone", {"kind": "gate", "milestone": done}),
        ("effect-verdict", "verdict", {"verdict": "perhaps"}),
        ("effect-conditions", "text_1", {"verdict": "conditional"}),
        ("effect-conditions", "text_1", {"verdict": "go", "conditions": [asked]}),
        ("effect-conditions", "text_2", {"conditions": [asked, asked | {"text": ""}]}),
        ("effect-due", "due_1", {"conditions": [asked | {"due": ""}]}),
        ("effect-due", "due_1", {"conditions": [early]}),
    ]
    for code, field, one in wrong:
        given = {"kind": "gate", "milestone": gate, "verdict": "conditional"} | one
        with refused(f"committee:{code}", field):
            effects.propose(item, actor=who, plan=plan, **given)
    for m in plan.milestones:
        m.forecast = m.current_plan
    db.session.flush()
    with refused("committee:effect-nothing", "name"):
        effects.propose(item, actor=who, plan=plan, kind="baseline", name="新基线")
    advice = db.session.scalars(select(Decision).where(Decision.text.startswith("同意长期随访"))).one()
    given = {"verdict": "adopted", "decided_on": clock.today(), "reasons": ""}
    with refused("committee:answer-body", "body"):
        answers.answer(advice, actor=actor("executive"), seen=0, body=" ", **given)


def test_of_drafts_that_wait_for_signatures(draft_minutes: Minutes, actor: Cast) -> None:
    draft = reviews.open_review(draft_minutes, actor=actor("secretary"))
    member = actor("member")
    change = an_act(member)
    for signer in draft.signers:
        db.session.add(
            Consent(
                draft_version_id=draft.id, person_id=signer.person_id, kind="default", printed_name="",
                given_at=clock.now(), change_set_id=change.id,
            )
        )  # fmt: skip
    db.session.flush()
    with refused("committee:nobody-pending"):
        silence.remind_all(draft_minutes, actor=actor("secretary"))
    with refused("committee:not-a-signer"):
        codes.prove(draft, "", "123456", actor=Actor(id=0, label=""))
    db.session.get_one(Person, member.id).email = None
    db.session.flush()
    with refused("committee:no-address"):
        codes.send(draft, actor=member)


def also_pdf() -> bytes:
    """A Word file that other programs take for a PDF."""
    word, out = BytesIO(), BytesIO()
    Document().save(word)
    with ZipFile(out, "w") as packed, ZipFile(word) as parts:
        packed.writestr("a", "%PDF-1.7")
        for name in parts.namelist():
            packed.writestr(name, parts.read(name))
    return out.getvalue()


@pytest.mark.long
def test_of_minutes_from_elsewhere(actor: Cast) -> None:
    who = actor("secretary")
    wrong = [
        ("other-kind", b"a\x00b"),
        ("other-kind", b"%PDF-1.7 words"),
        ("other-kind", b"{\\rtf1 words}"),
        ("other-kind", also_pdf()),
        ("too-large", b"a" * (receiving.LARGEST_TEXT + 1)),
    ]
    for code, data in wrong:
        with refused(f"committee:import-{code}", "file"):
            imports.receive(sac(), "minutes.txt", data, actor=who)
    row = imports.receive(sac(), "minutes.md", "# 会议纪要\n".encode(), actor=who)
    with refused("committee:import-life", "life"):
        imports.apply(row, actor=who, life="song")
    imports.discard(row, actor=who)
    with refused("committee:import-done"):
        imports.apply(row, actor=who, life="draft")


def test_of_what_is_somebody_else_s() -> None:
    one, other = Actor(id=1, label=""), Actor(id=2, label="")
    for own, thing in (
        (policies.own_interest, Interest(person_id=1)),
        (policies.own_mandate, Mandate(person_id=1)),
        (policies.withdraw_suggestion, Suggestion(author_id=1, paragraph=paragraph_of("review"))),
    ):
        assert own(one, thing)
        assert not own(other, thing)
    over = Suggestion(author_id=1, paragraph=paragraph_of("approved"))
    assert not policies.withdraw_suggestion(one, over)


def paragraph_of(life: str) -> Paragraph:
    """A paragraph of minutes that are nowhere stored."""
    return Paragraph(minutes=Minutes(life=life))


def test_of_a_seat_of_one_s_own(actor: Cast) -> None:
    """Who keeps a committee decides nothing about her own recusal; what is proposed is taken back by its proposer
    and by those who keep the committee."""
    who, item = actor("secretary"), planned(actor("secretary"))
    assert policies.edit_recusal(who, Recusal(item=item, person_id=actor("member").id))
    assert not policies.edit_recusal(who, Recusal(item=item, person_id=who.id))
    assert not policies.edit_recusal(actor("member"), Recusal(item=item, person_id=who.id))
    mine = DecisionEffect(item=item, proposed_by_id=actor("lead").id)
    assert policies.remove_effect(actor("lead"), mine)
    assert policies.remove_effect(who, mine)
    assert not policies.remove_effect(actor("executive"), mine)
    db.session.rollback()


@pytest.mark.long
def test_through_the_pages(client: Callable[..., Critic], app: Flask) -> None:
    """What a form offers no choice of, and what nobody brought."""
    with app.app_context():
        minutes = eighth()
        item = minutes.meeting.items[1].id
        text = next(p.public_id for p in minutes.paragraphs if p.kind == "text")
    seat = {"email": "nobody@kjs.example", "office": "member", "valid_from": "2026-12-01"}
    series = {
        "name": "例会", "unit": "month", "every": "1", "nth": "1", "first": "2026-12-01", "until": "2027-02-28",
        "template": "999",
    }  # fmt: skip
    both = {"file": (BytesIO("# 纪要".encode()), "a.md"), "pasted": "# 纪要"}
    baseline = {"kind": "baseline", "name": "新基线", "decision": "D-2020-01-01"}
    stake = {"kind": "equity", "institution": "NONE", "text": "持股", "valid_from": "2026-11-01"}
    secretary, executive = client("secretary"), client("executive")
    for address, data, words in (
        ("/committees/SAC/members", seat, "没有这个邮箱的账号"),
        ("/committees/SAC/series", series, "没有这个模板"),
        ("/committees/SAC/interests", stake, "没有这个机构"),
        ("/committees/SAC/imports", both, "请只用一种"),
        (f"/meetings/SAC-2026-05/items/{item}/effects", baseline, "没有这条决议"),
        (f"/meetings/SAC-2026-05/minutes/paragraphs/{text}/images", {"alt": "图"}, "请选择一张图片"),
    ):
        again = (executive if "effects" in address else secretary).post(address, data=data)
        assert again.status_code == 422, address
        assert words in again.text, address

"""A meeting is cancelled: what it was to deal with goes to the next one, or waits, in one step."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from kangjiansheng.committee.models import (
    AgendaItem,
    Attendance,
    BacklogItem,
    Committee,
    DecisionEffect,
    Interest,
    Meeting,
    Paper,
    Recusal,
)
from kangjiansheng.committee.operations import backlog, effects, interests, meetings, packs, papers
from kangjiansheng.committee.queries import overviews
from kangjiansheng.committee.queries.packs import for_reader
from kangjiansheng.core import clock, verify
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor, Revision
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.core.outbox import Outbox
from kangjiansheng.core.transactions import commit
from kangjiansheng.projects.models import Milestone, Plan
from tests.support.critic import Critic

Acting = Callable[[str], Actor]


def planned(actor: Acting, days: int) -> Meeting:
    sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    return meetings.create_meeting(
        sac, actor=actor("secretary"), held_on=clock.today() + timedelta(days=days), illustrative=True
    )


@pytest.fixture
def cancelled(actor: Acting) -> Meeting:
    """A meeting of next week with two items, a recusal, an interest and a paper; called off."""
    who, one = actor("secretary"), planned(actor, 7)
    for name in ("甲", "乙"):
        meetings.add_item(one, actor=who, name_hans=name, kind="decide")
    first = one.items[0]
    papers.add(first, "a.md", b"a", actor=who, title="说明")
    interests.declare_on_item(first, actor=actor("member"), kind="post", text="任职")
    interests.recuse(first, actor=who, person_id=actor("member2").id)
    meetings.cancel_meeting(one, actor=who)
    commit()
    return one


def test_its_items_go_to_the_next_meeting_as_they_stand(cancelled: Meeting, actor: Acting) -> None:
    who, to = actor("secretary"), planned(actor, 14)
    meetings.add_item(to, actor=who, name_hans="丙", kind="hear")
    commit()
    items, (seen, there) = list(cancelled.items), (cancelled.version, to.version)
    backlog.carry_over(cancelled, items, actor=who, version=seen, to=to)
    commit()
    db.session.expire_all()
    assert [(item.position, item.name_hans) for item in to.items] == [(1, "丙"), (2, "甲"), (3, "乙")]
    assert [item.id for item in to.items[1:]] == [item.id for item in items] and cancelled.items == []
    assert (cancelled.version, to.version) == (seen + 1, there + 1)
    first = to.items[1].id
    assert db.session.scalars(select(Paper.title).where(Paper.agenda_item_id == first)).all() == ["说明"]
    assert db.session.scalars(select(Recusal.person_id).where(Recusal.agenda_item_id == first)).all() == [
        actor("member2").id
    ]
    declared = db.session.scalars(select(Interest).where(Interest.agenda_item_id == first)).one()
    assert declared.meeting_id == to.id, "who declared it finds it with the meeting at which it matters"
    told = select(AuditEntry.thing_id).where(AuditEntry.act == "committee:item:carry-over")
    assert set(db.session.scalars(told)) == {cancelled.id, to.id}
    assert (
        len(
            set(
                db.session.scalars(
                    select(AuditEntry.change_set_id).where(AuditEntry.act == "committee:item:carry-over")
                )
            )
        )
        == 1
    )
    assert list(verify.problems(db.session())) == []
    with pytest.raises(RuleBroken, match="nothing-left"):
        backlog.carry_over(cancelled, [], actor=who, version=cancelled.version, to=to)
    with pytest.raises(RuleBroken, match="nothing-left"):
        backlog.carry_over(cancelled, items, actor=who, version=cancelled.version, to=to)
    with pytest.raises(Stale):
        backlog.carry_over(cancelled, items, actor=who, version=seen, to=to)


def test_a_past_day_still_tells_what_the_cancelled_meeting_was_about(
    cancelled: Meeting, actor: Acting
) -> None:
    to = planned(actor, 14)
    backlog.carry_over(
        cancelled, list(cancelled.items), actor=actor("secretary"), version=cancelled.version, to=to
    )
    last = select(Revision).where(Revision.thing == "meeting", Revision.thing_id == cancelled.id)
    was = db.session.scalars(last.order_by(Revision.version.desc()).offset(1).limit(1)).one()
    there = [item[0] for item in was.state["items"]]
    assert len(there) == 2
    for short, seen in (("secretary", 2), ("member2", 1)):
        found = db.session.scalars(
            select(AgendaItem.id).where(
                AgendaItem.id.in_(there), AgendaItem.id.in_(overviews.visible_items(actor(short)))
            )
        )
        assert len(found.all()) == seen, short


def test_or_they_wait(cancelled: Meeting, actor: Acting) -> None:
    who, items = actor("secretary"), list(cancelled.items)
    backlog.put_all_back(cancelled, items, actor=who, version=cancelled.version)
    commit()
    assert cancelled.items == []
    waiting = db.session.scalars(select(BacklogItem).where(BacklogItem.life == "waiting")).all()
    kept = {one.name_hans: one for one in waiting if one.name_hans in "甲乙"}
    assert set(kept) == {"甲", "乙"}
    assert [row[0] for row in kept["甲"].recusals] == [actor("member2").id]
    assert db.session.scalars(select(Paper.title).where(Paper.backlog_item_id == kept["甲"].id)).all() == [
        "说明"
    ]


def test_only_a_cancelled_meeting_loses_its_items_and_only_to_one_that_comes(
    cancelled: Meeting, actor: Acting
) -> None:
    who, to = actor("secretary"), planned(actor, 14)
    with pytest.raises(RuleBroken, match="not-cancelled"):
        backlog.carry_over(to, list(to.items), actor=who, version=to.version, to=cancelled)
    meetings.cancel_meeting(to, actor=who)
    for wrong in (to, cancelled):
        with pytest.raises(RuleBroken, match=r"cancelled|not-planned"):
            backlog.carry_over(
                cancelled, list(cancelled.items), actor=who, version=cancelled.version, to=wrong
            )
    over = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-05")).one()
    with pytest.raises(RuleBroken, match="not-planned"):
        backlog.carry_over(cancelled, list(cancelled.items), actor=who, version=cancelled.version, to=over)


def test_in_pages(cancelled: Meeting, actor: Acting, client: Callable[..., Critic]) -> None:
    code, version = cancelled.code, str(cancelled.version)
    to = planned(actor, 14).code
    commit()
    secretary, address = client("secretary"), f"/meetings/{code}"
    page = secretary.get(address).text
    assert "会议已取消。" in page and "法定人数为" not in page and "会后在此显示" not in page
    assert f'<option value="{to}"' in page and "待议事项" in page
    sent = {"to": to, "version": version}
    wrong = secretary.post(f"{address}/agenda/carrying", data=sent | {"to": code})
    assert wrong.status_code == 422
    stale = secretary.post(f"{address}/agenda/carrying", data=sent | {"version": "1"})
    assert stale.status_code == 409
    moved = secretary.post(f"{address}/agenda/carrying", data=sent)
    assert moved.headers["Location"] == f"/meetings/{to}/agenda"
    told = secretary.get(moved.headers["Location"]).text
    assert "已移走 2 项议题" in told and "甲" in told
    left = secretary.get(address).text
    assert 'id="left"' not in left and "议程上没有留下议题" in left
    assert "议题移到另一次会议" in secretary.get(f"{address}/history").text
    again = secretary.post(f"{address}/agenda/carrying", data=sent)
    assert again.status_code == 409, "another page of the same meeting"


def test_others_do_not_move_them(cancelled: Meeting, client: Callable[..., Critic]) -> None:
    address, sent = f"/meetings/{cancelled.code}", {"to": "", "version": str(cancelled.version)}
    member = client("member")
    assert 'id="left"' not in member.get(address).text
    assert member.post(f"{address}/agenda/carrying", data=sent).status_code == 403
    outsider = client("outsider")
    assert outsider.post(f"{address}/agenda/carrying", data=sent).status_code == 404


def test_two_changes_of_one_thing_do_not_meet_on_one_agenda(cancelled: Meeting, actor: Acting) -> None:
    """The second would find it changed by the first, as within a meeting."""
    who, to = actor("secretary"), planned(actor, 14)
    milestone = db.session.scalars(
        select(Milestone).join(Plan).where(Milestone.state == "open", Plan.project_id.is_not(None)).limit(1)
    ).one()
    assert milestone.current_plan is not None and milestone.plan.project is not None
    other = meetings.add_item(
        to, actor=who, name_hans="丙", kind="decide", project_id=milestone.plan.project_id
    )
    first = cancelled.items[0]
    first.project_id = milestone.plan.project_id
    asked = {
        "actor": actor("executive"),
        "kind": "rebaseline",
        "plan": milestone.plan,
        "milestone": milestone,
        "day": milestone.current_plan + timedelta(days=30),
    }
    for item in (first, other):
        cancelled.life = "planned"  # an effect is proposed before the meeting is called off
        made = effects.propose(item, **asked)
    cancelled.life = "cancelled"
    commit()
    with pytest.raises(RuleBroken, match="effect-there"):
        backlog.carry_over(cancelled, list(cancelled.items), actor=who, version=cancelled.version, to=to)
    db.session.rollback()
    effects.remove(made, actor=actor("executive"))
    backlog.carry_over(cancelled, list(cancelled.items), actor=who, version=cancelled.version, to=to)
    assert len(to.items) == 3


def test_what_waits_leaves_its_changes_to_plans_behind_and_the_check_stays_clean(
    cancelled: Meeting, actor: Acting
) -> None:
    milestone = db.session.scalars(
        select(Milestone).join(Plan).where(Milestone.state == "open", Plan.project_id.is_not(None)).limit(1)
    ).one()
    assert milestone.current_plan is not None and milestone.plan.project is not None
    first, who = cancelled.items[0], actor("secretary")
    first.project_id = milestone.plan.project_id
    cancelled.life = "planned"
    effects.propose(
        first,
        actor=actor("executive"),
        kind="rebaseline",
        plan=milestone.plan,
        milestone=milestone,
        day=milestone.current_plan + timedelta(days=30),
    )
    cancelled.life = "cancelled"
    commit()
    backlog.put_all_back(cancelled, list(cancelled.items), actor=who, version=cancelled.version)
    commit()
    assert (
        db.session.scalars(select(DecisionEffect).where(DecisionEffect.milestone_id == milestone.id)).all()
        == []
    )
    found = list(verify.problems(db.session()))
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("way", [backlog.put_back, meetings.remove_item])
def test_an_item_that_leaves_an_agenda_leaves_no_row_that_the_check_misses(
    actor: Acting, way: Callable[..., object]
) -> None:
    """With a paper, a recusal, what was declared, and a place in the pack of a meeting that still comes."""
    who, one = actor("secretary"), planned(actor, 7)
    item = meetings.add_item(one, actor=who, name_hans="甲", kind="decide")
    papers.add(item, "a.md", b"a", actor=who, title="说明")
    interests.declare_on_item(item, actor=actor("member"), kind="post", text="任职")
    interests.recuse(item, actor=who, person_id=actor("member2").id)
    commit()
    assert list(verify.problems(db.session())) == []
    way(item, actor=who)
    commit()
    found = list(verify.problems(db.session()))
    assert found == [], "\n".join(found)


def test_its_pack_is_read_on(cancelled: Meeting, actor: Acting) -> None:
    """What was sent around is told by who may see the items where they are now."""
    cancelled.life = "planned"
    pack = packs.freeze(cancelled, actor=actor("secretary"))
    cancelled.life = "cancelled"
    backlog.carry_over(
        cancelled,
        list(cancelled.items),
        actor=actor("secretary"),
        version=cancelled.version,
        to=planned(actor, 14),
    )
    commit()
    for short, seen in (("secretary", ["甲", "乙"]), ("member2", ["乙"]), ("outsider", [])):
        found = for_reader(pack, actor=actor(short))
        assert [one["names"]["hans"] for one in found["items"]] == seen, short


def test_a_meeting_that_was_cancelled_by_mistake_takes_place(cancelled: Meeting, actor: Acting) -> None:
    """Under its number, with its agenda; its people are invited again by a newer invitation, and asked anew."""
    who, told = actor("secretary"), cancelled.invite_sequence
    cancelled.attendance.append(Attendance(person_id=actor("chair").id, answer="yes"))
    commit()
    seen = set(db.session.scalars(select(Outbox.id)))
    meetings.reinstate_meeting(cancelled, actor=who)
    commit()
    assert (cancelled.life, cancelled.invite_sequence) == ("planned", told + 1)
    assert [item.name_hans for item in cancelled.items] == ["甲", "乙"]
    assert {row.answer for row in cancelled.attendance} == {"none"}
    mails = db.session.scalars(select(Outbox).where(Outbox.id.not_in(seen))).all()
    assert {mail.template for mail in mails} == {"committee:meeting-planned"}
    assert list(verify.problems(db.session())) == []
    with pytest.raises(RuleBroken, match="takes-place"):
        meetings.reinstate_meeting(cancelled, actor=who)


def test_by_mistake_in_pages(actor: Acting, client: Callable[..., Critic]) -> None:
    code = planned(actor, 7).code
    commit()
    secretary, address = client("secretary"), f"/meetings/{code}"
    again = f"{address}/reinstatement"
    early = secretary.post(again)
    assert early.status_code == 422 and "会议没有取消，无须恢复。" in early.text
    secretary.post(f"{address}/cancellation")
    assert f'<form method="post" action="{again}">' in secretary.get(address).text, (
        "undone from the line that says so"
    )
    assert f'href="{again}"' in secretary.get(address).text, "and later"
    assert "委员会重新收到邀请" in secretary.get(again).text
    assert secretary.post(again).headers["Location"] == address
    back = secretary.get(address).text
    assert "会议已恢复" in back and "会议已取消。" not in back and "法定人数为" in back
    assert "恢复会议" in secretary.get(f"{address}/history").text


def test_others_do_not_reinstate_it(cancelled: Meeting, client: Callable[..., Critic]) -> None:
    again = f"/meetings/{cancelled.code}/reinstatement"
    member = client("member")
    assert again not in member.get(f"/meetings/{cancelled.code}").text
    assert member.post(again).status_code == 403
    assert client("outsider").post(again).status_code == 404

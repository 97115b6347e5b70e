"""What is proposed beside an agenda, to whom and why; and what waits for a meeting."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.committee.models import AgendaItem, BacklogItem, Meeting, Minutes, Paper, Recusal
from kangjiansheng.committee.operations import backlog, dismissals, interests, meetings, outcomes, papers
from kangjiansheng.committee.queries import backlog as waiting
from kangjiansheng.committee.queries import papers as filed
from kangjiansheng.committee.queries.suggested import suggested
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Notification
from kangjiansheng.projects.models import AnswerLink, Milestone, Plan, Project, ProjectMember
from tests.support.critic import Critic
from tests.support.papers import PDF

PLANNED = "SAC-2026-06"
Find = Callable[[str], Meeting]
Cast = Callable[[str], Actor]


def project(code: str) -> Project:
    return db.session.scalars(select(Project).where(Project.code == code)).one()


def lead(code: str, who: Actor) -> Project:
    """Make somebody see a project."""
    one = project(code)
    db.session.add(
        ProjectMember(project_id=one.id, person_id=who.id, role="member", valid_from=date(2026, 1, 1))
    )
    db.session.flush()
    return one


def milestones(code: str, *, gate: bool) -> list[Milestone]:
    query = select(Milestone).join(Plan).join(Project, Project.id == Plan.project_id)
    query = query.where(Project.code == code, Milestone.state == "open", Milestone.gate.is_(gate))
    return list(db.session.scalars(query.order_by(Milestone.position)))


def sources(one: Meeting, who: Actor) -> set[str]:
    return {found.source for found in suggested(one, actor=who).rows}


def test_milestones_and_gates_are_proposed_to_who_sees_the_project(actor: Cast, meeting: Find) -> None:
    one, chair, secretary = meeting(PLANNED), actor("chair"), actor("secretary")
    late, asked = milestones("KJS-002", gate=False)[:2]
    gate = milestones("KJS-002", gate=True)[0]
    late.forecast = clock.today() - timedelta(days=12)
    gate.forecast = one.held_on - timedelta(days=1)
    asked.forecast, asked.confirmed_at = one.held_on + timedelta(days=90), None
    at = clock.now() - timedelta(days=9)
    db.session.add(
        AnswerLink(
            secret_sha256="0" * 64, person_id=chair.id, milestone_id=asked.id, made_at=at, expires_at=at
        )
    )
    db.session.flush()
    wanted = {f"milestone:{late.id}", f"gate:{gate.id}", f"milestone:{asked.id}"}
    assert not sources(one, chair) & wanted and not sources(one, secretary) & wanted
    lead("KJS-002", chair)
    found = {row.source: row for row in suggested(one, actor=chair).rows}
    assert wanted <= found.keys() and not sources(one, secretary) & wanted
    assert found[f"milestone:{late.id}"].facts["late"] == 12
    assert found[f"milestone:{asked.id}"].why == "ask"
    assert found[f"gate:{gate.id}"].fields["kind"] == "decide"
    backlog.add_suggested(one, [found[f"gate:{gate.id}"].row()], actor=chair)
    assert one.items[-1].gate_id == gate.id
    assert f"gate:{gate.id}" not in sources(one, chair)
    asked.confirmed_at = clock.now()
    db.session.flush()
    assert f"milestone:{asked.id}" not in sources(one, chair)


def test_open_actions_and_the_last_minutes(actor: Cast, meeting: Find, draft_minutes: Minutes) -> None:
    one, chair = meeting(PLANNED), actor("chair")
    found = {row.source: row for row in suggested(one, actor=chair).rows}
    actions = [row for row in found.values() if row.why == "action"]
    assert actions and all(row.facts["due"] <= one.held_on for row in actions)
    assert f"minutes:{draft_minutes.id}" not in found  # the agenda confirms minutes already
    meetings.remove_item(next(item for item in one.items if item.kind == "confirm"), actor=chair)
    assert f"minutes:{draft_minutes.id}" in sources(one, chair)
    dismissals.dismiss(one, actions[0].source, actor=chair)
    assert actions[0].source not in sources(one, actor("secretary"))
    dismissals.restore(one, actor=chair)
    assert actions[0].source in sources(one, actor("secretary"))


def test_what_comes_of_a_withheld_item_is_withheld(
    actor: Cast, meeting: Find, draft_minutes: Minutes
) -> None:
    """An action of an item from which the member is recused becomes an item from which the member is recused."""
    secretary, member, one = actor("secretary"), actor("member"), meeting(PLANNED)
    item = draft_minutes.meeting.items[1]
    interests.recuse(item, actor=secretary, person_id=member.id)
    due = one.held_on - timedelta(days=3)
    action = outcomes.record_action(
        draft_minutes, actor=secretary, text="补交资料", owner_role="秘书", due_on=due, item=item
    )
    draft_minutes.life, draft_minutes.current_draft = "review", 1
    db.session.flush()
    row = next(row for row in suggested(one, actor=secretary).rows if row.source == f"action:{action.id}")
    backlog.add_suggested(one, [row.row()], actor=secretary)
    made = one.items[-1]
    recused = select(Recusal.person_id).where(Recusal.agenda_item_id == made.id, Recusal.kind == "whole")
    assert list(db.session.scalars(recused)) == [member.id]


def test_items_that_were_not_reached_come_back(actor: Cast, meeting: Find) -> None:
    one, last, secretary = meeting(PLANNED), meeting("SAC-2026-05"), actor("secretary")
    for item in last.items:
        item.opened_at = item.closed_at = None
    db.session.flush()
    assert not [
        row for row in suggested(one, actor=secretary).rows if row.why == "item"
    ]  # no times were kept
    last.items[0].opened_at = last.starts_at or clock.now()
    decided = set(db.session.scalars(select(AgendaItem.id).where(AgendaItem.id.in_([last.items[-1].id]))))
    db.session.flush()
    found = {row.source for row in suggested(one, actor=secretary).rows if row.why == "item"}
    assert decided and f"item:{last.items[0].id}" not in found
    assert found <= {f"item:{item.id}" for item in last.items[1:]} and found


def test_put_back_and_taken_again_with_papers_and_recusals(actor: Cast, meeting: Find) -> None:
    one, secretary, member = meeting(PLANNED), actor("secretary"), actor("member")
    item = one.items[1]
    title = item.name_hans
    paper = papers.add(item, "a.pdf", PDF, actor=secretary).id
    interests.recuse(item, actor=secretary, person_id=member.id, reason="任职")
    kept = backlog.put_back(item, actor=secretary)
    db.session.expire_all()
    assert title not in [row.name_hans for row in one.items]
    assert [row.position for row in one.items] == list(range(1, len(one.items) + 1))
    committee = one.committee
    assert [row.name_hans for row in waiting.waiting(committee, actor=actor("member2"))] == [title]
    assert waiting.waiting(committee, actor=member) == []
    assert waiting.backlog_item(actor=member, code="SAC", number=kept.id) is None
    assert filed.paper(actor=secretary, code=PLANNED, number=paper) is None
    backlog.take(one, [kept], actor=secretary)
    db.session.expire_all()
    again = one.items[-1]
    assert again.name_hans == title and db.session.get_one(Paper, paper).agenda_item_id == again.id
    recusal = db.session.scalars(select(Recusal).where(Recusal.agenda_item_id == again.id)).one()
    assert (recusal.person_id, recusal.kind, recusal.reason) == (member.id, "whole", "任职")
    with pytest.raises(RuleBroken, match="backlog-gone"):
        backlog.take(one, [kept], actor=secretary)


@pytest.mark.long
def test_the_backlog_in_pages(client: Callable[..., Critic], app: Flask) -> None:
    member, secretary = client("member"), client("secretary")
    fields = {"name_hans": "供者筛查标准", "kind": "discuss", "minutes_planned": "20"}
    assert client("outsider").post("/committees/SAC/backlog", data=fields).status_code == 403
    assert member.post("/committees/SAC/backlog", data=fields | {"name_hans": ""}).status_code == 422
    assert member.post("/committees/SAC/backlog", data=fields).status_code == 303
    assert "供者筛查标准" not in client("outsider").get("/committees/SAC/backlog").text
    with app.app_context():
        item = db.session.scalars(select(BacklogItem)).one()
        told = db.session.scalars(
            select(Notification).where(Notification.template == "committee:backlog-proposed")
        ).all()
        assert told and not any("供者" in str(row.facts) for row in told)
        number = item.id
    assert client("member2").post(f"/committees/SAC/backlog/{number}/removal").status_code == 403
    page = secretary.get(f"/meetings/{PLANNED}/agenda").text
    assert "供者筛查标准" in page and "逾期" in page
    taken = secretary.post(f"/meetings/{PLANNED}/agenda/backlog", data={"take": str(number)})
    assert taken.status_code == 303
    assert "供者筛查标准" in member.get(f"/meetings/{PLANNED}").text
    with app.app_context():
        one = db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one()
        item_id = one.items[-1].id
    assert secretary.post(f"/meetings/{PLANNED}/items/{item_id}/backlog").status_code == 303
    assert "供者筛查标准" not in member.get(f"/meetings/{PLANNED}").text
    assert "供者筛查标准" in member.get("/committees/SAC/backlog").text


def test_one_tap_adds_several_and_sets_aside(client: Callable[..., Critic], app: Flask) -> None:
    secretary, place = client("secretary"), f"/meetings/{PLANNED}/agenda/proposals"
    with app.app_context():
        who = actor_by_email("secretary@kjs.example")
        assert who
        one = db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one()
        before = len(one.items)
        first, second, *rest = [row.source for row in suggested(one, actor=who).rows]
        unseen = f"milestone:{milestones('KJS-002', gate=False)[0].id}"
    secretary.post(place, data={"dismiss": first})
    assert first not in secretary.get(f"/meetings/{PLANNED}/agenda").text
    picked = [second, *rest[:1], unseen, "nonsense"]
    assert secretary.post(place, data={"pick": picked}).status_code == 303
    with app.app_context():
        one = db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one()
        assert [item.source for item in one.items[before:]] == picked[:-2]


def test_a_project_waits_for_any_meeting(client: Callable[..., Critic], app: Flask) -> None:
    lead_, fields = client("lead"), {"name_hans": "放行标准", "kind": "discuss", "minutes_planned": "20"}
    answer = lead_.post("/projects/KJS-003/agenda-item", data=fields | {"meeting": "backlog:SAC"})
    assert answer.status_code == 303
    assert "放行标准" in lead_.get("/committees/SAC/backlog").text
    assert "放行标准" not in client("lead2").get("/committees/SAC/backlog").text
    with app.app_context():
        assert db.session.scalars(select(BacklogItem)).one().project_id == project("KJS-003").id

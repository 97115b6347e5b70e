"""A project's lead proposes an item; decisions and projects lead to each other, for those who may see both."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import Action, AgendaItem, Committee, Meeting
from kangjiansheng.committee.operations import meetings, outcomes
from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects.models import Project
from tests.support.acting import who
from tests.support.critic import Critic
from tests.support.typed import words

PLANNED = "SAC-2026-06"
FIELDS = {"meeting": PLANNED, "name_hans": "首例安全性回顾", "kind": "discuss", "minutes_planned": "20"}


@pytest.mark.long
def test_a_lead_proposes_an_item(client: Callable[..., Critic], app: Flask) -> None:
    lead, secretary = client("lead"), client("secretary")
    address = "/projects/KJS-002/agenda-item"
    assert address in lead.get("/projects/KJS-002").get_data(as_text=True)
    assert lead.post(address, data=FIELDS | {"name_hans": ""}).status_code == 422
    assert lead.post(address, data=FIELDS | {"meeting": "SAC-2026-05"}).status_code == 422
    assert lead.post(address, data=FIELDS).status_code == 303
    assert "首例安全性回顾" in lead.get(f"/meetings/{PLANNED}").get_data(as_text=True)
    assert "首例安全性回顾" in secretary.get(f"/meetings/{PLANNED}/agenda").get_data(as_text=True)
    assert "首例安全性回顾" in secretary.get("/notifications").get_data(as_text=True)
    with app.app_context():
        item = db.session.scalars(select(AgendaItem).where(AgendaItem.name_hans == "首例安全性回顾")).one()
        assert item.project is not None
        assert item.project.code == "KJS-002"


@pytest.mark.long
def test_others_propose_nothing(client: Callable[..., Critic]) -> None:
    address = "/projects/KJS-014/agenda-item"
    assert client("partner").post(address, data=FIELDS).status_code == 403
    assert client("secretary").get(address).status_code == 404
    assert address not in client("partner").get("/projects/KJS-014").get_data(as_text=True)


def test_an_editor_is_offered_only_what_they_may_see(client: Callable[..., Critic], app: Flask) -> None:
    secretary = client("secretary")
    page = secretary.get(f"/meetings/{PLANNED}/agenda").get_data(as_text=True)
    assert "由项目负责人在项目页上提议" in page
    assert 'name="project"' not in page
    with app.app_context():
        meeting = db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one()
        item = next(i for i in meeting.items if i.project_id)
        number, project_id, version = item.id, item.project_id, meeting.version
        code = item.project.code if item.project else ""
    address = f"/meetings/{PLANNED}/items/{number}"
    form = secretary.get(address).get_data(as_text=True)
    assert f'<option value="{code}" selected>{code}</option>' in form
    data = {"name_hans": "改过的标题", "kind": "decide", "minutes_planned": "30", "version": str(version)}
    assert secretary.post(address, data=data | {"project": "KJS-011"}).status_code == 422
    assert secretary.post(address, data=data | {"project": code}).status_code == 303
    with app.app_context():
        kept = db.session.get_one(AgendaItem, number)
        assert (kept.name_hans, kept.project_id) == ("改过的标题", project_id)


@pytest.mark.long
def test_decisions_and_projects_lead_to_each_other(client: Callable[..., Critic]) -> None:
    lead, member = client("lead"), client("outsider")
    page = client("executive").get("/projects/KJS-017").get_data(as_text=True)
    assert "D-2026-06-01" in page
    assert "/meetings/SAC-2026-03/minutes" in page
    assert 'href="/projects/KJS-017"' in client("executive").get("/decisions").get_data(as_text=True)
    minutes = client("executive").get("/meetings/SAC-2026-03/minutes").get_data(as_text=True)
    assert 'href="/projects/KJS-017"' in minutes
    assert "A-2026-06-03" in page
    assert 'href="/projects/KJS-017"' in client("executive").get("/actions").get_data(as_text=True)
    assert 'href="/projects/' not in client("secretary").get("/decisions").get_data(as_text=True)
    assert 'href="/projects/' not in client("secretary").get("/meetings/SAC-2026-03/minutes").get_data(
        as_text=True
    )
    assert member.get("/projects/KJS-017").status_code == 404
    assert "D-2026-07" not in lead.get("/projects/KJS-003").get_data(as_text=True), "of a draft nothing"
    past = client("executive").get("/projects/KJS-017?as_of=2026-03-01").get_data(as_text=True)
    assert "D-2026-06-01" not in past


@pytest.mark.long
def test_a_past_day_shows_what_the_committee_had_said_by_then(
    app: Flask, client: Callable[..., Critic]
) -> None:
    """The demonstration was written down on one day; what is done and planned after it is of later days."""
    day = clock.today()
    with time_machine.travel(clock.now() + timedelta(days=2)):
        with app.app_context(), writing():
            secretary = who("secretary")
            action = db.session.scalars(select(Action).where(Action.number == "A-2026-06-03")).one()
            outcomes.finish_action(action, actor=secretary, version=None, done_on=day)
            committee = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
            coming = meetings.create_meeting(
                committee, actor=secretary, held_on=day + timedelta(days=90), illustrative=True
            )
            project = db.session.scalars(select(Project).where(Project.code == "KJS-017")).one()
            meetings.add_item(
                coming, actor=secretary, project_id=project.id, name_hans="另一次审议", kind="discuss"
            )
        executive = client("executive")
        now = words(executive.get("/projects/KJS-017"))
        assert (
            f'hx-get="/projects/KJS-017/advice?as_of={day}"'
            in executive.get(f"/projects/KJS-017?as_of={day}").text
        )
        then = words(executive.get(f"/projects/KJS-017/advice?as_of={day}"))
        before = words(executive.get(f"/projects/KJS-017/advice?as_of={day - timedelta(days=1)}"))
        assert "另一次审议" in now and "A-2026-06-03" not in now and "D-2026-06-01" in now
        assert "另一次审议" not in then and "A-2026-06-03" in then and "D-2026-06-01" in then
        assert "D-2026-06-01" not in before and "A-2026-06-03" not in before
        assert client("outsider").get(f"/projects/KJS-017/advice?as_of={day}").status_code == 404

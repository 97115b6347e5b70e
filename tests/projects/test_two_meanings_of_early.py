"""What comes too early says by what: stated durations on a plan, intervals of the plan where dates are moved."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects.models import Milestone, MilestoneLink, Plan, Project


@pytest.fixture
def stated(app):  # type: ignore[no-untyped-def]
    """An open milestone of KJS-003 whose stated duration its own forecast does not leave: its code."""
    with app.app_context(), writing():
        query = (
            select(Milestone)
            .join(Plan)
            .join(Project)
            .join(MilestoneLink, MilestoneLink.milestone_id == Milestone.id)
            .where(
                Project.code == "KJS-003", Milestone.state == "open", Milestone.forecast > date(2026, 12, 31)
            )
        )
        thing = db.session.scalars(query.order_by(Milestone.position)).first()
        thing.duration = 900
        code = thing.code
    return code


def test_a_plan_goes_by_stated_durations_and_says_so(client, stated):
    page = client("lead").get("/projects/KJS-003").text
    assert f"{stated} 的日期过早：按写明的工期，最早" in page and "“过早”只看写明的工期、停钟和交接" in page
    assert "按写明的工期，最早" in client("lead").get(f"/projects/KJS-003/milestones/{stated}").text


def test_a_move_goes_by_the_intervals_of_the_plan(client):
    day = (clock.today() + timedelta(days=400)).isoformat()
    path = f"/projects/KJS-003/milestones/A140/effect?choice=will_slip&date={day}&follow=keep"
    effect = client("lead").get(path).text
    assert "按计划间隔" in effect and "才到" in effect and "按写明的工期" not in effect

"""Whoever owns a milestone and may no longer see its plan is told nothing of what happens to it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Notification
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import Milestone, Plan, Project
from kangjiansheng.projects.operations import milestones


@pytest.fixture
def owned_by(in_app, actor):
    """KJS-003 A150, handed to one of the cast before anything was known of rights."""

    def hand(name):
        with writing():
            project = db.session.scalar(select(Project).where(Project.code == "KJS-003"))
            project.confidentiality = "team"
            found = db.session.scalar(
                select(Milestone).join(Plan).where(Plan.project_id == project.id, Milestone.code == "A150")
            )
            found.owner_id = actor(name).id
        return actor(name)

    return hand


def told(person):
    return db.session.scalars(select(Notification).where(Notification.person_id == person.id)).all()


@pytest.mark.parametrize(("name", "hears"), [("outsider", False), ("executive", True)])
def test_an_owner_hears_of_a_milestone_only_while_it_may_be_seen(owned_by, actor, name, hears):
    owner, lead = owned_by(name), actor("lead")
    with writing():
        found = queries.milestone(actor=lead, code="KJS-003", milestone_code="A150")
        milestones.will_slip(
            found,
            to=clock.today() + timedelta(days=120),
            reason_code="REGULATOR",
            note="",
            version=found.version,
            actor=lead,
        )
    assert bool(told(owner)) is hears

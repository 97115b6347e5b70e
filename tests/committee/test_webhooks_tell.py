"""A webhook is told what its owner may see at the moment when the message leaves, and nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, update

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.models.webhooks import Webhook, WebhookMessage
from kangjiansheng.accounts.operations import telling, webhooks
from kangjiansheng.accounts.operations.proving import Given
from kangjiansheng.accounts.queries import webhooks as queries
from kangjiansheng.accounts.rules import webhooks as rules
from kangjiansheng.committee.models import Meeting
from kangjiansheng.committee.operations import interests, outcomes
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects.models import Milestone, Plan, Project, Result
from kangjiansheng.projects.operations import milestones, results
from tests.support.app import PASSWORD
from tests.support.critic import Critic
from tests.support.receiver import Receiver, receiving


class Ground:
    """Webhooks of some of the cast for everything, each at a path of its own."""

    def __init__(self, app: Flask, actor: Callable[[str], Actor], them: Receiver) -> None:
        self.them, self.actor = them, actor
        self.settings = replace(app.config["SETTINGS"], webhook_hosts=frozenset({them.origin}))

    def add(self, *names: str) -> None:
        with writing():
            for name in names:
                owner = self.actor(name)
                row = webhooks.make(
                    db.session.get_one(Person, owner.id), actor=owner, name=name, given=Given(PASSWORD),
                    address=f"{self.them.origin}/{name}", kinds=list(rules.told()), allowed=self.settings.webhook_hosts,
                )[0]  # fmt: skip
                assert row.enabled

    def told(self) -> set[str]:
        """Who was told of what: `member action.done /actions/A-…`."""
        while telling.deliver(self.settings):
            pass
        found = {
            f"{got.path[1:]} {got.said['type']} {got.said['data']['address'].removeprefix('http://localhost/api/v1')}"
            for got in self.them.got
        }
        self.them.got.clear()
        return found


@pytest.fixture
def ground(in_app: Flask, actor: Callable[[str], Actor]) -> Iterator[Ground]:
    with receiving() as them:
        yield Ground(in_app, actor, them)


def test_the_recused_member_is_told_nothing_of_the_item(ground: Ground) -> None:
    ground.add("secretary", "member", "member2", "outsider")
    secretary = ground.actor("secretary")
    with writing():
        meeting = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-05")).one()
        assert meeting.minutes is not None
        action = outcomes.record_action(
            meeting.minutes,
            actor=secretary,
            text="…",
            owner_id=ground.actor("member2").id,
            item=meeting.items[1],
        )
        there = f"/actions/{action.number}"
    telling.read_trail()  # what waits to leave when somebody is recused does not leave
    with writing():
        interests.recuse(meeting.items[1], actor=secretary, person_id=ground.actor("member").id)
    assert ground.told() == {f"{name} action.record {there}" for name in ("secretary", "member2")}
    with writing():
        outcomes.finish_action(action, actor=secretary, version=action.version, done_on=clock.today())
    assert ground.told() == {f"{name} action.done {there}" for name in ("secretary", "member2")}
    member = ground.actor("member").id
    theirs = select(WebhookMessage).join(WebhookMessage.webhook).where(Webhook.person_id == member)
    assert list(db.session.scalars(theirs)) == []  # not even that there was something


@pytest.mark.long
def test_what_is_not_theirs_is_told_to_no_other_party(ground: Ground) -> None:
    ground.add("lead", "partner", "outsider")
    lead = ground.actor("lead")
    with writing():
        project = db.session.scalars(select(Project).where(Project.code == "KJS-003")).one()
        project.confidentiality = "open"
        milestone = db.session.scalars(
            select(Milestone).join(Plan).where(Plan.project_id == project.id, Milestone.state == "open")
        ).first()
        assert milestone is not None
        milestones.flag(milestone, not milestone.flagged, actor=lead, version=milestone.version)
    assert {one.partition(" ")[0] for one in ground.told()} == {"lead", "partner", "outsider"}
    ground.them.answers += [500, 500, 500]
    with writing():
        milestones.flag(milestone, not milestone.flagged, actor=lead, version=milestone.version)
    assert {one.partition(" ")[0] for one in ground.told()} == {
        "lead",
        "partner",
        "outsider",
    }  # all refused it
    with writing():  # meanwhile it was closed to all but its own
        project.confidentiality = "team"
        milestones.flag(milestone, not milestone.flagged, actor=lead, version=milestone.version)
        db.session.execute(update(WebhookMessage).values(due_at=clock.now()))
        db.session.execute(update(Webhook).values(paused_until=None))
    assert {one.partition(" ")[0] for one in ground.told()} == {"lead"}
    kept = select(Webhook.name, WebhookMessage.state).join(WebhookMessage.webhook).order_by(WebhookMessage.id)
    rows = [tuple(row) for row in db.session.execute(kept)]
    assert [name for name, _state in rows].count("partner") == 1 and {state for _name, state in rows} == {
        "sent"
    }


@pytest.mark.long
def test_each_kind_names_an_address_that_is_there(ground: Ground, client: Callable[..., Critic]) -> None:
    reader, auditor = client("auditor"), ground.actor("auditor")
    named = set()
    for key, told in rules.told().items():
        table = db.metadata.tables[told.thing]
        for thing_id in db.session.scalars(select(table.c.id).order_by(table.c.id)).all():
            place = queries.place(key, thing_id, actor=auditor)
            if place is not None:
                assert reader.get(queries.API + place.path).status_code == 200, place.path
                named.add(key)
                break
    assert set(rules.told()) == named


def test_a_destination_that_one_does_not_see_is_not_told_of(ground: Ground) -> None:
    """Neither that it was given nor that it was taken away; what else of the result changed with it is."""
    ground.add("executive", "partner")
    executive = ground.actor("executive")
    thing = db.session.scalars(select(Result).where(Result.code == "RS-0003")).one()
    hidden = db.session.scalars(select(Project.id).where(Project.code == "KJS-018")).one()
    stands = thing.state()
    facts = {key: stands[key] for key in stands.keys() - {"companies", "archived_at"}}
    facts |= {"company_ids": stands["companies"], "disclosed_on": thing.disclosed_on}
    edited = "result.edit /results/RS-0003"

    def edit(**changed: object) -> set[str]:
        with writing():
            results.edit_result(thing, actor=executive, version=thing.version, **facts | changed)
        return ground.told()

    assert edit(project_id=hidden) == {f"executive {edited}"}
    assert edit(project_id=None) == {f"executive {edited}"}
    assert edit(project_id=hidden, detail="也改了说明") == {f"executive {edited}", f"partner {edited}"}


def test_who_files_minutes_is_told_when_they_are_corrected(ground: Ground) -> None:
    ground.add("secretary", "outsider")
    with writing():
        meeting = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-03")).one()
        facts = {"amendment": 1, "sha256": "0" * 64}
        record(
            "committee:amendment:approve", meeting.minutes, actor=ground.actor("chair"), before={"amendment": None}, after=facts
        )  # fmt: skip
    assert ground.told() == {"secretary minutes.amend /meetings/SAC-2026-03/minutes"}

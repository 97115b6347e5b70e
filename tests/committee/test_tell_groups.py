"""Groups in the company's messenger hear that something happened, and nothing else, whatever it was."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.operations.proving import Given
from kangjiansheng.committee.models import Meeting, Minutes
from kangjiansheng.committee.operations import amendments, meetings, reviews
from kangjiansheng.core import clock, messengers
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.messengers import Post, Robot, delivery, keeping
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import JointLab, ServiceRequest
from kangjiansheng.labs.operations import companion, labs, residents
from kangjiansheng.labs.queries.residents import company
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import HandOff, Milestone, Plan, Project
from kangjiansheng.projects.notices.groups import tell_groups
from kangjiansheng.projects.operations import bulk, evidence, gates, hand_offs, milestones
from kangjiansheng.projects.operations.sheets import writing as sheets
from kangjiansheng.projects.rules.bulk import Wanted
from tests.support import papers
from tests.support.acts import an_act
from tests.support.app import PASSWORD
from tests.support.messengers import PATHS, Messengers, serving

SECRET = "绝密甲乙"
CODE = "KJS-003"


@pytest.fixture
def group(
    in_app: Flask, actor: Callable[[str], Actor]
) -> Iterator[tuple[Messengers, Callable[[], list[str]]]]:
    """A robot that is told of everything, at once; and what it says when the worker has been by."""
    with serving() as (them, origin):
        settings = replace(in_app.config["SETTINGS"], messenger_hosts=frozenset({origin}))
        with writing():
            robot = keeping.add(
                actor=actor("admin"), messenger="wecom", address=origin + PATHS["wecom"], secret="",
                allowed=settings.messenger_hosts, name="群", kinds=list(messengers.kinds()), rhythm="each", hour=8,
                quiet_from=20, quiet_to=8, locale="zh-Hans",
            )  # fmt: skip
            keeping.switch(robot, True, actor=actor("admin"))

        def said() -> list[str]:
            them.said.clear()
            while delivery.deliver(settings):
                pass
            return list(them.said)

        yield them, said


def plant(level: str) -> None:
    """The mark in every name that an event could carry along."""
    names = {"name_hans": SECRET, "name_hant": SECRET, "name_en": SECRET}
    with writing():
        project = db.session.scalars(select(Project).where(Project.code == CODE)).one()
        project.confidentiality = level
        draft = select(Meeting).where(Meeting.code == "SAC-2026-05")
        assert project.plan is not None
        things: list[Any] = [project, *project.plan.milestones, *db.session.scalars(select(JointLab))]
        for thing in [*things, *db.session.scalars(draft)]:
            for key, value in names.items():
                setattr(thing, key, value)
        db.session.scalars(draft).one().place = SECRET


def open_milestones(actor: Actor) -> list[Milestone]:
    query = select(Milestone).join(Plan).join(Project).where(Project.code == CODE, Milestone.state == "open")
    found = list(
        db.session.scalars(query.where(Milestone.forecast.is_not(None)).order_by(Milestone.position))
    )
    assert all(queries.milestone(actor=actor, code=CODE, milestone_code=one.code) for one in found)
    return found


@pytest.mark.long
def test_nothing_confidential_leaves_whatever_happens(
    group: tuple[Messengers, Callable[[], list[str]]],
    actor: Callable[[str], Actor],
    draft_minutes: Minutes,
    sign: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    them, said = group
    monkeypatch.setattr(delivery, "PER_MINUTE", 100)  # all that can happen, within the same minute
    plant("team")
    lead, secretary, after = actor("lead"), actor("secretary"), clock.today() + timedelta(days=200)
    heard: dict[str, list[str]] = {}

    def happens(kind: str, act: Callable[[], object]) -> None:
        with writing():
            act()
        told = list(db.session.scalars(select(Post.kind).where(Post.state == "waiting")))
        assert told == [kind]
        heard[kind] = said()

    one, two = open_milestones(lead)[:2]
    gate = next(m for m in open_milestones(lead) if m.gate)
    state: dict[str, Any] = {"actor": lead, "note": SECRET}
    happens(
        "projects:slipped",
        lambda: milestones.will_slip(one, after, "REGULATOR", version=one.version, follow="keep", **state),
    )
    happens("projects:flagged", lambda: milestones.flag(one, True, version=one.version, **state))
    happens("projects:done", lambda: milestones.done(one, clock.today(), version=one.version, **state))
    happens("projects:evidence-brought", lambda: evidence.add(two, [(f"{SECRET}.pdf", papers.PDF)], **state))
    wanted = Wanted("move", days=30, reason_code="REGULATOR", note=SECRET, follow="keep")
    happens("projects:slipped", lambda: bulk.apply({two.id: two.version}, wanted, actor=lead))
    happens(
        "projects:gate-decided",
        lambda: gates.decide(gate, "go", decided_on=clock.today(), body=SECRET, reasons=SECRET, actor=lead),
    )
    row = SimpleNamespace(project=CODE, illustrative=True)
    happens("projects:sheet", lambda: sheets.tell_groups([row], an_act(lead, note=SECRET)))
    happens("projects:trial", lambda: tell_groups("projects:trial", one.plan.project, an_act(lead)))
    lab = db.session.scalars(select(JointLab).where(JointLab.illustrative)).first()
    assert lab is not None
    brings: dict[str, Any] = {"contribution": SECRET, "actor": lead, "version": lab.version}
    happens("labs:changed", lambda: labs.describe_contribution(lab, lab.partners[0].institution, **brings))
    executive = actor("executive")
    found = company(actor=executive, code="CO-001")
    assert found is not None
    happens(
        "labs:company-stage",
        lambda: residents.step_company(found, "graduated", clock.today(), actor=executive, version=None),
    )
    happens("labs:request", lambda: companion.create_request(found, kind="cmc", text=SECRET, actor=executive))
    asked = db.session.scalars(select(ServiceRequest).order_by(ServiceRequest.id.desc())).first()
    assert asked is not None
    told: dict[str, Any] = {"answer": SECRET, "outcome": "solved", "version": None}
    happens("labs:request-answered", lambda: companion.answer_request(asked, actor=executive, **told))
    handed = db.session.scalars(select(HandOff).where(HandOff.code == "HO-0004")).one()
    partner, member = actor("partner"), actor("member")
    sign_off: dict[str, Any] = {
        "version": None,
        "ticked": {row.position for row in handed.items},
        "given": Given(PASSWORD),
    }
    happens(
        "projects:hand-off-disputed",
        lambda: hand_offs.dispute(handed, SECRET, actor=member, version=None),
    )
    happens("projects:hand-off-delivered", lambda: hand_offs.deliver(handed, actor=partner, **sign_off))
    happens("projects:hand-off-received", lambda: hand_offs.receive(handed, actor=member, **sign_off))
    committee = draft_minutes.meeting.committee
    plan: dict[str, Any] = {"held_on": date(2027, 3, 1), "place": SECRET, "illustrative": True}
    happens("committee:meeting", lambda: meetings.create_meeting(committee, actor=secretary, **plan))
    coming = db.session.scalars(select(Meeting).order_by(Meeting.id.desc())).first()
    project = one.plan.project
    assert coming is not None and project is not None
    happens(
        "committee:to-decide",
        lambda: meetings.propose_item(coming, project, actor=lead, name_hans=SECRET, kind="decide"),
    )
    happens("committee:review-opened", lambda: reviews.open_review(draft_minutes, actor=secretary))
    draft = draft_minutes.drafts[-1]
    with writing():
        sign(draft, "member")
        sign(draft, "member2")
    happens("committee:approved", lambda: sign(draft, "chair"))
    text = next(p for p in draft_minutes.paragraphs if p.kind == "text")
    happens(
        "committee:amendment-proposed",
        lambda: amendments.propose(text, actor=secretary, text=SECRET, reason=SECRET),
    )
    correction = draft_minutes.amendments[-1].draft
    with writing():
        sign(correction, "member")
        sign(correction, "member2")
    happens("committee:amendment-approved", lambda: sign(correction, "chair"))

    assert set(heard) == set(messengers.kinds()), "a kind of event that this test does not let happen"
    for kind, texts in heard.items():
        it = messengers.kinds()[kind]
        assert texts == [f"【康健生】（示例数据）{it.says(1)}\n请登录查看：http://localhost{it.place}"], kind
    everything = repr(them.asked) + repr([post.facts for post in db.session.scalars(select(Post))])
    assert SECRET not in everything and "SAC-" not in repr(them.asked) and "KJS" not in repr(them.asked)


@pytest.mark.parametrize(("first", "then", "named"), [("open", "open", True), ("open", "team", False),
                                                      ("parties", "parties", False)])  # fmt: skip
def test_a_code_is_said_only_of_what_everybody_may_see_when_the_message_leaves(
    group: tuple[Messengers, Callable[[], list[str]]],
    actor: Callable[[str], Actor],
    first: str,
    then: str,
    named: bool,
) -> None:
    _them, said = group
    plant(first)
    lead = actor("lead")
    one = open_milestones(lead)[0]
    with writing():
        milestones.flag(one, True, actor=lead, version=one.version, note=SECRET)
    plant(then)
    (text,) = said()
    assert (CODE in text) is named
    assert text.endswith(f"/projects/{CODE}" if named else "/milestones")
    assert SECRET not in text


@pytest.mark.parametrize("way", ["earlier", "proposal", "owner"])
def test_what_is_no_slip_is_not_said_to_be_one(
    group: tuple[Messengers, Callable[[], list[str]]], actor: Callable[[str], Actor], way: str
) -> None:
    _them, said = group
    lead = actor("lead")
    one = next(
        m for m in open_milestones(lead) if m.forecast and m.forecast > clock.today() + timedelta(days=40)
    )
    assert one.forecast is not None
    with writing():
        if way == "earlier":
            to = one.forecast - timedelta(days=20)
            milestones.will_slip(one, to, "", actor=lead, version=one.version, follow="keep")
        elif way == "proposal":  # somebody else has to confirm it
            later, who = one.forecast + timedelta(days=20), actor("partner")
            milestones.will_slip(one, later, "REGULATOR", actor=who, version=one.version, follow="keep")
        else:
            milestones.give_to(one, None, actor=lead, version=one.version)
    assert said() == []


def test_a_robot_that_nobody_set_up_costs_nothing_and_says_nothing(
    in_app: Flask, actor: Callable[[str], Actor]
) -> None:
    lead = actor("lead")
    one = open_milestones(lead)[0]
    with writing():
        milestones.flag(one, True, actor=lead, version=one.version)
    assert db.session.scalar(select(Post.id)) is None and db.session.scalar(select(Robot.id)) is None
    assert delivery.deliver(in_app.config["SETTINGS"]) == 0

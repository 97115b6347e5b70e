"""What a leaver answers for goes to a successor in one act; what a rule refuses says why, each can be taken back."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select

from kangjiansheng.accounts import queries as people
from kangjiansheng.core import verify
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Notification
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs import queries as labs
from kangjiansheng.labs.models import Company, LabMember, ServiceRequest
from kangjiansheng.overview.queries.calendar import calendar_of
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Plan, Project
from kangjiansheng.projects.operations.handing import hand_over
from kangjiansheng.projects.operations.milestones import give_to
from kangjiansheng.projects.operations.starting import start_lab_plan
from kangjiansheng.projects.queries.handing import count_duties, duties
from tests.support.critic import Critic
from tests.support.queries import queries_counted

ALL = "/admin/people/CAST-LEAD/handover"
IN_003 = "/projects/KJS-003/people/CAST-LEAD/handover"


def person(short: str) -> int:
    account = people.account_by_email(f"{short}@kjs.example")
    assert account is not None
    return account.person_id


def offered(page: str) -> list[str]:
    return [
        str(box.get("value")) for box in html.document_fromstring(page).xpath("//input[@type='checkbox']")
    ]


def owner_of(app: Flask, key: str) -> int | None:
    with app.app_context():
        return db.session.get_one(Milestone, int(key.split(":")[1])).owner_id


@pytest.mark.long
def test_the_page_lists_everything_in_one_place(app: Flask, client: Callable[..., Critic]) -> None:
    page = client("admin").get(ALL).text
    with app.app_context():
        lead = person("lead")
        milestones = db.session.scalars(
            select(Milestone.id)
            .join(Plan)
            .join(Project)
            .where(Milestone.owner_id == lead, Milestone.state == "open", Project.archived_at.is_(None))
        )
        expected = {f"milestone:{number}" for number in milestones}
        total = count_duties(lead)
    assert expected and expected <= set(offered(page)) and len(offered(page)) == total
    assert "项目负责人" in page


def test_deactivating_warns_and_leads_there(client: Callable[..., Critic]) -> None:
    page = client("admin").get("/admin/people/CAST-LEAD").text
    assert "停用账号之前请先交接" in page and ALL in page
    assert "停用账号之前请先交接" not in client("admin").get("/admin/people/CAST-OUTSIDER").text


def test_administrators_see_codes_and_no_names(
    app: Flask, client: Callable[..., Critic], actor: Callable
) -> None:
    page = client("admin").get(ALL).text
    mine = duties(person("lead"), actor=actor("admin"))
    hidden = [one for one in mine if not one.open]
    assert hidden
    assert all(one.place in page for one in hidden)
    assert not any(one.names["hans"] in page for one in hidden if one.kind == "lead")


def test_a_lead_hands_over_within_the_project_and_takes_one_back(
    app: Flask, client: Callable[..., Critic]
) -> None:
    lead = client("lead")
    assert IN_003 in lead.get("/projects/KJS-003/people").text
    page = lead.get(IN_003).text
    keys = [key for key in offered(page) if key.startswith("milestone:")]
    tree = html.document_fromstring(page)
    others = [int(o.get("value")) for o in tree.xpath("//select[@name='successor_id']/option")]
    with app.app_context():
        team = [one for one in others if one in {person("member"), *others}]
    assert keys and team
    refused_or_given = lead.post(IN_003, data={"things": keys, "successor_id": team[0]})
    assert refused_or_given.status_code == 200
    given = [key for key in keys if owner_of(app, key) == team[0]]
    if given:
        form = html.document_fromstring(refused_or_given.text).xpath(
            f"//form[.//input[@name='things' and @value='{given[0]}' and @type='hidden']]"
        )[0]
        back = {i.get("name"): i.get("value") for i in form.xpath(".//input[@type='hidden']")}
        assert lead.post(form.get("action"), data=back).status_code == 200
        with app.app_context():
            assert owner_of(app, given[0]) == person("lead")
    assert len(given) + refused_or_given.text.count("负责人需要是项目成员") >= len(keys)


@pytest.mark.long
def test_leads_go_first_so_that_the_successor_belongs(in_app: Flask, actor: Callable) -> None:
    executive, lead = actor("executive"), person("lead")
    things = duties(lead, actor=executive)
    outsider = person("outsider")
    milestones = [one for one in things if one.kind == "milestone"]
    with writing():
        outcomes = hand_over(milestones, lead, outsider, actor=executive)
    assert outcomes and {problem.code for _, problem in outcomes if problem} == {"projects:owner-outside"}
    assert all(problem for _, problem in outcomes)
    assert db.session.get_one(Milestone, milestones[0].id).owner_id == lead
    with writing():
        outcomes = hand_over(things, lead, outsider, actor=executive)
    led = {one.place for one, problem in outcomes if one.kind == "lead" and problem is None}
    assert led
    for one, problem in outcomes:
        if one.kind == "milestone" and one.place in led:
            assert problem is None
            assert db.session.get_one(Milestone, one.id).owner_id == outsider
    with writing():  # and back
        given = [one for one, problem in outcomes if problem is None and one.kind == "milestone"]
        again = hand_over(given, outsider, lead, actor=executive)
    assert all(problem is None or problem.code == "projects:owner-outside" for _, problem in again)


@pytest.mark.long
def test_each_thing_leaves_its_entry(in_app: Flask, actor: Callable) -> None:
    executive, lead = actor("executive"), person("lead")
    things = [one for one in duties(lead, actor=executive) if one.kind in ("lead", "milestone")]
    with writing():
        outcomes = hand_over(things, lead, person("outsider"), actor=executive)
    given = {one.id for one, problem in outcomes if problem is None and one.kind == "milestone"}
    assert given
    ledger = db.session.scalars(select(MilestoneEntry.milestone_id).where(MilestoneEntry.kind == "owner"))
    assert given <= set(ledger)
    trail = select(AuditEntry).where(AuditEntry.actor_id == executive.id, AuditEntry.thing == "milestone")
    assert given <= {entry.thing_id for entry in db.session.scalars(trail)}


@pytest.mark.long
def test_not_to_oneself_and_not_without_choosing(
    in_app: Flask, actor: Callable, client: Callable[..., Critic]
) -> None:
    with pytest.raises(RuleBroken, match="successor-same"):
        hand_over([], person("lead"), person("lead"), actor=actor("executive"))
    admin = client("admin")
    keys = offered(admin.get(ALL).text)
    wrong: list[dict[str, object]] = [
        {"things": [], "successor_id": person("lead2")},
        {"things": keys, "successor_id": person("lead")},
        {"things": ["milestone:999999"], "successor_id": person("lead2")},
        {"things": keys},
    ]
    for data in wrong:
        assert admin.post(ALL, data=data).status_code == 422
    assert len(offered(admin.get(ALL).text)) == len(keys)


@pytest.mark.long
def test_others_have_no_such_page(client: Callable[..., Critic]) -> None:
    assert client(None).get(ALL).status_code == 302
    for who in ("lead", "outsider", "executive"):
        assert client(who).get(ALL).status_code == 403
    assert client("outsider").get(IN_003).status_code == 404
    assert client("executive").get(IN_003).status_code == 403
    assert client("lead").get("/projects/KJS-003/people/CAST-OUTSIDER/handover").status_code == 404


@pytest.mark.long
def test_the_companions_office_goes_over_with_what_was_asked_and_the_ends_of_leases(
    app: Flask, client: Callable[..., Critic], actor: Callable
) -> None:
    """Who accompanies a company is followed by another, who is told, answers what it asks, and has the last day of
    its space in the calendar; giving it back is the same act the other way round."""
    with app.app_context():
        leaver, lead = person("executive"), actor("lead")
        company = db.session.scalars(select(Company).where(Company.code == "CO-001")).one()
        asked = db.session.scalars(
            select(ServiceRequest).where(
                ServiceRequest.company_id == company.id, ServiceRequest.life == "open"
            )
        ).first()
        assert company.companion_id == leaver and asked is not None
        with writing():
            asked.provider_id = leaver
        keys = {f"companion:{company.id}", f"service:{asked.id}"}
        ends = {("lease", "CO-001", date(2028, 6, 30))}
        assert ends <= dated(actor("executive")) and not ends & dated(lead)
    page, admin = "/admin/people/CAST-EXECUTIVE/handover", client("admin")
    assert keys <= set(offered(admin.get(page).text))
    answer = admin.post(page, data={"things": sorted(keys), "successor_id": str(lead.id)})
    assert "2 项已交给" in answer.text
    with app.app_context():
        told = select(Notification.template).where(Notification.person_id == lead.id)
        assert {"labs:companion", "labs:request"} <= set(db.session.scalars(told))
        assert ends <= dated(lead) and not ends & dated(actor("executive"))
        assert keys <= {one.key for one in duties(lead.id, actor=lead)}
        assert list(verify.problems(db.session())) == []
    back = {"things": sorted(keys), "successor_id": str(leaver)}
    assert "2 项已交给" in admin.post("/admin/people/CAST-LEAD/handover", data=back).text
    with app.app_context():
        assert not keys & {one.key for one in duties(lead.id, actor=lead)}


def dated(reader: Actor) -> set[tuple[str, str, date]]:
    return {(one.kind, one.code, one.day) for one in calendar_of(actor=reader)}


@pytest.mark.long
def test_a_director_hands_over_within_the_laboratory_and_nothing_else(
    app: Flask, client: Callable[..., Critic], actor: Callable
) -> None:
    """A role and the open milestones of its plan; what the leaver answers for in projects stays where it is."""
    with app.app_context(), writing():
        executive, lab = actor("executive"), labs.lab(actor=actor("executive"), code="JL-01")
        start_lab_plan(lab, actor=executive, version=None, pathway="E_jointlab")
        lab.members.append(
            LabMember(person_id=person("member"), role="scientist", valid_from=date(2026, 1, 5))
        )
        db.session.flush()
        mine = db.session.scalars(select(Milestone).join(Plan).where(Plan.lab_id == lab.id)).all()[:2]
        for one in mine:
            give_to(one, person("member"), actor=executive, version=None)
        leaver, successor = person("member"), person("lead")
    lead, here = client("lead"), "/labs/JL-01/people/CAST-MEMBER/handover"
    assert here in lead.get("/labs/JL-01/people").text
    page = lead.get(here).text
    keys = offered(page)
    assert [key.partition(":")[0] for key in keys] == ["lab_scientist", "milestone", "milestone"]
    assert str(successor) in html.document_fromstring(page).xpath(
        "//select[@name='successor_id']/option/@value"
    )
    done = lead.post(here, data={"things": keys[1:], "successor_id": successor})
    assert done.status_code == 200 and "2 项已交给" in " ".join(
        html.document_fromstring(done.text).itertext()
    )
    assert [owner_of(app, key) for key in keys[1:]] == [successor, successor]
    with app.app_context():
        assert [one.kind for one in duties(leaver, actor=actor("executive")) if one.place == "JL-01"] == [
            "lab_scientist"
        ]
    assert client("member").get(here).status_code == 403
    assert client("outsider").get(here).status_code == 404
    assert lead.get("/labs/JL-02/people/CAST-LEAD2/handover").status_code in (403, 404)


@pytest.mark.long
@pytest.mark.parametrize("path", ["/admin/people/CAST-LEAD", "/admin/people/CAST-LEAD/disable", ALL, IN_003])
def test_its_pages_ask_at_most_fifteen_times(client: Callable[[str], Critic], path: str) -> None:
    reader = client("admin" if path.startswith("/admin") else "lead")
    reader.get(path)
    with queries_counted() as seen:
        assert reader.get(path).status_code == 200
    assert len(seen) <= 15, seen.shown

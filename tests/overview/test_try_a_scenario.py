"""What if: other dates and stopped projects beside what stands, shared, thrown away, put to a meeting."""

import re
from datetime import timedelta
from statistics import median

import pytest
from lxml import html
from sqlalchemy import select

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.committee.models import AgendaItem, DecisionEffect, Meeting
from kangjiansheng.committee.queries import visible_meetings
from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Revision
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.overview.models import Scenario
from kangjiansheng.overview.queries import scenarios as reading
from kangjiansheng.projects.models import Milestone, Plan, Project
from kangjiansheng.projects.operations import milestones
from kangjiansheng.projects.queries import portfolio
from kangjiansheng.projects.queries.schedule import effects, promised
from tests.support.queries import queries_counted

PATH = "/overview/scenarios"


def tree(answer):  # type: ignore[no-untyped-def]
    return html.document_fromstring(answer.get_data(as_text=True))


def open_milestone(code: str) -> Milestone:
    """The first open milestone of a project that others wait for."""
    query = (
        select(Milestone)
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .where(Project.code == code, Milestone.state == "open", Milestone.kind == "milestone")
    )
    rows = db.session.scalars(query.order_by(Milestone.position)).all()
    far = timedelta(days=200)
    return next(m for m in rows if effects(m, (m.forecast or m.current_plan) + far))


def begin(client, name="推后审评", **more):  # type: ignore[no-untyped-def]
    answer = client.post(PATH, data={"name": name, "note": "看看后果", **more})
    assert answer.status_code == 303, answer.text[:300]
    return answer.headers["Location"]


def version(client, where):  # type: ignore[no-untyped-def]
    return tree(client.get(where)).xpath("//form[contains(@action,'/moves')]//input[@name='version']/@value")[
        0
    ]


def move(client, where, milestone, day, project="KJS-003"):  # type: ignore[no-untyped-def]
    data = {"milestone": f"{project} {milestone}", "day": day.isoformat(), "version": version(client, where)}
    return client.post(f"{where}/moves", data=data)


def stop(client, where, project):  # type: ignore[no-untyped-def]
    return client.post(f"{where}/stops", data={"project": project, "version": version(client, where)})


@pytest.fixture
def lead(client):  # type: ignore[no-untyped-def]
    return client("lead")


def row_of(where: str) -> Scenario:
    return db.session.get_one(Scenario, int(where.rsplit("/", 1)[1]))


def test_another_day_shows_what_has_to_follow_and_changes_no_plan(lead, in_app):
    thing = open_milestone("KJS-003")
    before = (thing.forecast, thing.current_plan, thing.version)
    day = (thing.forecast or thing.current_plan) + timedelta(days=200)
    wanted = [(e.code, e.after.isoformat()) for e in effects(thing, day)]
    where = begin(lead)
    assert move(lead, where, thing.code, day).status_code == 303
    page = tree(lead.get(where))
    found = [
        ["".join(td.itertext()) for td in tr]
        for tr in page.get_element_by_id("later").iter("tr")
        if tr.find("td") is not None
    ]
    assert [(row[1].split()[0], row[3]) for row in found] == wanted
    db.session.refresh(thing)
    assert (thing.forecast, thing.current_plan, thing.version) == before


def test_so_many_days_later_is_counted_from_the_day_that_counts_now(lead, in_app):
    thing = open_milestone("KJS-003")
    wanted = promised(thing) + timedelta(days=60)
    last = max(effects(thing, wanted), key=lambda e: e.after)
    where = begin(lead)
    data = {"milestone": f"KJS-003 {thing.code}", "days_later": "60", "version": version(lead, where)}
    assert lead.post(f"{where}/moves", data=data).status_code == 303
    assert row_of(where).days == {thing.id: wanted}
    said = tree(lead.get(where)).get_element_by_id("moves").text_content()
    assert f"晚 {last.days} 天，" in said and f"到 {last.after.isoformat()}" in said  # where the delay ends


def plain(projects, days):  # type: ignore[no-untyped-def]
    """The figures counted row by row, with other forecasts for some milestones."""
    opened = [
        (days.get(m.id, m.forecast), m.current_plan or m.baseline, m.baseline)
        for p in projects
        for m in p.milestones
        if m.is_open
    ]
    slips = [(forecast - base).days for forecast, _plan, base in opened if forecast and base]
    slipped = [slip for slip in slips if slip >= 15]
    left = [(at - clock.today()).days for forecast, plan, _base in opened if (at := forecast or plan)]
    return {
        "running": len(projects),
        "slipped": len(slipped),
        "median": int(median(slipped)) if slipped else None,
        "largest": max(slips, default=None),
        "due": sum(0 <= days <= 90 for days in left),
        "overdue": sum(days < 0 for days in left),
    }


def test_the_figures_of_the_board_stand_on_both_sides(lead, in_app, actor):
    thing = open_milestone("KJS-003")
    where = begin(lead)
    day = (thing.forecast or thing.current_plan) + timedelta(days=200)
    move(lead, where, thing.code, day)
    stop(lead, where, "KJS-004")
    sides = {s.key: s for s in reading.consequences(row_of(where), actor=actor("lead")).figures}
    going = [p for p in portfolio(actor=actor("lead")) if not p.resting]
    assert {key: side.now for key, side in sides.items()} == plain(going, {})
    days = {e.id: e.after for e in effects(thing, day)} | {thing.id: day}
    kept = [p for p in going if p.code != "KJS-004"]
    assert {key: side.then for key, side in sides.items()} == plain(kept, days)
    assert sides["running"].then == sides["running"].now - 1
    assert sides["largest"].then >= 200
    text = tree(lead.get(where)).get_element_by_id("board").text_content()
    assert "个数字会变" in text


def test_a_stopped_project_has_no_forecast_any_more(lead, in_app, actor):
    where = begin(lead)
    stop(lead, where, "KJS-003")
    chances = reading.consequences(row_of(where), actor=actor("lead")).chances
    assert chances and all(one.then is None for one in chances)
    assert "已停止" in lead.get(where).text


def test_the_same_luck_on_both_sides(lead, in_app, actor):
    """What the scenario does not touch keeps its days exactly."""
    thing = open_milestone("KJS-003")
    where = begin(lead)
    move(lead, where, thing.code, (thing.forecast or thing.current_plan) + timedelta(days=1))
    moved = {one.milestone.code for one in reading.consequences(row_of(where), actor=actor("lead")).chances}
    plan = db.session.scalars(
        select(Milestone.code).where(Milestone.plan_id == thing.plan_id, Milestone.position < thing.position)
    ).all()
    assert not moved & set(plan)


def test_it_says_when_the_plans_have_moved_on(lead, in_app):
    thing = open_milestone("KJS-003")
    where = begin(lead)
    move(lead, where, thing.code, (thing.forecast or thing.current_plan) + timedelta(days=60))
    assert "计划又有变化" not in lead.get(where).text
    with writing():
        thing = db.session.get_one(Milestone, thing.id)
        far = clock.today() + timedelta(days=900)
        milestones.will_slip(thing, far, "SUPPLY", actor=system_actor(), version=thing.version)
    page = lead.get(where)
    assert "计划又有变化" in page.text and f"KJS-003 {thing.code}" in page.text
    assert lead.post(f"{where}/base", data={"version": version(lead, where)}).status_code == 303
    assert "计划又有变化" not in lead.get(where).text


def test_shared_only_with_those_who_may_see_all_its_projects(lead, client):
    where = begin(lead, shared="y")
    partner = client("partner")
    assert partner.get(where).status_code == 404  # nothing says yet to whom it may be open
    stop(lead, where, "KJS-004")
    shown = partner.get(where).status_code
    stop(lead, where, "KJS-003")
    assert (shown, partner.get(where).status_code) == (200, 404)
    assert where not in partner.get(PATH).text and client("executive").get(where).status_code == 200
    assert client("outsider").get(where).status_code == 404


def test_what_is_not_shared_is_its_authors_alone(lead, client):
    where = begin(lead)
    stop(lead, where, "KJS-004")
    for who in ("executive", "auditor", "admin"):
        assert client(who).get(where).status_code == 404, who
        assert where not in client(who).get(PATH).text


def test_others_read_and_do_not_change(lead, client):
    where = begin(lead, shared="y")
    stop(lead, where, "KJS-004")
    reader = client("executive")
    page = tree(reader.get(where))
    forms = [f.get("action") for f in page.iter("form") if f.get("method") == "post"]
    assert not [action for action in forms if action and where in action]
    for path in ("moves", "stops", "base", "removal", "return", "proposal"):
        assert reader.post(f"{where}/{path}", data={"version": 1}).status_code == 403, path


def test_a_stale_form_shows_both_sides(lead):
    where = begin(lead)
    old = tree(lead.get(f"{where}/edit")).xpath("//input[@name='version']/@value")[0]
    stop(lead, where, "KJS-004")
    answer = lead.post(f"{where}/edit", data={"name": "另一个", "note": "", "version": old})
    assert answer.status_code == 409 and "另一个" in answer.text and "推后审评" in answer.text
    assert lead.post(f"{where}/stops", data={"project": "KJS-003", "version": old}).status_code == 409


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"milestone": "KJS-003 A999", "day": "2027-05-05"}, "请从清单里选"),
        ({"milestone": "KJS-003 A010", "day": "2027-05-05"}, "请从清单里选"),  # reached long ago
        ({"milestone": "KJS-003 A140", "day": "2020-01-01"}, "或以后的日期"),
        ({"milestone": "", "day": ""}, "请填写此项"),
        ({"milestone": "KJS-003 A140", "day": ""}, "两者只填一个"),
        ({"milestone": "KJS-003 A140", "day": "2027-05-05", "days_later": "60"}, "两者只填一个"),
        ({"milestone": "KJS-003 A140", "days_later": "99999"}, "之间的整数"),
    ],
)
def test_what_cannot_be_tried_is_said_beside_the_field(lead, data, said):
    where = begin(lead)
    answer = lead.post(f"{where}/moves", data={**data, "version": version(lead, where)})
    assert answer.status_code == 422 and said in answer.text
    if data["milestone"]:
        assert data["milestone"] in answer.text


def test_one_cannot_try_what_one_may_not_see(client):
    partner = client("partner")
    where = begin(partner)
    answer = partner.post(f"{where}/stops", data={"project": "KJS-003", "version": version(partner, where)})
    assert answer.status_code == 422
    assert not re.search(r"KJS-003", partner.get(where).text)
    data = {"milestone": "KJS-003 A140", "day": "2027-05-05", "version": version(partner, where)}
    assert partner.post(f"{where}/moves", data=data).status_code == 422


def test_a_change_is_taken_out_again(lead, in_app):
    where = begin(lead)
    stop(lead, where, "KJS-004")
    (address,) = tree(lead.get(where)).xpath(
        "//form[contains(@action,'/removal') and contains(@action,'/stop/')]/@action"
    )
    assert lead.post(address, data={"version": version(lead, where)}).status_code == 303
    assert row_of(where).stops == [] and row_of(where).projects == []
    assert lead.post(address, data={"version": version(lead, where)}).status_code == 404


def test_thrown_away_and_brought_back(lead, in_app):
    where = begin(lead, shared="y")
    stop(lead, where, "KJS-004")
    assert lead.post(f"{where}/removal", data={"version": version(lead, where)}).status_code == 303
    page = lead.get(PATH).text
    assert f"{where}/return" in page and f'href="{where}"' not in page
    assert (
        lead.post(f"{where}/stops", data={"project": "KJS-003", "version": row_of(where).version}).status_code
        == 422
    )
    assert lead.post(f"{where}/return").status_code == 303
    assert f'href="{where}"' in lead.get(PATH).text
    acts = set(db.session.scalars(select(AuditEntry.act).where(AuditEntry.thing == "scenario")))
    assert {"overview:scenario:create", "overview:scenario:throw", "overview:scenario:return"} <= acts
    assert db.session.scalar(select(Revision.id).where(Revision.thing == "scenario", Revision.version == 3))


def test_what_was_thrown_away_is_its_authors_alone(lead, client):
    where = begin(lead, shared="y")
    stop(lead, where, "KJS-004")
    lead.post(f"{where}/removal", data={"version": version(lead, where)})
    assert client("executive").get(where).status_code == 404 and lead.get(where).status_code == 200


def coming() -> Meeting:
    query = select(Meeting).where(Meeting.life == "planned", Meeting.held_on >= clock.today())
    return db.session.scalars(query.order_by(Meeting.held_on)).first()


@pytest.mark.long
def test_put_to_a_meeting_it_becomes_items_with_their_effects(lead, in_app):
    thing = open_milestone("KJS-003")
    day = (thing.forecast or thing.current_plan) + timedelta(days=77)
    where, meeting = begin(lead, name="改期一试"), coming()
    move(lead, where, thing.code, day)
    answer = lead.post(f"{where}/proposal", data={"meeting": meeting.code, "version": version(lead, where)})
    assert answer.status_code == 303, answer.text[:500]
    item = db.session.scalars(select(AgendaItem).where(AgendaItem.name_hans == "改期一试")).one()
    assert (item.meeting_id, item.kind, item.project.code) == (meeting.id, "decide", "KJS-003")
    effect = db.session.scalars(select(DecisionEffect).where(DecisionEffect.agenda_item_id == item.id)).one()
    assert (effect.kind, effect.milestone_id, effect.day, effect.life) == (
        "rebaseline",
        thing.id,
        day,
        "proposed",
    )
    db.session.refresh(thing)
    assert thing.current_plan != day
    assert meeting.code in tree(lead.get(where)).get_element_by_id("apply").text_content()


@pytest.mark.long
def test_of_several_projects_no_item_names_another(client, in_app):
    """Who sees one of them reads its item, and may not know of the other."""
    executive, meeting = client("executive"), coming()
    where = begin(executive, name="为 KJS-002 让路", note="KJS-001 排在 KJS-002 之后")
    for code in ("KJS-001", "KJS-002"):
        thing = open_milestone(code)
        move(executive, where, thing.code, clock.today() + timedelta(days=300), project=code)
    data = {"meeting": meeting.code, "version": version(executive, where)}
    before = set(db.session.scalars(select(AgendaItem.id)))
    assert "设想的名称和说明不带去" in executive.get(where).get_data(as_text=True)
    assert executive.post(f"{where}/proposal", data=data).status_code == 303
    db.session.rollback()
    items = [one for one in db.session.scalars(select(AgendaItem)) if one.id not in before]
    assert {one.project.code for one in items} == {"KJS-001", "KJS-002"}
    assert all((one.name_hans, one.text) == (one.project.name_hans, "") for one in items)


def test_the_meeting_is_named_to_those_alone_who_may_see_it(client, in_app, actor):
    lead, hidden = client("lead"), Meeting.id.not_in(visible_meetings(actor("partner")))
    seen = Meeting.id.in_(visible_meetings(actor("executive")))
    meeting = db.session.scalars(select(Meeting).where(seen, hidden).limit(1)).one()
    where = begin(lead, shared="y")
    stop(lead, where, "KJS-004")
    with writing():
        db.session.scalars(select(Scenario)).one().proposed_to = meeting.code
    for who, sees in (("executive", True), ("partner", False)):
        text = tree(client(who).get(where)).get_element_by_id("apply").text_content()
        assert "已提请会议" in text and (meeting.code in text) is sees, who


def test_a_stop_is_put_to_the_next_gate_and_takes_no_day_away(lead, in_app):
    where, meeting = begin(lead, name="停下一试"), coming()
    thing = open_milestone("KJS-003")
    move(lead, where, thing.code, (thing.forecast or thing.current_plan) + timedelta(days=77))
    stop(lead, where, "KJS-003")
    assert "议题带着设想的名称和说明" in lead.get(where).get_data(as_text=True)
    lead.post(f"{where}/proposal", data={"meeting": meeting.code, "version": version(lead, where)})
    item = db.session.scalars(select(AgendaItem).where(AgendaItem.name_hans == "停下一试")).one()
    asked = select(DecisionEffect).where(DecisionEffect.agenda_item_id == item.id).order_by(DecisionEffect.id)
    moved, effect = db.session.scalars(asked)
    assert (moved.kind, moved.milestone_id) == ("rebaseline", thing.id)
    assert (effect.kind, effect.verdict, effect.milestone_id) == ("gate", "stop", item.gate_id)


def test_only_who_leads_all_its_projects_puts_it_to_a_meeting(client, in_app):
    partner = client("partner")
    where = begin(partner)
    stop(partner, where, "KJS-004")
    text = tree(partner.get(where)).get_element_by_id("apply").text_content()
    assert "请由项目负责人提请" in text
    data = {"meeting": coming().code, "version": version(partner, where)}
    assert partner.post(f"{where}/proposal", data=data).status_code == 403


def test_a_past_day_opens_as_of_today(lead):
    where = begin(lead)
    for path in (PATH, where):
        answer = lead.get(f"{path}?as_of=2026-06-30")
        assert answer.status_code == 302 and "as_of" not in answer.headers["Location"]


@pytest.mark.parametrize(("lang", "word"), [("zh-Hant", "設想之下"), ("en", "In the scenario")])
def test_in_every_language(client, lang, word):
    reader = client("lead", lang)
    where = begin(reader)
    stop(reader, where, "KJS-003")
    assert word in reader.get(where, headers={"Accept-Language": lang}).text


def test_it_costs_the_same_with_many_changes(lead):
    where = begin(lead)
    stop(lead, where, "KJS-003")

    def cost() -> int:
        lead.get(where)
        with queries_counted() as seen:
            lead.get(where)
        return len(seen)

    before = cost()
    stop(lead, where, "KJS-004")
    assert cost() == before <= 30

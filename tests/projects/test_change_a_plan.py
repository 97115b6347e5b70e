"""Who leads changes the plan: adds a milestone, says what it takes and waits for, stops a statutory clock."""

from datetime import date, timedelta

import pytest
from lxml import html
from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.calendar import add_working_days
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import ClockStop, MilestoneEntry
from kangjiansheng.projects.operations import milestones, plans
from kangjiansheng.projects.operations.plans import Wait

PROJECT = "/projects/KJS-003"
PATH = f"{PROJECT}/milestones/A170"
NAMES = {"hans": "稳定性数据补充", "hant": "", "en": "Stability data"}


@pytest.fixture
def lead(actor):
    return actor("lead")


@pytest.fixture
def find(lead):
    def find(code):
        return queries.milestone(actor=lead, code="KJS-003", milestone_code=code)

    return find


def add(find, lead, **more):
    plan = find("A170").plan
    facts = {"code": "A145", "names": NAMES, "day": date(2027, 1, 15), "waits": [Wait("A140", 3, "workday")]}
    return plans.add_milestone(plan, actor=lead, version=plan.owner.version, **facts | more)


def test_a_milestone_joins_after_the_last_that_it_waits_for(find, lead):
    made = add(find, lead)
    codes = [m.code for m in queries.portfolio(actor=lead, codes=["KJS-003"])[0].milestones]
    assert codes.index("A145") == codes.index("A140") + 1
    assert (made.baseline, made.current_plan, made.owner_id) == (
        date(2027, 1, 15),
        date(2027, 1, 15),
        made.plan.project.lead_id,
    )
    assert plans.waits_of(made) == [Wait("A140", 3, "workday")]
    entries = db.session.scalars(select(MilestoneEntry).where(MilestoneEntry.milestone_id == made.id)).all()
    assert [(entry.kind, entry.baseline) for entry in entries] == [("open", date(2027, 1, 15))]


def test_a_duration_that_is_not_said_is_the_gap_that_todays_promises_leave(find, lead):
    """The plan of the others is months old; measured from it, a week would push by months."""
    begin, _ = add_working_days(find("A140").forecast, 3)
    made = add(find, lead, day=begin + timedelta(15))
    assert made.duration == 15
    one = find("A140")
    moved = {effect.code: effect.days for effect in queries.effects(one, one.forecast + timedelta(7))}
    assert 0 < moved["A145"] <= 12


def test_its_lag_pushes_it_in_working_days(find, lead):
    made = add(find, lead, duration=0)
    one = find("A140")
    to = date(2027, 1, 29)
    entry = milestones.will_slip(one, to, "REGULATOR", actor=lead, version=one.version)
    moved = {e.milestone.code: e.forecast for e in queries.moved_along(entry)}
    assert moved["A145"] == made.forecast == add_working_days(to, 3)[0]


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"code": "A140"}, "projects:code-taken", "code"),
        ({"code": "A165"}, "projects:code-of-pathway", "code"),
        ({"code": "a 1"}, "projects:code-invalid", "code"),
        ({"waits": [Wait("Z999")]}, "projects:wait-unknown", "waits"),
        ({"waits": [Wait("A140"), Wait("A140", 5)]}, "projects:wait-twice", "waits"),
        ({"waits": [Wait("A140", -1)]}, "projects:duration-range", "waits"),
        ({"duration": 99999}, "projects:duration-range", "duration"),
        ({"unit": "fortnight"}, "projects:unit-unknown", "unit"),
    ],
)
def test_what_cannot_be_a_plan_is_refused(find, lead, facts, code, field):
    with pytest.raises(RuleBroken) as caught:
        add(find, lead, **facts)
    assert (caught.value.code, caught.value.field) == (code, field)


def change(milestone, lead, **more):
    facts = {"names": {"hans": milestone.name_hans}, "duration": milestone.duration, "unit": milestone.unit}
    facts["waits"] = plans.waits_of(milestone)
    plans.set_schedule(milestone, actor=lead, version=milestone.version, **facts | more)


def test_milestones_that_would_wait_for_each_other_are_named(find, lead):
    with pytest.raises(RuleBroken) as caught:
        change(find("A140"), lead, waits=[Wait("A180")])
    ring = caught.value.facts["members"].split(" → ")
    assert caught.value.code == "projects:cycle"
    assert set(ring) == {"A140", "A170", "A180"} and ring[0] == ring[-1]
    assert [wait.code for wait in plans.waits_of(find("A140"))] == ["A130"]


def test_a_duration_that_is_said_shows_who_promises_too_early(find, lead):
    one = find("A170")
    version, before = one.version, one.forecast
    change(one, lead, duration=300)
    assert (one.version, one.forecast) == (version + 1, before)
    project = queries.portfolio(actor=lead, codes=["KJS-003"])[0]
    found = queries.plans.outlook(project, queries.network(one.plan_id))
    held = max(find("A140").forecast, find("A150").forecast)
    assert dict(found.too_early)["A170"] == held + timedelta(300)
    assert found.critical[-1] == "A180"


def test_an_older_version_is_stale(find, lead):
    one = find("A170")
    with pytest.raises(Stale):
        plans.set_schedule(
            one, actor=lead, version=one.version - 1, names={}, duration=None, unit="day", waits=[]
        )


def test_a_clock_that_stands_pushes_and_runs_on(find, lead):
    one = find("A140")
    today = clock.today()
    stop = plans.stop_clock(one, today - timedelta(9), actor=lead, version=one.version, note="发补")
    with pytest.raises(RuleBroken, match="clock-stands"):
        plans.stop_clock(one, today, actor=lead, version=one.version)
    with pytest.raises(RuleBroken, match="days-reversed"):
        plans.start_clock(stop, today - timedelta(10), actor=lead, version=one.version)
    with pytest.raises(RuleBroken, match="start-ahead"):
        plans.start_clock(stop, today + timedelta(1), actor=lead, version=one.version)
    project = queries.portfolio(actor=lead, codes=["KJS-003"])[0]
    seen = queries.plans.outlook(project, queries.network(one.plan_id))
    assert seen.standing == (("A140", today - timedelta(9)),)
    assert dict(seen.too_early)["A140"] > one.forecast
    plans.start_clock(stop, today - timedelta(2), actor=lead, version=one.version)
    found = queries.network(one.plan_id).stops[one.id]
    assert [(s.first, s.last) for s in found] == [(today - timedelta(9), today - timedelta(2))]
    with pytest.raises(RuleBroken, match="stop-ahead"):
        plans.stop_clock(one, today + timedelta(1), actor=lead, version=one.version)


# ---------- on the page ----------


def form_of(answer, end):
    tree = html.document_fromstring(answer.get_data(as_text=True))
    form = tree.xpath(f"//form[contains(@action, '{end}')]")[0]
    return dict(form.form_values())


def test_a_lead_adds_one_on_the_page_and_finds_it_in_the_table(client):
    lead = client("lead")
    data = form_of(lead.get(f"{PROJECT}/milestones/new"), "/milestones/new")
    data |= {"code": "A145", "name_hans": "稳定性数据补充", "plan": "2027-01-15", "waits-0-code": "A140"}
    answer = lead.post(f"{PROJECT}/milestones/new", data=data)
    assert (answer.status_code, answer.location) == (303, f"{PROJECT}/milestones/A145")
    assert "稳定性数据补充" in lead.get(PROJECT).get_data(as_text=True)
    again = lead.post(f"{PROJECT}/milestones/new", data=data | {"name_hans": ""})
    assert again.status_code == 422 and "请填写此项" in again.get_data(as_text=True)


def test_a_ring_comes_back_with_what_was_typed(client):
    lead = client("lead")
    address = f"{PROJECT}/milestones/A140/schedule"
    data = form_of(lead.get(address), "A140/schedule")
    assert data["waits-0-code"] == "A130"
    answer = lead.post(address, data=data | {"waits-1-code": "A180", "waits-1-lag": "7", "duration": "61"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "互相等待" in text and "A170" in text
    assert form_of(answer, "A140/schedule")["duration"] == "61"


def test_a_lag_that_is_no_number_is_said_at_its_field(client):
    lead = client("lead")
    address = f"{PROJECT}/milestones/A140/schedule"
    data = form_of(lead.get(address), "A140/schedule")
    answer = lead.post(address, data=data | {"waits-0-lag": "一周"})
    assert answer.status_code == 422
    assert "一周" in answer.get_data(as_text=True)


def test_the_clock_is_stopped_and_started_on_the_page(client, app):
    lead = client("lead")
    address = f"{PROJECT}/milestones/A140/schedule"
    day = (clock.today() - timedelta(3)).isoformat()
    data = form_of(lead.get(address), "A140/stops")
    assert lead.post(f"{PROJECT}/milestones/A140/stops", data=data | {"first": day}).status_code == 303
    answer = lead.get(address)
    assert "仍停着" in answer.get_data(as_text=True)
    with app.app_context():
        number = db.session.scalar(select(ClockStop.id))
    data = form_of(answer, f"/stops/{number}/end")
    end = f"{PROJECT}/milestones/A140/stops/{number}/end"
    assert lead.post(end, data=data | {"last": "2020-01-01"}).status_code == 422
    assert lead.post(end, data=data | {"last": clock.today().isoformat()}).status_code == 303
    assert lead.post(f"{PROJECT}/milestones/A170/stops/{number}/end", data=data).status_code == 404


def test_others_neither_see_nor_do(client):
    assert client("partner").get(f"{PATH}/schedule").status_code == 404
    assert client("executive").get(f"{PATH}/schedule").status_code == 403
    assert client("executive").get(f"{PROJECT}/milestones/new").status_code == 403


@pytest.mark.parametrize("number", ["²", "٣", "9" * 5000, "-1", "x", ""])
def test_a_row_whose_number_is_none_is_no_row(client, number):
    lead = client("lead")
    address = f"{PROJECT}/milestones/A140/schedule"
    data = form_of(lead.get(address), "A140/schedule")
    data |= {f"waits-{number}-code": "A010", f"waits-{number}-lag": "x", "duration": "x"}
    assert lead.post(address, data=data).status_code == 422

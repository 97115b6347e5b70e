"""全周期陪伴式服务: promised answers, the line of time, the nudge, and which stage lacks which service."""

from datetime import date, timedelta

import pytest
import time_machine

from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Notification
from kangjiansheng.labs.operations import companion as operations
from kangjiansheng.labs.operations.nudging import nudge
from kangjiansheng.labs.queries import companion as queries
from kangjiansheng.labs.queries import residents as companies
from kangjiansheng.projects.queries.reminders import to_answer
from tests.support.acting import who
from tests.support.queries import queries_counted
from tests.support.typed import opened, send, typed, words


def test_an_answer_is_promised_in_working_days_of_china_and_is_overdue_the_day_after(actor):
    executive = actor("executive")
    found = companies.company(actor=executive, code="CO-001")
    # 2026-09-28 is a Monday; the National Day holiday takes 1 to 7 October
    made = operations.create_request(
        found, actor=executive, kind="funding", text="路演", asked_on=date(2026, 9, 28), answer_days=5
    )
    assert made.promised_on > date(2026, 10, 8) and made.stage == "growing"
    assert made in queries.care([found.id]).overdue(found)
    told = to_answer(actor=executive, today=clock.today(), days_before=(3,))
    assert [(one.project, one.code) for one in told if one.day == made.promised_on] == [("CO-001", "3")]
    earlier = operations.log_contact(
        found, actor=executive, kind="space", channel="visit", happened_on=date(2025, 7, 8)
    )
    assert earlier.stage == "moved_in"  # the stage of that day, not of today


@pytest.mark.long
def test_the_line_of_time_of_a_company_is_whole(client):
    executive = client("executive")
    text = words(executive.get("/residents/CO-001"))
    ordered = [
        "2026-11-12",
        "2026-11-09",
        "2026-10-20",
        "2026-09-11",
        "2026-09-07",
        "2026-03-02",
        "2025-09-18",
    ]
    ordered += ["2025-07-01", "2025-04-15", "2025-01-13"]
    places = [text.index(day) for day in ordered]
    assert places == sorted(places)
    with queries_counted() as before:
        executive.get("/residents/CO-001")
    new = {"kind": "cmc", "channel": "call", "note": "对方确认时间"}
    assert (
        typed(executive, "/residents/CO-001/contacts/new", **new, happened_on="2026-11-24").status_code == 422
    )
    assert typed(executive, "/residents/CO-001/contacts/new", **new, request_number="2").status_code == 303
    with queries_counted() as after:
        assert "对方确认时间" in words(executive.get("/residents/CO-001"))
    assert len(after) == len(before) <= 15, after.shown
    assert "对方确认时间" in words(executive.get("/residents/CO-001/requests/2"))
    assert "对方确认时间" not in words(executive.get("/residents/CO-001?as_of=2026-11-22"))
    assert executive.post("/residents/CO-001/contacts/4/withdraw").status_code == 303
    assert "对方确认时间" not in words(executive.get("/residents/CO-001/requests/2")).split("历史")[0]
    stale = opened(executive, "/residents/CO-001/requests/2/edit")
    assert send(executive, "/residents/CO-001/requests/2/edit", stale, text="改一处").status_code == 303
    assert send(executive, "/residents/CO-001/requests/2/edit", stale, text="再改一处").status_code == 409
    assert executive.post("/residents/CO-001/requests/2/withdraw", data={"version": "2"}).status_code == 303
    assert "已撤回" in words(executive.get("/residents/CO-001/requests/2"))
    assert executive.post("/residents/CO-001/requests/2/reopen").status_code == 303


def told(company):
    query = db.select(Notification).where(Notification.template == "labs:quiet")
    rows = db.session.scalars(query).all()
    return [row.person_id for row in rows if row.facts["code"] == company]


def test_who_was_left_alone_is_brought_up_once_for_each_such_time(app, client):
    with app.app_context():
        executive = who("executive")
        nudge()
        db.session.flush()
        assert told("CO-002") == [executive.id] and told("CO-001") == []  # 60 days against 11
        assert nudge() == 0
        with time_machine.travel(clock.now() + timedelta(days=31)):
            nudge()
            assert len(told("CO-002")) == 2 and told("CO-001") == [executive.id]
            found = companies.company(actor=executive, code="CO-002")
            operations.log_contact(
                found, actor=executive, kind="general", channel="visit", happened_on=clock.today()
            )
            assert not queries.care([found.id]).alone(found)
        db.session.rollback()
    reader, admin = client("executive"), client("admin")
    quiet = words(reader.get("/residents?quiet=1"))
    assert "CO-002" in quiet and "CO-006" in quiet, "a partner who signed and was never contacted, too"
    listed = words(reader.get("/residents"))
    assert listed.index("CO-006") < listed.index("CO-002") < listed.index("CO-001"), (
        "the longest silence first"
    )
    assert typed(admin, "/residents/rule", quiet_days="0").status_code == 422
    assert typed(admin, "/residents/rule", quiet_days="90").status_code == 303
    assert "CO-002" not in words(reader.get("/residents?quiet=1"))


def test_the_coverage_names_what_a_stage_lacks_and_opens_those_companies(client):
    executive = client("executive")
    asked = "/residents/requests.csv"
    assert (
        executive.get(asked).text.count("\nCO-00") == 3 and "CO-0" not in client("outsider").get(asked).text
    )
    assert "requests.xlsx" not in client("outsider").get("/residents").text
    page = executive.get("/residents/coverage")
    assert 'aria-label="成长，注册申报：1 / 1"' in page.text
    assert 'aria-label="入驻，空间：0 / 1"' in page.text
    with queries_counted() as seen:
        listed = words(executive.get("/residents?kind=resident&stage=moved_in&lacks=space"))
    assert "示例企业乙" in listed and "示例企业甲" not in listed
    assert len(seen) <= 14, seen.shown

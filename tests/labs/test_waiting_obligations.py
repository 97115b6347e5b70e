"""What waits for one's institution: on home, in the calendar, in the daily reminder; and when an agreement is to be renewed."""

from datetime import date, datetime, timedelta

import pytest
import time_machine

from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Notification, words_of
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs import operations, queries
from kangjiansheng.labs.models import InstitutionMember
from kangjiansheng.labs.queries.waiting import agreements_to_watch, obligations_waiting
from kangjiansheng.overview.queries.calendar import calendar_of
from kangjiansheng.projects.operations.reminders import remind
from kangjiansheng.projects.queries.reminders import to_extend
from tests.support.programs import program
from tests.support.typed import typed, words


def codes(actor, **named):
    return {one.row.code: one.why for one in obligations_waiting(actor=actor, **named)}


@pytest.mark.long
def test_what_waits_for_whom(client, actor):
    executive, member = actor("executive"), actor("member")  # of Ruijin
    assert codes(member) == {"OB-0003": "deliver"}
    assert codes(actor("partner")) == {"OB-0006": "settle"}
    assert codes(actor("outsider")) == {}
    ours = obligations_waiting(actor=actor("lead"))
    assert ours and not any(one.is_own for one in ours), "she directs the laboratory, and belongs to no party"
    piece = words(client("lead").get("/obligations/waiting"))
    assert f"{len(ours)} 项可由您代为记录" in piece and "项等贵方办理" not in piece
    text = words(client("lead").get(f"/obligations/{ours[0].row.code}"))
    assert "代为记录：记录交付" in text and "的事，您代为记录" in text and "由您办理" not in text
    with writing():
        found = queries.obligation(actor=executive, code="OB-0002")
        operations.step_obligation(found, "deliver", actor=executive, version=None, on=clock.today())
        queries.obligation(actor=executive, code="OB-0003").owner_id = actor("lead").id
    assert codes(member) == {"OB-0002": "accept", "OB-0003": "deliver"}
    assert codes(member, speaking=True) == {"OB-0002": "accept"}, "another looks after it"
    assert {one.code for one in calendar_of(actor=member) if one.kind == "obligation"} == {"OB-0003"}
    home = client("member")
    assert "/obligations/waiting" in home.get("/").get_data(as_text=True)
    piece = home.get("/obligations/waiting", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "OB-0002" in piece and "2 项等贵方办理" in piece and "<html" not in piece
    assert "没有等贵方办理的义务" in words(client("outsider").get("/obligations/waiting"))
    with writing():
        row = db.session.query(InstitutionMember).filter_by(person_id=actor("secretary").id).first()
        assert row is None
        institution = queries.institution(actor=executive, code="RJ")
        institution.members.append(
            InstitutionMember(person_id=actor("secretary").id, role="contact", valid_from=clock.today())
        )
    assert codes(member, speaking=True) == {}, "the contact is told"
    assert codes(actor("secretary"), speaking=True) == {"OB-0002": "accept"}


@pytest.mark.long
def test_the_daily_reminder_names_it_and_an_agreement_to_renew(actor):
    due = clock.today() + timedelta(60)
    with (
        time_machine.travel(datetime(due.year, due.month, due.day, 9) - timedelta(7, 8 * 3600), tick=False),
        writing(),
    ):
        remind()
        told = [n for n in db.session.query(Notification).filter_by(person_id=actor("member2").id)]
    facts = next(n.facts for n in told if n.template == "projects:reminder")
    assert [thing["project"] for thing in facts["things"] if thing["kind"] == "owed"] == ["OB-0007"]
    assert "义务待办" in words_of("projects:reminder", facts)[0]
    assert "OB-0007" in words_of("projects:digest", facts)[1]
    first = date(2027, 3, 9)  # six months before the end of AGR-901
    with time_machine.travel(datetime(2027, 3, 9, 4), tick=False):
        member = actor("member")
        assert {one.code for one in agreements_to_watch(actor=member)} == {"AGR-901", "AGR-903"}
        found = to_extend(actor=member, today=first, days_before=(7, 1))
        assert [(one.kind, one.project) for one in found] == [("renewal", "AGR-901")]
        assert to_extend(actor=actor("outsider"), today=first, days_before=(7, 1)) == []


def test_the_lead_time_of_a_renewal_is_the_parties_own(client):
    executive = client("executive")
    assert typed(executive, "/agreements/AGR-901/edit", renewal_months="61").status_code == 422
    assert "2027-03-09" in words(executive.get("/agreements/AGR-901"))
    assert typed(executive, "/agreements/AGR-901/edit", renewal_months="12").status_code == 303
    text = words(executive.get("/agreements/AGR-901"))
    assert "应已开始商议" in text and "提前 12 个月" in text


def test_the_report_of_a_party_at_a_day_of_account(client):
    member, executive = client("member"), client("executive")
    text = words(member.get("/partners/RJ/report?since=2026-10-01&until=2026-11-23"))
    assert "1 项待履行" in text and "OB-0003" in text and "OB-0001" in text and "期间交付 1 项" in text
    assert "OB-0005" not in text
    then = words(member.get("/partners/RJ/report?until=2026-10-10"))
    assert "2 项待履行" in then and "期间交付 0 项" in then, "OB-0001 was delivered three days later"
    ours = words(executive.get("/partners/KJS/report"))
    assert "其中 1 项逾期" in ours and "OB-0009" in ours.split("往来")[-1]
    sheet = executive.get("/partners/KJS/report.csv?until=2026-11-23").get_data(as_text=True)
    assert "\n本方待履行,OB-0004," in sheet and "示例数据" in sheet
    assert executive.get("/partners/KJS/report.xlsx").status_code == 200
    assert member.get("/partners/KJS/report").status_code == 403, "of another party"
    assert executive.get("/partners/RJ/report?until=2030-01-01").status_code == 400
    assert executive.get("/partners/RJ/report?since=2026-11-20&until=2026-11-01").status_code == 400


def test_a_program_reads_the_report_of_its_party(client, app):
    read, address = program(app, client, "member"), "/institutions/RJ/report"
    found = read("GET", f"{address}?since=2026-10-01&until=2026-11-23").get_json()
    assert {key: [row["code"] for row in found[key]] for key in ("owes", "delivered")} == {
        "owes": ["OB-0003"], "delivered": ["OB-0001"],
    }  # fmt: skip
    assert (found["since"], found["until"], found["late"]) == ("2026-10-01", "2026-11-23", 0)
    assert "OB-0005" not in str(found), "not hers to see"
    then = read("GET", f"{address}?until=2026-10-10").get_json()
    assert len(then["owes"]) == 2 and then["delivered"] == []
    assert read("GET", f"{address}?as_of=2026-10-10").get_json() == then
    assert read("GET", f"{address}?since=2026-11-20&until=2026-11-01").status_code == 400
    assert read("GET", f"{address}?until=2030-01-01").status_code == 400
    assert read("GET", "/institutions/KJS/report").status_code == 403
    ours = program(app, client, "executive")("GET", "/institutions/KJS/report").get_json()
    assert ours["overdue"] == 1 and "OB-0009" in [row["code"] for row in ours["dealings"]]
    assert ours["illustrative"] is True

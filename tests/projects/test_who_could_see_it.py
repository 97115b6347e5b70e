"""Who could see a project on a day, and why: what the report says is what the doors do; and who gets the report."""

from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import ProjectMember
from kangjiansheng.projects.queries.readers import readership
from kangjiansheng.projects.rules.readers import Tie, readers
from tests.support.acting import who

PATH = "/projects/KJS-003/readers"
CAST = [
    "executive",
    "auditor",
    "admin",
    "lead",
    "lead2",
    "partner",
    "secretary",
    "chair",
    "member",
    "member2",
    "outsider",
]


def names(client, path=PATH):  # type: ignore[no-untyped-def]
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    rows = html.document_fromstring(answer.text).iter("tr")
    return {cells[0].text_content(): cells[1].text_content() for row in rows if (cells := row.findall("td"))}


@pytest.mark.parametrize("code", ["KJS-003", "KJS-014", "KJS-020"])
def test_today_it_names_exactly_those_whom_the_door_lets_in(app, code):
    with app.app_context():
        project = queries.project(actor=who("executive"), code=code)
        found = readership(project, clock.today())
        named = {one.person_id for one in found.readers}
        for short in CAST:
            actor = who(short)
            assert (actor.id in named) is (queries.project(actor=actor, code=code) is not None), short


def test_a_past_day_goes_by_the_memberships_of_that_day(app, client):
    yesterday = clock.today() - timedelta(days=1)
    with app.app_context(), writing():
        project = queries.project(actor=who("executive"), code="KJS-003")
        outsider = who("outsider")
        db.session.add(
            ProjectMember(
                project_id=project.id, person_id=outsider.id, role="reader", valid_from=clock.today()
            )
        )
        name = db.session.scalar(select(Person.name_hans).where(Person.id == outsider.id))
    reader = client("lead")
    assert "项目成员" in names(reader)[name]
    assert name not in names(reader, f"{PATH}?as_of={yesterday}")
    assert client("lead").get(f"{PATH}?as_of=2020-01-01").status_code == 404


@pytest.mark.parametrize(("short", "status"), [("lead", 200), ("auditor", 200), ("executive", 200), ("partner", 404),
                                               ("outsider", 404), ("chair", 404)])  # fmt: skip
def test_it_is_for_those_who_answer_for_the_project_and_for_auditors(client, short, status):
    assert client(short).get(PATH).status_code == status


def test_a_member_who_does_not_lead_sees_the_project_and_not_the_report(client):
    assert client("partner").get("/projects/KJS-014").status_code == 200
    assert client("partner").get("/projects/KJS-014/readers").status_code == 403
    assert "/readers" not in client("partner").get("/projects/KJS-014").text
    assert "/readers" in client("auditor").get("/projects/KJS-014").text


def test_the_level_decides_which_ties_count():
    ties = [Tie(1, "role", "executive"), Tie(2, "member", "reader"), Tie(3, "director", "director", "JL-01"),
            Tie(4, "lab", "scientist", "JL-01"), Tie(5, "party", "", "RJ"), Tie(2, "party", "", "RJ")]  # fmt: skip
    seen = {level: [one.person_id for one in readers(level, ties)] for level in ("open", "parties", "team")}
    assert seen == {"open": [1, 2, 3, 4, 5], "parties": [1, 2, 3, 4, 5], "team": [1, 2, 3]}
    assert [tie.kind for tie in readers("parties", ties)[1].ties] == ["member", "party"]
    assert readers("team", [ties[5]]) == []

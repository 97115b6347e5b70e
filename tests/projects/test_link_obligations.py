"""To what an obligation matters: linked by its parties, shown where it matters, hidden with what is hidden."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kangjiansheng.core import clock, schema
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs import queries as labs
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import Milestone, ObligationLink
from kangjiansheng.projects.operations import obligations as operations
from kangjiansheng.projects.operations.milestones import will_slip
from kangjiansheng.projects.queries.obligations import links_of
from tests.support.typed import opened, send, words

PATH = "/obligations/OB-0004"
LINKS = f"{PATH}/links"


@pytest.mark.long
def test_a_link_shows_on_both_sides_and_is_taken_back(client):
    member, lead = client("member"), client("lead")  # of Ruijin, which is owed it; who leads the project
    for wrong, sentence in (("KJS-999", "没有找到"), ("KJS-003 A140", "已经关联"), ("", "请填写此项")):
        refused = send(member, LINKS, opened(member, PATH, LINKS), target=wrong)
        assert refused.status_code == 422 and sentence in words(refused)
    assert send(member, LINKS, opened(member, PATH, LINKS), target="jl-01").status_code == 303
    assert "A140" in words(member.get(PATH)) and "JL-01" in words(member.get(PATH))
    for page in ("/projects/KJS-003", "/projects/KJS-003/milestones/A140", "/labs/JL-01"):
        assert f'hx-get="{page}/obligations"' in lead.get(page).get_data(as_text=True)
        piece = lead.get(f"{page}/obligations", headers={"HX-Request": "true"}).get_data(as_text=True)
        assert "OB-0004" in piece and "逾期 6 天" in piece and "<html" not in piece
    form = opened(member, PATH, f"{LINKS}/2/removal")
    assert send(member, f"{LINKS}/2/removal", form).status_code == 303
    assert "A140" not in words(member.get(PATH))
    assert "OB-0004" not in words(lead.get("/projects/KJS-003/milestones/A140/obligations"))
    assert client("auditor").post(LINKS, data={"target": "JL-01"}).status_code == 403, "of neither party"


def test_what_one_may_not_see_is_neither_shown_nor_counted(client, actor):
    with writing():
        project = queries.project(actor=actor("executive"), code="KJS-003")
        project.confidentiality = "team"
    text = words(client("member").get("/obligations/OB-0001"))
    assert "KJS-003" not in text and "关系到" not in text
    assert client("member").get("/projects/KJS-003/obligations").status_code == 404
    assert "OB-0005" not in words(client("lead").get("/labs/JL-01/obligations"))
    with writing():  # open things of a laboratory that keeps to itself on which agreement it rests
        owed = labs.obligation(actor=actor("executive"), code="OB-0002")
        owed.confidentiality = owed.agreement.confidentiality = "open"
        labs.lab(actor=actor("executive"), code="JL-01").confidentiality = "team"
    partner = client("partner")
    assert "OB-0002" in words(partner.get("/obligations"))
    assert "OB-0002" not in words(partner.get("/labs/JL-01/obligations"))
    assert "OB-0002" in words(client("lead").get("/labs/JL-01/obligations"))


def test_a_past_day_has_the_date_that_its_milestone_had(actor):
    executive, today = actor("executive"), clock.today()
    with writing():  # as if it had been linked a month ago
        link = db.session.scalars(
            select(ObligationLink).where(ObligationLink.milestone_id.is_not(None))
        ).first()
        link.made_at -= timedelta(30)
    found, m = link.obligation, db.session.get(Milestone, link.milestone_id)

    def dates(day=None):
        return [one.day for one in links_of(found, actor=executive, as_of=day) if one.milestone_code]

    (was,) = dates()
    with writing():
        will_slip(m, today + timedelta(400), "REGULATOR", actor=actor("lead"), version=m.version)
    assert dates() == [today + timedelta(400)] != [was] == dates(today - timedelta(1))


def test_a_past_day_has_the_links_of_that_day(actor):
    executive = actor("executive")
    found = labs.obligation(actor=executive, code="OB-0001")
    today = clock.today()
    assert [one.code for one in links_of(found, actor=executive, as_of=today)] == ["KJS-003"]
    assert links_of(found, actor=executive, as_of=today - timedelta(1)) == []
    with writing():
        queries.project(actor=executive, code="KJS-003").illustrative = False
    with pytest.raises(RuleBroken) as problem:
        operations.link(labs.obligation(actor=executive, code="OB-0002"), "KJS-003", actor=executive)
    assert problem.value.code == "projects:link-mixed"


def test_of_a_link_that_was_made_twice_before_the_first_stays(in_app):
    """Bringing a database up to the level at which the same link cannot stand twice."""
    url = db.engine.url.render_as_string(hide_password=False)
    (step,) = schema.MIGRATIONS.glob("versions/*_written_once.py")
    schema.downgrade(url, f"{int(step.name[:4]) - 1:04}")
    columns = "obligation_id, project_id, milestone_id, lab_id, made_at"
    with db.engine.begin() as connection:
        (link,) = connection.exec_driver_sql("SELECT min(id) FROM obligation_link").one()
        again = (
            f"INSERT INTO obligation_link ({columns}) SELECT {columns} FROM obligation_link WHERE id = {link}"
        )
        connection.exec_driver_sql(again)
    schema.upgrade(url)
    with db.engine.begin() as connection:
        rows = connection.exec_driver_sql(
            "SELECT id, removed_at IS NULL FROM obligation_link ORDER BY id"
        ).all()
    assert not rows[-1][1] and all(stands for _key, stands in rows[:-1])

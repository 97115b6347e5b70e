"""The bookings made for a project and the results that it takes further: seen by who sees both ends, counted by nobody else."""

import pytest
from lxml import html
from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import Booking, SharedResource
from kangjiansheng.projects.models import BookingLink, Project
from tests.support.queries import queries_counted
from tests.support.typed import opened, send, words

FRAGMENT = {"HX-Request": "true"}


@pytest.mark.long
def test_a_booking_names_its_project_to_who_sees_it(client, app):
    lead = client("lead")
    form = opened(lead, "/resources/RES-01/book?day=2026-11-27&from=15", "/resources/RES-01/book")
    booking = send(lead, "/resources/RES-01/book", form, to_hour="18", purpose="工艺验证第 3 批").location
    act = f"{booking}/project"
    for wrong in ("KJS-999", "JL-01"):
        refused = send(lead, act, opened(lead, booking, act), project=wrong)
        assert refused.status_code == 422 and f"没有找到项目“{wrong}”" in words(refused)
    assert send(lead, act, opened(lead, booking, act), project="kjs-003").status_code == 303
    assert "KJS-003" in words(lead.get(booking))
    assert lead.post(act, data={"project": "KJS-003"}).status_code == 422, "it names one already"
    assert "/projects/KJS-003/around" in lead.get("/projects/KJS-003").get_data(as_text=True)
    piece = lead.get("/projects/KJS-003/around", headers=FRAGMENT).get_data(as_text=True)
    assert booking in piece and "1 次还没有结束" in piece and "<html" not in piece
    past = lead.get("/projects/KJS-003/around?as_of=2026-11-20", headers=FRAGMENT).get_data(as_text=True)
    assert booking not in past, "it was not there yet"
    auditor, member = client("auditor"), client("member")
    assert booking in auditor.get("/projects/KJS-003/around").get_data(as_text=True)
    assert auditor.post(act, data={"project": "KJS-003"}).status_code == 403
    with app.app_context(), writing():
        db.session.scalars(select(Project).where(Project.code == "KJS-003")).one().confidentiality = "team"
    text = words(member.get(booking))  # of Ruijin, with which the room is shared
    assert "工艺验证第 3 批" in text and "KJS-003" not in text and "为哪个项目" not in text
    assert member.get("/projects/KJS-003/around").status_code == 404
    assert member.post(f"{act}/removal").status_code == 404
    history = "取消预约与项目的关联"
    assert send(lead, f"{act}/removal", opened(lead, booking, f"{act}/removal")).status_code == 303
    assert history in words(lead.get(booking)) and history not in words(member.get(booking))
    assert booking not in lead.get("/projects/KJS-003/around").get_data(as_text=True)


@pytest.mark.long
def test_the_form_lists_the_projects_and_what_was_chosen_stands_in_list_history_and_file(client, app):
    """A project that the reader does not see stands nowhere: neither offered, nor listed, nor told of."""
    lead, member = client("lead"), client("member")
    form = opened(lead, "/resources/RES-01/book?day=2026-11-27&from=15", "/resources/RES-01/book")
    book = lead.get("/resources/RES-01/book").get_data(as_text=True)
    listed = html.document_fromstring(book).xpath("//datalist/option/@value")
    assert "KJS-003" in listed and "KJS-020" not in listed, "lead2's is not hers to see"
    wrong = send(lead, "/resources/RES-01/book", form, to_hour="18", purpose="第 4 批", project="KJS-020")
    assert wrong.status_code == 422 and "没有找到项目“KJS-020”" in words(wrong)
    booking = send(
        lead, "/resources/RES-01/book", form, to_hour="18", purpose="第 4 批", project="kjs-003"
    ).location
    with app.app_context(), writing():
        db.session.scalars(select(Project).where(Project.code == "KJS-003")).one().confidentiality = "team"
    for reader, told in ((lead, True), (member, False)):
        file = reader.get("/resources/RES-01/bookings.csv").get_data(as_text=True)
        assert "第 4 批" in file and ("KJS-003" in file) is told
        assert "KJS-003" not in words(reader.get("/resources/RES-01?as_of=2026-11-20"))
        assert ("KJS-003" in words(reader.get("/resources/RES-01"))) is told
        assert ("为项目预约" in words(reader.get(booking))) is told


def test_it_costs_the_same_for_one_booking_and_for_twenty(client, in_app):
    lead, counted = client("lead"), []
    lead.get("/projects/KJS-003/around")
    for some in (slice(0, 1), slice(1, 21)):
        with writing():
            project = db.session.scalars(select(Project).where(Project.code == "KJS-003")).one()
            ids = db.session.scalars(select(BookingLink.booking_id)).all()
            free = _bookings()[some]
            db.session.add_all(_linked(one, project) for one in free if one.id not in ids)
        with queries_counted() as statements:
            shown = lead.get("/projects/KJS-003/around", headers=FRAGMENT).get_data(as_text=True)
        counted.append((len(statements), shown.count("/bookings/")))
    assert counted[0][0] == counted[1][0] and counted[0][1] < counted[1][1]


def _bookings():
    query = select(Booking).join(SharedResource, SharedResource.id == Booking.resource_id)
    return db.session.scalars(query.where(SharedResource.code == "RES-01").order_by(Booking.id)).all()


def _linked(booking, project):
    return BookingLink(booking_id=booking.id, project_id=project.id, made_at=clock.now())


@pytest.mark.long
def test_results_stand_on_the_pages_of_where_they_go_and_an_edit_is_undone(client):
    executive, partner = client("executive"), client("partner")
    result = executive.get("/results/RS-0001").get_data(as_text=True)
    company = result.split('href="/residents/')[1].split('"')[0]
    piece = words(executive.get("/projects/KJS-018/around"))
    assert "RS-0001" in piece and "1 项成果" in piece
    shown = words(executive.get(f"/residents/{company}"))
    assert "RS-0001" in shown and "来自项目 KJS-018" in shown
    hidden = words(partner.get(f"/residents/{company}"))
    assert "RS-0001" not in hidden and "KJS-018" not in hidden and "项成果" not in hidden

    path = "/results/RS-0003"
    form = opened(partner, f"{path}/edit")
    goal = next(key for key, word in _choices(partner, f"{path}/edit") if word.startswith("KJS-014"))
    assert partner.post(f"{path}/undo").status_code == 422, "nothing was edited"
    done = send(partner, f"{path}/edit", form, project_id=goal, name_hans="改了的名称")
    assert f"{path}/undo" in partner.get(done.location).get_data(as_text=True)
    assert "RS-0003" in words(partner.get("/projects/KJS-014/around"))
    assert executive.post(f"{path}/undo").status_code == 422, "who has not made it does not take it back"
    assert partner.post(f"{path}/undo").status_code == 303
    text = words(partner.get(path))
    assert "儿童 CAR-T 回输后早期反应评分" in text and "还没有项目承接" in text and "撤销对成果的修改" in text
    assert "RS-0003" not in words(partner.get("/projects/KJS-014/around"))


def _choices(client, path):
    page = html.document_fromstring(client.get(path).get_data(as_text=True))
    return [(one.get("value"), one.text) for one in page.xpath("//select[@name='project_id']/option")]

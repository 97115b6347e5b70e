"""Somebody gives the list that is open a name, shares it, opens with it, changes it and removes it."""

import pytest
from lxml import html
from sqlalchemy import select

from kangjiansheng.core import saved_views
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.saved_views import SavedView
from tests.support.queries import queries_counted
from tests.support.typed import words

SLIPPED = "status=slip&cols=code%2Cslip&sort=slip"


def save(client, name="推迟的", query=SLIPPED, page="milestones", **more):
    """Keep a view, as the form beside the list does."""
    return client.post("/views", data={"list": page, "name": name, "query": query, **more})


def chips(client, path="/milestones"):
    """The saved views above a list: label → (address, whether it is the open one)."""
    tree = html.document_fromstring(client.get(path).get_data(as_text=True))
    found = tree.xpath("//nav[@aria-label='保存的视图']/a")
    return {a.text_content().strip(): (a.get("href"), a.get("aria-current") == "true") for a in found}


def number(name="推迟的"):
    return db.session.scalar(select(SavedView.id).where(SavedView.name == name))


def test_a_list_is_kept_under_a_name_and_opened_again(client):
    lead = client("lead")
    answer = save(lead, query=f"{SLIPPED}&page=3&as_of=2026-06-30&q=")
    assert (answer.status_code, answer.location) == (303, f"/milestones?{SLIPPED}")
    found = chips(lead, f"/milestones?{SLIPPED}")
    assert found["推迟的"] == (f"/milestones?{SLIPPED}", True)
    assert found["全部"] == ("/milestones", False)
    assert chips(lead)["推迟的"][1] is False


def test_who_saves_a_view_on_a_past_day_is_told_that_it_keeps_no_day_and_comes_back_to_it(app, client):
    lead, days = client("lead"), "as_of=2026-06-30&compare=2026-03-31"
    told = "只保存筛选，不保存日期"
    assert told not in words(lead.get(f"/milestones?{SLIPPED}"))
    tree = html.document_fromstring(lead.get(f"/milestones?{SLIPPED}&{days}").text)
    (form,) = tree.find_class("save-v")[0].iter("form")
    assert told in form.text_content()
    assert save(lead, days=f"{form.fields['days']}&page=2").location == f"/milestones?{SLIPPED}&{days}"
    with app.app_context():
        assert db.session.scalar(select(SavedView.query).where(SavedView.name == "推迟的")) == SLIPPED
    again = html.document_fromstring(save(lead, days=days).text)  # the name is taken
    assert again.xpath("//input[@name='days']/@value") == [days]


def test_a_shared_view_is_seen_by_all_and_shows_each_their_own_rows(client):
    save(client("lead"), shared="y")
    save(client("lead"), name="只给自己")
    outsider = client("outsider")
    assert [name for name in chips(outsider) if name != "全部"] == ["推迟的（实验室负责人（血液肿瘤））"]
    address = chips(outsider)["推迟的（实验室负责人（血液肿瘤））"][0]
    assert "没有符合条件的里程碑" in words(outsider.get(address))


def test_the_view_that_opens_a_page_does_so_only_when_nothing_is_asked(client):
    lead = client("lead")
    save(lead, opens="y")
    assert lead.get("/milestones").location == f"/milestones?{SLIPPED}"
    for path in ("/milestones?every=1", "/milestones?status=late", "/milestones.csv"):
        assert lead.get(path).status_code == 200
    assert lead.get("/milestones?as_of=2026-06-30").status_code == 200
    assert client("executive").get("/milestones").status_code == 200
    save(lead, name="逾期的", query="status=late", opens="y")
    assert lead.get("/milestones").location == "/milestones?status=late"
    page = lead.get("/milestones?status=late").get_data(as_text=True)
    assert 'href="/milestones?every=1"' in page, "clearing does not lead back into the view"


def test_the_list_of_projects_has_views_of_its_own(client):
    lead = client("lead")
    save(lead, page="projects", query="family=MSC")
    assert chips(lead, "/projects")["推迟的"][0] == "/projects?family=MSC"
    assert chips(lead) == {}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": ""}, "请填写此项"),
        ({"name": "  "}, "请填写此项"),
        ({"page": "nowhere"}, "这个页面不能保存视图"),
        ({"query": "q=" + "长" * 400}, "条件太长"),
        ({"name": "推" * 61}, "最多 60 个字符"),
    ],
)
def test_what_cannot_be_kept_comes_back_with_what_was_typed(client, app, data, said):
    lead = client("lead")
    answer = save(lead, **data)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert said in text
    assert data.get("name", "推迟的").strip() in text
    with app.app_context():
        assert db.session.scalar(select(SavedView.id)) is None


def test_an_address_with_hundreds_of_arguments_opens_and_is_kept_in_part(client):
    lead = client("lead")
    assert lead.get("/projects?" + "&" * 300).status_code == 200
    assert lead.get("/milestones?" + "x=1&" * 300).status_code == 200
    answer = save(lead, query="status=late&" + "x=1&" * 300, days="&" * 300)
    assert answer.status_code == 303 and "status=late" in answer.headers["Location"]


def test_a_name_is_there_once(client):
    lead = client("lead")
    save(lead)
    answer = save(lead, query="status=late")
    assert answer.status_code == 422 and "请换一个名称" in answer.get_data(as_text=True)
    assert save(client("lead2")).status_code == 303


def test_there_is_an_end_to_it(client, monkeypatch):
    monkeypatch.setattr(saved_views, "AT_MOST", 2)
    lead = client("lead")
    assert [save(lead, name=f"第 {n} 个").status_code for n in range(3)] == [303, 303, 422]


def test_renaming_ordering_and_a_stale_form(client, app):
    lead = client("lead")
    save(lead, name="甲")
    save(lead, name="乙")
    with app.app_context():
        first = number("甲")
    change = {"name": "丙", "position": "9", "version": "1"}
    assert lead.post(f"/views/{first}", data=change).status_code == 303
    assert [name for name in chips(lead) if name != "全部"] == ["乙", "丙"]
    stale = lead.post(f"/views/{first}", data={**change, "name": "丁"})
    assert stale.status_code == 409 and "丁" in stale.get_data(as_text=True)
    bad = lead.post(f"/views/{first}", data={**change, "version": "2", "position": "x", "name": ""})
    assert bad.status_code == 422 and "请填写此项" in bad.get_data(as_text=True)
    assert "丙" in chips(lead)


def test_removing_leaves_a_trace_in_the_trail_only(client, app):
    lead = client("lead")
    save(lead)
    with app.app_context():
        key = number()
    assert lead.post(f"/views/{key}/delete").location == "/views"
    assert "还没有保存的视图" in words(lead.get("/views"))
    with app.app_context():
        assert number() is None
        acts = db.session.scalars(select(AuditEntry.act).where(AuditEntry.thing == "saved_view"))
        assert list(acts) == ["core:saved-view:create", "core:saved-view:delete"]


def test_others_cannot_touch_it(client, app):
    save(client("lead"), shared="y")
    with app.app_context():
        key = number()
    for who in ("executive", "admin", "lead2"):
        assert client(who).post(f"/views/{key}", data={"name": "别人的"}).status_code == 404
        assert client(who).post(f"/views/{key}/delete").status_code == 404
    assert client(None).post("/views", data={}).status_code == 401


@pytest.mark.long
def test_many_views_cost_no_more_statements(client):
    lead, other = client("lead"), client("lead2")

    def cost():
        other.get("/milestones?every=1")
        with queries_counted() as seen:
            other.get("/milestones?every=1")
        return len(seen)

    save(lead, name="一", shared="y")
    save(other, name="一")
    before = cost()
    for n in range(12):
        save(lead, name=f"共享 {n}", shared="y")
        save(other, name=f"自己 {n}")
    assert cost() == before

"""My milestones: what waits for my word this week, one answer at a time."""

from datetime import timedelta

import pytest
import time_machine
from lxml import html

from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import queries
from kangjiansheng.projects.operations import milestones as operations


def cards(answer):
    """The cards of the page by milestone."""
    tree = html.document_fromstring(answer.get_data(as_text=True))
    return {card.get("id"): card for card in tree.xpath("//*[contains(concat(' ', @class, ' '), ' qc ')]")}


def test_the_count_beside_the_navigation_is_that_of_the_page(actor, client):
    lead = actor("lead")
    found = queries.mine(actor=lead)
    waiting = [one for one in found if one.asked and not one.confirmed]
    assert waiting and len(waiting) == db.session.scalar(queries.mine_to_update(actor=lead))
    assert len(cards(client("lead").get("/my/milestones"))) == len(waiting)


def test_what_is_asked_is_overdue_or_due_within_90_days(actor):
    last = clock.today() + timedelta(days=90)
    for one in queries.mine(actor=actor("lead2")):
        assert one.asked is (one.milestone.promised <= last)


def test_one_press_confirms_and_the_card_moves_over(client):
    lead = client("lead")
    before = cards(lead.get("/my/milestones"))
    name, card = next(iter(before.items()))
    form = {item.get("name"): item.get("value") for item in card.xpath(".//input[@type='hidden']")}
    answer = lead.post(card.get("action"), data=form | {"choice": "on_track"})
    assert (answer.status_code, answer.location) == (303, "/my/milestones")
    after = lead.get("/my/milestones")
    assert name not in cards(after)
    assert "已确认：仍按" in after.get_data(as_text=True)
    assert name in cards(lead.get("/my/milestones?show=confirmed"))


def test_what_is_overdue_is_not_asked_whether_it_is_on_track(client):
    with time_machine.travel(clock.now() + timedelta(days=10)):
        found = cards(client("lead").get("/my/milestones")).values()
    late = [bool(card.xpath(".//*[contains(@class, 'pill s-late')]")) for card in found]
    assert {*late} == {True, False}
    assert [not card.xpath(".//button[@value='on_track']") for card in found] == late


def test_two_weeks_later_needs_no_typed_date(client):
    lead = client("lead")
    card = next(iter(cards(lead.get("/my/milestones")).values()))
    form = {item.get("name"): item.get("value") for item in card.xpath(".//input[@type='hidden']")}
    meant = card.xpath(".//input[@name='quick' and @value='2w']")[0].get("data-date")
    answer = lead.post(
        card.get("action"), data=form | {"choice": "will_slip", "quick": "2w", "reason": "ENROLMENT"}
    )
    assert answer.status_code == 303
    assert f"预测日期改为 {meant}" in lead.get("/my/milestones").get_data(as_text=True)


def test_undo_from_the_toast_leads_back(client):
    lead = client("lead")
    card = next(iter(cards(lead.get("/my/milestones")).values()))
    form = {item.get("name"): item.get("value") for item in card.xpath(".//input[@type='hidden']")}
    lead.post(card.get("action"), data=form | {"choice": "on_track"})
    page = html.document_fromstring(lead.get("/my/milestones").get_data(as_text=True))
    undo = page.xpath("//*[@id='toast']//form/@action")[0]
    answer = lead.post(undo)
    assert (answer.status_code, answer.location) == (303, "/my/milestones")
    assert card.get("id") in cards(lead.get("/my/milestones"))


def test_when_the_toast_has_gone_the_page_still_takes_it_back_for_ten_minutes(client):
    lead = client("lead")
    card = next(iter(cards(lead.get("/my/milestones")).values()))
    form = {item.get("name"): item.get("value") for item in card.xpath(".//input[@type='hidden']")}
    page = card.get("action").removesuffix("/update")

    def offered(who="lead", minutes=0):
        with time_machine.travel(clock.now() + timedelta(minutes=minutes)):
            return html.fromstring(client(who).get(page).text).xpath(
                "//main//form[contains(@action, '/undo/')]/@action"
            )

    assert not offered()
    lead.post(card.get("action"), data=form | {"choice": "on_track"})
    lead.get(page)  # the toast
    assert not offered("executive") and not offered(minutes=11)
    assert lead.post(offered()[0]).status_code == 303
    assert not offered(), "an undo is not undone"
    assert card.get("id") in cards(lead.get("/my/milestones"))


def test_what_is_refused_comes_back_in_a_card(client):
    lead = client("lead")
    card = next(iter(cards(lead.get("/my/milestones")).values()))
    form = {item.get("name"): item.get("value") for item in card.xpath(".//input[@type='hidden']")}
    answer = lead.post(card.get("action"), data=form | {"choice": "will_slip", "quick": "1w"})
    assert answer.status_code == 422
    assert "请选择一个主要原因" in answer.get_data(as_text=True)
    assert cards(answer)[card.get("id")].get("data-card") == "slip"


def test_a_confirmation_of_last_week_is_asked_for_again(actor):
    lead = actor("lead")
    one = next(one for one in queries.mine(actor=lead) if one.asked)
    then = clock.now() - timedelta(days=8)
    with writing():
        thing = queries.milestone(actor=lead, code=one.project.code, milestone_code=one.milestone.code)
        thing.confirmed_at, thing.confirmed_by_id = then, lead.id
    again = next(o for o in queries.mine(actor=lead) if o.milestone.id == one.milestone.id)
    assert not again.confirmed
    with writing():
        thing = queries.milestone(actor=lead, code=one.project.code, milestone_code=one.milestone.code)
        operations.on_track(thing, actor=lead, version=None)
    again = next(o for o in queries.mine(actor=lead) if o.milestone.id == one.milestone.id)
    assert again.confirmed


@pytest.mark.parametrize("who", ["executive", "outsider", "partner", "admin"])
def test_who_owns_nothing_is_told_so(client, who):
    assert "本周没有等您确认的里程碑" in client(who).get("/my/milestones").get_data(as_text=True)


def test_what_is_finished_stays_in_the_count_of_the_week(client):
    lead = client("lead")

    def progress():
        tree = html.document_fromstring(lead.get("/my/milestones").text)
        return [int(n) for n in tree.find_class("mmprog")[0].find("span").text.split() if n.isdigit()]

    done, every = progress()
    card = next(iter(cards(lead.get("/my/milestones")).values()))
    form = {item.get("name"): item.get("value") for item in card.xpath(".//input[@type='hidden']")}
    assert lead.post(card.get("action"), data=form | {"choice": "done"}).status_code == 303
    assert progress() == [done + 1, every]
    assert lead.get("/my/milestones?show=confirmed").status_code == 200

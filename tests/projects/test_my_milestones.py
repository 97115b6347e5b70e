"""My milestones: what waits for my word this week, one answer at a time."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from lxml import html

from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.operations import milestones as operations
from kangjiansheng.projects.queries import risks
from tests.support.typed import whole


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


def test_a_gate_whose_day_has_passed_is_not_asked_either_and_a_late_yes_is_answered_in_sight(client):
    lead = client("lead2")
    card = cards(lead.get("/my/milestones"))["card-KJS-020-D090"]
    assert not card.xpath(".//button[@value='on_track']"), "it waits for a decision, and its day has passed"
    answer = lead.post(card.get("action"), data=sent(card) | {"choice": "on_track"})
    said = cards(answer)[card.get("id")].xpath(".//p[@class='fe']")
    assert answer.status_code == 422 and ["已经过去" in one.text_content() for one in said] == [True]
    assert not said[0].xpath("ancestor::*[contains(@class, 'q4')]"), (
        "not in a part of the card that is closed"
    )
    row = html.fromstring(
        lead.get("/projects/KJS-020/milestones/D090/edit", headers={"HX-Request": "true"}).text
    )
    assert row.xpath(".//input[@name='choice']/@value") == ["will_slip", "done"]


def test_a_note_that_is_too_long_comes_back_whole(client):
    lead, note = client("lead"), "冷链车晚到，" * 80
    card = next(iter(cards(lead.get("/my/milestones")).values()))
    assert not card.xpath(".//textarea/@maxlength"), (
        "which would drop the end of what is pasted without a word"
    )
    typed = {"choice": "will_slip", "quick": "1w", "reason": "ENROLMENT", "note": note}
    answer = lead.post(card.get("action"), data=sent(card) | typed)
    back = cards(answer)[card.get("id")].xpath(".//textarea")[0]
    assert answer.status_code == 422 and back.text.strip() == note and back.get("aria-invalid") == "true"


def test_two_weeks_later_needs_no_typed_date(client):
    lead = client("lead")
    card = next(iter(cards(lead.get("/my/milestones")).values()))
    form = {item.get("name"): item.get("value") for item in card.xpath(".//input[@type='hidden']")}
    meant = card.xpath(".//input[@name='quick' and @value='2w']")[0].get("data-date")
    answer = lead.post(
        card.get("action"), data=form | {"choice": "will_slip", "quick": "2w", "reason": "ENROLMENT"}
    )
    assert answer.status_code == 303
    assert f"预测日期改为 {meant}" in whole(lead.get("/my/milestones"))


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


def test_a_save_leads_on_to_the_next_card_and_its_undo_back_to_the_same(client):
    lead = client("lead")
    before = cards(lead.get("/my/milestones"))
    _first, second, third, *_ = before
    answer = lead.post(before[second].get("action"), data=sent(before[second]) | {"choice": "on_track"})
    assert answer.location == f"/my/milestones#{third}"
    page = lead.get("/my/milestones")
    assert second not in cards(page) and third in cards(page)
    undo = html.fromstring(page.text).xpath("//*[@id='toast']//form/@action")[0]
    assert lead.post(undo).location == f"/my/milestones#{second}"
    last = [*before][-1]
    answer = lead.post(before[last].get("action"), data=sent(before[last]) | {"choice": "on_track"})
    assert answer.location == "/my/milestones", "after the last, what was passed over is read from the top"


def test_in_a_list_that_keeps_what_was_saved_the_next_card_follows_as_well(client):
    lead = client("lead")
    before = cards(lead.get("/my/milestones?show=all"))
    names = [name for name, card in before.items() if card.xpath(".//input[@name='quick' and @value='1m']")]
    later = {"choice": "will_slip", "quick": "1m", "reason": "ENROLMENT", "follow": "keep"}
    answer = lead.post(before[names[1]].get("action"), data=sent(before[names[1]]) | later)
    assert answer.location == f"/my/milestones?show=all#{[*before][[*before].index(names[1]) + 1]}"


@pytest.mark.long
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
    until = re.search(r"撤销上一步（(\d\d:\d\d) 前）", lead.get(page).text)
    said = [
        clock.now().astimezone(clock.SHANGHAI) + timedelta(minutes=minutes) for minutes in (9, 10)
    ]  # some seconds passed
    assert until is not None and until[1] in [f"{one:%H:%M}" for one in said]
    assert lead.post(offered()[0]).status_code == 303
    assert not offered(), "an undo is not undone"
    assert card.get("id") in cards(lead.get("/my/milestones"))


def sent(card):
    """What a card sends besides the answer."""
    return {item.get("name"): item.get("value") for item in card.xpath(".//input[@type='hidden']")}


def test_what_is_refused_comes_back_in_its_place_in_the_list(client):
    lead = client("lead")
    before = cards(lead.get("/my/milestones"))
    name, card = [*before.items()][2]
    typed = {"choice": "will_slip", "date": "2026-11-22", "reason": "ENROLMENT", "note": "两位受试者推迟"}
    answer = lead.post(card.get("action"), data=sent(card) | typed)
    assert answer.status_code == 422
    after = cards(answer)
    assert [*after] == [*before]
    back = after.pop(name)
    assert back.get("data-card") == "slip"
    field = back.xpath(".//input[@name='date']")[0]
    assert (field.get("value"), field.get("aria-invalid")) == ("2026-11-22", "true")
    assert field.get("autofocus") is not None, "where the typing goes on without a script"
    assert "已经过去" in back.get_element_by_id(field.get("aria-describedby")).text_content()
    assert back.xpath(".//input[@name='reason'][@checked]/@value") == ["ENROLMENT"]
    assert back.xpath(".//textarea")[0].text.strip() == "两位受试者推迟"
    assert not any(one.xpath(".//*[@aria-invalid]") for one in after.values())
    links = html.fromstring(answer.text).xpath("//nav[contains(@class, 'mmseg')]/a/@href")
    assert [link.partition("?")[0] for link in links] == ["/my/milestones"] * 3


def test_a_missing_reason_or_answer_is_said_in_the_card(client):
    lead = client("lead")
    card = next(iter(cards(lead.get("/my/milestones")).values()))
    answer = lead.post(card.get("action"), data=sent(card) | {"choice": "will_slip", "quick": "1w"})
    back = cards(answer)[card.get("id")]
    assert answer.status_code == 422 and "请选择一个主要原因" in back.text_content()
    assert len(back.xpath(".//input[@name='reason'][@autofocus]")) == 1
    answer = lead.post(card.get("action"), data=sent(card))
    assert answer.status_code == 422 and "请先选择一个回答" in cards(answer)[card.get("id")].text_content()


def test_a_refused_day_says_nothing_of_the_later_ones(client):
    lead = client("lead")
    card = next(iter(cards(lead.get("/my/milestones")).values()))
    typed = {"choice": "will_slip", "date": "2026-11-22", "reason": "ENROLMENT"}
    for more in ({}, {"look": "1"}):
        answer = lead.post(card.get("action"), data=sent(card) | typed | more)
        said = cards(answer)[card.get("id")].text_content()
        assert "已经过去" in said and "下游里程碑" not in said
    for wrong in (
        typed,
        {"choice": "done", "actual": "2026-11-24"},
        {"choice": "will_slip", "date": "2099-01-01"},
    ):
        assert not lead.get(card.get("data-effect"), query_string=wrong).text.strip()
    taken = lead.get(card.get("data-effect"), query_string={"choice": "will_slip", "date": "2027-06-30"}).text
    assert "下游里程碑" in taken


@pytest.mark.long
def test_whoever_answers_in_another_list_stays_in_it(client):
    lead = client("lead")
    card = [*cards(lead.get("/my/milestones?show=all")).values()][-1]
    answer = lead.post(card.get("action"), data=sent(card) | {"choice": "will_slip", "quick": "1w"})
    assert answer.status_code == 422 and len(cards(answer)) == len(cards(lead.get("/my/milestones?show=all")))
    answer = lead.post(card.get("action"), data=sent(card) | {"choice": "on_track"})
    assert (answer.status_code, answer.location) == (303, "/my/milestones?show=all")


@pytest.mark.long
def test_what_is_late_against_its_baseline_is_not_called_on_track(client, actor):
    lead = client("lead")
    found = queries.mine(actor=actor("lead"))
    shown = cards(lead.get("/my/milestones?show=all"))
    words = set()
    for one in found:
        m = one.milestone
        card = shown[f"card-{one.project.code}-{m.code}"]
        for answer in card.xpath(".//button[@value='on_track']"):
            late = (m.slip or 0) > 0
            words.add((late, answer.text_content().strip()))
            assert ("比基线晚" in card.text_content()) is late
            if late and m.current_plan != m.baseline:
                assert "比现行计划晚" in card.text_content()
    assert words == {(True, "日期不变"), (False, "按计划")}


@pytest.mark.long
def test_what_stands_as_the_current_plan_has_it_says_both(client, actor):
    lead = actor("lead")
    one = next(o for o in queries.mine(actor=lead) if o.milestone.current_plan != o.milestone.baseline)
    code, milestone = one.project.code, one.milestone.code
    with writing():
        thing = queries.milestone(actor=lead, code=code, milestone_code=milestone)
        operations.set_plan(
            thing, thing.forecast, actor=lead, version=None, note="委员会批准", authority="SAC-2026-05"
        )
    days = (thing.forecast - thing.baseline).days
    both = f"与现行计划一致 · 比基线晚 {days} 天"
    assert both in cards(client("lead").get("/my/milestones"))[f"card-{code}-{milestone}"].text_content()
    page = client("lead").get(f"/projects/{code}/milestones/{milestone}").text
    assert "<li>与现行计划一致</li>" in page
    with writing():
        operations.will_slip(
            thing, thing.forecast + timedelta(days=7), "ENROLMENT", actor=actor("executive"), version=None
        )
    card = cards(client("lead").get("/my/milestones"))[f"card-{code}-{milestone}"]
    assert card.xpath(".//button[@value='on_track']")[0].text_content().strip() in ("同意新日期", "日期不变")


def test_three_weeks_are_one_touch(client):
    lead = client("lead")
    card = next(iter(cards(lead.get("/my/milestones")).values()))
    days = {one.get("value"): one.get("data-date") for one in card.xpath(".//input[@name='quick']")}
    assert [*days] == ["1w", "2w", "3w", "1m"]
    answer = lead.post(
        card.get("action"), data=sent(card) | {"choice": "will_slip", "quick": "3w", "reason": "ENROLMENT"}
    )
    assert answer.status_code == 303
    assert f"预测日期改为 {days['3w']}" in whole(lead.get("/my/milestones"))


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


@pytest.mark.long
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


BLOCK = {"choice": "blocked", "obstacle": "低温冰箱故障，细胞没有地方放"}


def test_blocked_takes_one_line_and_needs_somebody_at_once(client, actor):
    lead = client("lead")
    found = cards(lead.get("/my/milestones"))
    name, follows = [*found][1:3]
    code, milestone = name.removeprefix("card-").rsplit("-", 1)
    answer = lead.post(found[name].get("action"), data=sent(found[name]) | BLOCK | {"obstacle": " "})
    assert answer.status_code == 422 and "请简述是什么事" in cards(answer)[name].text_content()
    answer = lead.post(found[name].get("action"), data=sent(found[name]) | BLOCK)
    assert answer.location == f"/my/milestones#{follows}"
    page = lead.get("/my/milestones")
    said = cards(page)[name].find_class("q-stop")[0]
    assert BLOCK["obstacle"] in said.text_content(), (
        "its date is still asked for, and what stops it stands there"
    )
    risk = whole(lead.get(said.find(".//a").get("href")))
    assert BLOCK["obstacle"] in risk and "问题" in risk and milestone in risk
    assert BLOCK["obstacle"] in whole(lead.get(f"/projects/{code}/milestones/{milestone}"))
    pressing = risks.pressing(actor=actor("executive")).values()
    (one,) = [row for rows in pressing for row in rows if row.title == BLOCK["obstacle"]]
    assert (one.kind, one.owner_id, one.milestones) == ("issue", actor("lead").id, (milestone,))
    assert BLOCK["obstacle"] in whole(client("executive").get("/overview")), "and the board says so"


def test_blocked_is_written_once_keeps_its_files_and_takes_no_note_that_nobody_sees(client, actor):
    lead = client("lead")
    found = cards(lead.get("/my/milestones"))
    name = [*found][1]
    address, data = found[name].get("action"), sent(found[name]) | BLOCK | {"note": "原因另说"}
    photo = (BytesIO("柜温 −60".encode()), "柜温.txt")
    assert lead.post(address, data=data | {"files": photo}).status_code == 303
    assert lead.post(address, data=data | {"once": "another page"}).status_code == 303
    pressing = risks.pressing(actor=actor("executive")).values()
    (one,) = [row for rows in pressing for row in rows if row.title == BLOCK["obstacle"]]
    assert one.description == ""
    assert "柜温.txt" in whole(lead.get(address.removesuffix("/update")))
    stale = lead.post(address, data=data | {"version": "999", "obstacle": "另一件事"})
    assert stale.status_code == 409


def test_blocked_is_offered_to_whom_may_write_a_risk_down_and_not_of_a_laboratory(client):
    shown = cards(client("lead").get("/my/milestones?show=all"))
    offers = {name: bool(card.xpath(".//input[@value='blocked']")) for name, card in shown.items()}
    assert {offers[name] for name in offers if "KJS-" in name} == {True}
    assert not any(offers[name] for name in offers if "JL-" in name)


def test_whoever_only_owns_a_milestone_is_refused_as_the_form_of_a_risk_refuses(client, actor, monkeypatch):
    lead = client("lead")
    name, card = next(iter(cards(lead.get("/my/milestones")).items()))
    monkeypatch.setattr(policies, "raise_risk", lambda _actor, _project: False)
    answer = lead.post(card.get("action"), data=sent(card) | BLOCK)
    assert answer.status_code == 422 and name in cards(answer)
    pressing = risks.pressing(actor=actor("executive")).values()
    assert not [row for rows in pressing for row in rows if row.title == BLOCK["obstacle"]]

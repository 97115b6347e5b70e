"""Somebody moves a milestone: sees first what it does to the later ones, and moves them along or keeps them."""

from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Notification
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.models import Milestone
from kangjiansheng.projects.operations import milestones as operations
from kangjiansheng.projects.operations.ledger import STATE

PATH = "/projects/KJS-003/milestones/A140"


@pytest.fixture
def lead(actor):
    return actor("lead")


@pytest.fixture
def one(lead):
    """A140 of KJS-003, on which A170 and A180 wait."""
    return queries.milestone(actor=lead, code="KJS-003", milestone_code="A140")


def plan_of(milestone):
    found = db.session.scalars(select(Milestone).where(Milestone.plan_id == milestone.plan_id))
    return {m.code: {key: getattr(m, key) for key in STATE} for m in found}


def slip(milestone, lead, days=30, **more):
    to = milestone.forecast + timedelta(days=days)
    return operations.will_slip(milestone, to, "REGULATOR", actor=lead, version=milestone.version, **more)


def test_what_waits_for_it_moves_along_in_the_same_act(one, lead):
    expected = queries.effects(one, one.forecast + timedelta(days=30))
    assert {effect.code for effect in expected} >= {"A170", "A180"}
    before = plan_of(one)
    entry = slip(one, lead)
    after = plan_of(one)
    moved = {code for code in after if after[code] != before[code]}
    assert moved == {"A140", *(effect.code for effect in expected)}
    for effect in expected:
        assert after[effect.code]["forecast"] == effect.after > effect.before
        assert after[effect.code]["reason_code"] == "REGULATOR"
        assert after[effect.code]["moves"] == before[effect.code]["moves"] + 1
    along = queries.moved_along(entry)
    assert {e.milestone.code for e in along} == {effect.code for effect in expected}
    assert {e.kind for e in along} == {"follow"}


def test_kept_dates_stay_and_nothing_else_is_written(one, lead):
    before = plan_of(one)
    entry = slip(one, lead, follow="keep")
    after = plan_of(one)
    assert {code for code in after if after[code] != before[code]} == {"A140"}
    assert queries.moved_along(entry) == []


def test_within_the_slip_none_moves_further_and_the_form_says_where_each_comes(client, one, lead):
    page = client("lead")
    follower = queries.milestone(actor=lead, code="KJS-003", milestone_code="A170")
    follower.forecast = follower.forecast - timedelta(days=60)
    db.session.commit()
    to = one.forecast + timedelta(days=30)
    expected = {effect.code: effect for effect in queries.effects(one, to)}
    assert expected["A170"].days > 30
    assert max((effect.within - effect.before).days for effect in expected.values()) == 30
    shown = asked(page, choice="will_slip", date=to.isoformat(), follow="within")
    assert shown.xpath("//input[@name='follow'][@checked]/@value") == ["within"]
    assert expected["A170"].within.isoformat() in shown.text_content()
    assert "最多 30 天" in shown.text_content(), "of what was chosen"
    moved = asked(page, choice="will_slip", date=to.isoformat(), follow="move").text_content()
    most, beyond = (max(getattr(e, name) for e in expected.values()) for name in ("days", "beyond"))
    assert f"最多 {most} 天" in moved and f"最多多 {beyond} 天" in moved and most <= 30 + beyond
    kept = asked(page, choice="will_slip", date=to.isoformat(), follow="keep").text_content()
    assert f"{len(expected)} 个下游里程碑保持原日期" in kept and "顺延，最多" not in kept
    assert f"按计划间隔 {expected['A170'].after}" in kept and "→" not in kept
    entry = slip(one, lead, follow="within")
    moved = {e.milestone.code: e.forecast for e in queries.moved_along(entry)}
    assert moved == {c: e.within for c, e in expected.items() if e.within != e.before}
    operations.undo(entry, actor=lead)


def test_one_undo_brings_all_back(one, lead):
    before, confirmed = plan_of(one), one.confirmed_at
    entry = slip(one, lead)
    operations.undo(entry, actor=lead)
    assert plan_of(one) == before
    assert one.confirmed_at == confirmed


def test_undo_is_refused_when_one_of_them_was_changed_since(one, lead):
    entry = slip(one, lead)
    other = queries.milestone(actor=lead, code="KJS-003", milestone_code="A170")
    slip(other, lead, days=3, follow="keep")
    db.session.commit()
    with pytest.raises(RuleBroken) as caught:
        operations.undo(entry, actor=lead)
    assert (caught.value.code, caught.value.facts["code"]) == ("projects:one-changed-since", "A170")


def test_a_follower_alone_can_be_taken_back(one, lead):
    entry = slip(one, lead)
    follower = next(e for e in queries.moved_along(entry) if e.milestone.code == "A180")
    before = follower.milestone.forecast
    operations.undo(follower, actor=lead)
    assert follower.milestone.forecast != before
    assert one.forecast == entry.forecast


def test_done_late_moves_along_what_it_held_up(one, lead, actor):
    one = queries.milestone(actor=lead, code="KJS-012", milestone_code="B050")
    expected = {effect.code for effect in queries.effects(one, clock.today())}
    entry = operations.done(one, clock.today(), actor=lead, version=one.version)
    assert {e.milestone.code for e in queries.moved_along(entry)} == expected


def test_who_answers_for_one_that_moves_is_told_how_many(one, lead, actor):
    other = queries.milestone(actor=lead, code="KJS-003", milestone_code="A170")
    chief = actor("executive")
    other.owner_id = chief.id
    entry = slip(one, lead)
    told = db.session.scalars(select(Notification).where(Notification.person_id == chief.id)).all()
    counts = [note.facts["followers"] for note in told if note.facts.get("code") == "A140"]
    assert counts == [len(queries.moved_along(entry))]


def test_a_follower_of_somebody_else_gets_a_proposal(one, lead, actor, monkeypatch):
    other = queries.milestone(actor=lead, code="KJS-003", milestone_code="A180")
    other.owner_id = chief = actor("lead2").id
    monkeypatch.setattr(policies.Standing, "may_confirm", lambda _self, _project, owner: owner != chief)
    before = plan_of(one)["A180"]
    slip(one, lead)
    after = plan_of(one)["A180"]
    assert after["forecast"] == before["forecast"]
    assert after["proposed"] > before["forecast"]
    assert after["moves"] == before["moves"]


# ---------- on the page ----------


def asked(lead, **fields):
    return html.fragment_fromstring(
        lead.get(f"{PATH}/effect", query_string=fields).get_data(as_text=True), create_parent="div"
    )


def far(days=40):
    return (clock.today() + timedelta(days=days)).isoformat()


@pytest.mark.long
def test_the_form_shows_what_would_move_before_anything_is_saved(client):
    lead = client("lead")
    before = lead.get("/projects/KJS-003").get_data(as_text=True)
    shown = asked(lead, choice="will_slip", date=far(200))
    text = shown.text_content()
    assert "个下游里程碑顺延" in text and "A170" in text
    assert shown.xpath("//input[@name='follow'][@checked]/@value") == ["move"]
    assert "不影响下游里程碑" in asked(lead, choice="will_slip", date=far(1)).text_content()
    assert asked(lead, choice="will_slip", date="soon").text_content().strip() == ""
    assert lead.get("/projects/KJS-003").get_data(as_text=True).count("顺延") == before.count("顺延")


@pytest.mark.long
def test_without_a_script_a_button_shows_the_effect_and_saves_nothing(client):
    lead = client("lead")
    data = {"choice": "will_slip", "date": far(200), "reason": "REGULATOR", "look": "1", "version": "1"}
    text = lead.post(f"{PATH}/update", data=data).get_data(as_text=True)
    assert "个下游里程碑顺延" in text
    assert far(200) not in lead.get(PATH).get_data(as_text=True)


@pytest.mark.long
@pytest.mark.parametrize(("follow", "said"), [("move", True), ("keep", False)])
def test_the_toast_says_how_many_moved(client, follow, said):
    lead = client("lead")
    tree = html.document_fromstring(lead.get(f"{PATH}/edit").get_data(as_text=True))
    version = tree.xpath("//input[@name='version']/@value")[0]
    data = {"choice": "will_slip", "date": far(200), "reason": "REGULATOR", "version": version}
    lead.post(f"{PATH}/update", data=data | {"follow": follow})
    assert ("个下游里程碑顺延" in lead.get(PATH).get_data(as_text=True)) is said


def test_in_the_table_the_later_rows_come_back_too(client):
    lead = client("lead")
    hx = {"HX-Request": "true"}
    tree = html.document_fromstring(lead.get(f"{PATH}/edit").get_data(as_text=True))
    version = tree.xpath("//input[@name='version']/@value")[0]
    data = {"choice": "will_slip", "date": far(200), "reason": "REGULATOR", "version": version}
    text = lead.post(f"{PATH}/update", data=data, headers=hx).get_data(as_text=True)
    assert 'id="m-A170" hx-swap-oob="true"' in text


def test_the_effect_is_nothing_for_others(client):
    assert client("partner").get(f"{PATH}/effect").status_code == 404
    assert client("executive").get(f"{PATH}/effect").status_code == 403

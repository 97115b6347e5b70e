"""One institution promises, the other agrees; one delivers, the other receives, and both sign. Everybody else looks on."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select

from kangjiansheng.core import clock, verify
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Notification
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import Institution, InstitutionMember
from kangjiansheng.overview.queries.calendar import calendar_of
from kangjiansheng.projects.models import HandOff, HandOffSignature, Milestone
from kangjiansheng.projects.queries.hand_offs import hand_offs
from tests.support.acting import who
from tests.support.app import PASSWORD
from tests.support.critic import Critic
from tests.support.queries import queries_counted
from tests.support.typed import whole

NEW = "/projects/KJS-010/hand-offs/new"
ASKED, PROMISED = date(2026, 12, 13), date(2026, 12, 23)


def stored(code: str) -> HandOff:
    """A hand-off as it lies in the database now."""
    db.session.expire_all()
    return db.session.scalars(select(HandOff).where(HandOff.code == code)).one()


def told(person: str) -> list[str]:
    """The steps of hand-offs of which somebody has been told, in order."""
    query = select(Notification).where(
        Notification.person_id == who(person).id, Notification.template == "projects:hand-off"
    )
    return [row.facts["step"] for row in db.session.scalars(query.order_by(Notification.id))]


@pytest.mark.long
def test_from_a_promise_to_two_signatures(app: Flask, client: Callable[..., Critic]) -> None:
    giver, receiver = client("member2"), client("partner")
    with app.app_context():
        keys = {code: db.session.scalars(select(Institution.id).where(Institution.code == code)).one()
                for code in ("CSCG", "SCMC", "RJ", "SHMPA")}  # fmt: skip
    facts = {
        "kind": "cells", "name_hans": "第二批制剂", "giver_id": keys["CSCG"], "receiver_id": keys["SCMC"],
        "milestone": "B110", "day": PROMISED.isoformat(), "items": "制剂六袋\n检验报告书",
    }  # fmt: skip
    assert f'<option selected value="{keys["CSCG"]}">' in giver.get(NEW).get_data(as_text=True), "her own"
    assert giver.post(NEW, data=facts | {"receiver_id": ""}).status_code == 422
    assert "CSCG" not in giver.get(NEW).get_data(as_text=True)  # by name, not by code
    empty = giver.post(NEW, data=facts | {"items": "", "name_hans": ""})
    assert empty.status_code == 422
    assert "有 2 处需要修改" in empty.get_data(as_text=True)
    assert giver.post(NEW, data=facts | {"receiver_id": keys["SHMPA"]}).status_code == 422  # a regulator
    address = giver.post(NEW, data=facts).headers["Location"]
    assert giver.post(f"{address}/agreement", data={"version": "1"}).status_code == 403  # to her own promise
    code = address.rpartition("/")[2]

    # The receiver asks for another day, and the giver promises just that one: it is agreed.
    assert receiver.post(f"{address}/promise", data={"day": "2027-01-01", "version": "1"}).status_code == 403
    assert receiver.post(f"{address}/wish", data={"day": "2020-01-01", "version": "1"}).status_code == 422
    assert (
        receiver.post(f"{address}/wish", data={"day": ASKED.isoformat(), "version": "9"}).status_code == 409
    )
    assert (
        receiver.post(f"{address}/wish", data={"day": ASKED.isoformat(), "version": "1"}).status_code == 303
    )
    assert receiver.post(f"{address}/undoing").status_code == 303
    with app.app_context():
        assert stored(code).asked_on is None
    receiver.post(f"{address}/wish", data={"day": ASKED.isoformat(), "version": "3"})
    assert (
        giver.post(f"{address}/promise", data={"day": ASKED.isoformat(), "version": "4"}).status_code == 303
    )
    with app.app_context():
        one = stored(code)
        assert (one.life, one.accepted_on, one.promised_on, one.asked_on) == ("agreed", ASKED, ASKED, None)
    # What was agreed stays; only who waits for it may change.
    assert (
        giver.post(f"{address}/edit", data={"milestone": "", "name_hans": "别的", "version": "5"}).status_code
        == 303
    )
    with app.app_context():
        assert (stored(code).name_hans, stored(code).milestone_id) == ("第二批制剂", None)

    # Nothing is delivered while an item is missing, or with a wrong password.
    form = {"ticked": ["1", "2"], "password": PASSWORD, "version": "6"}
    assert "还没有逐项勾选" in giver.post(f"{address}/delivery", data=form | {"ticked": ["1"]}).get_data(
        as_text=True
    )
    assert "没有签名" in giver.post(f"{address}/delivery", data=form | {"password": "wrong"}).get_data(
        as_text=True
    )
    with app.app_context():
        failed = select(AuditEntry.actor_id).where(AuditEntry.act == "projects:hand-off:fail")
        assert db.session.scalars(failed).all() == [who("member2").id]
    assert giver.post(f"{address}/delivery", data=form).status_code == 303
    assert giver.post(f"{address}/undoing").status_code == 422  # it was signed
    assert receiver.post(f"{address}/dispute", data={"reason": "少一袋", "version": "7"}).status_code == 303
    page = giver.get(address).get_data(as_text=True)
    assert "重新交付" in page and "少一袋" in page
    assert giver.post(f"{address}/delivery", data=form | {"version": "8"}).status_code == 303
    stale = receiver.post(f"{address}/receipt", data=form | {"version": "8"})
    assert stale.status_code == 409
    assert receiver.post(f"{address}/receipt", data=form | {"version": "9"}).status_code == 303
    shown = receiver.get(address).get_data(as_text=True)
    assert shown.count("与现在的内容一致") == 2  # the first delivery was over another round
    assert "修改" not in shown.partition("<h1")[2].partition("</h1>")[0]

    with app.app_context():
        assert stored(code).life == "received"
        signed = [(row.round, row.side, row.institution.code) for row in stored(code).signatures]
        assert signed == [(1, "giver", "CSCG"), (2, "giver", "CSCG"), (2, "receiver", "SCMC")]
        assert told("partner") == ["create", "agree", "edit", "deliver", "deliver"]
        assert told("member2") == ["ask", "undo", "ask", "dispute", "receive"]
        assert told("lead2") == ["deliver", "dispute", "deliver", "receive"]
        assert list(verify.problems(db.session())) == []
        with pytest.raises(sa.exc.DatabaseError, match="append-only"):
            db.session.execute(sa.update(HandOffSignature).values(printed_name="别人"))
        db.session.rollback()


@pytest.mark.long
def test_who_sees_it_and_how_it_stood(app: Flask, client: Callable[..., Critic]) -> None:
    partner = client("partner")
    page = partner.get("/hand-offs").get_data(as_text=True)
    assert "逾期 14 天" in page and "HO-0003" in page and "HO-0006" not in page  # of KJS-007, not hers
    assert client("outsider").get("/hand-offs/HO-0003").status_code == 404
    assert (
        client("lead2").post("/hand-offs/HO-0003/delivery", data={}).status_code == 403
    )  # she leads, and is no side
    then = partner.get("/hand-offs/HO-0002?as_of=2026-11-14").get_data(as_text=True)
    assert "已交付，待接收" in then and then.count("已勾选") == 2 and "签名接收" not in then
    assert partner.get("/hand-offs/HO-0002?as_of=2026-09-01").status_code == 404
    listed = partner.get("/hand-offs.csv?state=all").get_data(as_text=True)
    assert listed.count("HO-") == 5 and "示例数据" in listed
    assert partner.get("/hand-offs?late=1").get_data(as_text=True).count("/hand-offs/HO-") == 1
    # The board has what is late or disputed as a piece of its own, of any day.
    executive = client("executive")
    assert 'hx-get="/hand-offs?late=pressing"' in executive.get("/overview").get_data(as_text=True)
    assert "late=pressing" not in executive.get("/overview?lab=JL-01").get_data(as_text=True)
    piece = {"path": "/hand-offs?late=pressing", "headers": {"HX-Request": "true"}}
    text = executive.get(**piece).get_data(as_text=True)
    assert "2 项逾期或有异议" in text and "HO-0006" in text and "逾期 14 天" in text and "<html" not in text
    assert "HO-0006" not in partner.get(**piece).get_data(as_text=True)
    assert executive.get(**piece | {"path": "/hand-offs?late=pressing&as_of=2026-11-01"}).get_data() == b""
    with app.app_context():
        executive = who("executive")
        for day in (None, clock.today() - timedelta(3)):
            with queries_counted() as count:
                rows = hand_offs(actor=executive, as_of=day)
            assert (len(rows), len(count)) == (7, 1)
    # One of a large institution costs what one of a small one does.
    with queries_counted() as few:
        partner.get("/hand-offs/HO-0003")
    with app.app_context(), writing():
        giver = stored("HO-0003").giver
        for short in ("secretary", "chair", "lead", "auditor"):
            giver.members.append(
                InstitutionMember(person_id=who(short).id, role="member", valid_from=clock.today())
            )
    with queries_counted() as many:
        partner.get("/hand-offs/HO-0003")
    assert len(many) == len(few)


@pytest.mark.long
def test_a_milestone_waits_for_what_is_handed_over(app: Flask, client: Callable[..., Critic]) -> None:
    lead = client("lead2")
    page = lead.get("/projects/KJS-020/milestones/D090").get_data(as_text=True)
    assert "逾期 14 天" in page and "等上海交通大学医学院附属瑞金医院交付" in page
    assert "交接 HO-0003 最早让它在 2026-11-23 达成" in page  # not before today, since it has not come
    with app.app_context():
        waits = db.session.scalars(select(Milestone).join(HandOff).where(HandOff.code == "HO-0001")).one()
        before = (waits.forecast, waits.version)
    effect = "/projects/KJS-010/milestones/B110/effect?choice=will_slip&date="
    assert "过早" in lead.get(f"{effect}2026-12-17").get_data(as_text=True)  # agreed for the 18th
    assert "过早" not in lead.get(f"{effect}2026-12-18").get_data(as_text=True)
    assert "已约定" in lead.get("/projects/KJS-010/milestones/B110?as_of=2026-11-20").get_data(as_text=True)
    assert "待商定日期" in lead.get("/projects/KJS-010/milestones/B110?as_of=2026-11-12").get_data(
        as_text=True
    )
    with app.app_context():
        db.session.expire_all()
        waits = db.session.scalars(select(Milestone).join(HandOff).where(HandOff.code == "HO-0001")).one()
        assert (waits.forecast, waits.version) == before


@pytest.mark.long
def test_the_way_of_a_hand_off_is_told_to_who_hears_the_page(client: Callable[..., Critic]) -> None:
    """The hidden word beside the arrow said in Traditional Chinese that one party was changed into the other."""
    executive = client("executive", "zh-Hant")
    for page in ("/hand-offs", "/value-chain"):
        shown = executive.get(page).get_data(as_text=True)
        assert "移交給" in shown and "改為" not in shown


def test_the_value_chain_from_research_to_the_market(client: Callable[..., Critic]) -> None:
    """从研发创新到产品生产再到市场推广: the link, the next hand-over and its conditions, from any project."""
    page = whole(client("executive").get("/value-chain"))
    assert all(f'id="{link}"' in page for link in ("research", "clinic", "production", "market"))
    clinic = page.partition('id="clinic"')[2].partition('id="production"')[0]
    assert "HO-0003 逾期 14 天" in clinic and "清单 4 项逐项勾选" in clinic and "阶段门 B120 的决策" in clinic
    assert "KJS-018" in page.partition('id="production"')[2].partition('id="market"')[0]
    own = client("partner").get("/projects/KJS-010").get_data(as_text=True)
    assert "下一交接" in own and "双方约定 2026-12-18" in own and "交付方与接收方签名" in own
    hers = client("partner").get("/value-chain").get_data(as_text=True)
    assert "KJS-010" in hers and "KJS-007" not in hers and "HO-0006" not in hers


@pytest.mark.long
def test_it_is_found_waits_at_home_and_stands_in_the_calendar(
    app: Flask, client: Callable[..., Critic]
) -> None:
    member = client("member")
    home = member.get("/").get_data(as_text=True).partition('id="hand-offs"')[2].partition("</section>")[0]
    assert [code for n in range(1, 8) if (code := f"HO-000{n}") in home] == ["HO-0003", "HO-0004"]
    assert "逾期 14 天" in home
    assert 'id="hand-offs"' not in client("lead2").get("/").get_data(as_text=True)
    assert "/hand-offs/HO-0006" in member.get("/search?q=第三批制剂").get_data(as_text=True)
    assert "HO-0006" not in client("partner").get("/search?q=第三批制剂").get_data(as_text=True)
    with app.app_context():
        days = {one.code: one.state for one in calendar_of(actor=who("partner")) if one.kind == "hand_off"}
    assert days == {"HO-0001": "open", "HO-0002": "done", "HO-0003": "open", "HO-0004": "open"}

"""A secretary who leaves hands her office and what she keeps to a successor from the committee's institutions."""

from collections.abc import Callable

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select

from kangjiansheng.accounts import queries as people
from kangjiansheng.committee.models import Action, Committee, CommitteeMember, Meeting, Minutes, Recusal
from kangjiansheng.committee.operations.outcomes import record_action
from kangjiansheng.committee.queries.handing import successors
from kangjiansheng.core import clock, verify
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Notification, Outbox
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import Institution
from kangjiansheng.labs.operations.people import join
from tests.support.critic import Critic
from tests.support.typed import words

PAGE = "/committees/SAC/handover"


def person(short: str) -> int:
    account = people.account_by_email(f"{short}@kjs.example")
    assert account is not None
    return account.person_id


def sac() -> Committee:
    return db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()


def secretaries() -> set[int]:
    query = select(CommitteeMember.person_id).where(
        CommitteeMember.committee_id == sac().id,
        CommitteeMember.office == "secretary",
        people.holds_on(CommitteeMember, clock.today()),
    )
    return set(db.session.scalars(query))


@pytest.fixture
def held(app: Flask) -> tuple[int, int]:
    """Draft minutes and an open action of the secretary; the outsider belongs to an institution of the committee."""
    with app.app_context(), writing():
        minutes = db.session.scalars(select(Minutes).where(Minutes.life == "draft")).one()
        minutes.drafter_id = person("secretary")
        action = record_action(
            minutes, actor=people.system_actor(), text="补交数据", owner_id=person("secretary")
        )
        ruijin = db.session.scalars(select(Institution).where(Institution.code == "RJ")).one()
        known = {"role": "member", "valid_from": clock.today(), "version": None}
        join(ruijin, actor=people.system_actor(), email="outsider@kjs.example", **known)
        db.session.flush()
        return minutes.id, action.id


def offered(page: str) -> set[int]:
    values = html.document_fromstring(page).xpath("//select[@name='successor_id']/option/@value")
    return {int(one) for one in values} - {0}


def test_who_holds_the_office_hands_it_over_with_what_she_keeps(
    app: Flask, client: Callable[..., Critic], held: tuple[int, int]
) -> None:
    minutes_id, action_id = held
    secretary = client("secretary")
    assert PAGE in secretary.get("/committees/SAC").text
    page = secretary.get(PAGE)
    told = words(page)
    assert "起草中的会议纪要 SAC-2026-05" in told and "补交数据" in told
    with app.app_context():
        outsider = person("outsider")
        assert outsider in offered(page.text) == {one.id for one in successors(sac())}
        assert not offered(page.text) & {
            person(short) for short in ("member", "member2", "chair", "secretary")
        }
    done = secretary.post(PAGE, data={"successor_id": outsider})
    assert done.status_code == 303 and done.location.startswith("/committees/SAC")
    with app.app_context():
        assert secretaries() == {outsider}
        assert db.session.get_one(Minutes, minutes_id).drafter_id == outsider
        assert db.session.get_one(Action, action_id).owner_id == outsider
        bell = select(Notification.person_id).where(Notification.template == "committee:office-changed")
        assert person("chair") in set(db.session.scalars(bell)), "who keep the committee are told"
        mail = select(Outbox.to).where(Outbox.template == "committee:office-given")
        assert list(db.session.scalars(mail)) == ["outsider@kjs.example"]
        acts = select(AuditEntry.act).where(AuditEntry.actor_id == person("secretary"))
        assert {
            "committee:member:add", "committee:member:end", "committee:minutes:hand-over", "committee:action:edit",
        } <= set(db.session.scalars(acts))  # fmt: skip
        assert list(verify.problems(db.session())) == []
    assert secretary.get(PAGE).status_code == 403, "it is hers no longer"
    assert client("outsider").get("/committees/SAC/edit").status_code == 200
    assert "您已接任秘书" in words(client("outsider").get("/notifications"))


@pytest.mark.parametrize("chosen", ["0", "elsewhere", "member", "lead2"])
def test_only_somebody_of_the_committees_institutions_takes_over(
    app: Flask, client: Callable[..., Critic], held: tuple[int, int], chosen: str
) -> None:
    with app.app_context():
        number = person(chosen) if chosen in ("member", "lead2") else 0 if chosen == "0" else 99999
        possible = {one.id for one in successors(sac())}
    if number in possible:
        pytest.fail("the cast has moved")
    refused = client("secretary").post(PAGE, data={"successor_id": number})
    assert refused.status_code == 422 and "接手人需要来自委员会的机构" in words(refused)
    with app.app_context():
        assert secretaries() == {person("secretary")}


@pytest.mark.parametrize("short", ["chair", "member", "admin", "executive", "outsider"])
def test_nobody_else_hands_it_over(client: Callable[..., Critic], short: str) -> None:
    visitor = client(short)
    assert visitor.get(PAGE).status_code == 403
    assert visitor.post(PAGE, data={"successor_id": 1}).status_code == 403
    assert PAGE not in visitor.get("/committees/SAC").text


def test_minutes_under_review_go_on_with_their_drafter(
    app: Flask, client: Callable[..., Critic], held: tuple[int, int]
) -> None:
    with app.app_context(), writing():
        db.session.get_one(Minutes, held[0]).life = "review"
        outsider = person("outsider")
    secretary = client("secretary")
    assert "下次会议上记录由继任者负责的新行动项" in words(secretary.get(PAGE))
    done = secretary.post(PAGE, data={"successor_id": outsider})
    assert done.status_code == 303
    told = secretary.get(done.location).text
    assert "秘书职务已交接，共 1 项</" in told
    with app.app_context():
        assert secretaries() == {outsider}
        assert db.session.get_one(Minutes, held[0]).drafter_id == person("secretary")


def test_what_a_rule_holds_back_stays_and_is_said(
    app: Flask, client: Callable[..., Critic], held: tuple[int, int]
) -> None:
    with app.app_context(), writing():
        action, outsider = db.session.get_one(Action, held[1]), person("outsider")
        item = action.agenda_item_id = db.session.get_one(Meeting, action.meeting_id).items[1].id
        db.session.add(Recusal(agenda_item_id=item, person_id=outsider, kind="whole"))
        place = db.session.get_one(Meeting, action.meeting_id).code
    secretary = client("secretary")
    told = secretary.get(secretary.post(PAGE, data={"successor_id": outsider}).location).text
    assert "秘书职务已交接，共 2 项；" in told and place in told and "此人对这项议题回避" in told
    with app.app_context():
        assert db.session.get_one(Action, held[1]).owner_id == person("secretary")


def test_while_nobody_can_take_over_the_page_says_what_to_do(client: Callable[..., Critic]) -> None:
    page = client("secretary").get(PAGE)
    assert "还没有可以接手的人" in words(page) and not offered(page.text)
    links = html.document_fromstring(page.text).xpath("//main//a/@href")
    assert "/committees/SAC/edit" in links and "successor_id" not in page.text

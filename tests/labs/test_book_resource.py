"""A clean room is booked, moved, given back; who is in the way is named, who waits is told, who is outside sees no name."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from lxml import html
from sqlalchemy import select

from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Notification
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import Booking, LabMember, SharedResource, Wait
from kangjiansheng.labs.operations import bookings
from kangjiansheng.labs.operations.resources import edit_resource
from kangjiansheng.labs.policies import resources as policies
from kangjiansheng.labs.queries import bookings as found
from kangjiansheng.labs.rules.resources import at
from kangjiansheng.overview.queries.calendar import calendar_of
from tests.support.typed import opened, send, words

ROOM = "/resources/RES-01"


def room() -> SharedResource:
    return db.session.scalars(select(SharedResource).where(SharedResource.code == "RES-01")).one()


def told(actor) -> list[tuple[str, str]]:
    rows = db.session.scalars(
        select(Notification).where(Notification.person_id == actor.id).order_by(Notification.id)
    )
    return [(row.template, row.address) for row in rows if row.template.startswith("labs:b")]


def test_the_list_names_the_bottleneck_and_who_waits(client):
    text = words(client("lead").get("/resources"))
    assert "GMP 洁净间 B2是瓶颈， 10 色流式细胞仪有余量" in text
    assert "94%" in text and "3 项候补" in text and "余 1480 位" in text


def test_the_list_leads_straight_to_the_form_for_who_may_book(client):
    link = "/resources/RES-02/book"
    assert link in client("lead").get("/resources").text
    assert link not in client("lead").get("/resources?as_of=2026-11-02").text
    assert link not in client("outsider").get("/resources").text
    assert link not in client("auditor").get("/resources").text


def test_when_nothing_of_the_week_is_left_the_page_opens_with_the_next(client):
    for day, week in (
        ("2026-11-27T16:30:00+08:00", "2026-11-23 至 2026-11-29"),  # Friday: its last hour is left
        ("2026-11-29T12:00:00+08:00", "2026-11-30 至 2026-12-06"),  # Sunday
    ):
        with time_machine.travel(day, tick=False):
            assert week in words(client("lead").get("/resources/RES-02"))


@pytest.mark.long
def test_from_a_free_slot_to_a_booking_and_back(client, app):
    free = opened(client("lead"), f"{ROOM}/book", f"{ROOM}/book")
    assert (free["day"], free["from_hour"]) == ("2026-11-27", "15"), "the next hour that is free"
    lead, path = client("lead"), f"{ROOM}/book?day=2026-11-27&from=15"
    form = opened(lead, path, f"{ROOM}/book")
    assert (form["day"], form["from_hour"], form["to_hour"]) == ("2026-11-27", "15", "16")
    made = send(lead, f"{ROOM}/book", form, to_hour="18", purpose="工艺验证第 3 批")
    assert made.status_code == 303
    shown = words(lead.get(made.location))
    assert "2026-11-27 15:00 – 18:00" in shown and "工艺验证第 3 批" in shown and "有效" in shown
    # Somebody else comes too late: which booking it is, the next free time, the waiting list.
    member = client("member")
    late = opened(member, path, f"{ROOM}/book")
    refused = send(member, f"{ROOM}/book", late, purpose="放行检验")
    assert refused.status_code == 422
    text = words(refused)
    number = made.location.rpartition("/")[2]
    assert f"这段时间已被第 {number} 号预约占用：2026-11-27 15:00 – 18:00。" in text
    assert "工艺验证第 3 批" in text and "最近空档 2026-12-04 15:00" in text and "加入候补" in text
    waiting = send(member, f"{ROOM}/waiting", late, purpose="放行检验")
    assert (waiting.status_code, waiting.location) == (303, f"{ROOM}#waiting")
    # Whoever keeps it takes her off with a reason: she is told, the history says it, and it can be taken back.
    executive = client("executive")
    with app.app_context():
        off = f"{ROOM}/waiting/{db.session.scalars(select(Wait.number).where(Wait.purpose == '放行检验')).one()}"
    assert executive.post(f"{off}/withdraw").status_code == 403, "nobody leaves in another's name"
    assert executive.post(f"{off}/removal", data={"reason": " "}).status_code == 422
    assert executive.post(f"{off}/removal", data={"reason": "改用 B1 室"}).status_code == 303
    assert "理由：改用 B1 室" in words(member.get("/notifications"))
    assert "移出候补" in words(executive.get(ROOM)) and "改用 B1 室" in words(executive.get(ROOM))
    assert member.post(f"{off}/return").status_code == 403, "she does not put herself back"
    assert executive.post(f"{off}/return").status_code == 303
    assert executive.post(f"{off}/return").status_code == 422
    assert (
        member.post(f"{off}/withdraw").status_code == 303 and member.post(f"{off}/return").status_code == 303
    )
    # The time is given back: who waits is told, and the notice opens the form.
    assert "立即让给候补的人，不能恢复" in words(lead.get(made.location)), (
        "asked before one tap gives it away"
    )
    page = opened(lead, made.location, f"{made.location}/cancel")
    assert send(lead, f"{made.location}/cancel", page).status_code == 303
    bell = words(member.get("/notifications"))
    assert "GMP 洁净间 B2 有空档了：2026-11-27 15:00 – 16:00" in bell
    with app.app_context():
        number = db.session.scalars(select(Wait.number).where(Wait.purpose == "放行检验")).one()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(policies, "book_resource", lambda *_asked: False)
        assert member.get(f"{ROOM}/waiting/{number}/book").status_code == 403, "it is shared with her no more"
    offered = opened(member, f"{ROOM}/waiting/{number}/book", f"{ROOM}/book")
    assert (offered["from_hour"], offered["purpose"]) == ("15", "放行检验")
    assert send(member, f"{ROOM}/book", offered).status_code == 303
    with app.app_context():
        assert db.session.scalars(select(Wait.life).where(Wait.purpose == "放行检验")).one() == "booked"


def test_the_free_time_that_is_offered_is_as_long_and_one_tap_takes_it_with_all_that_was_typed(client):
    lead, member = client("lead"), client("member")
    form = opened(lead, f"{ROOM}/book?day=2026-11-27&from=15", f"{ROOM}/book")
    assert send(lead, f"{ROOM}/book", form, to_hour="17", purpose="工艺验证").status_code == 303
    late = {**form, "from_hour": "14", "to_hour": "18", "purpose": "放行检验"}
    refused = send(member, f"{ROOM}/book", late)
    tree = html.document_fromstring(refused.get_data(as_text=True))
    (button,) = tree.xpath("//button[@name='instead']")
    span = re.search(r"最近空档 (\d{4}-\d\d-\d\d) (\d\d):00 – (\d\d):00", words(refused))
    assert span and int(span[3]) - int(span[2]) == 4, "as long as what was asked for"
    assert "工艺验证" in words(refused).partition("预约清单 2026-11-27")[2], "what is booked that day"
    (first, *_rest) = tree.xpath("//form[@action=$action]//button", action=f"{ROOM}/book")
    assert first.get("name") is None and first.get("formaction") is None, "what Enter presses"
    taken = send(member, f"{ROOM}/book", {**late, "instead": button.get("value")})
    assert taken.status_code == 303
    shown = words(member.get(taken.location))
    assert f"{span[1]} {span[2]}:00 – {span[3]}:00" in shown and "放行检验" in shown
    for strange in ("morgen", "9999-12-31T23:00:00+00:00", "2026-11-27"):
        assert send(member, f"{ROOM}/book", {**late, "instead": strange}).status_code == 422


def test_the_bookings_of_the_chosen_day_stand_beside_the_form(client):
    lead = client("lead")
    beside = words(lead.get(f"{ROOM}/book?day=2026-11-27")).partition("预约清单 2026-11-27")[2]
    assert "2026-11-27 " in beside and "已占用" not in beside
    assert "不开放" in words(lead.get(f"{ROOM}/book?day=2026-11-29")).partition("预约清单")[2]
    assert lead.get(f"{ROOM}/book?day=9999-12-31").status_code == 200


def test_somebody_outside_sees_when_it_is_taken_and_nothing_more(client):
    outsider, secret = client("outsider"), "表型检测（示例）"
    page = outsider.get("/resources/RES-02")
    assert "已占用" in words(page) and "预约清单" in words(page)
    files = [
        outsider.get("/resources/RES-02/bookings.csv").get_data(as_text=True),
        page.get_data(as_text=True),
    ]
    files.append(outsider.get("/resources/RES-02?as_of=2026-11-02").get_data(as_text=True))
    files.append(outsider.get("/resources/RES-02?week=2026-10-26").get_data(as_text=True))
    assert "2026-11-30 08:00" in files[0]
    for text in files:
        assert secret not in text and "实验室负责人" not in text and "委员（血液学）" not in text
    assert secret in client("lead").get("/resources/RES-02/bookings.csv").get_data(as_text=True)
    for path in ("bookings/1", "bookings/1/move", "waiting/1/book"):
        assert outsider.get(f"/resources/RES-02/{path}").status_code == 404
    assert outsider.get("/resources/RES-02/book").status_code == 403
    for path in ("", "/bookings/1", "/bookings.csv", "/book"):
        assert outsider.get(ROOM + path).status_code == 404
    assert "RES-01" not in words(outsider.get("/resources"))


def test_what_cannot_be_is_refused(actor):
    lead, day = actor("lead"), clock.today() + timedelta(days=11)  # a Friday
    wanted = {"starts_at": at(day, 15), "ends_at": at(day, 17), "purpose": "x", "places": 1}
    saturday = day + timedelta(days=1)
    for changes, code in (
        ({"ends_at": None}, "no-end"),
        ({"ends_at": at(day, 15)}, "span-reversed"),
        ({"starts_at": at(day, 7)}, "outside-hours"),
        ({"starts_at": at(saturday, 9), "ends_at": at(saturday, 10)}, "closed-that-day"),
        ({"starts_at": at(day, 15) - timedelta(days=14), "ends_at": at(day, 17) - timedelta(days=14)}, "span-past"),
        ({"starts_at": at(day, 15) + timedelta(days=364 * 2), "ends_at": at(day, 17) + timedelta(days=364 * 2)}, "span-far"),
        ({"ends_at": at(day, 17) + timedelta(days=35)}, "span-long"),
        ({"starts_at": at(day, 15) + timedelta(minutes=30)}, "span-hours"),
        ({"places": 2}, "places"),
        ({"starts_at": at(day, 14)}, "booking-taken"),
        ({"institution_code": "SPH"}, "not-offered"),
    ):  # fmt: skip
        with pytest.raises(RuleBroken) as problem:
            bookings.book(room(), actor=lead, **{**wanted, **changes})
        assert problem.value.code == f"labs:{code}", changes
    with pytest.raises(RuleBroken) as problem:
        bookings.ask_to_wait(room(), actor=lead, **wanted)
    assert problem.value.code == "labs:is-free"
    for ends_at, field in ((at(day, 14), "to_hour"), (at(day - timedelta(days=1), 17), "until")):
        with pytest.raises(RuleBroken) as problem:
            bookings.book(room(), actor=lead, **{**wanted, "ends_at": ends_at})
        assert problem.value.field == field


def test_a_booking_is_moved_and_who_keeps_the_room_tells_whose_it_was(actor):
    member, executive, day = actor("member"), actor("executive"), clock.today() + timedelta(days=11)
    made = bookings.book(room(), actor=member, starts_at=at(day, 15), ends_at=at(day, 16), purpose="x")
    before, then = made.number, clock.today() - timedelta(days=1)
    bookings.move(
        made, actor=executive, version=made.version, starts_at=at(day, 16), ends_at=at(day, 18), purpose="x"
    )
    assert (made.number, made.starts_at, made.person_id) == (before, at(day, 16), member.id)
    assert told(member)[-1] == ("labs:booking-changed", f"{ROOM}/bookings/{before}")
    held = found.bookings([made.resource_id], at(day, 15), at(day, 18), actor=member, inside=())
    assert [(row.own, row.starts_at) for row in held[made.resource_id]] == [(True, at(day, 16))]
    # On the day before it was not there yet.
    held = found.bookings([made.resource_id], at(day, 15), at(day, 18), actor=member, inside=(), as_of=then)
    assert held == {}


def test_several_places_and_fewer_of_them(actor):
    executive, day = actor("executive"), clock.today() + timedelta(days=11)
    facts = {"kind": "instrument", "institution_code": "RJ", "name_hans": "x", "name_hant": "", "name_en": ""}
    machine = room()
    assert edit_resource(
        machine, actor=executive, version=machine.version, capacity=3, lab_code="JL-01", **facts
    )
    wanted = {"starts_at": at(day, 15), "ends_at": at(day, 17), "purpose": "x"}
    places = [bookings.book(machine, actor=executive, **wanted).place for _n in range(3)]
    assert places == [1, 2, 3]
    with pytest.raises(RuleBroken):
        bookings.book(machine, actor=executive, **wanted)
    with pytest.raises(RuleBroken) as problem:
        edit_resource(
            machine, actor=executive, version=machine.version, capacity=2, lab_code="JL-01", **facts
        )
    assert (problem.value.code, problem.value.field) == ("labs:places-booked", "capacity")


@pytest.mark.parametrize("change", [{"place": 2}, {"hours": 2}], ids=["no such place", "the same hour"])
def test_the_database_itself_refuses_what_no_operation_asked_for(in_app, change):
    held = db.session.scalars(
        select(Booking).where(Booking.resource_id == room().id).order_by(Booking.id)
    ).first()
    values = {column.key: getattr(held, column.key) for column in Booking.__table__.c if column.key != "id"}
    values |= {"number": 9999, "place": change.get("place", 1)}
    if "hours" in change:
        values |= {
            "starts_at": held.ends_at - timedelta(hours=1),
            "ends_at": held.ends_at + timedelta(minutes=1),
        }
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.insert(Booking).values(**values))
    db.session.rollback()
    free = values | {"place": 1, "cancelled_at": clock.now()}  # a cancelled one stands in nobody's way
    db.session.execute(sa.insert(Booking).values(**free))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(
            sa.update(Booking)
            .where(Booking.number == 9999)
            .values(cancelled_at=None, **change if "place" in change else {})
        )


@pytest.mark.long
def test_the_laboratory_home_the_search_and_the_calendar_know_of_it(client, app):
    lead = client("lead")
    text = words(lead.get("/labs/JL-01"))
    assert "GMP 洁净间 B2占用，11 月 94 %" in text and "▲ 升 12 个百分点" in text
    assert (
        text.index("GMP 洁净间 B2 上海医药")
        < text.index("单细胞测序平台")
        < text.index("10 色流式细胞仪 上海交通")
    )
    past = words(
        lead.get("/labs/JL-01?as_of=2026-10-30")
    )  # as it stood then: another month, and what was booked by then
    assert "共享资源，10 月占用" in past and "3 项候补" not in past
    outside = words(client("outsider").get("/labs/JL-01"))
    assert "10 色流式细胞仪" in outside and "GMP 洁净间 B2" not in outside
    assert "我的预约" in words(lead.get("/")) and "我的预约" not in words(client("outsider").get("/"))
    assert f"{ROOM}/book" in lead.get("/labs/JL-01").text
    assert "/resources/RES-02/book" not in client("outsider").get("/labs/JL-01").text
    assert "/resources/RES-01" in lead.get("/search?q=潔淨").get_data(as_text=True)
    by_kind = lead.get("/search?q=设备").text
    assert "/resources/RES-02" in by_kind and "/resources/RES-01" not in by_kind, "by the word of its kind"
    assert "/resources/RES-02" in lead.get("/resources?q=設備").text
    assert "/resources/RES-01" not in client("outsider").get("/search?q=洁净").get_data(as_text=True)
    with app.app_context():
        mine = [one for one in calendar_of(actor=actor_by_email("lead@kjs.example")) if one.kind == "booking"]
    assert mine and all(one.state == "open" and one.path.startswith("/resources/RES-0") for one in mine)
    assert any(
        one.context["hans"] == "2026-11-25 08:00 – 2026-11-26 18:00 临床批制备（示例）" for one in mine
    )
    # Who has left the laboratory learns nothing more of what only it shares.
    with app.app_context():
        gone = actor_by_email("lead@kjs.example")
        with writing():
            for row in db.session.scalars(select(LabMember).where(LabMember.person_id == gone.id)):
                row.valid_to = clock.today() - timedelta(1)
        assert "RES-01" not in {one.code for one in calendar_of(actor=gone) if one.kind == "booking"}
        hers = select(Booking).where(
            Booking.resource_id == room().id,
            Booking.person_id == gone.id,
            Booking.cancelled_at.is_(None),
            Booking.ends_at > clock.now(),
        )
        before = told(gone)
        with writing():
            one = db.session.scalars(hers).first()
            bookings.cancel(one, actor=actor_by_email("executive@kjs.example"), version=None)
        assert told(gone) == before
    assert "GMP 洁净间 B2" not in words(lead.get("/"))

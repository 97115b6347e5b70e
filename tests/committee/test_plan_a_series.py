"""Series of meetings as drafts, and templates of agendas."""

import itertools
from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from kangjiansheng.committee.models import AgendaTemplate, Committee, Meeting, MeetingSeries
from kangjiansheng.committee.operations import interests, publishing, series
from kangjiansheng.committee.rules import series as rules
from kangjiansheng.core.calendar import china
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Notification, Outbox
from kangjiansheng.core.transactions import commit
from tests.support.critic import Critic

Cast = Callable[[str], Actor]
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@given(DAYS, st.integers(1, 5), st.integers(0, 400))
def test_weeks(first: date, every: int, span: int) -> None:
    found = rules.days("week", every, 0, first, first + timedelta(days=span))
    assert found[0] == first
    assert all(later - day == timedelta(weeks=every) for day, later in itertools.pairwise(found))
    assert len(found) == min(span // (7 * every), rules.MOST) + 1


@given(DAYS, st.integers(1, 4), st.sampled_from([1, 2, 3, 4, -1]), st.integers(0, 700))
def test_months(first: date, every: int, nth: int, span: int) -> None:
    until = first + timedelta(days=span)
    found = rules.days("month", every, nth, first, until)
    assert found == sorted(set(found)) and all(first <= day <= until for day in found)
    for day in found:
        assert day.weekday() == first.weekday()
        last = (day + timedelta(days=7)).month != day.month
        assert last if nth < 0 else (day.day - 1) // 7 + 1 == nth
        assert ((day.year - first.year) * 12 + day.month - first.month) % every == 0


def sac() -> Committee:
    return db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()


def planned(who: Actor, **more: object) -> MeetingSeries:
    rule: dict[str, object] = {
        "name": "例会", "unit": "month", "every": 1, "nth": 1, "first": date(2026, 12, 1), "until": date(2027, 4, 30),
        "starts": time(9), "ends": time(11), "place": "会议室",
    }  # fmt: skip
    return series.plan(sac(), actor=who, **(rule | more))  # type: ignore[arg-type]


def of(one: MeetingSeries) -> list[Meeting]:
    return list(
        db.session.scalars(select(Meeting).where(Meeting.series_id == one.id).order_by(Meeting.held_on))
    )


def told() -> int:
    kinds = (Notification, Outbox)
    return sum(db.session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds)


def test_meetings_are_drafts_that_skip_holidays(actor: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    holiday = date(2027, 2, 8)
    known = china().with_year(2027, {holiday}, ())
    monkeypatch.setattr(series, "china", lambda: known)
    before = told()
    first = holiday - timedelta(weeks=2)
    one = planned(actor("secretary"), unit="week", first=first, until=holiday + timedelta(weeks=1))
    found = of(one)
    assert [m.held_on for m in found] == [first, first + timedelta(weeks=1), holiday + timedelta(weeks=1)]
    assert one.skipped == [holiday.isoformat()]
    assert {m.life for m in found} == {"unpublished"} and told() == before
    assert len({m.code for m in found}) == 3 and all(m.starts_at and m.place == "会议室" for m in found)


def test_one_is_published_and_the_rest_is_changed(actor: Cast) -> None:
    secretary = actor("secretary")
    one = planned(secretary)
    first, second, *rest = of(one)
    publishing.publish(first, actor=secretary)
    hours = {"starts": time(14), "ends": time(16), "place": "线上"}
    count = series.change_rest(one, actor=secretary, version=one.version, since=first.held_on, **hours)
    assert count == len(rest) + 1
    assert first.place == "会议室" and {m.place for m in (second, *rest)} == {"线上"}
    last = rest[-1].held_on
    assert series.end(one, actor=secretary, since=last) == 1
    assert [m.life for m in of(one)][-1] == "discarded"
    with pytest.raises(RuleBroken, match="series-over"):
        series.end(one, actor=secretary, since=last)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"until": date(2026, 11, 1)}, "dates-turned"),
        ({"unit": "week", "until": date(2029, 1, 1)}, "series-long"),
        ({"nth": 4, "first": date(2026, 12, 1), "until": date(2026, 12, 3)}, "series-empty"),
    ],
)
def test_what_is_no_series(actor: Cast, more: dict[str, object], why: str) -> None:
    with pytest.raises(RuleBroken, match=why):
        planned(actor("secretary"), **more)


def test_a_template_keeps_what_comes_back(actor: Cast, meeting: Callable[[str], Meeting]) -> None:
    secretary, one = actor("secretary"), meeting("SAC-2026-06")
    plain = [item for item in one.items if item.project_id is None]
    interests.recuse(plain[-1], actor=secretary, person_id=actor("member").id)
    made = series.make_template(one, one.items, actor=secretary, name="例会")
    assert [item["name_hans"] for item in made.items] == [item.name_hans for item in plain[:-1]]
    begun = planned(secretary, template=made)
    assert all([item.name_hans for item in m.items] == [plain[0].name_hans] for m in of(begun))
    with pytest.raises(RuleBroken, match="template-empty"):
        series.make_template(one, [plain[-1]], actor=secretary, name="空")


@pytest.mark.long
def test_in_pages(client: Callable[..., Critic], app: Flask) -> None:
    secretary = client("secretary")
    page = "/meetings/SAC-2026-06/agenda/template"
    assert secretary.post(page, data={"name": ""}).status_code == 422
    assert secretary.post(page, data={"name": "例会议程"}).status_code == 303
    with app.app_context():
        number = db.session.scalars(select(AgendaTemplate.id)).one()
    form = {
        "name": "2027 例会", "unit": "week", "every": "2", "nth": "1", "first": "2027-01-04", "until": "2027-03-31",
        "starts": "09:30", "ends": "11:30", "template": str(number),
    }  # fmt: skip
    assert client("member").post("/committees/SAC/series", data=form).status_code == 403
    assert secretary.post("/committees/SAC/series", data=form | {"until": "2020-01-01"}).status_code == 422
    answer = secretary.post("/committees/SAC/series", data=form)
    assert answer.status_code == 303
    place = answer.headers["Location"]
    text = secretary.get(place).text
    assert (
        "每 2 周的周一" in text
        and "2027 年的节假日还没有录入" in text
        and "2027-01-04" in text
        and "草稿，未发布" in text
    )
    assert client("member").get(place).status_code == 404
    assert "2027 例会" in secretary.get("/committees/SAC/series").text
    with app.app_context():
        one = db.session.scalars(select(MeetingSeries)).one()
        assert all(m.items for m in of(one))
        version = one.version
    rest = {"since": "2027-02-01", "starts": "14:00", "ends": "13:00", "version": str(version)}
    assert secretary.post(f"{place}/rest", data=rest).status_code == 422
    assert secretary.post(f"{place}/rest", data=rest | {"ends": "16:00"}).status_code == 303
    assert secretary.post(f"{place}/rest", data=rest | {"ends": "17:00"}).status_code == 409
    assert secretary.post(f"{place}/end", data={"since": "2027-03-01"}).status_code == 303
    assert "2027-03-15" not in secretary.get(place).text
    new = {"held_on": "2027-05-10", "template": str(number), "draft": "y"}
    made = secretary.post("/committees/SAC/meetings/new", data=new)
    with app.app_context():
        meeting = db.session.scalars(select(Meeting).order_by(Meeting.id.desc())).first()
        assert meeting and meeting.items and made.status_code == 303
    assert secretary.post(f"/committees/SAC/templates/{number}/removal").status_code == 303
    assert "还没有议程模板" in secretary.get("/committees/SAC/templates").text


def test_a_template_is_edited(
    app: Flask, client: Callable[..., Critic], actor: Callable[[str], Actor]
) -> None:
    """Renamed, put in another order, one item taken out and one put in; a stale form and wrong minutes save nothing."""
    with app.app_context():
        committee = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
        rows = [
            {"name_hans": name, "name_hant": "", "name_en": "", "kind": "discuss", "minutes_planned": 10}
            for name in ("甲", "乙", "丙")
        ]
        template = AgendaTemplate(committee_id=committee.id, name_hans="例会", items=rows)
        db.session.add(template)
        db.session.flush()
        record("committee:template:make", template, actor=actor("secretary"), before={})
        commit()
        number, version = template.id, template.version
    here, page = f"/committees/SAC/templates/{number}", client("secretary")
    assert "丙" in page.get(here).text
    assert here in page.get("/committees/SAC/templates").text
    typed = {
        "version": version, "name_hans": "季度例会", "name_en": "Quarterly",
        "place-0": "3", "name_hans-0": "甲", "kind-0": "hear", "minutes-0": "5",
        "place-1": "2", "name_hans-1": "乙", "kind-1": "discuss", "minutes-1": "10", "drop-1": "y",
        "place-2": "1", "name_hans-2": "丙", "kind-2": "decide", "minutes-2": "x",
        "place-3": "", "name_hans-3": "丁", "kind-3": "discuss", "minutes-3": "20",
        "place-4": "", "name_hans-4": "", "kind-4": "discuss", "minutes-4": "15",
    }  # fmt: skip
    wrong = page.post(here, data=typed)
    assert wrong.status_code == 422
    assert "请填 0 到 600 之间的整数分钟" in wrong.text and "季度例会" in wrong.text
    typed["minutes-2"] = "30"
    long = "Q" * 200 + "end"
    for part in ("name_hans", "name_hant", "name_en"):
        answer = page.post(here, data=typed | {f"{part}-3": long})
        assert answer.status_code == 422 and f'value="{long}"' in answer.text, part
        assert "第 4 行的议题名称最多 200 个字符，现在有 203 个。" in answer.text
        assert f'aria-describedby="row-{part}-3"' in answer.text and f'id="row-{part}-3"' in answer.text
    more = {f"name_hans-{n}": f"议题{n}" for n in range(61)} | {f"minutes-{n}": "5" for n in range(61)}
    many = page.post(here, data={"version": version, "name_hans": "多"} | more)
    assert (
        many.status_code == 422
        and "模板最多 60 项议题，现在有 61 项。" in many.text
        and "议题60" in many.text
    )
    assert page.post(here, data=typed | {"version": 99}).status_code == 409
    none = page.post(here, data={"version": version, "name_hans": "空"})
    assert "模板至少要有一项议题" in none.text
    assert page.post(here, data=typed).status_code == 303
    with app.app_context():
        kept = db.session.get_one(AgendaTemplate, number)
        assert (kept.name_hans, kept.name_en) == ("季度例会", "Quarterly")
        assert [(i["name_hans"], i["kind"], i["minutes_planned"]) for i in kept.items] == [
            ("丙", "decide", 30), ("甲", "hear", 5), ("丁", "discuss", 20),
        ]  # fmt: skip
    for other in ("member", "outsider"):
        assert client(other).get(here).status_code in (403, 404)

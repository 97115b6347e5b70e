"""An administrator loads the State Council's list for a year; it counts at once, everywhere, and can be taken back."""

from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core import holidays
from kangjiansheng.core.calendar import add_working_days, china, shipped
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.core.holiday_lists import check, read, spans, written
from tests.support.app import make
from tests.support.typed import opened, send, words

# The words of a notice, as they were published for 2025.
NOTICE = """一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。"""
LINES = """2027-01-01..2027-01-03 休
2027/2/5 至 2027/2/13 休
2027-02-14,班
2027年4月3日至5日 放假
20270501 休
2027-05-02..2027-05-05 holiday
2027-06-09 休
2027-09-15 休
2027-10-01..2027-10-07 休
2027-10-09 班"""
PATH = "/admin/calendar/2027"


@pytest.fixture
def admin(actor):
    return actor("admin")


def typed(client, path, **changes):
    """The form of the year, which is sent to the page's own address by name."""
    return send(client, path, opened(client, path, path), **changes)


def load(admin, text=LINES, year=2027, source="示例"):
    found = holidays.year(actor=admin, number=year)
    return holidays.load(found, text, source=source, actor=admin, version=found.version)


def test_the_words_of_a_notice_give_what_is_shipped_for_that_year():
    rests, works = read(NOTICE, 2025)
    check(2025, rests, works)
    assert rests == {day for day in shipped().holidays if day.year == 2025}
    assert works == {day for day in shipped().workdays if day.year == 2025}


@pytest.mark.long
@given(st.sets(st.dates(date(2027, 1, 1), date(2027, 12, 31)), max_size=40), st.data())
def test_what_is_written_is_read_again(days, data):
    works = data.draw(st.sets(st.sampled_from(sorted(days)))) if days else set()
    assert read(written(days - works, works), 2027) == (days - works, works)
    assert sum((last - first).days + 1 for first, last in spans(days)) == len(days)


@pytest.mark.parametrize(
    ("change", "code", "facts"),
    [
        (lambda t: t + "\n2027-13-01 休", "core:holidays-line", {"line": 11}),
        (lambda t: t + "\n2027-02-30 休", "core:holidays-line", {"line": 11}),
        (lambda t: t + "\n第 9 个 休", "core:holidays-line", {"line": 11}),
        (lambda t: t + "\n2027-11-01", "core:holidays-kind", {"line": 11}),
        (lambda t: t + "\n2028-01-01 休", "core:holidays-other-year", {"day": "2028-01-01"}),
        (lambda t: t + "\n2027-02-13 班", "core:holidays-both", {"day": "2027-02-13"}),
        (lambda t: t + "\n2027-11-01 班", "core:holidays-weekday", {"day": "2027-11-01"}),
        (lambda t: t.replace("20270501", "20270510"), "core:holidays-missing", {"day": "2027-05-01"}),
        (lambda _: "2027-01-01 休\n2027-05-01 休\n2027-10-01 休", "core:holidays-few", {"num": 3}),
        (lambda t: t + "\n2027-07-01..2027-08-10 休", "core:holidays-few", {"most": 45}),
        (lambda _: "  ", "core:holidays-nothing", {}),
    ],
)
def test_what_cannot_be_the_list_of_a_year_is_refused(admin, change, code, facts):
    with pytest.raises(RuleBroken) as caught:
        load(admin, change(LINES))
    assert caught.value.code == code and facts.items() <= caught.value.facts.items()
    assert 2027 not in china().years


def test_it_counts_at_once_and_can_be_taken_back(admin):
    start = date(2027, 2, 4)
    assert add_working_days(start, 1) == (date(2027, 2, 5), True)
    row = load(admin)
    assert add_working_days(start, 1) == (date(2027, 2, 14), False)
    load(admin, LINES.replace("2027-02-14,班\n", ""))
    assert add_working_days(start, 1) == (date(2027, 2, 15), False)
    holidays.undo(holidays.year(actor=admin, number=2027), actor=admin, version=row.version)
    assert add_working_days(start, 1) == (date(2027, 2, 14), False)
    found = holidays.year(actor=admin, number=2027)
    with pytest.raises(Stale):
        holidays.undo(found, actor=admin, version=found.version - 1)


def test_the_first_one_taken_back_leaves_what_was_there(admin):
    row = load(admin, NOTICE.replace("、10月11日（周六）", ""), year=2025)
    assert not china().is_working_day(date(2025, 10, 11)) and china().is_working_day(date(2026, 10, 10))
    holidays.undo(holidays.year(actor=admin, number=2025), actor=admin, version=row.version)
    assert china() == shipped()
    row = load(admin)
    holidays.undo(holidays.year(actor=admin, number=2027), actor=admin, version=row.version)
    assert 2027 not in china().years


@pytest.mark.long
def test_on_the_pages_and_in_another_process(client, app):
    reader = client("admin")
    assert "2026" in words(reader.get("/admin/calendar"))
    wrong = typed(reader, PATH, days=LINES + "\n2027-11-01 班")
    assert wrong.status_code == 422 and "2027-11-01 不是周末" in words(wrong) and "2027/2/5" in wrong.text
    assert typed(reader, PATH, days=LINES, source="示例通知").status_code == 303
    other = make(app.config["SETTINGS"])
    with other.app_context():
        assert 2027 in china().years and not china().is_working_day(date(2027, 2, 5))
    shown = reader.get("/admin/calendar")
    assert "示例通知" in words(shown) and f"{PATH}/undo" in shown.text
    stale = typed(reader, PATH, days=NOTICE.replace("1月1日", "2027年1月1日"), version="0")
    assert stale.status_code == 409 and "2027-02-05..2027-02-13 休" in words(stale)
    assert reader.post(f"{PATH}/undo?version=1", data={}).status_code == 303
    with other.app_context():
        assert 2027 not in china().years
    assert typed(reader, PATH, file=(BytesIO(LINES.encode("gb18030")), "2027.csv")).status_code == 303
    assert typed(reader, PATH, file=(BytesIO(b"PK\0\0"), "2027.xlsx")).status_code == 422
    with other.app_context():
        assert 2027 in china().years
        db.session.remove()  # first: a connection that is still out would outlive the engine
        db.engine.dispose()


def test_only_administrators_change_it(client):
    for name in ("executive", "lead", "auditor"):
        assert client(name).get("/admin/calendar").status_code == 403
        assert client(name).post(PATH, data={"days": LINES}).status_code == 403
    assert client("admin").get("/admin/calendar/1800").status_code == 404

"""Calendars that other programs read: folded at 75 octets, escaped, the same bytes for the same events."""

from datetime import UTC, date, datetime

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core import ical
from kangjiansheng.core.ical import Event

texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=120
) | st.sampled_from(["半相合造血干细胞移植" * 12, "a;b,c\\d\ne", "\\n, not a line feed", "🧬" * 40])


def made(text: str) -> Event:
    return Event(
        "milestone-1@kjs.example", date(2026, 12, 31), text, 3, datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC),
        description=text, url="https://kjs.example/x", categories=("示例数据",),
    )  # fmt: skip


@given(texts)
def test_a_real_library_reads_back_what_was_written(text: str) -> None:
    body = ical.calendar("康健生", [made(text)])
    for line in body.split(b"\r\n"):
        assert len(line) <= 75 and b"\n" not in line and b"\r" not in line
        line.decode()  # no character is cut in two
    assert body.endswith(b"END:VCALENDAR\r\n")
    read = icalendar.Calendar.from_ical(body)
    event = read.walk("VEVENT")[0]
    assert str(event["SUMMARY"]) == text == str(event.get("DESCRIPTION", ""))
    assert event.decoded("DTSTART") == date(2026, 12, 31) and event.decoded("DTEND") == date(2027, 1, 1)
    assert int(event["SEQUENCE"]) == 3 and str(event["UID"]) == "milestone-1@kjs.example"
    assert event.decoded("LAST-MODIFIED") == datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC)
    assert event["CATEGORIES"].to_ical().decode() == "示例数据"


def test_control_characters_cannot_begin_a_property() -> None:
    body = ical.calendar("x", [made("a\r\nATTENDEE:mailto:x@example.org\x00\x07")])
    assert b"\r\nATTENDEE" not in body and b"\x00" not in body


def test_the_same_events_are_the_same_bytes() -> None:
    assert ical.calendar("x", [made("a")]) == ical.calendar("x", [made("a")])
    assert b"STATUS:CONFIRMED" in ical.calendar("x", [made("a")])


def test_hours_without_an_end_have_none() -> None:
    starts = datetime(2026, 12, 18, 1, 30, tzinfo=UTC)
    event = Event("x@y", date(2026, 12, 18), "会议", 1, starts, starts=starts, place="三楼, 东")
    (read,) = icalendar.Calendar.from_ical(ical.calendar("康健生", [event])).walk("VEVENT")
    assert read.decoded("DTSTART") == starts and "DTEND" not in read and str(read["LOCATION"]) == "三楼, 东"

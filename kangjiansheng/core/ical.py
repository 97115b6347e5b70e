"""Calendars as other programs subscribe to them (RFC 5545): whole days and hours, written so that clients keep in step."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LINE = 75  # octets, without the line's end (RFC 5545, 3.1)
REFRESH = "PT6H"


@dataclass(frozen=True, slots=True)
class Event:
    """One whole day, or hours of it where `starts` is known. The same `uid` is the same event for good; `sequence` and `modified` say which state is newer."""

    uid: str
    day: date
    summary: str
    sequence: int
    modified: datetime
    description: str = ""
    url: str = ""
    categories: tuple[str, ...] = ()
    cancelled: bool = False
    starts: datetime | None = None
    ends: datetime | None = None
    place: str = ""


def calendar(name: str, events: Iterable[Event]) -> bytes:
    """The file of a calendar. The same events give the same bytes: nothing in it comes from the clock."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Kangjiansheng//Calendar//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        "X-WR-TIMEZONE:Asia/Shanghai",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    ]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def _event(event: Event) -> list[str]:
    stamp = _instant(event.modified)
    lines = [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"DTSTAMP:{stamp}",
        f"LAST-MODIFIED:{stamp}",
        f"SEQUENCE:{event.sequence}",
        *_when(event),
        f"SUMMARY:{escaped(event.summary)}",
        f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}",
        f"TRANSP:{'OPAQUE' if event.starts else 'TRANSPARENT'}",
    ]
    if event.place:
        lines.append(f"LOCATION:{escaped(event.place)}")
    if event.description:
        lines.append(f"DESCRIPTION:{escaped(event.description)}")
    if event.url:
        lines.append(f"URL:{event.url}")
    if event.categories:
        lines.append(f"CATEGORIES:{','.join(escaped(one) for one in event.categories)}")
    return [*lines, "END:VEVENT"]


def _when(event: Event) -> list[str]:
    """From when to when. Hours without an end have none here either (RFC 5545, 3.6.1)."""
    if event.starts is None:
        last = event.day + timedelta(days=1)
        return [f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}", f"DTEND;VALUE=DATE:{last:%Y%m%d}"]
    return [f"DTSTART:{_instant(event.starts)}", *([f"DTEND:{_instant(event.ends)}"] if event.ends else [])]


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    """A text as the value of a property: marks escaped, line feeds written, other control characters left out."""
    for mark in ("\\", ";", ","):
        text = text.replace(mark, "\\" + mark)
    text = text.replace("\r\n", "\n").replace("\n", "\\n")
    return "".join(c for c in text if ord(c) >= 32 and ord(c) != 127)


def folded(line: str) -> bytes:
    """A line with its end, folded at 75 octets between characters, never within one."""
    parts, part = [], b""
    for character in line:
        octets = character.encode()
        if len(part) + len(octets) > LINE:
            parts.append(part)
            part = b" "
        part += octets
    return b"\r\n".join([*parts, part]) + b"\r\n"

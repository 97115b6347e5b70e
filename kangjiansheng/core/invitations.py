"""Invitations that a mail client answers (RFC 5545, 5546, 6047): made for a mail, and the answers read that come back.

Hours are in Shanghai's zone, which the file describes itself: no client needs to know it.
"""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

from kangjiansheng.core.clock import SHANGHAI
from kangjiansheng.core.ical import escaped, folded

LARGEST = 256 * 1024  # bytes of an answer
_ZONE = (
    "BEGIN:VTIMEZONE", "TZID:Asia/Shanghai", "BEGIN:STANDARD", "DTSTART:19910915T000000", "TZOFFSETFROM:+0900",
    "TZOFFSETTO:+0800", "TZNAME:CST", "END:STANDARD", "END:VTIMEZONE",
)  # fmt: skip
_LINE = re.compile(r'^(?P<name>[A-Za-z-]+)(?P<params>(?:;[^":;]+(?:="[^"]*"|[^":;]*))*):(?P<value>.*)$')


@dataclass(frozen=True, slots=True)
class Invitation:
    """One event asked of one person. The same `uid` is the same event for good; `sequence` says which state is newer."""

    method: str  # REQUEST, CANCEL
    uid: str
    sequence: int
    stamp: datetime
    day: date
    starts: datetime | None  # without hours it is asked for the whole day
    ends: datetime | None
    summary: str
    description: str
    place: str
    url: str
    organizer: str  # the address that answers go to
    attendee: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a mail client sent back. `sender` is the address that the mail came from, when it came as a mail."""

    uid: str
    sequence: int
    attendee: str
    state: str  # ACCEPTED, DECLINED, TENTATIVE
    sender: str | None
    at: datetime | None = None  # when it was written, as the later of what the object and the mail say


class NoAnswer(Exception):
    """What was sent is no answer to an invitation; `code` makes the sentence."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def written(one: Invitation) -> bytes:
    """The invitation as a calendar object. The same facts give the same bytes."""
    cancelled = one.method == "CANCEL"
    lines = [
        "BEGIN:VCALENDAR", "PRODID:-//Kangjiansheng//Invitation//ZH", "VERSION:2.0", "CALSCALE:GREGORIAN",
        f"METHOD:{one.method}", *_ZONE, "BEGIN:VEVENT", f"UID:{one.uid}", f"SEQUENCE:{one.sequence}",
        f"DTSTAMP:{one.stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}", *_when(one), f"SUMMARY:{escaped(one.summary)}",
        f"DESCRIPTION:{escaped(one.description)}", f"URL:{one.url}", f"ORGANIZER:mailto:{one.organizer}",
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:" + one.attendee,
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}", "TRANSP:OPAQUE",
    ]  # fmt: skip
    if one.place:
        lines.append(f"LOCATION:{escaped(one.place)}")
    return b"".join(folded(line) for line in [*lines, "END:VEVENT", "END:VCALENDAR"])


def _when(one: Invitation) -> Iterator[str]:
    if one.starts is None:
        yield f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{one.day + timedelta(days=1):%Y%m%d}"
        return
    for name, at in (("DTSTART", one.starts), ("DTEND", one.ends)):
        if at is not None:
            yield f"{name};TZID=Asia/Shanghai:{at.astimezone(SHANGHAI):%Y%m%dT%H%M%S}"


def put_into(mail: EmailMessage, one: Invitation) -> None:
    """Put an invitation beside the words of a mail: clients that know it show buttons, the others the words."""
    params = {"method": one.method, "charset": "utf-8"}
    mail.add_alternative(written(one), maintype="text", subtype="calendar", cte="base64", params=params)


def read_answer(data: bytes) -> Answer:
    """The answer in a mail (.eml, or piped from the mailbox) or in a calendar object (.ics). Raises NoAnswer."""
    if len(data) > LARGEST:
        raise NoAnswer("too-large")
    text, sender, sent = (
        (data.decode("utf-8", "replace"), None, None)
        if data.lstrip()[:15].upper() == b"BEGIN:VCALENDAR"
        else _of_mail(data)
    )
    if text is None:
        raise NoAnswer("unreadable")
    told = list(_lines(text))
    names = {name: value for name, _params, value in told}
    if names.get("METHOD", "").strip().upper() != "REPLY":
        raise NoAnswer("no-reply")
    who = [(params, value) for name, params, value in told if name == "ATTENDEE"]
    if len(who) != 1 or "UID" not in names:
        raise NoAnswer("unreadable")
    params, value = who[0]
    state = params.get("PARTSTAT", "").upper()
    if state not in ("ACCEPTED", "DECLINED", "TENTATIVE"):
        raise NoAnswer("unreadable")
    sequence = names.get("SEQUENCE", "0").strip()
    return Answer(
        names["UID"].strip(), int(sequence) if sequence.isdigit() and len(sequence) < 9 else 0,
        re.sub(r"(?i)^mailto:", "", value.strip()).strip().casefold(), state, sender,
        max((at for at in (_stamp(names.get("DTSTAMP", "")), sent) if at is not None), default=None),
    )  # fmt: skip


def _stamp(text: str) -> datetime | None:
    """20261123T010203Z; there are programs that give back the stamp of the invitation, so that it is not trusted alone."""
    try:
        return datetime.strptime(text.strip(), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _of_mail(data: bytes) -> tuple[str | None, str | None, datetime | None]:
    mail = email.message_from_bytes(data, policy=email.policy.default)
    addresses = getattr(mail.get("From"), "addresses", ())
    sender = addresses[0].addr_spec.casefold() if addresses else ""
    sent = getattr(mail.get("Date"), "datetime", None)
    sent = sent.replace(tzinfo=UTC) if sent is not None and sent.tzinfo is None else sent
    for part in mail.walk():
        if part.get_content_type() == "text/calendar" or (part.get_filename() or "").lower().endswith(".ics"):
            body = part.get_payload(decode=True)
            if isinstance(body, bytes):
                return body.decode("utf-8", "replace"), sender, sent
    return None, sender, sent


def _lines(text: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """The properties of a calendar object, unfolded; what stands in a time zone is left out."""
    inside_zone = False
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        match = _LINE.match(line)
        if not match:
            continue
        name = match["name"].upper()
        if name in ("BEGIN", "END") and match["value"].strip().upper() == "VTIMEZONE":
            inside_zone = name == "BEGIN"
        params = {
            key.upper(): value.strip('"')
            for key, _is, value in (
                one.partition("=") for one in re.findall(r';([^";]+(?:"[^"]*")?)', match["params"])
            )
        }
        if not inside_zone:
            yield name, params, match["value"]

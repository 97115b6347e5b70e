"""One registry record as it was read: what it states, what that means here, and what was not understood."""

import calendar
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from kangjiansheng.projects.rules.registry import Number

DATES = ("start", "primary_completion", "completion", "first_posted")
MOST_REMARKS = 200

_YEAR_FIRST = re.compile(
    r"(\d{4})(?:[-/.年](\d{1,2})月?(?:[-/.]?(\d{1,2})日?)?)?(?:[T ]\d{2}:\d{2}.*)?", re.ASCII
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[T ]\d{2}:\d{2}.*)?", re.ASCII)
_NAMED = re.compile(r"([A-Za-z]{3,9})\.?\s+(?:(\d{1,2}),?\s+)?(\d{4})", re.ASCII)
_PLACE = re.compile(r"\[\d+\]")
_MONTHS = {name.casefold(): n for n, name in enumerate(calendar.month_name) if n}
_MONTHS |= {name.casefold(): n for n, name in enumerate(calendar.month_abbr) if n}


@dataclass(frozen=True, slots=True)
class Day:
    """A date as a registry states it: to the day or only to the month; `kind` is actual, planned or unstated."""

    first: date
    last: date
    kind: str = ""

    @property
    def text(self) -> str:
        """2026-03-01, or 2026-03 when only the month is stated."""
        return self.first.isoformat() if self.first == self.last else self.first.strftime("%Y-%m")

    def days_from(self, ours: date) -> int:
        """Days by which our date is later (negative: earlier); 0 within the stated month."""
        if ours > self.last:
            return (ours - self.last).days
        return -(self.first - ours).days if ours < self.first else 0


def read_day(text: str, kind: str = "") -> Day | None:
    """A day or a month in the ways in which registries write it; of 01/02/2026 the day comes first. Else None."""
    text = unicodedata.normalize("NFKC", text).strip()
    if found := _COMPACT.fullmatch(text) or _YEAR_FIRST.fullmatch(text):
        year, month, day = found.groups()
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    elif (found := _NAMED.fullmatch(text)) and found[1].casefold() in _MONTHS:
        year, month, day = found[3], str(_MONTHS[found[1].casefold()]), found[2]
    else:
        return None
    return _day(int(year), int(month or 0), int(day or 0), kind)


def _day(year: int, month: int, day: int, kind: str) -> Day | None:
    if not (1900 <= year < 2200 and 1 <= month <= 12):
        return None
    length = calendar.monthrange(year, month)[1]
    if day > length:
        return None
    if day:
        return Day(date(year, month, day), date(year, month, day), kind)
    return Day(date(year, month, 1), date(year, month, length), kind)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something in a record that was not understood, or was read with a grain of salt; `path` says where."""

    code: str
    path: str
    value: str = ""
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Trial:
    """One record. Empty text means that the record does not say."""

    format: str  # ctgov, ctis, chictr
    register: str
    place: str  # where in the file: studies[3]
    number: Number | None = None
    title: str = ""
    official_title: str = ""
    status: str = ""  # as stated
    phase: str = ""  # as stated
    study_type: str = ""
    stage: str = ""  # ours
    claimed: str = ""  # ours
    modality: str = ""  # ours
    group: str = ""  # ours
    conditions: list[str] = field(default_factory=list)
    interventions: list[str] = field(default_factory=list)
    sponsor: str = ""
    industry: bool = False
    institutions: list[str] = field(default_factory=list)  # where the research is done; not the sponsor
    collaborators: list[str] = field(default_factory=list)
    dates: dict[str, Day] = field(default_factory=dict)
    enrolment: str = ""
    others: list[Number] = field(default_factory=list)  # further numbers of registers that we know
    other_ids: list[str] = field(default_factory=list)
    stated_on: date | None = None  # the version, as the registry dates it
    content: str = ""  # SHA-256 of the record without what changes with each download
    remarks: list[Remark] = field(default_factory=list)
    left: list[str] = field(default_factory=list)  # known parts that are not taken over

    def remark(self, code: str, path: str, value: Any = "", **facts: str) -> None:
        """Note something; beyond the most that anybody reads, only that there is more."""
        if len(self.remarks) < MOST_REMARKS:
            self.remarks.append(Remark(code, path, str(value)[:200], facts))
        elif len(self.remarks) == MOST_REMARKS:
            self.remarks.append(Remark("more", path))

    def unread(self, found: Iterable[tuple[str, str, Any]]) -> None:
        """Take in what a reader leaves: known parts by their names, all else as a remark."""
        for code, path, value in found:
            if code != "left":
                self.remark(code, path, value)
            elif (name := _PLACE.sub("", path)) not in self.left:
                self.left.append(name)

    def day(self, name: str, path: str, text: str, kind: str = "") -> None:
        """Take a date over, or say that it cannot be read."""
        if not text:
            return
        found = read_day(text, kind)
        if found is None:
            self.remark("date-unreadable", path, text)
        elif name == "stated_on":
            self.stated_on = found.first
        else:
            self.dates[name] = found

    @property
    def numbers(self) -> list[Number]:
        """Its own number, then the others."""
        return [*([self.number] if self.number else []), *self.others]

    def facts(self) -> dict[str, Any]:
        """What it states, as plain JSON: what is stored, shown and compared with another version."""
        plain = "title official_title status phase study_type conditions interventions sponsor institutions collaborators enrolment other_ids"
        return {
            **{key: getattr(self, key) for key in plain.split()},
            "stage": self.stage,
            "claimed": self.claimed,
            "modality": self.modality,
            "group": self.group,
            "numbers": [[number.registry, number.normal] for number in self.numbers],
            "dates": {name: [day.text, day.kind] for name, day in self.dates.items()},
        }

    def said(self) -> list[dict[str, Any]]:
        """The remarks as plain JSON."""
        return [asdict(remark) for remark in self.remarks]

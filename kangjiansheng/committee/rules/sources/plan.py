"""What an import would make of a reading, once the importer's corrections are in: no database, no actor."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from kangjiansheng.committee.rules.sources.facts import SHANGHAI
from kangjiansheng.committee.rules.sources.found import KINDS, MODES, Found, Outcome, Piece
from kangjiansheng.committee.rules.sources.outcomes import action_of, decision_of
from kangjiansheng.core.text import to_hans

_MINUTES = re.compile(r"(?:的?纪要|的?紀要|\s+minutes)$", re.I)
_OF_MINUTES = re.compile(r"^(?:meeting\s+)?minutes\s+(?:of|for)\s+(?:the\s+)?(?=\S)", re.I)
LONGEST = 400  # characters of a name
TEXTS = ("title", "place", "minutes_no")  # what the importer may write in words
WORDS = {
    "zh-Hans": ("行动项", "会议议定以下行动项。", "行动项：", "{day} 会议", "第{n}次会议", "未载"),
    "zh-Hant": ("行動項目", "會議議定以下行動項目。", "行動項目：", "{day} 會議", "第{n}次會議", "未載"),
    "en": ("Actions", "The meeting agreed these actions.", "Actions: ", "Meeting of {day}", "Meeting {n}", "not stated"),
}  # fmt: skip


@dataclass
class Written:
    """One paragraph as it will stand: heading, text, decision or action; with what was decided, or asked for."""

    kind: str
    text: str
    item: int | None
    outcome: Outcome | None = None
    actions: list[tuple[Outcome, int | None]] = field(default_factory=list)
    lines: tuple[int, ...] = ()


@dataclass
class Plan:
    """The meeting and its minutes as they would be written."""

    title: str
    day: date | None
    starts: datetime | None
    ends: datetime | None
    place: str
    running_no: int | None
    minutes_no: str
    language: str
    illustrative: bool
    year_inferred: bool
    kinds: list[str]  # of each piece of the reading
    asides: list[bool]  # which of the noted actions are taken
    modes: dict[str, str]  # by the name as it stands: how they were there, see MODES; empty when nobody says
    others: dict[
        int, str
    ]  # by person: whom the source does not name, and the importer knows to have been there
    unreadable: list[str] = field(default_factory=list)  # fields whose correction is none

    @property
    def too_long(self) -> dict[str, int]:
        """The texts that are longer than there is room for, each with its length."""
        return overlong({key: getattr(self, key) for key in TEXTS})


def overlong(texts: Mapping[str, Any]) -> dict[str, int]:
    """Of some texts those that are too long, each with its length. Nothing is cut: whoever wrote it shortens it."""
    return {key: len(texts[key]) for key in TEXTS if len(texts.get(key, "")) > LONGEST}


def actions_of(found: Found, plan: Plan) -> Iterator[tuple[Outcome, int | None, tuple[int, ...]]]:
    """The actions that will be written, each with its item and the lines that it was read from."""
    for piece, kind in zip(found.pieces, plan.kinds, strict=True):
        if kind == "action":
            yield piece.outcome or action_of(piece.text), piece.item, piece.lines
    for aside, taken in zip(found.asides, plan.asides, strict=True):
        if taken:
            yield action_of(aside.text), aside.item, (aside.line,)


def planned(found: Found, chosen: Mapping[str, Any]) -> Plan:
    """The reading with the corrections `chosen` put over it."""
    wrong: list[str] = []
    day = _day(chosen.get("day"), found.day, wrong)
    starts, ends = (
        _hour(chosen.get(key), getattr(found, key), day, key, wrong) for key in ("starts", "ends")
    )
    if starts and ends and ends <= starts:
        wrong.append("ends")
    kinds = [_kind(piece, str(n), chosen.get("kinds", {})) for n, piece in enumerate(found.pieces)]
    off = {int(n) for n in chosen.get("asides_off", [])}
    return Plan(
        title=of_what(str(chosen.get("title", found.title)).strip()),
        day=day,
        starts=starts,
        ends=ends,
        place=str(chosen.get("place", found.place)).strip(),
        running_no=_number(chosen.get("running_no"), found.running_no, wrong),
        minutes_no=str(chosen.get("minutes_no", found.minutes_no)).strip(),
        language=found.language,
        illustrative=bool(chosen.get("illustrative", found.illustrative)) or found.illustrative,
        year_inferred=found.year_inferred,
        kinds=kinds,
        modes={one.name: one.mode for one in found.attendees}
        | {name: mode for name, mode in chosen.get("modes", {}).items() if mode in ("", *MODES)},
        others={int(key): mode for key, mode in chosen.get("others", {}).items() if mode in MODES},
        asides=[n not in off for n in range(len(found.asides))],
        unreadable=wrong,
    )


def _day(typed: Any, read: date | None, wrong: list[str]) -> date | None:
    if typed is None:
        return read
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        wrong.append("day")
        return None


def _hour(typed: Any, read: datetime | None, day: date | None, key: str, wrong: list[str]) -> datetime | None:
    if typed is None:
        return read
    try:
        hour = time.fromisoformat(typed) if typed else None
    except ValueError:
        wrong.append(key)
        return None
    return datetime.combine(day, hour, SHANGHAI).astimezone(UTC) if hour and day else None


def _number(typed: Any, read: int | None, wrong: list[str]) -> int | None:
    if typed is None:
        return read
    if not typed:
        return None
    if not str(typed).isascii() or not str(typed).isdigit() or not 0 < int(typed) < 10_000:
        wrong.append("running_no")
        return None
    return int(typed)


def _kind(piece: Piece, key: str, kinds: Mapping[str, str]) -> str:
    wanted = kinds.get(key, piece.kind)
    return wanted if piece.kind != "title" and wanted in KINDS else piece.kind


def of_what(title: str) -> str:
    """What the minutes are of: a heading names the minutes, and a meeting is called without that word, which is put to its
    name wherever minutes are named."""
    bare = _OF_MINUTES.sub("", _MINUTES.sub("", title)).strip(" :：-–—,，") if title else ""
    return bare or title


def name_of_meeting(plan: Plan) -> dict[str, str]:
    """The names of the meeting: the title in its own language, or a plain one."""
    _heads, _lead, _see, of_day, of_number, _none = WORDS[plan.language]
    title = plan.title or (
        of_number.format(n=plan.running_no) if plan.running_no else of_day.format(day=plan.day)
    )
    names = {"name_hans": to_hans(title) if plan.language == "zh-Hant" else title}
    if plan.language != "zh-Hans":
        names["name_hant" if plan.language == "zh-Hant" else "name_en"] = title
    return names


def written(found: Found, plan: Plan) -> list[Written]:
    """The paragraphs in order. Actions stand under the first paragraph of kind `action`; where a source has
    several lists, the later ones name the numbers."""
    head, lead, _see, *_rest = WORDS[plan.language]
    rows: list[Written] = []
    before = ""
    for piece, kind in zip(found.pieces, plan.kinds, strict=True):
        if kind in ("none", "title"):
            continue
        if kind == "action":
            _add_action(rows, piece, lead)
        elif kind in ("decision", "recommendation"):
            outcome = piece.outcome or decision_of(piece.text, kind, before)
            outcome.kind = kind
            rows.append(Written("decision", piece.text, piece.item, outcome, lines=piece.lines))
        else:
            rows.append(
                Written(
                    kind,
                    _flat(piece.text) if kind == "heading" else piece.text,
                    piece.item,
                    lines=piece.lines,
                )
            )
        before = piece.text
        if piece.why == "actions" and kind == "text":
            rows[-1].kind = "action"
    noted = [(action_of(a.text), a.item) for a, on in zip(found.asides, plan.asides, strict=True) if on]
    if noted:
        place = next((row for row in rows if row.kind == "action"), None)
        if place is None:
            rows.append(Written("heading", head, None))
            place = Written("action", lead, None)
            rows.append(place)
        place.actions += noted
    return rows


def _add_action(rows: list[Written], piece: Piece, lead: str) -> None:
    one = piece.outcome or action_of(piece.text)
    if not rows or (rows[-1].kind != "action"):
        rows.append(Written("action", lead, None))
    rows[-1].actions.append((one, piece.item))
    rows[-1].lines += piece.lines


def _flat(text: str) -> str:
    """A heading is one line without marks for bold."""
    return re.sub(r"\*\*|__", "", " ".join(text.split()))

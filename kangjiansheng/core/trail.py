"""The trail in words: entries as the audit pages show them, whatever feature they are of."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.core import audit, i18n
from kangjiansheng.core.audit import AuditEntry

Names = Callable[[set[int]], Mapping[int, Any]]
Referred = Mapping[tuple[str, int], str]  # what a number of a kind of thing is called
_things: dict[str, Any] = {}
_fields: dict[str, Mapping[str, Any]] = {}
_values: dict[str, Mapping[str, Mapping[str, Any]]] = {}
_anywhere: dict[str, Any] = {}
_refers: dict[str, str] = {}
_rows: dict[str, str] = {}
_namers: list[Names] = []
_called: dict[str, Callable[[set[int]], Mapping[int, str]]] = {}


def words(
    things: Mapping[str, Any],
    fields: Mapping[str, Any],
    values: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Make a feature's words known: what its things, their fields, and the fields' stored values are called."""
    _things.update(things)
    for thing in things:
        _fields[thing], _values[thing] = fields, values or {}


def words_anywhere(fields: Mapping[str, Any], refers: Mapping[str, str], rows: Mapping[str, str]) -> None:
    """What fields are called of which the words of their thing say nothing; and which fields hold the number of another
    thing (`refers`), or rows that begin with one (`rows`), and of what kind."""
    _anywhere.update(fields)
    _refers.update(refers)
    _rows.update(rows)


def people_named_by(namer: Names) -> None:
    """Who knows people's names: ids → things with names. The ground floor knows no people."""
    _namers[:] = [namer]


def things_named_by(namers: Mapping[str, Callable[[set[int]], Mapping[int, str]]]) -> None:
    """Who knows what things are called, by kind: ids → code and name in the reader's script."""
    _called.update(namers)


def called(entries: Iterable[AuditEntry]) -> dict[int, str]:
    """What the things of entries are called, by entry id; their number where nobody knows it. One call a kind."""
    entries = list(entries)
    known = {
        thing: namer({e.thing_id for e in entries if e.thing == thing})
        for thing, namer in _called.items()
        if any(e.thing == thing for e in entries)
    }
    return {e.id: known.get(e.thing, {}).get(e.thing_id, str(e.thing_id)) for e in entries}


def referred(entries: Iterable[AuditEntry]) -> Referred:
    """What the numbers in entries stand for; for pages of who reads the whole trail. One call a kind."""
    asked: dict[str, set[int]] = {}
    for entry in entries:
        for key, value in (*entry.before.items(), *entry.after.items()):
            if kind := _kind_in(key, value):
                firsts = [row[0] for row in _rows_in(value)] if isinstance(value, list) else [value]
                asked.setdefault(kind, set()).update(one for one in firsts if type(one) is int)
    named = {kind: (names if kind == "person" else _called[kind])(ids) for kind, ids in asked.items() if ids}
    return {(kind, key): name for kind, found in named.items() for key, name in found.items()}


def _kind_in(key: str, value: Any) -> str | None:
    """Of what kind of thing a field keeps the number: a bare number under the name of a list is how many they are."""
    return (_rows if isinstance(value, list) else _refers).get(key)


def _rows_in(value: list[Any]) -> list[list[Any]]:
    return [row if isinstance(row, list) else [row] for row in value if row != []]


def _with_names(key: str, value: Any, named: Referred) -> Any:
    """A value in which names stand for the numbers of things."""
    kind = _kind_in(key, value)
    if kind is None or isinstance(value, Mapping):
        return value
    if isinstance(value, list):
        return [[named.get((kind, row[0]), row[0]), *row[1:]] for row in _rows_in(value)]
    return named.get((kind, value), value)


def act_word(act: str) -> str:
    """What an act is called; its stable word when the catalogue no longer knows it."""
    return str(audit.acts().get(act, act))


def thing_word(thing: str) -> str:
    """What a kind of thing is called."""
    return str(_things.get(thing, thing))


def field_word(thing: str, key: str) -> str:
    """What a field of a kind of thing is called."""
    return str(_fields.get(thing, {}).get(key) or _anywhere.get(key, key))


def value_words(thing: str, key: str, value: Any) -> str:
    """A stored value as a person reads it; empty when there is none."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, list):
        between = _("；") if any(isinstance(item, list) for item in value) else _("、")
        return str(between).join(filter(None, (value_words(thing, key, item) for item in value)))
    if isinstance(value, Mapping):
        parts = ((field_word(thing, str(k)), value_words(thing, str(k), v)) for k, v in value.items())
        return str(_("；")).join(f"{label}{_('：')}{words}" for label, words in parts if words)
    known = _values.get(thing, {}).get(key, {})
    if isinstance(value, str) and value in known:
        return str(known[value])
    return _instant(value) if isinstance(value, str) else str(value)


def _instant(value: str) -> str:
    if len(value) == 27 and value[10] == "T" and value.endswith("Z"):
        return i18n.moment(datetime.fromisoformat(value))
    return value


def changes_of(entry: AuditEntry, named: Referred = MappingProxyType({})) -> list[dict[str, str]]:
    """What an entry changed: label, before and after of each field, in the order of the record; `named` tells what
    numbers of other things stand for."""
    keys = [*entry.after, *(key for key in entry.before if key not in entry.after)]
    found = []
    for key in keys:
        before, after = (
            value_words(entry.thing, key, _with_names(key, side.get(key), named))
            for side in (entry.before, entry.after)
        )
        if before != after:
            found.append({"label": field_word(entry.thing, key), "before": before, "after": after})
    return found


def names(ids: set[int]) -> dict[int, str]:
    """People's names in the reader's script, by id; nothing is asked for nobody."""
    found = _namers[0](ids) if ids and _namers else {}
    return {key: i18n.name_of(person) for key, person in found.items()}


def who(entries: Iterable[AuditEntry]) -> dict[int, str]:
    """The names of those who acted, in the reader's script, by entry id; else as the trail keeps them."""
    entries = list(entries)
    found = names({entry.actor_id for entry in entries})
    return {e.id: found.get(e.actor_id, e.actor_label) for e in entries}


def last_change(thing: Any) -> tuple[str, datetime | None, int | None]:
    """Who changed a thing last, by their name in the reader's script, when, and the key of that person."""
    label, when, by = audit.last_change(thing)
    return (names({by}).get(by, label) if by else label), when, by


def described(entries: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """Entries as the macro `history` wants them."""
    entries = list(entries)
    acted = who(entries)
    return [
        {
            "when": i18n.moment(entry.recorded_at),
            "iso": entry.recorded_at.isoformat(timespec="milliseconds"),
            "who": acted[entry.id],
            "act_label": act_word(entry.act),
            "changes": changes_of(entry),
            "note": "",
            "mark": "",
        }
        for entry in entries
    ]

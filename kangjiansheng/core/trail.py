"""The trail in words: entries as the audit pages show them, whatever feature they are of."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.core import audit, history, i18n
from kangjiansheng.core.audit import AuditEntry

Names = Callable[[set[int]], Mapping[int, Any]]
Meant = Mapping[str, Mapping[int, str]]  # kind of thing → key → what it is called

# How a stored value is read: a kind of thing, when it holds the keys of such things; words by code; what makes words of
# it; or one of these (None for a plain value) for each column, when it holds rows, the first of which leads.
HIDDEN, LEADS = (
    object(),
    object(),
)  # a column that is not shown; a plain one that leads though it is not the first
Shape = str | Mapping[Any, Any] | Callable[[Any], str] | tuple[Any, ...]
_things: dict[str, Any] = {}
_fields: dict[str, Mapping[str, Any]] = {}
_values: dict[str, Mapping[str, Mapping[str, Any]]] = {}
_anywhere: dict[str, Any] = {}
_namers: list[Names] = []
_shapes: dict[str, Mapping[str, Shape]] = {}
_meant: list[Callable[[Mapping[str, set[int]]], Meant]] = []


def words(
    things: Mapping[str, Any],
    fields: Mapping[str, Any],
    values: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Make a feature's words known: what its things, their fields, and the fields' stored values are called."""
    _things.update(things)
    for thing in things:
        _fields[thing], _values[thing] = fields, values or {}


def besides(
    fields: Mapping[str, Any],
    shapes: Mapping[str, Mapping[str, Shape]],
    namer: Callable[[Mapping[str, set[int]]], Meant],
) -> None:
    """What fields are called of which the words of their thing say nothing; how values are read that are no plain words
    (thing → field → shape); and who knows what keys mean, of all kinds in one statement: kind → keys → names."""
    _anywhere.update(fields)
    _shapes.update(shapes)
    _meant[:] = [namer]


def people_named_by(namer: Names) -> None:
    """Who knows people's names: ids → things with names. The ground floor knows no people."""
    _namers[:] = [namer]


def meant(entries: Iterable[AuditEntry], about: tuple[str, int] | None = None) -> Meant:
    """What entries mean by keys, in themselves and in their values, and what one thing (kind, id) is called that they are
    about: for whoever may read the whole trail. One statement."""
    wanted: dict[str, set[int]] = {about[0]: {about[1]}} if about else {}
    for entry in entries:
        wanted.setdefault(entry.thing, set()).add(entry.thing_id)
        for key, value in (*entry.before.items(), *entry.after.items()):
            for kind, number in _keys(_shapes.get(entry.thing, {}).get(key), value):
                wanted.setdefault(kind, set()).add(number)
    return _meant[0](wanted)


def _keys(shape: Any, value: Any) -> Iterator[tuple[str, int]]:
    if isinstance(shape, str):
        yield from ((shape, item) for item in _listed(value) if type(item) is int)
    elif isinstance(shape, tuple):
        with suppress(TypeError, ValueError):  # kept in another shape: nothing in it is a key
            for row in _rows(value):
                for column, cell in zip(shape, row, strict=False):
                    yield from _keys(column, cell)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _rows(value: Any) -> list[Any]:
    """Rows as they are stored: a list of them, or pairs by their keys. What is none is no row."""
    if isinstance(value, Mapping):
        return [(int(key), item) for key, item in value.items()]
    if any(not isinstance(row, list | tuple) for row in value or ()):
        raise TypeError("no rows")
    return list(value or ())


def called(entry: AuditEntry, meant: Meant) -> str:
    """What the thing of an entry is called; its number when it is gone or has no name."""
    return named(entry.thing, entry.thing_id, meant)


def named(kind: str, number: int, meant: Meant) -> str:
    """What a thing is called; its number when it is gone or has no name."""
    return meant.get(kind, {}).get(number, str(number))


def act_word(act: str) -> str:
    """What an act is called; its stable word when the catalogue no longer knows it."""
    return str(audit.acts().get(act, act))


def thing_word(thing: str) -> str:
    """What a kind of thing is called."""
    return str(_things.get(thing, thing))


def says_of(thing: str, key: str) -> bool:
    """True when a field of a kind of thing has a word, or it is of no kind that the trail knows."""
    return thing not in _things or key in _fields[thing] or key in _anywhere


def reads(thing: str, key: str) -> bool:
    """True when somebody has said how the values of a field are read."""
    return key in _shapes.get(thing, {}) or key in _values.get(thing, {})


def field_word(thing: str, key: str) -> str:
    """What a field of a kind of thing is called."""
    return str(_fields.get(thing, {}).get(key) or _anywhere.get(key, key))


def value_words(thing: str, key: str, value: Any, meant: Meant | None = None) -> str:
    """A stored value as a person reads it; empty when there is none, and for keys of whose meaning nobody was asked."""
    if value is None or value == "":
        return ""
    shape = _shapes.get(thing, {}).get(key)
    if shape is not None:
        try:
            return _shaped(shape, value, meant)
        except (AttributeError, KeyError, TypeError, ValueError):
            pass  # kept by an earlier version in another shape: it is shown as it stands
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, list):
        return str(_("、")).join(filter(None, (value_words(thing, key, item, meant) for item in value)))
    if isinstance(value, Mapping):
        parts = ((field_word(thing, str(k)), value_words(thing, str(k), v, meant)) for k, v in value.items())
        return str(_("；")).join(f"{label}{_('：')}{words}" for label, words in parts if words)
    known = _values.get(thing, {}).get(key, {})
    if isinstance(value, str) and value in known:
        return str(known[value])
    return _instant(value) if isinstance(value, str) else str(value)


def _shaped(shape: Any, value: Any, meant: Meant | None) -> str:
    if isinstance(shape, tuple):
        parts = [_row(shape, row, meant) for row in _rows(value)]
    else:
        parts = [_cell(shape, item, meant) for item in _listed(value)]
    return str(_("、")).join(filter(None, parts))


def _row(shape: tuple[Any, ...], row: Any, meant: Meant | None) -> str:
    """A row: the column that leads, and what the others add to it."""
    shown = [(column, cell) for column, cell in zip(shape, row, strict=False) if column is not HIDDEN]
    shown.sort(key=lambda pair: pair[0] is not LEADS)
    first, *more = (_cell(None if column is LEADS else column, cell, meant) for column, cell in shown)
    told = str(_("，")).join(filter(None, more))
    return str(_("%(name)s（%(detail)s）", name=first, detail=told)) if first and told else first or told


def _cell(shape: Any, value: Any, meant: Meant | None) -> str:
    if value is None or value == "":
        return ""
    if shape is None:
        return _instant(value) if isinstance(value, str) else str(value)
    if isinstance(shape, str):
        return "" if meant is None else meant.get(shape, {}).get(value, str(value))
    if isinstance(shape, Mapping):
        return str(shape.get(value, value))
    return str(shape(value))


def _instant(value: str) -> str:
    if len(value) == 27 and value[10] == "T" and value.endswith("Z"):
        return i18n.moment(datetime.fromisoformat(value))
    return value


def changes_of(entry: AuditEntry, meant: Meant | None = None) -> list[dict[str, str]]:
    """What an entry changed: label, before and after of each field, in the order of the record; of keys only what they
    mean (see `meant`). Of two lists with much in common only what the other one lacks."""
    keys = [*entry.after, *(key for key in entry.before if key not in entry.after)]
    found = []
    for key in keys:
        pair = _differing(entry.before.get(key), entry.after.get(key))
        before, after = (value_words(entry.thing, key, value, meant) for value in pair)
        if before != after:
            found.append({"label": field_word(entry.thing, key), "before": before, "after": after})
    return found


def _differing(before: Any, after: Any) -> tuple[Any, Any]:
    if not (isinstance(before, list) and isinstance(after, list)):
        return before, after
    same = [item for item in before if item in after]
    if same != [item for item in after if item in before]:
        return before, after  # their order is what changed
    return history.differing(before, after)


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

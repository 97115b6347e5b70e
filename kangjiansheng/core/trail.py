"""The trail in words: entries as the audit pages show them, whatever feature they are of."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.core import audit, i18n
from kangjiansheng.core.audit import AuditEntry

Names = Callable[[set[int]], Mapping[int, Any]]
_fields: dict[str, Any] = {}
_things: dict[str, Any] = {}
_values: dict[str, Mapping[str, Any]] = {}
_namers: list[Names] = []


def words(
    *,
    fields: Mapping[str, Any] | None = None,
    things: Mapping[str, Any] | None = None,
    values: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Make a feature's words known: what a field, a kind of thing, and a field's stored values are called."""
    _fields.update(fields or {})
    _things.update(things or {})
    _values.update(values or {})


def people_named_by(namer: Names) -> None:
    """Who knows people's names: ids → things with names. The ground floor knows no people."""
    _namers[:] = [namer]


def act_word(act: str) -> str:
    """What an act is called; its stable word when the catalogue no longer knows it."""
    return str(audit.acts().get(act, act))


def thing_word(thing: str) -> str:
    """What a kind of thing is called."""
    return str(_things.get(thing, thing))


def field_word(key: str) -> str:
    """What a field is called."""
    return str(_fields.get(key, key))


def value_words(key: str, value: Any) -> str:
    """A stored value as a person reads it; empty when there is none."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, list):
        return str(_("、")).join(value_words(key, item) for item in value)
    if isinstance(value, Mapping):
        return str(_("；")).join(
            f"{field_word(str(k))}{_('：')}{value_words(str(k), v)}"
            for k, v in value.items()
            if v not in (None, "")
        )
    if isinstance(value, datetime | date):
        return i18n.moment(value) if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, str) and value in _values.get(key, {}):
        return str(_values[key][value])
    return _instant(value) if isinstance(value, str) else str(value)


def _instant(value: str) -> str:
    if len(value) == 27 and value[10] == "T" and value.endswith("Z"):
        return i18n.moment(datetime.fromisoformat(value))
    return value


def changes_of(entry: AuditEntry) -> list[dict[str, str]]:
    """What an entry changed: label, before and after of each field, in the order of the record."""
    keys = [*entry.after, *(key for key in entry.before if key not in entry.after)]
    return [
        {
            "label": field_word(key),
            "before": value_words(key, entry.before.get(key)),
            "after": value_words(key, entry.after.get(key)),
        }
        for key in keys
        if value_words(key, entry.before.get(key)) != value_words(key, entry.after.get(key))
    ]


def who(entries: Iterable[AuditEntry]) -> dict[int, str]:
    """The names of those who acted, in the reader's script, by entry id; else as the trail keeps them."""
    entries = list(entries)
    found = _namers[0]({entry.actor_id for entry in entries}) if _namers else {}
    return {e.id: i18n.name_of(found[e.actor_id]) if e.actor_id in found else e.actor_label for e in entries}


def described(entries: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """Entries as the macro `history` wants them."""
    entries = list(entries)
    names = who(entries)
    return [
        {
            "when": i18n.moment(entry.recorded_at),
            "iso": entry.recorded_at.isoformat(),
            "who": names[entry.id],
            "act_label": act_word(entry.act),
            "changes": changes_of(entry),
            "note": "",
            "mark": "",
        }
        for entry in entries
    ]

"""The history of one thing as its page shows it: who did what, when, and which values changed."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kangjiansheng.core import audit, i18n

Show = Callable[[str, Any], str]


def entries(
    rows: Iterable[audit.AuditEntry], *, labels: Mapping[str, Any], show: Show, people: Mapping[int, Any]
) -> list[dict[str, Any]]:
    """The entries for the macro `history`, in the order of `rows` (see `audit.history`).

    `labels` names the keys of the thing's state; a key without a label stays out of sight. `show(key, value)`
    gives a value in words. `people` are those who acted, by id, for their names in the reader's script.
    """
    return [_entry(row, labels, show, people) for row in rows]


def _entry(
    row: audit.AuditEntry, labels: Mapping[str, Any], show: Show, people: Mapping[int, Any]
) -> dict[str, Any]:
    person = people.get(row.actor_id)
    return {
        "when": i18n.moment(row.recorded_at),
        "iso": row.recorded_at.isoformat(timespec="milliseconds"),
        "who": i18n.name_of(person) if person else row.actor_label,
        "act_label": str(audit.acts()[row.act]),
        "changes": _changes(row, labels, show) if row.before else [],
        "mark": None,
        "note": "" if row.before else str(row.after.get("said", "")),
    }


def _changes(row: audit.AuditEntry, labels: Mapping[str, Any], show: Show) -> list[dict[str, str]]:
    found = []
    for key, label in labels.items():
        if key in row.before or key in row.after:
            before, after = differing(row.before.get(key), row.after.get(key))
            was, now = show(key, before), show(key, after)
            if was != now:  # else a reader who may know neither would know that there is something
                found.append({"label": str(label), "before": was, "after": now})
    return found


def differing(before: Any, after: Any) -> tuple[Any, Any]:
    """Of two lists only what the other one lacks; anything else as it is."""
    if not (isinstance(before, list) and isinstance(after, list)):
        return before, after
    return [item for item in before if item not in after], [item for item in after if item not in before]

"""The history panel of this floor's things: labels of their fields, and values in words."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kangjiansheng.accounts.models import Person
from kangjiansheng.core import audit, file_levels, history, i18n, naming
from kangjiansheng.core.access import actor
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.pages import with_args
from kangjiansheng.labs import queries, rules
from kangjiansheng.labs.models import Institution, JointLab
from kangjiansheng.labs.views.blueprint import said, travelled

LABELS: dict[str, Any] = {
    "name_hans": _l("名称（简体）"),
    "name_hant": _l("名称（繁体）"),
    "name_en": _l("名称（英文）"),
    "aliases": _l("别名"),
    "sectors": _l("政产学研医资"),
    "regulator": _l("监管机构"),
    "role_hans": _l("说明"),
    "kind": _l("类型"),
    "parent_id": _l("上位协议"),
    "parties": _l("各方"),
    "signed_on": _l("签署日期"),
    "year_inferred": _l("年份为推定"),
    "effective_on": _l("生效日期"),
    "expires_on": _l("到期日期"),
    "renewal_months": _l("提前几个月商议续签"),
    "summary": _l("摘要"),
    "stated": _l("已载明"),
    "not_stated": _l("未载明"),
    "clauses": _l("条款"),
    "mission": _l("宗旨"),
    "site": _l("地点"),
    "life": _l("状态"),
    "accepted_on": _l("验收日期"),
    "agreement_id": _l("依托协议"),
    "partners": _l("合作方"),
    "members": _l("成员"),
    "confidentiality": _l("保密级别"),
}
VALUES: dict[str, Mapping[str, Any]] = {
    "kind": rules.KINDS,
    "life": rules.LIVES,
    "confidentiality": rules.LEVELS,
}


@dataclass(frozen=True)
class Panel:
    """The history panel: the entries shown, and the address of all of them when there are more."""

    entries: list[dict[str, Any]]
    more: str | None


def panel(
    thing: Any,
    labels: Mapping[str, Any] = LABELS,
    values: Mapping[str, Mapping[str, Any]] = VALUES,
    unseen: Collection[int] = (),
    besides: Sequence[dict[str, Any]] = (),
) -> Panel:
    """The last five changes up to the day of the time travel; all with `?history=all`. `labels` name the fields of the
    thing, `values` the words of vocabularies in them; of the files of the numbers `unseen` nothing is told.
    `besides` are entries that a higher floor adds."""
    return of_all([thing], labels, values, unseen=unseen, besides=besides)


def of_all(
    things: Sequence[Any],
    labels: Mapping[str, Any] = LABELS,
    values: Mapping[str, Mapping[str, Any]] = VALUES,
    called: Callable[[AuditEntry], str] | None = None,
    unseen: Collection[int] = (),
    besides: Sequence[dict[str, Any]] = (),
) -> Panel:
    """The same of several things of one kind (one at least) together; `called` says of which each entry tells."""
    day, everything = travelled(), request.args.get("history") == "all"
    ids = [one.id for one in things]
    found = file_levels.without(audit.history(things[0].__tablename__, ids, 500, until=day), unseen)
    rows = found if everything else found[:5]
    words = _Words(rows, values)
    shown = history.entries(rows, labels=labels, show=words.show, people=words.people)
    if called:
        for entry, row in zip(shown, rows, strict=True):
            entry["mark"] = called(row)
    if besides:
        shown = sorted([*shown, *besides], key=lambda entry: entry["iso"], reverse=True)
        shown = shown if everything else shown[:5]
    more = with_args(history="all") + "#history" if len(found) + len(besides) > len(shown) else None
    return Panel(shown, more)


class Compared(NamedTuple):
    """A field of two states: its key, its label, and what it says in both."""

    field: str
    label: str
    before: str
    after: str


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Compared]:
    """Two states beside each other: each field that either fills."""
    words = _Words([_Pair(dict(before), dict(after))], VALUES)
    rows = [
        Compared(key, str(label), words.show(key, before.get(key)), words.show(key, after.get(key)))
        for key, label in LABELS.items()
    ]
    return [row for row in rows if row.before or row.after]


@dataclass(frozen=True)
class _Pair:
    """Two states, in the shape of an entry of the trail."""

    before: dict[str, Any]
    after: dict[str, Any]
    actor_id: int = 0


class _Words:
    """Values of a state in words. Names that states hold by id are read once, and only when there are any."""

    def __init__(self, rows: Sequence[AuditEntry | _Pair], values: Mapping[str, Mapping[str, Any]]) -> None:
        self.values = values
        states = [state for row in rows if row.before for state in (row.before, row.after)]
        keys = {key for state in states for key in state}
        members = {member[0] for state in states for member in state.get("members", [])}
        holders = {state["holder_id"] for state in states if state.get("holder_id")}
        listed = {row[0] for state in states for key in ("parties", "partners") for row in state.get(key, [])}
        named = naming.called(
            {
                Person: members | holders | {row.actor_id for row in rows},
                Institution: listed | {state.get("institution_id") for state in states},
                JointLab: {state.get("lab_id") for state in states},
            }
        )
        self.people = named[Person]
        self.institutions = {key: i18n.name_of(row) for key, row in named[Institution].items()}
        self.labs = {key: i18n.name_of(row) for key, row in named[JointLab].items()}
        self.agreements = (
            queries.agreement_codes(actor=actor()) if keys & {"agreement_id", "parent_id"} else {}
        )

    def show(self, key: str, value: Any) -> str:
        """One value in words."""
        if value in (None, "", []):
            return ""
        return self._list(key, value) if isinstance(value, list) else self._one(key, value)

    def _one(self, key: str, value: Any) -> str:
        if key in ("agreement_id", "parent_id"):
            return self.agreements.get(value, "")
        if key in ("institution_id", "lab_id"):
            return (self.institutions if key == "institution_id" else self.labs).get(value, "")
        if key == "holder_id":
            return i18n.name_of(self.people[value]) if value in self.people else ""
        if isinstance(value, bool):
            return _("是") if value else _("否")
        return str(self.values.get(key, {}).get(value, value))

    def _list(self, key: str, value: list[Any]) -> str:
        shown = {
            "sectors": lambda code: i18n.name_of(rules.sectors()[code].name),
            "parties": lambda row: self._with(self.institutions[row[0]], rules.CAPACITIES[row[1]]),
            "partners": lambda row: self._with(
                self.institutions[row[0]], row[2] or rules.PARTNER_ROLES[row[1]]
            ),
            "members": self._member,
            "clauses": " ".join,
        }.get(key, said)
        return _("、").join(shown(row) for row in value)

    def _member(self, row: list[Any]) -> str:
        person_id, role, first, last = row
        name = i18n.name_of(self.people[person_id]) if person_id in self.people else str(person_id)
        words = {**rules.INSTITUTION_ROLES, **rules.LAB_ROLES}[role]
        return self._with(name, f"{words} {first} – {last or ''}".rstrip())

    def _with(self, name: str, detail: Any) -> str:
        return _("%(name)s（%(detail)s）", name=name, detail=detail)

"""The founding facts: institutions and the agreement of the announcement, and nothing beyond it."""

from datetime import date
from typing import Any

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, begin
from kangjiansheng.core.db import db
from kangjiansheng.labs import rules
from kangjiansheng.labs.models import Agreement, Institution
from kangjiansheng.labs.operations.agreements import create_agreement
from kangjiansheng.labs.operations.institutions import create_institution

FOUNDED_ON = date(2024, 9, 10)  # the announcement gives no year: see the reasons in agreements.json
SOURCE = "成立公告"


def load_reference(*, actor: Actor) -> None:
    """Register what is missing of the founding facts; what is there is left as people made it."""
    change = _change(actor)
    for row in _missing("institutions", Institution):
        _institution(row, actor, change())
    for row in _missing("agreements", Agreement):
        _agreement(row, actor, change())


def _missing(name: str, kind: Any) -> list[dict[str, Any]]:
    there = set(db.session.scalars(select(kind.code)))
    return [row for row in rules.reference(name) if row["code"] not in there]


def _change(actor: Actor) -> Any:
    """One change set for all that is loaded, opened only when something is."""
    opened: list[ChangeSet] = []

    def change() -> ChangeSet:
        if not opened:
            opened.append(begin(actor=actor, source="import", label=SOURCE))
        return opened[0]

    return change


def _recording() -> dict[str, Any]:
    return {"effective_at": clock.start_of(FOUNDED_ON)}


def _institution(row: dict[str, Any], actor: Actor, change: ChangeSet) -> None:
    create_institution(
        actor=actor,
        code=row["code"],
        name_hans=row["name"]["hans"],
        name_hant=row["name"]["hant"],
        name_en=row["name"]["en"],
        alias_lines="\n".join(row["aliases"]),
        sector_codes=row["sectors"],
        regulator=row["regulator"],
        role_hans=row["role"]["hans"],
        source=SOURCE,
        change=change,
        recording=_recording(),
    )


def _agreement(row: dict[str, Any], actor: Actor, change: ChangeSet) -> None:
    by_capacity: dict[str, list[str]] = {}
    for party in row["parties"]:
        by_capacity.setdefault(party["capacity"], []).append(party["institution"])
    create_agreement(
        actor=actor,
        code=row["code"],
        kind=row["kind"],
        name_hans=row["name"]["hans"],
        name_hant=row["name"]["hant"],
        name_en=row["name"]["en"],
        signed_on=date.fromisoformat(row["signed_on"]),
        year_inferred=row["year_inferred"],
        confidentiality=row["confidentiality"],
        source=row["source"]["hans"],
        signatory_codes=by_capacity["signatory"],
        implementing_codes=by_capacity.get("implementing", []),
        witness_codes=by_capacity.get("witness", []),
        stated_lines="\n".join(text["hans"] for text in row["stated"]),
        not_stated_lines="\n".join(text["hans"] for text in row["not_stated"]),
        change=change,
        recording=_recording(),
    )

"""Plans that were read already, as the columns of a day: what is asked of columns can be asked of them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np

from kangjiansheng.projects.queries.rows import LabRow, MilestoneRow
from kangjiansheng.projects.rules.days import Day
from kangjiansheng.projects.rules.ledgers import NONE, STATES, Array, History, Ledgers, instant, number
from kangjiansheng.projects.rules.names import NOBODY, Names


def laid(rows: Sequence[LabRow], day: date, names: Names) -> Day:
    """Laboratories with a plan as they stood at the end of a day; each milestone has one entry, what it says."""
    rows = sorted(rows, key=lambda row: row.id)
    labs = {row.id: row.code for row in rows}
    of = sorted(((m, row) for row in rows for m in row.milestones), key=lambda pair: pair[0].id)
    ledgers = Ledgers(_owners(rows, names), _milestones(of, names), labs, names)
    return Day(ledgers, labs, None, day)


def _owners(rows: Sequence[LabRow], names: Names) -> History:
    count = len(rows)
    empty = np.full(count, "", object)
    return History(
        np.array([row.id for row in rows], np.int64),
        np.arange(count + 1),
        {
            "code": np.array([row.code for row in rows], object),
            "illustrative": np.array([row.illustrative for row in rows], np.bool_),
        },
        {
            "at": np.zeros(count, np.int64),
            "claimed": empty,
            "stage": empty,
            "family": empty,
            "pathway": np.array([row.pathway for row in rows], object),
            "labs": _objects([[(lab.id, lab.leads) for lab in row.labs] for row in rows]),
            "parties": _objects([[(party.id, party.role) for party in row.parties] for row in rows]),
            "lab": np.array([row.id for row in rows], np.int64),
            "rests": np.array([row.resting for row in rows], np.bool_),
            "archived": np.zeros(count, np.bool_),
            "name": np.array([names.number(*_name(row)) for row in rows], np.int32),
            "owner_role": np.array([names.number(row.owner_role) for row in rows], np.int32),
        },
    )


def _milestones(of: Sequence[tuple[MilestoneRow, LabRow]], names: Names) -> History:
    rows = [m for m, _lab in of]
    facts: dict[str, Array] = {
        "project": np.array([row.id for _m, row in of], np.int64),
        "plan": np.array([m.plan_id for m in rows], np.int64),
        "code": np.array([m.code for m in rows], object),
        "name": np.array([names.number(*_name(m)) for m in rows], np.int32),
        "position": np.array([m.position for m in rows], np.int32),
        "decision": np.array([m.kind == "decision" for m in rows], np.bool_),
        "gate": np.array([m.gate for m in rows], np.bool_),
        "confirmed": np.array([_instant(m.confirmed_at) for m in rows], np.int64),
        "by_hand": np.array([bool(m.confirmed_by) for m in rows], np.bool_),
    }
    said: dict[str, Array] = {
        "at": np.zeros(len(rows), np.int64),
        **{
            column: np.array([_day(getattr(m, key)) for m in rows], np.int64)
            for column, key in (
                ("baseline", "baseline"),
                ("plan", "current_plan"),
                ("forecast", "forecast"),
                ("proposed", "proposed"),
                ("actual", "actual"),
            )
        },
        "state": np.array([STATES.index(m.state) for m in rows], np.int8),
        "flagged": np.array([m.flagged for m in rows], np.bool_),
        "owner": np.array([m.owner_id or 0 for m in rows], np.int64),
        "reason": np.array(
            [names.number(m.reason_code) if m.reason_code else NOBODY for m in rows], np.int32
        ),
        "moves": np.array([m.moves for m in rows], np.int32),
    }
    return History(np.array([m.id for m in rows], np.int64), np.arange(len(rows) + 1), facts, said)


def _name(thing: Any) -> tuple[str, str, str]:
    return thing.name_hans, thing.name_hant, thing.name_en


def _day(day: date | None) -> int:
    return NONE if day is None else number(day)


def _instant(at: datetime | None) -> int:
    return NONE if at is None else instant(at)


def _objects(found: Sequence[Any]) -> Any:
    column = np.empty(len(found), object)
    for n, one in enumerate(found):
        column[n] = one
    return column

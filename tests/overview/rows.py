"""Plain rows for the rules: a project and its milestones, as the portfolio gives them, and as columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

import numpy as np

from kangjiansheng.core.calendar import start_of
from kangjiansheng.overview.rules.rows import Naming
from kangjiansheng.projects.rules.days import Day
from kangjiansheng.projects.rules.ledgers import NONE, STATES, History, Ledgers, instant, number
from kangjiansheng.projects.rules.milestones import SEVERITY
from kangjiansheng.projects.rules.plans import RESTING

T = TypeVar("T")

DAY = date(2026, 11, 20)


@dataclass(frozen=True)
class Named:
    code: str
    name_hans: str = "名称"
    name_hant: str = ""
    name_en: str = ""


@dataclass(frozen=True)
class M(Named):
    id: int = 0
    project_code: str = "P-1"
    position: int = 1
    kind: str = "milestone"
    gate: bool = False
    baseline: date | None = None
    current_plan: date | None = None
    forecast: date | None = None
    proposed: date | None = None
    actual: date | None = None
    state: str = "open"
    flagged: bool = False
    reason_code: str | None = None
    note: str = ""
    status: str = "ontrack"
    slip: int | None = None
    owner_id: int | None = None
    owner_label: str = ""
    confirmed_at: datetime | None = None


@dataclass(frozen=True)
class P(Named):
    id: int = 1
    indication: dict[str, str] = field(default_factory=lambda: {"hans": "", "hant": "", "en": ""})
    family: str = "CAR_T_AUTO"
    stage: str = "IIT"
    claimed: str = "ACTIVE"
    status: str = "ontrack"
    priority: str = "P1"
    owner_role: str = ""
    lead_label: str = ""
    labs: tuple[Any, ...] = ()
    milestones: tuple[Any, ...] = ()


def done(actual: date, baseline: date, **more: Any) -> M:
    """A milestone that was reached."""
    slip = (actual - baseline).days
    return M("A010", baseline=baseline, actual=actual, state="done", status="done", slip=slip, **more)


def ahead(baseline: date, forecast: date | None = None, **more: Any) -> M:
    """An open milestone with the status that follows from its dates alone."""
    slip = (forecast - baseline).days if forecast else None
    late = (forecast or baseline) < DAY
    status = "late" if late else "slip" if slip and slip >= 15 else "risk" if slip and slip > 0 else "ontrack"
    return M("A020", baseline=baseline, forecast=forecast, slip=slip, **{"status": status, **more})


class Told:
    """What somebody sees of some projects at the end of DAY, and at the end of the earlier day `then`.

    On that day only the milestones of `before` were there (by id, with their state). The statuses are those that the
    rows bear. `of` gives what was made the rows that it names.
    """

    def __init__(
        self,
        projects: Sequence[P],
        before: Mapping[int, Mapping[str, Any]] | None = None,
        then: date = DAY - timedelta(30),
    ) -> None:
        keys = count(10**6)
        self.rows = [
            replace(p, id=n, milestones=tuple(replace(m, id=m.id or next(keys)) for m in p.milestones))
            for n, p in enumerate(projects, 1)
        ]
        ledgers = Ledgers(_projects(self.rows), _milestones(self.rows, before or {}, then), _labs(self.rows))
        ids = [p.id for p in self.rows]
        self.day, self.past = Day(ledgers, ids, DAY, DAY), Day(ledgers, ids, then, DAY)
        said = {m.id: SEVERITY.index(m.status) for p in self.rows for m in p.milestones}
        self.day.status = np.array([said[key] for key in self.day.id.tolist()], np.int64)
        self.day.statuses = [p.status for p in self.rows]
        self.naming = Naming(self.day)

    def of(self, made: T) -> T:
        """The same with the rows of all that it names."""
        named = self.naming.milestones
        assert self.naming.fill(
            [
                replace(p, milestones=tuple(m for m in p.milestones if m.id in named))
                for p in self.rows
                if p.id in self.naming.projects
            ]
        )
        return made


def _labs(rows: Sequence[P]) -> dict[int, str]:
    return dict(enumerate(sorted({lab.code for p in rows for lab in p.labs}), 1))


def _projects(rows: Sequence[P]) -> History:
    keys = {code: key for key, code in _labs(rows).items()}
    return History(
        np.array([p.id for p in rows], np.int64),
        np.arange(len(rows) + 1),
        {"code": np.array([p.code for p in rows], object), "illustrative": np.zeros(len(rows), np.bool_)},
        {
            "at": np.zeros(len(rows), np.int64),
            "lab": np.array([keys[p.labs[0].code] if p.labs else 0 for p in rows], np.int64),
            "rests": np.array([p.claimed in RESTING for p in rows], np.bool_),
            "archived": np.zeros(len(rows), np.bool_),
            "claimed": np.array([p.claimed for p in rows], object),
            "stage": np.array([p.stage for p in rows], object),
            "family": np.array([p.family for p in rows], object),
        },
    )


def _milestones(rows: Sequence[P], before: Mapping[int, Mapping[str, Any]], then: date) -> History:
    of = sorted(((m, p.id) for p in rows for m in p.milestones), key=lambda pair: pair[0].id)
    said = [
        (n, day, state)
        for n, (m, _project) in enumerate(of)
        for day, state in ((then, before.get(m.id)), (DAY, vars(m)))
        if state is not None
    ]

    def dates(key: str) -> Any:
        found = (state.get(key) for _n, _day, state in said)
        return np.array([NONE if day is None else number(day) for day in found], np.int64)

    return History(
        np.array([m.id for m, _project in of], np.int64),
        np.searchsorted([n for n, _day, _state in said], np.arange(len(of) + 1)),
        {
            "project": np.array([project for _m, project in of], np.int64),
            "code": np.array([m.code for m, _project in of], object),
            "position": np.array([m.position for m, _project in of], np.int64),
            "decision": np.array([m.kind == "decision" for m, _project in of], np.bool_),
            "gate": np.array([m.gate for m, _project in of], np.bool_),
        },
        {
            "at": np.array(
                [instant(state.get("confirmed_at") or start_of(day)) for _n, day, state in said], np.int64
            ),
            "confirms": np.array([bool(state.get("confirmed_at")) for *_, state in said], np.bool_),
            "state": np.array([STATES.index(state.get("state", "open")) for *_, state in said], np.int8),
            "flagged": np.array([state.get("flagged", False) for *_, state in said], np.bool_),
            "baseline": dates("baseline"),
            "plan": dates("current_plan"),
            "forecast": dates("forecast"),
            "actual": dates("actual"),
        },
    )

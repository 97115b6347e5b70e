"""The product filled up: thousands of projects with their milestones and ledgers, written past the session.

The same size gives the same rows on every machine and on both engines. A history begins with the plan, moves some
promises, and ends reached, cancelled or open, so that a past day finds another portfolio than today.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, insert, inspect, select

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core import audit, clock, search
from kangjiansheng.core.changes import begin
from kangjiansheng.core.db import db, is_sqlite
from kangjiansheng.core.digests import plain
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import Institution, JointLab
from kangjiansheng.projects.models import (
    Milestone,
    MilestoneEntry,
    Plan,
    Project,
    ProjectEntry,
    ProjectLab,
    ProjectParty,
)
from kangjiansheng.projects.rules.vocabulary import modalities, reasons, stages

BASE = 1_000_000  # where the keys of these rows begin
LABS = 24
FIRST = date(2024, 9, 10)
_MANY = 20_000


@dataclass(frozen=True)
class Size:
    """How much there is; `entries` of each milestone on average."""

    projects: int = 2000
    milestones: int = 50
    entries: int = 10


def fill(size: Size) -> None:
    """Add the rows to the database of the running application, and let PostgreSQL look at them."""
    dice = random.Random(2026)
    with writing():
        actor = system_actor()
        change = begin(actor=actor, source="command")
        _Writer(size, dice, change.id).write()
        audit.note(
            "projects:portfolio:import",
            "change_set",
            change.id,
            actor=actor,
            change=change,
            before={},
            after={},
        )
    if not is_sqlite():
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


class _Writer:
    def __init__(self, size: Size, dice: random.Random, change_id: int) -> None:
        self.size, self.dice, self.change_id = size, dice, change_id
        self.today = clock.today()
        self.parties = list(db.session.scalars(select(Institution.id).order_by(Institution.id)))
        self.first_entry = (db.session.scalar(select(func.max(MilestoneEntry.id))) or 0) + 1
        self.entry_id = self.first_entry

    def write(self) -> None:
        labs = [BASE + n for n in range(LABS)]
        put(JointLab, (self._lab(key, n) for n, key in enumerate(labs)))
        heads = [self._project(n, labs[self.dice.randrange(LABS)]) for n in range(self.size.projects)]
        put(Project, (head for head, _lab, _parties, _entries in heads))
        put(Plan, ({"id": head["id"], "project_id": head["id"]} for head, *_rest in heads))
        put(
            ProjectLab,
            (
                {"id": head["id"], "project_id": head["id"], "lab_id": lab, "leads": True}
                for head, lab, *_rest in heads
            ),
        )
        keys = iter(range(BASE, BASE * 10))
        put(
            ProjectParty,
            (
                {"id": next(keys), "project_id": head["id"], "institution_id": party, "role": "partner"}
                for head, _lab, parties, _entries in heads
                for party in parties
            ),
        )
        keys = iter(range(BASE, BASE * 10))
        put(
            ProjectEntry,
            ({"id": next(keys)} | entry for _head, _lab, _parties, entries in heads for entry in entries),
        )
        # The milestones stand before their entries: both are written a stretch of projects at a time.
        for at in range(0, len(heads), 100):
            found = [
                self._milestone(head, k)
                for head, *_rest in heads[at : at + 100]
                for k in range(self.size.milestones)
            ]
            put(Milestone, (row for row, _entries in found))
            put(MilestoneEntry, (entry for _row, entries in found for entry in entries))
        advance(JointLab, Project, Plan, ProjectLab, ProjectParty, ProjectEntry, Milestone, MilestoneEntry)

    def _lab(self, key: int, n: int) -> dict[str, Any]:
        names = _names(
            f"第{n + 1}细胞治疗联合实验室",
            f"第{n + 1}細胞治療聯合實驗室",
            f"Cell Therapy Joint Laboratory {n + 1}",
        )
        return {
            "id": key, "code": f"BL-{n + 1:02d}", **names, "mission": "", "site": "", "life": "operating",
            "confidentiality": "parties", "illustrative": True, "version": 1,
        }  # fmt: skip

    def _project(self, n: int, lab: int) -> tuple[dict[str, Any], int, list[int], list[dict[str, Any]]]:
        dice, key = self.dice, BASE + n
        order = list(stages())
        begun = FIRST + timedelta(days=dice.randrange(600))
        at = dice.randrange(len(order))
        claimed = dice.choices(("ACTIVE", "AT_RISK", "ON_HOLD", "TERMINATED", "COMPLETED"), (80, 8, 5, 4, 3))[
            0
        ]
        kept = {
            "code": f"BIG-{n + 1:04d}",
            **_names(f"候选细胞产品 {n + 1}", f"候選細胞產品 {n + 1}", f"Cell product candidate {n + 1}"),
            "modality": dice.choice(list(modalities())),
            "donor_source": "", "target": "",
            "indication_hans": "复发或难治性淋巴瘤", "indication_hant": "復發或難治性淋巴瘤",
            "indication_en": "Relapsed or refractory lymphoma", "indication_group": "",
            "pathway": "A_drug", "stage": order[at], "status": claimed, "priority": dice.choice(("P1", "P2", "P3")),
            "owner_role": "", "lead_id": None,
            "confidentiality": dice.choices(("parties", "team", "open"), (88, 10, 2))[0],
            "baseline_start": begun, "note": "",
            "archived_at": clock.now() if dice.random() < 0.02 else None,
        }  # fmt: skip
        parties = dice.sample(self.parties, dice.randrange(1, 4))
        head = {"id": key, **kept, "illustrative": True, "version": 1}
        entries = []
        for step in range(max(0, at - 3), at + 1):
            last = step == at
            day = begun + (self.today - begun) * (step - max(0, at - 3)) / 5
            state = kept | {"stage": order[step], "status": claimed if last else "ACTIVE"}
            state["archived_at"] = kept["archived_at"] if last else None
            state |= {"labs": [[lab, True]], "parties": sorted([p, "partner"] for p in parties)}
            state |= {"members": [], "registrations": []}
            entries.append(
                {
                    "project_id": key, "kind": "edit", "change_set_id": self.change_id, "imported": True,
                    "effective_at": clock.start_of(day), "recorded_at": clock.start_of(day), "lead_lab_id": lab,
                    "state": plain(state), "digest": "0" * 64,
                    **{k: state[k] for k in ("stage", "status", "name_hans", "modality", "indication_group", "pathway")},
                }
            )  # fmt: skip
        return head, lab, parties, entries

    def _milestone(self, head: dict[str, Any], k: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        dice = self.dice
        key = (head["id"] - BASE) * self.size.milestones + k + BASE
        opened = head["baseline_start"]
        baseline = opened + timedelta(days=25 * k + dice.randrange(20))
        state: dict[str, Any] = {
            "baseline": baseline, "current_plan": baseline, "forecast": None, "proposed": None, "actual": None,
            "state": "open", "flagged": False, "owner_id": None, "confirmed_by_id": None, "reason_code": None,
            "note": "", "moves": 0,
        }  # fmt: skip
        entries = [self._entry(key, "open", opened, state)]
        more = max(1, round(dice.gauss(self.size.entries - 1, 2)))
        for day in sorted(dice.sample(range(1, max((self.today - opened).days, more + 2)), more)):
            if state["state"] == "open":
                state = self._next(state, opened + timedelta(days=day))
            entries.append(self._entry(key, "forecast", opened + timedelta(days=day), state))
        row = {
            "id": key, "plan_id": head["id"], "code": f"A{10 * (k + 1):03d}", "position": k,
            "kind": "decision" if k % 25 == 24 else "milestone", "gate": k % 8 == 7, "responsible_id": None,
            **_names(f"第 {k + 1} 步：放行检验", f"第 {k + 1} 步：放行檢驗", f"Step {k + 1}: release testing"),
            "confirmed_at": entries[-1]["effective_at"], "evidence_ref": "", "duration": None, "unit": "day",
            "version": 1, **state,
        }  # fmt: skip
        return row, entries

    def _next(self, state: dict[str, Any], day: date) -> dict[str, Any]:
        dice = self.dice
        promised = state["forecast"] or state["current_plan"]
        if promised <= day:
            if dice.random() < 0.85:
                return state | {"actual": day, "state": "done", "proposed": None}
            return state | {
                "forecast": day + timedelta(days=dice.randrange(5, 120)),
                "reason_code": "SUPPLY",
                "moves": state["moves"] + 1,
            }
        turn = dice.random()
        if turn < 0.25:
            far = promised + timedelta(days=dice.randrange(-10, 45))
            return state | {
                "forecast": max(far, day),
                "reason_code": dice.choice(list(reasons())),
                "moves": state["moves"] + 1,
            }
        if turn < 0.27:
            return state | {"flagged": not state["flagged"]}
        if turn < 0.274:
            return state | {"state": "cancelled"}
        return state | {"forecast": promised}

    def _entry(self, key: int, kind: str, day: date, state: dict[str, Any]) -> dict[str, Any]:
        self.entry_id += 1
        at = clock.start_of(day)
        return {
            "id": self.entry_id, "milestone_id": key, "kind": kind, "effective_at": at, "recorded_at": at,
            "change_set_id": self.change_id, "imported": True, "undoes_id": None, "digest": "0" * 64, **state,
        }  # fmt: skip


def _names(hans: str, hant: str, en: str) -> dict[str, str]:
    return {"name_hans": hans, "name_hant": hant, "name_en": en}


def put(kind: Any, rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows that all have the same keys: many to a statement on SQLite, by COPY on PostgreSQL."""
    table = inspect(kind).local_table
    for stretch in _stretches(rows):
        if is_sqlite():
            db.session.execute(insert(table), stretch, execution_options=search.NO_TEXT)
        else:
            _copy(table, stretch)


def advance(*kinds: Any) -> None:
    """Let PostgreSQL give the next keys behind those that were written; SQLite does so by itself."""
    for kind in () if is_sqlite() else kinds:
        name = kind.__tablename__
        db.session.connection().exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"
        )


def _stretches(rows: Iterable[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    found: list[dict[str, Any]] = []
    for row in rows:
        found.append(row)
        if len(found) == _MANY:
            yield found
            found = []
    if found:
        yield found


def _copy(table: Any, rows: Sequence[dict[str, Any]]) -> None:
    from psycopg.types.json import Json

    raw = db.session.connection().connection.cursor()
    names = ", ".join(f'"{name}"' for name in rows[0])
    with raw.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([Json(v) if isinstance(v, dict | list) else v for v in row.values()])

"""Projects whose ledgers say anything at all, in any order: for figures that must not rest on tidy histories."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core import audit, clock
from kangjiansheng.core.changes import begin
from kangjiansheng.core.db import db
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
from kangjiansheng.projects.rules.vocabulary import modalities, project_statuses, reasons, stages
from tests.support.full import put

BASE = 50_000
_MINUTES = 900 * 24 * 60  # how far back the histories go


def scatter(seed: int, projects: int = 30, until: date | None = None) -> None:
    """Add the projects of a seed; with `until` as if everything had stopped at the end of that day."""
    made = _Scattered(random.Random(seed), until)
    with writing():
        actor = system_actor()
        change = begin(actor=actor, source="command")
        made.write(projects, change.id)
        audit.note(
            "projects:portfolio:import",
            "change_set",
            change.id,
            actor=actor,
            change=change,
            before={},
            after={},
        )


class _Scattered:
    def __init__(self, dice: random.Random, until: date | None) -> None:
        self.dice, self.until = dice, until
        self.labs, self.parties, self.people = (
            sorted(db.session.scalars(select(kind.id))) for kind in (JointLab, Institution, Person)
        )

    def write(self, projects: int, change_id: int) -> None:
        keys = [BASE + n for n in range(projects)]
        ledgers = {key: self._project_entries(key) for key in keys}
        milestones = [(key, n) for key in keys for n in range(self.dice.randrange(9))]
        entries = {BASE + n: self._milestone_entries(BASE + n) for n in range(len(milestones))}
        for ledger in (ledgers, entries):
            rows = [row for of_one in ledger.values() for row in of_one]
            numbers = [BASE + n for n in range(len(rows))]
            self.dice.shuffle(numbers)  # what counts earlier was not always written earlier
            for number, row in zip(numbers, rows, strict=True):
                row |= {"id": number, "change_set_id": change_id, "digest": "0" * 64, "imported": True}
                row["recorded_at"] = row["effective_at"]
        ledgers, entries = self._stopped(ledgers), self._stopped(entries)
        keys = list(ledgers)
        there = [
            (BASE + n, *one) for n, one in enumerate(milestones) if BASE + n in entries and one[0] in ledgers
        ]
        put(Project, (self._project(key, _last(ledgers[key])) for key in keys))
        put(Plan, ({"id": key, "project_id": key} for key in keys))
        put(ProjectLab, self._links(ledgers, "labs", "lab_id", "leads"))
        put(ProjectParty, self._links(ledgers, "parties", "institution_id", "role"))
        put(
            ProjectEntry,
            (row | {"state": plain(row["state"])} for of_one in ledgers.values() for row in of_one),
        )
        put(
            Milestone,
            (self._milestone(key, plan, position, _last(entries[key])) for key, plan, position in there),
        )
        put(MilestoneEntry, (row for key, _plan, _position in there for row in entries[key]))

    def _stopped(self, ledgers: dict[int, list[dict[str, Any]]]) -> dict[int, list[dict[str, Any]]]:
        """Of each ledger what was said by then; without those of which nothing was."""
        if self.until is None:
            return ledgers
        limit = clock.end_of(self.until)
        kept = {key: [row for row in rows if row["effective_at"] <= limit] for key, rows in ledgers.items()}
        return {key: rows for key, rows in kept.items() if rows}

    def _instant(self) -> datetime:
        """Often several on one day, and some at the very same instant."""
        at = clock.now() - timedelta(minutes=self.dice.randrange(_MINUTES))
        return clock.start_of(clock.day_of(at)) if self.dice.random() < 0.4 else at

    def _instants(self, most: int) -> list[datetime]:
        found = [self._instant() for _ in range(self.dice.randrange(1, most))]
        again = [self.dice.choice(found) + timedelta(hours=self.dice.randrange(3)) for _ in found[::2]]
        return [min(at, clock.now()) for at in found + again]

    def _day(self, none: float = 0.2) -> date | None:
        if self.dice.random() < none:
            return None
        return clock.today() + timedelta(days=self.dice.randrange(-600, 400))

    def _project_entries(self, key: int) -> list[dict[str, Any]]:
        found = []
        for at in self._instants(4):
            labs = self.dice.sample(self.labs, self.dice.randrange(3))
            leads = bool(labs) and self.dice.random() < 0.8
            plain_ = {
                "stage": self.dice.choice(list(stages())), "status": self.dice.choice(list(project_statuses())),
                "name_hans": f"候选 {key}", "modality": self.dice.choice(list(modalities())),
                "indication_group": "", "pathway": "A_drug",
            }  # fmt: skip
            state = plain_ | {
                "code": f"SCA-{key}", "name_hant": "", "name_en": "", "donor_source": "", "target": "",
                "indication_hans": "", "indication_hant": "", "indication_en": "", "priority": "P1",
                "owner_role": "", "lead_id": None, "baseline_start": None, "note": "",
                "confidentiality": self.dice.choice(("open", "parties", "team")),
                "archived_at": at if self.dice.random() < 0.1 else None,
                "labs": sorted([lab, leads and lab == labs[0]] for lab in labs),
                "parties": sorted([party, "partner"] for party in self.dice.sample(self.parties, 2)),
                "members": [], "registrations": [],
            }  # fmt: skip
            lead = labs[0] if leads else None
            found.append(
                {
                    "project_id": key,
                    "kind": "edit",
                    "effective_at": at,
                    "lead_lab_id": lead,
                    "state": state,
                    **plain_,
                }
            )
        return found

    def _milestone_entries(self, key: int) -> list[dict[str, Any]]:
        baseline = self._day(0.1)
        found = []
        for at in self._instants(8):
            state = self.dice.choices(("open", "done", "cancelled"), (6, 3, 1))[0]
            found.append(
                {
                    "milestone_id": key, "kind": "forecast", "effective_at": at, "undoes_id": None,
                    "baseline": baseline, "current_plan": self._day(), "forecast": self._day(0.4),
                    "proposed": self._day(0.9), "actual": self._day(0.0) if state == "done" else None, "state": state,
                    "flagged": self.dice.random() < 0.1, "owner_id": self.dice.choice([None, *self.people]),
                    "confirmed_by_id": None, "reason_code": self.dice.choice([None, *reasons()]), "note": "",
                    "moves": 0,
                }
            )  # fmt: skip
        return found

    def _project(self, key: int, last: dict[str, Any]) -> dict[str, Any]:
        left_out = ("labs", "parties", "members", "registrations")
        state = {name: value for name, value in last["state"].items() if name not in left_out}
        return {"id": key, "illustrative": True, "version": 1, **state}

    def _links(self, ledgers: dict[int, Any], things: str, name: str, other: str) -> Iterator[dict[str, Any]]:
        number = BASE
        for key, ledger in ledgers.items():
            for thing, said in _last(ledger)["state"][things]:
                number += 1
                yield {"id": number, "project_id": key, name: thing, other: said}

    def _milestone(self, key: int, plan: int, position: int, last: dict[str, Any]) -> dict[str, Any]:
        keys = "baseline current_plan forecast proposed actual state flagged owner_id confirmed_by_id reason_code note moves"
        return {
            "id": key, "plan_id": plan, "code": f"A{position:03d}", "position": position // 2, "version": 1,
            "kind": "decision" if key % 11 == 0 else "milestone", "gate": key % 3 == 0,
            "responsible_id": None, "name_hans": f"步骤 {position}", "name_hant": "", "name_en": "",
            "confirmed_at": last["effective_at"], "evidence_ref": "", "duration": None, "unit": "day",
            **{name: last[name] for name in keys.split()},
        }  # fmt: skip


def _last(ledger: list[dict[str, Any]]) -> dict[str, Any]:
    return max(ledger, key=lambda row: (row["effective_at"], row["id"]))

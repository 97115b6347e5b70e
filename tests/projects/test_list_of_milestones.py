"""The list of milestones is chosen over columns; it shows what whole rows say, today and on past days, to each reader."""

from collections import Counter
from dataclasses import fields
from datetime import date

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core.db import db
from kangjiansheng.core.paging import Page
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import policies
from kangjiansheng.projects.models import Milestone, Plan, Project
from kangjiansheng.projects.operations import plans
from kangjiansheng.projects.queries.milestone_lists import Line, MilestoneFilter, listed, milestones
from kangjiansheng.projects.rules.columns import COLUMNS, GROUPS
from tests.projects.reference.milestone_lists import everything, fitting
from tests.projects.test_plan_of_a_lab import start
from tests.support.acting import who
from tests.support.scattered import scatter

DAYS = (None, date(2026, 6, 30), date(2025, 1, 31))
SINCE = "2026-03-31"
FIGURES = (
    "slipped due overdue on-time on-time-kept done done-on-baseline done-within-tolerance done-on-plan due-by due-done "
    "due-not-done stale reached:2026-02-28 health:2026-08-31:JL-04 outlook:2027-02-21:JL-01 outlook:2027-02-21:"
)


def told(line: Line) -> tuple[object, ...]:
    """All that a list shows of a line; of the project it has only some milestones."""
    p = line.project
    facts = [
        getattr(p, one.name)
        for one in fields(p)
        if one.name not in ("milestones", "status", "next", "updated_at", "since")
    ]
    return (*facts, line.milestone, line.stale, line.age, line.moved)


def asked(lines: list[Line]) -> list[dict[str, str]]:
    """Filters that let through some of these lines."""
    one, other = lines[len(lines) // 3], next((x for x in lines if x.milestone.reason_code), lines[0])
    m, p = one.milestone, one.project
    return [
        *({"figure": figure} for figure in FIGURES.split()),
        {"status": m.status}, {"status": "late,slip,nothing"}, {"project": p.code}, {"project": "JL-01"},
        {"lab": p.labs[0].code if p.labs else "JL-02"}, {"lab": "JL-01", "by": "lab"}, {"family": p.family},
        {"party": p.parties[0].code if p.parties else ""}, {"stage": p.stage}, {"pathway": p.pathway},
        {"reason": f"{other.milestone.reason_code},"}, {"within": "30"}, {"within": "soon"}, {"state": "open"},
        {"state": "cancelled"}, {"state": "lost"}, {"gate": "1"}, {"owner": "me"}, {"owner": "none"},
        {"owner": str(m.owner_id or 2)}, {"owner": "07"}, {"stale": "1"}, {"stale": "old"}, {"moved": SINCE},
        {"q": m.name_hans[:3]}, {"q": f"{p.code[:3].lower()} {m.code}"}, {"q": "臨床"}, {"q": "nothing at all"},
        {"q": p.name_en.split()[0] if p.name_en else ""}, {"q": "旧名"}, {"q": "新名"},
    ]  # fmt: skip


@pytest.mark.long
def test_the_columns_say_what_the_rows_say(app: Flask) -> None:
    with app.test_request_context():
        scatter(7, projects=12)
        with writing():
            start(system_actor())
            chosen = select(Milestone).join(Plan).join(Project).where(Project.code == "KJS-010")
            for thing in db.session.scalars(chosen.limit(2)):
                for hans in ("旧名", "新名"):
                    plans.set_schedule(
                        thing, actor=who("lead"), version=None, names={"hans": hans, "hant": "", "en": ""},
                        duration=None, unit="day", waits=[],
                    )  # fmt: skip
        for short in ("executive", "partner", "outsider"):
            for day in DAYS:
                reader, step = who(short), 1 if (short, day) == ("executive", None) else 4
                every = everything(MilestoneFilter(), actor=reader, as_of=day)
                compared = everything(MilestoneFilter(moved=SINCE), actor=reader, as_of=day)
                assert step > 1 or len({line.project.of for line in every}) == 2

                def same(the: MilestoneFilter, lines: list[Line]) -> None:
                    expected = fitting(lines, the, actor=reader, as_of=day)  # noqa: B023
                    shown = milestones(the, actor=reader, as_of=day)  # noqa: B023
                    assert [told(x) for x in shown] == [told(x) for x in expected], (reader, day, the)  # noqa: B023

                for wanted in asked(every)[::step] if every else ():
                    the = MilestoneFilter(**wanted)
                    narrow = everything(the, actor=reader, as_of=day) if the.project else every
                    same(the, compared if the.moved else narrow)
                for n, sort in enumerate([*COLUMNS, *(f"-{name}" for name in COLUMNS)][::step]):
                    with force_locale(("en", "zh_Hant")[n % 2]):
                        same(MilestoneFilter(sort=sort, moved=SINCE, by=GROUPS[n % 3]), compared)


def test_a_page_says_what_is_said_of_all(app: Flask) -> None:
    with app.test_request_context():
        reader, wanted = who("lead"), MilestoneFilter(by="lab")
        every = milestones(wanted, actor=reader, as_of=None)
        found = listed(wanted, actor=reader, as_of=None, cut=lambda at: Page(at[50:60], 2, 9, len(at)))
        assert [told(x) for x in found.rows.items] == [told(x) for x in every[50:60]]
        assert found.rows.total == len(every)
        of = Counter(line.project.lead_lab.code for line in every if line.project.lead_lab)
        assert found.in_group == [
            of[line.project.lead_lab.code] for line in every[50:60] if line.project.lead_lab
        ]
        assert {lab.code for lab in found.labs} == {lab.code for line in every for lab in line.project.labs}
        assert {x.code for x in found.parties} == {x.code for line in every for x in line.project.parties}
        assert found.families == {line.project.family for line in every}
        assert found.people == {m.owner_id: m.owner_label for m in (x.milestone for x in every) if m.owner_id}
        may = policies.standing(reader)
        able = [may.may_update(x.milestone.plan_id, x.milestone.owner_id) for x in every]
        assert may.may_update_any(found.plans, found.owners) == any(able)

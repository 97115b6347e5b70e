"""Somebody imports a portfolio: figures, history, a second time, errors in words, what is newer here."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core import audit, clock, verify
from kangjiansheng.core.changes import ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import Institution, JointLab
from kangjiansheng.overview import api
from kangjiansheng.projects import commands, queries
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Project, ProjectEntry
from kangjiansheng.projects.operations import milestones as operations
from tests.support.queries import queries_counted

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def folder(tmp_path):
    """The four files, to be changed at will."""
    return Path(shutil.copytree(DATA / "portfolio", tmp_path / "portfolio"))


@pytest.fixture
def empty(empty_app):
    """An application context over a database with reference data only."""
    with empty_app.app_context():
        yield empty_app


def bring_in(folder, *, dry_run=False, as_json=False):
    """What the command does, in this process."""
    return commands.import_portfolio(folder, dry_run=dry_run, as_json=as_json, actor=system_actor())


def rewrite(path, old, new, count=1):
    """Change a file as somebody with an editor would."""
    text = path.read_text("utf-8-sig")
    assert old in text
    path.write_text(text.replace(old, new, count), "utf-8-sig")


def rows_of(*kinds):
    """How many rows each table holds."""
    return [db.session.scalar(select(func.count()).select_from(kind)) for kind in kinds]


def milestone(project, code):
    """A milestone by its two codes."""
    return queries.milestone(actor=system_actor(), code=project, milestone_code=code)


def test_the_figures_are_those_of_the_definitions(empty, folder):
    assert bring_in(folder) == 0
    expected = json.loads((DATA / "expected_metrics.json").read_text("utf-8"))
    found = json.loads(json.dumps(api.on_day(date(2026, 11, 20), actor=system_actor())))
    assert {key: found[key] for key in expected} == expected


@pytest.mark.long
def test_the_same_figures_without_bom_and_with_other_line_ends(empty, folder):
    for path in folder.glob("*.csv"):
        path.write_bytes(path.read_text("utf-8-sig").replace("\n", "\r\n").encode())
    assert bring_in(folder) == 0
    assert queries.metrics(actor=system_actor(), as_of=date(2026, 11, 20))["done"] == 144


def test_a_dry_run_lists_and_writes_nothing(empty, folder, capsys):
    before = rows_of(Project, Milestone, MilestoneEntry, ChangeSet, Institution)
    assert bring_in(folder, dry_run=True) == 0
    out = capsys.readouterr().out
    assert "new project: KJS-001" in out
    assert "new laboratory: JL-01" in out
    assert "new institution: 外部三甲医院(虚构)" in out
    assert "new institution: 瑞金医院" not in out  # an alias of a founding institution
    # GMP preparation that is done under a laboratory which is not accepted, and nothing else of it
    assert "GMP preparation" in out and "KJS-001 A080" in out and "KJS-001 A010" not in out
    assert "would create" in out and "220 milestones" in out
    assert rows_of(Project, Milestone, MilestoneEntry, ChangeSet, Institution) == before


@pytest.mark.long
def test_it_is_one_act_with_an_entry_per_project(empty, folder):
    changes = rows_of(ChangeSet)
    assert bring_in(folder) == 0
    assert rows_of(ChangeSet) == [changes[0] + 1]
    acts = list(db.session.scalars(select(audit.AuditEntry.act)))
    assert acts.count("projects:project:import") == 20
    assert acts.count("projects:portfolio:import") == 1
    assert list(verify.problems(db.session())) == []


@pytest.mark.long
def test_importing_twice_changes_nothing(empty, folder, capsys):
    bring_in(folder)
    before = rows_of(Project, Milestone, MilestoneEntry, ProjectEntry, ChangeSet, audit.AuditEntry)
    capsys.readouterr()
    assert bring_in(folder) == 0
    assert "changes nothing" in capsys.readouterr().out
    assert rows_of(Project, Milestone, MilestoneEntry, ProjectEntry, ChangeSet, audit.AuditEntry) == before


@pytest.mark.long
def test_all_entries_are_marked_and_keep_the_dates_of_the_file(empty, folder):
    bring_in(folder)
    entries = list(
        db.session.scalars(
            select(MilestoneEntry)
            .where(MilestoneEntry.milestone_id == milestone("KJS-003", "A150").id)
            .order_by(MilestoneEntry.effective_at)
        )
    )
    assert all(entry.imported for entry in entries)
    assert entries[0].kind == "open"
    assert clock.day_of(entries[-1].effective_at) == date(2026, 11, 20)
    assert entries[-1].effective_at == clock.end_of(date(2026, 11, 20))
    assert entries[-1].moves == milestone("KJS-003", "A150").moves


@pytest.mark.long
def test_a_past_day_is_as_it_was_and_done_never_falls(empty, folder):
    bring_in(folder)
    days = [date(2021, 1, 1), date(2024, 6, 30), date(2025, 12, 31), date(2026, 9, 30), date(2026, 11, 20)]
    found = [queries.metrics(actor=system_actor(), as_of=day) for day in days]
    done = [figures["done"] for figures in found]
    assert done == sorted(done) and done[0] < done[-1]
    assert found[0]["projects"] == 1  # only KJS-001 had begun
    assert found[-1]["projects"] == 20


@pytest.mark.long
def test_a_milestone_that_exists_gets_its_entry_at_the_time_of_the_import(empty, folder):
    bring_in(folder)
    before = milestone("KJS-003", "A140")
    moves = before.moves
    rewrite(folder / "demo_milestones.csv", ",2026-12-17,", ",2027-01-20,")
    assert bring_in(folder) == 0
    after = milestone("KJS-003", "A140")
    assert (after.forecast, after.moves) == (date(2027, 1, 20), moves + 1)
    last = db.session.scalars(
        select(MilestoneEntry)
        .where(MilestoneEntry.milestone_id == after.id)
        .order_by(MilestoneEntry.effective_at.desc(), MilestoneEntry.id.desc())
    ).first()
    assert last.imported and last.kind == "forecast"
    assert last.effective_at == last.recorded_at
    as_it_was = queries.portfolio(actor=system_actor(), as_of=date(2026, 11, 20), codes=["KJS-003"])[0]
    assert next(m for m in as_it_was.milestones if m.code == "A140").forecast == date(2026, 12, 17)
    assert bring_in(folder) == 0
    assert milestone("KJS-003", "A140").version == after.version


@pytest.mark.long
def test_what_somebody_said_here_since_is_kept(empty, folder, capsys):
    bring_in(folder)
    with writing():
        operations.will_slip(
            milestone("KJS-003", "A140"), date(2027, 6, 1), "REGULATOR", actor=system_actor(), version=None
        )
    capsys.readouterr()
    assert bring_in(folder) == 0
    assert milestone("KJS-003", "A140").forecast == date(2027, 6, 1)
    assert "newer here" in capsys.readouterr().out


@pytest.mark.long
def test_a_baseline_never_changes(empty, folder, capsys):
    bring_in(folder)
    rewrite(folder / "demo_milestones.csv", "2026-08-24,2026-08-24", "2026-08-30,2026-08-24")
    capsys.readouterr()
    bring_in(folder)
    assert milestone("KJS-003", "A140").baseline == date(2026, 8, 24)
    assert "a baseline never changes" in capsys.readouterr().out


@pytest.mark.long
def test_a_changed_project_gets_a_new_entry_in_its_ledger(empty, folder):
    bring_in(folder)
    rewrite(folder / "demo_portfolio.csv", "A_drug,IND_REVIEW,ACTIVE", "A_drug,PHASE_I,ACTIVE")
    assert bring_in(folder) == 0
    project = queries.project(actor=system_actor(), code="KJS-003")
    assert project.stage == "PHASE_I"
    entries = list(
        db.session.scalars(
            select(ProjectEntry).where(ProjectEntry.project_id == project.id).order_by(ProjectEntry.id)
        )
    )
    assert [entry.stage for entry in entries] == ["IND_REVIEW", "PHASE_I"]
    then = queries.portfolio(actor=system_actor(), as_of=date(2026, 11, 20), codes=["KJS-003"])[0]
    assert then.stage == "IND_REVIEW"


@pytest.mark.long
def test_an_existing_laboratory_is_matched_by_code(empty, folder):
    bring_in(folder)
    rewrite(folder / "demo_joint_labs.csv", "血液肿瘤细胞治疗联合实验室(示例)", "另一个名字")
    assert bring_in(folder) == 0
    assert rows_of(JointLab) == [5]


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("demo_portfolio.csv", "CAR_T_AUTO", "CAR_T_MAGIC", "unknown modality"),
        ("demo_portfolio.csv", "PIVOTAL_II", "PIVOTAL_IX", "unknown stage"),
        ("demo_portfolio.csv", "IND_REVIEW,ACTIVE", "IND_REVIEW,SLEEPING", "unknown status"),
        ("demo_portfolio.csv", "D_iit", "Z_none", "unknown pathway template"),
        ("demo_milestones.csv", "KJS-001,A010", "NOWHERE-1,A010", "neither in the files nor in the system"),
        ("demo_milestones.csv", "2020-11-16", "2020-13-16", "unreadable date"),
        ("demo_milestones.csv", "KJS-001,A080", "KJS-001,A010", "the same code as in row 2"),
        ("demo_portfolio.csv", "KJS-002,", "kjs 002,", "capital letters, digits and hyphens"),
        ("demo_milestones.csv", "plan_baseline", "plan_basis", "the column plan_baseline is missing"),
        ("demo_forecast_history.csv", "2025-12-31", "gestern", "unreadable date"),
    ],
)
def test_an_error_refuses_everything_and_says_where(empty, folder, capsys, file, old, new, reason):
    rewrite(folder / file, old, new)
    before = rows_of(Project, ChangeSet, Institution)
    assert bring_in(folder) == 1
    out = capsys.readouterr()
    assert out.out == ""
    assert reason in out.err and file in out.err
    assert "nothing was written" in out.err
    assert rows_of(Project, ChangeSet, Institution) == before


def test_a_missing_file_is_an_error(empty, folder, capsys):
    (folder / "demo_milestones.csv").unlink()
    assert bring_in(folder) == 1
    assert "milestones.csv: the file is missing" in capsys.readouterr().err


@pytest.mark.long
def test_json_holds_nothing_else(empty, folder, capsys):
    assert bring_in(folder, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["written"] is True
    assert told["created"]["projects"] == 20
    rewrite(folder / "demo_portfolio.csv", "CAR_T_AUTO", "CAR_T_MAGIC")
    assert bring_in(folder, as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["written"] is False
    assert (
        told["errors"][0] | {"value": "CAR_T_MAGIC", "column": "modality_code", "row": 2} == told["errors"][0]
    )


@pytest.mark.long
def test_ten_times_as_much_costs_hardly_more_statements(empty, tmp_path):
    from tests.support import scale

    with queries_counted() as one:
        bring_in(scale.write(tmp_path / "one", 1, prefix="ONE"))
    with queries_counted() as ten:
        bring_in(scale.write(tmp_path / "ten", 6, prefix="TEN"))
    assert (len(ten) - len(one)) / 100 < 12  # a few per project, none per milestone


@pytest.mark.long
def test_what_is_typed_after_an_import_of_today_counts_at_once(empty, folder):
    """The file's last word of today counts from the import, not from midnight: it does not bury what is typed."""
    today = clock.today()
    portfolio = folder / "demo_portfolio.csv"
    portfolio.write_text(
        portfolio.read_text("utf-8-sig").replace("2026-11-20", today.isoformat()), "utf-8-sig"
    )
    assert bring_in(folder) == 0
    actor = system_actor()
    with writing():
        thing = milestone("KJS-002", "A180")
        to = thing.forecast + timedelta(days=40)
        said = operations.will_slip(thing, to, "SUPPLY", actor=actor, version=None).id
    shown = queries.portfolio(actor=actor, as_of=today, codes=["KJS-002"])[0]
    assert next(m.forecast for m in shown.milestones if m.code == "A180") == to
    latest = db.session.scalar(select(func.max(MilestoneEntry.effective_at)))
    assert latest <= clock.now()
    with writing():
        operations.undo(db.session.get(MilestoneEntry, said), actor=actor)
    assert milestone("KJS-002", "A180").forecast == to - timedelta(days=40)

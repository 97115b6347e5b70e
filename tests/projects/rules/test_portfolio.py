"""Reading a portfolio: the illustrative one gives its known figures; each kind of problem is named."""

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core.calendar import end_of, start_of
from kangjiansheng.projects.rules.ledger import LedgerRow, as_of, moves
from kangjiansheng.projects.rules.portfolio import Known, find_files, read
from kangjiansheng.projects.rules.portfolio.tables import parse_date
from tests.projects.reference.metrics import MilestoneRow, ProjectRow, metrics

DATA = Path(__file__).parents[2] / "data"
AS_OF = date(2026, 11, 20)
FOLDER = {path.name: path.read_bytes() for path in (DATA / "portfolio").glob("*.csv")}
DEMO = read(FOLDER, AS_OF)


def figures(plan, day):
    """All figures from the plan alone, its ledgers folded as of a day."""
    rows = []
    for milestone in plan.milestones:
        entry = as_of(ledger(milestone), day)
        if entry is not None:
            dates = (entry.baseline, entry.current_plan, entry.forecast, entry.actual)
            cancelled = entry.state == "cancelled"
            rows.append(MilestoneRow(milestone.project_code, milestone.code, *dates, cancelled))
    projects = [
        ProjectRow(project.code, project.stage, project.status, project.indication_group)
        for project in plan.projects
        if project.effective_at <= end_of(day)
    ]
    return metrics(projects, rows, day)


def ledger(milestone):
    return [
        LedgerRow(n, e.kind, e.effective_at, e.effective_at, e.baseline, e.current_plan, e.forecast, None,
                  e.actual, e.state)
        for n, e in enumerate(milestone.entries)
    ]  # fmt: skip


def test_the_illustrative_portfolio_gives_its_known_figures():
    assert DEMO.problems == ()
    expected = json.loads((DATA / "expected_metrics.json").read_text(encoding="utf-8"))
    found = figures(DEMO, AS_OF)
    assert found == {key: expected[key] for key in found}  # approvals and permissions are of a higher floor
    assert len(found) == 18


def test_the_moves_of_the_plan_are_those_of_the_ledger():
    for milestone in DEMO.milestones:
        expected = 0 if milestone.kind == "decision" else moves(ledger(milestone))
        assert milestone.final.moves == expected, milestone.code


@given(st.integers(0, 2200), st.integers(0, 400))
def test_past_days_are_consistent(ago, step):
    early, late = AS_OF - timedelta(days=ago), AS_OF - timedelta(days=max(ago - step, 0))
    before, after = figures(DEMO, early), figures(DEMO, late)
    for key in ("projects", "milestones", "done", "done_on_or_before_baseline", "due_by_asof"):
        assert before[key] <= after[key], key
    assert before["done"] == sum(
        m.final.actual is not None and m.final.actual <= early and m.kind == "milestone"
        for m in DEMO.milestones
    )


def test_entries_are_in_order_and_open_with_the_baseline():
    for milestone in DEMO.milestones:
        instants = [entry.effective_at for entry in milestone.entries]
        assert instants == sorted(instants)
        first = milestone.entries[0]
        assert (first.kind, first.forecast, first.actual) == ("open", None, None)
        assert first.current_plan == first.baseline == milestone.final.baseline


def test_a_project_that_has_not_begun_still_counts():
    project = next(project for project in DEMO.projects if project.code == "KJS-019")
    assert project.baseline_start > project.as_of
    assert project.effective_at <= start_of(project.as_of)


def ledger_of(plan, code):
    return next(milestone for milestone in plan.milestones if milestone.code == code)


def test_history_on_or_after_the_actual_date_is_dropped():
    milestone = next(m for m in DEMO.milestones if (m.project_code, m.code) == ("KJS-005", "A050"))
    kinds = [entry.kind for entry in milestone.entries]
    assert kinds == ["open", "forecast", "rebaseline", "forecast", "forecast", "done"]
    assert milestone.entries[2].effective_at == end_of(date(2026, 3, 27))
    assert milestone.entries[1].effective_at == end_of(date(2025, 12, 31))
    assert (milestone.final.actual, milestone.final.moves) == (date(2026, 7, 13), 3)


def test_the_templates_words_come_in_three_scripts():
    milestone = next(m for m in DEMO.milestones if (m.project_code, m.code) == ("KJS-004", "D090"))
    assert (milestone.name_hans, milestone.name_hant) == ("安全性评估（SRC/DSMB）", "安全性評估（SRC/DSMB）")
    decision = next(m for m in DEMO.milestones if m.code == "X910")
    assert (decision.kind, decision.name_hans) == ("decision", "暂停决定")


HEAD = "project_code,name_zh,modality_code,pathway_template,stage,status,baseline_start,as_of,indication_group,partners"
ONE = "P-01,甲,CAR_T_AUTO,A_drug,IIT,ACTIVE,2026-01-05,2026-11-20,神经,瑞金医院;上海医药；瑞金医院"
MS = "project_code,milestone_code,plan_baseline,plan_current,rebaselined_on,forecast,actual,status,evidence_ref"
M1 = "P-01,A010,2026-03-01,2026-03-01,,,2026-03-05,DONE,示例"


def small(projects=(ONE,), milestones=(M1,), history=(), labs=(), *, head=HEAD, ms=MS, known=None, join="\n"):
    files = {
        "demo_portfolio.csv": [head, *projects],
        "demo_milestones.csv": [ms, *milestones],
        "demo_forecast_history.csv": ["project_code,milestone_code,report_date,forecast_date", *history],
        "demo_joint_labs.csv": ["code,name_zh,lead_partner,illustrative", *labs],
    }
    encoded = {name: join.join([*lines, ""]).encode() for name, lines in files.items()}
    return read(encoded, AS_OF, known or Known())


def found(plan):
    return [(problem.code, problem.error, problem.row, problem.column) for problem in plan.problems]


def test_a_small_one_without_optional_columns_is_clean():
    plan = small()
    assert found(plan) == []
    assert plan.projects[0].partners == ("瑞金医院", "上海医药") == plan.institutions
    assert plan.projects[0].effective_at == start_of(date(2026, 1, 5))


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        (("CAR_T_AUTO", "CAR_X"), "unknown-modality", "modality_code"),
        (("A_drug", "Z_drug"), "unknown-template", "pathway_template"),
        (("IIT", "LATER"), "unknown-stage", "stage"),
        (("ACTIVE", "FINE"), "unknown-status", "status"),
        (("ACTIVE", ""), "unknown-status", "status"),
        (("2026-01-05", "2026-02-30"), "date-unreadable", "baseline_start"),
        (("2026-11-20", "soon"), "date-unreadable", "as_of"),
        (("P-01", "p 01"), "code-invalid", "project_code"),
        (("P-01", ""), "code-missing", "project_code"),
    ],
)
def test_what_refuses_a_project(change, code, column):
    plan = small([ONE.replace(*change, 1)], [])
    assert found(plan) == [(code, True, 2, column)]


def test_what_refuses_a_milestone():
    bad_date = M1.replace("2026-03-05", "5.3.2026")
    assert found(small(milestones=[bad_date])) == [("date-unreadable", True, 2, "actual")]
    nowhere = M1.replace("P-01", "P-02")
    assert found(small(milestones=[M1, nowhere])) == [("project-nowhere", True, 3, "project_code")]
    assert found(small(milestones=[M1, M1])) == [("code-twice", True, 3, "milestone_code")]
    assert found(small(milestones=[M1.replace("DONE", "MAYBE")]))[0] == ("unknown-status", True, 2, "status")


def test_a_row_may_belong_to_a_project_that_exists_already():
    plan = small([], [M1], known=Known({"P-01": date(2026, 4, 1)}))
    assert found(plan) == [("actual-before-start", False, 2, "actual")]
    assert [milestone.code for milestone in plan.milestones] == ["A010"]


def test_a_code_twice_and_history_of_nothing_are_named():
    assert found(small([ONE, ONE])) == [("code-twice", True, 3, "project_code")]
    plan = small(history=["P-01,A999,2026-03-01,2026-05-01", "P-09,A010,2026-03-01,2026-05-01"])
    assert sorted(found(plan)) == [
        ("milestone-nowhere", False, 2, "milestone_code"),
        ("project-nowhere", True, 3, "project_code"),
    ]
    assert found(small(labs=["JL-01,甲,瑞金医院,Y", "JL-01,乙,,"])) == [("code-twice", True, 3, "code")]


@pytest.mark.parametrize(
    ("milestone", "code"),
    [
        ("P-01,A010,2026-03-01,2026-03-01,,,2026-03-05,DONE,", "done-without-evidence"),
        ("P-01,A010,2026-03-01,2026-03-01,,,2026-01-04,DONE,示例", "actual-before-start"),
        ("P-01,A010,2026-03-01,2026-03-01,,,2026-11-21,DONE,示例", "actual-after-as-of"),
        ("P-01,A010,2026-03-01,2026-04-01,,,2026-03-05,DONE,示例", "plan-changed-without-date"),
        ("P-01,A010,,,,,2026-03-05,DONE,示例", "baseline-missing"),
        ("P-01,A010,2026-03-01,,,,2026-03-05,PLANNED,示例", "status-differs"),
        ("P-01,A010,2026-03-01,,,,,DONE,", "done-without-date"),
        ("P-01,B010,2026-03-01,,,,2026-03-05,DONE,示例", "milestone-outside-template"),
    ],
)
def test_all_else_is_a_warning(milestone, code):
    plan = small(milestones=[milestone])
    assert [(problem.code, problem.error) for problem in plan.problems] == [(code, False)]
    assert len(plan.milestones) == 1


def test_words_outside_the_vocabulary_and_wrong_order_are_warnings():
    assert found(small([ONE.replace("神经", "别的")])) == [("unknown-group", False, 2, "indication_group")]
    early = "P-01,A020,2026-03-01,,,,2026-02-01,DONE,示例"
    plan = small(milestones=[M1, early])
    assert found(plan) == [("done-before-predecessor", False, 3, "actual")]
    assert plan.problems[0].facts == {"predecessor": "A010"}


def test_derived_columns_are_compared_and_never_stored():
    plan = small([ONE + ",A020,7"], head=HEAD + ",last_milestone,note")
    assert found(plan) == [("derived-differs", False, 2, "last_milestone")]
    assert plan.problems[0].facts == {"expected": "A010"}
    changed = {name: data.replace(b'""plan_baseline"": ""2020-11-16""', b'""plan_baseline"": ""2020-11-17""')
               for name, data in FOLDER.items()}  # fmt: skip
    assert found(read(changed, AS_OF)) == [("derived-differs", False, 2, "milestones_json")]


def test_row_numbers_are_those_of_a_spreadsheet():
    noted = ONE.replace("P-01", "P-02").replace("甲", '"甲\n乙"')
    broken = ONE.replace("P-01", "P-03").replace("IIT", "LATER")
    assert found(small([ONE, "", noted, ",,,,", broken])) == [("unknown-stage", True, 6, "stage")]


def test_windows_line_ends_a_mark_in_front_and_full_width_digits_are_read():
    plan = small([ONE.replace("2026-01-05", "２０２６-０１-０５")], join="\r\n")
    assert found(plan) == []
    assert plan.projects[0].baseline_start == date(2026, 1, 5)
    marked = {name: b"\xef\xbb\xbf" + data.removeprefix(b"\xef\xbb\xbf") for name, data in FOLDER.items()}
    bare = {name: data.removeprefix(b"\xef\xbb\xbf") for name, data in FOLDER.items()}
    assert read(marked, AS_OF) == read(bare, AS_OF)


def test_files_that_cannot_be_read_are_one_error_each():
    assert [(p.code, p.file) for p in read({}, AS_OF).errors] == [
        ("file-missing", "portfolio.csv"),
        ("file-missing", "milestones.csv"),
    ]
    files = dict(FOLDER) | {"demo_portfolio.csv": "甲".encode("gb18030")}
    assert "not-utf8" in {problem.code for problem in read(files, AS_OF).errors}
    without = small(head=HEAD.replace("stage", "phase"))
    assert found(without) == [("column-missing", True, None, "stage")]
    unclosed = dict(FOLDER) | {"demo_joint_labs.csv": b'code,name_zh\nJL-01,"open'}
    assert [problem.code for problem in read(unclosed, AS_OF).errors] == ["not-csv"]


def test_a_repeated_forecast_is_a_confirmation_and_a_last_one_stands_at_as_of():
    history = [
        "P-01,A020,2026-03-31,2026-09-01",
        "P-01,A020,2026-06-30,2026-12-01",
        "P-01,A020,2026-09-30,2026-12-01",
    ]
    plan = small(milestones=[M1, "P-01,A020,2026-09-01,,,2027-02-01,,PLANNED,"], history=history)
    milestone = ledger_of(plan, "A020")
    assert [(e.kind, e.moves) for e in milestone.entries] == [
        ("open", 0), ("confirm", 0), ("forecast", 1), ("confirm", 1), ("forecast", 2),
    ]  # fmt: skip
    assert milestone.final.effective_at == end_of(AS_OF)


def test_a_cancelled_milestone_ends_at_as_of_without_a_date():
    milestone = ledger_of(small(milestones=["P-01,A010,2026-03-01,,,,,CANCELLED,"]), "A010")
    assert (milestone.final.state, milestone.final.effective_at) == ("cancelled", end_of(AS_OF))


def test_laboratories_of_both_files():
    row = ONE + ",JL-02,乙实验室,Y 示例"
    head = HEAD + ",joint_lab_code,joint_lab_zh,illustrative"
    plan = small([row], labs=["JL-01,甲实验室,瑞金医院,Y 示例"], head=head)
    assert [(lab.code, lab.name_hans, lab.illustrative) for lab in plan.labs] == [
        ("JL-01", "甲实验室", True),
        ("JL-02", "乙实验室", True),
    ]
    assert plan.projects[0].illustrative is True and plan.projects[0].lab_code == "JL-02"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20", "2026-11-20"), ("2026/1/5", "2026-01-05"), ("2026年11月20日", "2026-11-20"),
        ("2026-11-20 00:00:00", "2026-11-20"), ("2026-13-01", None), ("11/20/2026", None), ("2026-11", None),
        ("46346", None), ("0001-01-01", None), ("2026-02-29", None),
    ],
)  # fmt: skip
def test_dates(text, expected):
    day = parse_date(text)
    assert (day.isoformat() if day else None) == expected


def test_files_are_found_by_how_they_end():
    names = ["readme.md", "Q4_portfolio.csv", "demo_portfolio.csv", "milestones.csv", "my_joint_labs.csv"]
    assert find_files(names) == {
        "portfolio": "demo_portfolio.csv",
        "milestones": "milestones.csv",
        "joint_labs": "my_joint_labs.csv",
    }


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fall(data):
    plan = read({"portfolio.csv": data, "milestones.csv": data}, AS_OF)
    assert plan.errors or Counter(problem.error for problem in plan.problems)[True] == 0


@pytest.mark.long
@given(st.text(max_size=400))
def test_no_text_makes_it_fall(text):
    head = HEAD + "\n" + text
    plan = read({"portfolio.csv": head.encode("utf-8", "replace"), "milestones.csv": MS.encode()}, AS_OF)
    assert plan.milestones == ()


@st.composite
def made_up(draw):
    """Milestone rows of a made-up portfolio, as plain dictionaries of dates."""
    near = st.dates(AS_OF - timedelta(days=500), AS_OF + timedelta(days=500))
    rows = []
    for n in range(draw(st.integers(1, 12))):
        baseline = draw(near)
        moved = draw(st.none() | near)
        actual = draw(st.none() | st.dates(AS_OF - timedelta(days=600), AS_OF))
        rows.append({
            "code": draw(st.sampled_from([f"A{n:03}", f"X9{n:02}"])),
            "baseline": baseline,
            "current": moved or baseline,
            "rebaselined": draw(st.dates(AS_OF - timedelta(days=700), AS_OF)) if moved else None,
            "forecast": None if actual else draw(near),
            "actual": actual,
        })  # fmt: skip
    return rows


@pytest.mark.long
@given(made_up())
def test_any_portfolio_gives_the_figures_of_a_plain_count(rows):
    lines = [
        ",".join(["P-01", r["code"], *(str(r[k] or "") for k in ("baseline", "current", "rebaselined", "forecast",
                                                                 "actual")), "", "示例"])
        for r in rows
    ]  # fmt: skip
    plan = small(milestones=lines)
    assert not plan.errors
    got = figures(plan, AS_OF)
    counted = [r for r in rows if not r["code"].startswith("X9")]
    done = [r for r in counted if r["actual"]]
    due = [r for r in counted if r["baseline"] <= AS_OF]
    slips = sorted((r["actual"] - r["baseline"]).days for r in done)
    assert (got["milestones"], got["done"]) == (len(rows), len(done))
    assert got["done_on_or_before_baseline"] == sum(slip <= 0 for slip in slips)
    assert (got["due_by_asof"], got["due_done"]) == (len(due), sum(r["actual"] is not None for r in due))
    stale = sorted(r["code"] for r in counted if not r["actual"] and r["forecast"] < AS_OF)
    assert got["overdue_stale_forecast"] == [["P-01", code] for code in stale]
    recent = [r for r in done if r["actual"] > AS_OF - timedelta(days=365)]
    assert got["last_12m"]["done"] == len(recent)
    if done:
        on_plan = sum(r["actual"] <= r["current"] for r in done)
        assert got["on_time_rate_current_plan"] == round(on_plan / len(done), 4)
        assert got["slip_days"]["max"] == slips[-1]
        assert got["slip_days"]["p90"] == slips[int(0.9 * (len(slips) - 1))]
        assert got["slip_days"]["mean"] == round(sum(slips) / len(slips), 2)

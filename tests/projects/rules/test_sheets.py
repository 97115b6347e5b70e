"""Rows of an edited sheet: what their columns mean, what was edited, what others changed, what is wrong."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core.workbooks import Cell, Unclear, read
from kangjiansheng.projects.rules import sheets
from kangjiansheng.projects.rules.milestones import MilestoneState
from kangjiansheng.projects.rules.sheets import (
    Decision,
    Mark,
    RawRow,
    Reading,
    Stored,
    digest,
    rows_of,
    written,
)
from kangjiansheng.projects.rules.sheets.columns import key_of, reason_of, state_of
from kangjiansheng.projects.rules.sheets.mark import read as read_mark
from tests.support.workbooks import xlsx

TODAY = date(2026, 11, 25)
HEAD = [
    "项目编号",
    "里程碑编号",
    "里程碑",
    "基线",
    "现行计划",
    "预测",
    "实际",
    "进展",
    "负责",
    "主要原因",
    "备注",
    "系统标记（请勿修改）",
]
KEYS = [
    "project",
    "milestone",
    "name",
    "baseline",
    "plan",
    "forecast",
    "actual",
    "state",
    "owner",
    "reason",
    "note",
    "mark",
]
STATE = MilestoneState(baseline=date(2026, 8, 24), plan=date(2026, 9, 1), forecast=date(2026, 12, 17))
STORED = Stored(
    id=1, plan_id=3, project="KJS-003", code="A140", version=4, names=("受理", "受理", "Acceptance"), state=STATE,
    note="等补充资料", owner=7, owner_names=("负责人甲", "", "Lead A"), right="lead",
)  # fmt: skip
MARK = Mark("KJS-003", "A140", 4, STATE.plan, STATE.forecast, None, "open", 7, None, digest("等补充资料"))
LATER = date(2027, 1, 15)


def reading(rows: list[list[Any]], **options: Any) -> Reading:
    return rows_of(read(xlsx(rows, **options)))


def found(reading: Reading) -> list[tuple[str, str]]:
    return [(one.code, one.place) for one in (*reading.faults, *reading.remarks)]


def row(mark: Mark | None = MARK, **changed: Any) -> RawRow:
    """The row as an export writes it, with some cells changed."""
    values = {
        "project": "KJS-003", "milestone": "A140", "name": "受理", "baseline": STATE.baseline, "plan": STATE.plan,
        "forecast": STATE.forecast, "actual": None, "state": "进行中", "owner": "负责人甲", "reason": None,
        "note": "等补充资料", "mark": written(mark) if mark else None, **changed,
    }  # fmt: skip
    kind = {date: "day", float: "number"}
    cells = {
        k: v if isinstance(v, Cell) else Cell(kind.get(type(v), "text"), v)
        for k, v in values.items()
        if v is not None
    }  # type: ignore[arg-type]
    return RawRow("表", 17, cells, {key: number for number, key in enumerate(KEYS)})


def team(name: str, _project: int) -> int:
    known = {"负责人甲": 7, "乙": 8}
    if name not in known:
        raise Unclear("owner-unknown")
    return known[name]


def decide(row: RawRow, stored: Stored = STORED) -> Decision:
    return sheets.decide(row, stored, today=TODAY, from_1904=False, find_owner=team)


def faults(made: Decision) -> list[tuple[str, str]]:
    return [(fault.code, fault.place) for fault in made.faults]


def remarks(made: Decision) -> list[str]:
    return [remark.code for remark in made.remarks]


# What columns mean


@pytest.mark.parametrize(
    ("head", "key"),
    [
        ("项目编号", "project"), ("項目編號", "project"), ("Project code", "project"), (" 预测 日期 *", "forecast"),
        ("預測（必填）", "forecast"), ("ＦＯＲＥＣＡＳＴ", "forecast"), ("Actual date:", "actual"), ("完成日期", "actual"),
        ("Main reason", "reason"), ("milestone_code", "milestone"), ("负责人", "owner"), ("颜色", None), ("", None),
    ],
)  # fmt: skip
def test_headings_in_three_scripts(head: str, key: str | None) -> None:
    assert key_of(head) == key


def test_states_and_reasons_in_three_scripts() -> None:
    assert {state_of(word) for word in ("已完成", "完成", "Done", " done ")} == {"done"}
    assert {reason_of(word) for word in ("ETHICS", "伦理审批", "倫理審批", "Ethics review", "ethics")} == {
        "ETHICS"
    }
    assert state_of("差不多") is None and reason_of("天气") is None


def test_a_heading_further_down_blank_rows_titles_and_columns_in_another_order() -> None:
    made = reading(
        [["2026 年里程碑"], [], ["预测", "颜色", "里程碑编号", "项目编号"], [date(2027, 1, 1), "红", "A140", "KJS-003"],
         [], ["", "", "", "血液肿瘤"], ["预测", "颜色", "里程碑编号", "项目编号"], ["", "", "A150", "KJS-003"]]
    )  # fmt: skip
    assert [(r.number, r.text("project"), r.text("milestone")) for r in made.rows] == [
        (4, "KJS-003", "A140"), (8, "KJS-003", "A150"),
    ]  # fmt: skip
    assert made.rows[0].place("forecast") == "A4"
    assert found(made) == [("columns-extra", ""), ("row-aside", "D6")]
    assert made.remarks[0].facts == {"columns": "B 颜色"}


def test_merged_project_codes_count_for_each_row() -> None:
    def style(_book: Any, made: list[Any]) -> None:
        made[0].merge_range("A2:A4", "KJS-003")

    made = reading([["项目编号", "里程碑编号", "预测"], ["", "A1"], ["", "A2"]], style=style)
    assert [(r.text("project"), r.text("milestone")) for r in made.rows] == [
        ("KJS-003", "A1"),
        ("KJS-003", "A2"),
    ]


def test_several_sheets_and_what_is_hidden() -> None:
    def style(_book: Any, made: list[Any]) -> None:
        made[1].hide()
        made[0].set_row(1, None, None, {"hidden": True})
        made[0].set_column(2, 2, None, None, {"hidden": True})

    rows = [HEAD, ["KJS-003", "A140"]]
    made = rows_of(read(xlsx(rows, rows, [["说明"], ["一段话"]], style=style)))
    assert [r.sheet for r in made.rows] == ["Sheet1", "Sheet2"]
    assert [one.code for one in made.remarks] == [
        "columns-hidden",
        "rows-hidden",
        "sheet-hidden",
        "sheet-aside",
    ]
    assert made.remarks[0].facts["columns"] == "C" and made.remarks[1].facts["rows"] == "2"


@pytest.mark.parametrize(("name", "remarks"), [("i", 0), ("口径说明", 0), ("Sheet2", 1)])
def test_the_notes_of_our_own_files_are_passed_over_in_silence(name: str, remarks: int) -> None:
    book = read(xlsx([HEAD, ["KJS-003", "A140"]], [["截至", "2026-11-23"]]))
    book.sheets[1].name = name
    assert len(rows_of(book).remarks) == remarks


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ([["项目编号", "预测", "实际"], ["KJS-003", date(2027, 1, 1)]], [("column-missing", "A1")]),
        ([["预测", "实际", "负责"]], [("column-missing", "A1"), ("column-missing", "A1")]),
        ([[*HEAD, "Forecast"], ["KJS-003", "A140"]], [("column-twice", "M1")]),
        ([["甲", "乙"], [1, 2]], [("nothing-found", "")]),
        ([HEAD], [("nothing-found", "")]),
    ],
)
def test_a_sheet_without_its_columns_is_refused(rows: list[list[Any]], faults: list[tuple[str, str]]) -> None:
    assert [(one.code, one.place) for one in reading(rows).faults] == faults


# Marks


@pytest.mark.long
@given(
    st.builds(
        Mark, st.from_regex(r"[A-Z]{2,5}-\d{1,4}", fullmatch=True), st.from_regex(r"[A-Z]\d{3}", fullmatch=True), st.integers(1, 9999),
        st.none() | st.dates(), st.none() | st.dates(), st.none() | st.dates(), st.sampled_from(["open", "done"]),
        st.none() | st.integers(1, 99), st.none() | st.just("ETHICS"), st.text().map(digest),
    )
)  # fmt: skip
def test_a_mark_comes_back_as_it_was_written(mark: Mark) -> None:
    assert read_mark(written(mark)) == mark


@pytest.mark.parametrize("text", ["", "x", "a;b;c;d;e;f;g;h;i", "A/B;1;2026-02-30;;;open;;;"])
def test_a_mark_that_was_edited_is_none(text: str) -> None:
    assert read_mark(text) is None


# Rows


def test_what_was_not_edited_changes_nothing() -> None:
    made = decide(row())
    assert (made.kind, made.changes, made.faults, made.remarks) == ("same", [], [], [])
    assert decide(row(mark=None)).kind == "same"


def test_a_date_moves_for_the_reason_of_its_row() -> None:
    made = decide(row(forecast="2027/1/15", reason="倫理審批", note="补充资料"))
    (step,) = made.planned
    assert (made.kind, step.kind, step.state.forecast, step.state.reason_code) == (
        "change",
        "forecast",
        LATER,
        "ETHICS",
    )
    assert (step.note, step.lacks_reason) == ("补充资料", False)
    assert [(c.column, c.place, c.before, c.after) for c in made.changes] == [
        ("forecast", "F17", STATE.forecast, LATER), ("reason", "J17", None, "ETHICS"), ("note", "K17", "等补充资料", "补充资料"),
    ]  # fmt: skip
    assert decide(row(forecast="1.15")).planned[0].lacks_reason
    assert decide(row(forecast="1.15")).changes[0].supplied


def test_a_date_that_is_brought_forward_takes_no_reason_and_says_so() -> None:
    sooner = STATE.forecast - timedelta(days=3)
    made = decide(row(forecast=sooner, reason="ETHICS"))
    (step,) = made.planned
    assert (step.state.forecast, step.lacks_reason) == (sooner, False) and step.state.reason_code != "ETHICS"
    assert [one.code for one in made.remarks] == ["earlier-without-reason"]
    assert decide(row(forecast=sooner)).remarks == []


def test_what_somebody_else_changed_meanwhile_stays_or_is_a_conflict() -> None:
    theirs = replace(STORED, version=5, state=replace(STATE, forecast=date(2027, 2, 1)))
    assert decide(row(), theirs).kind == "same"
    assert decide(row(forecast=date(2027, 2, 1)), theirs).kind == "same"
    made = decide(row(forecast=LATER, reason="ETHICS"), theirs)
    assert made.kind == "conflict"
    change = made.changes[0]
    assert (change.base, change.before, change.after) == (STATE.forecast, date(2027, 2, 1), LATER)
    elsewhere = decide(row(plan=date(2026, 10, 1)), theirs)
    assert elsewhere.kind == "change"


def test_rows_whose_columns_were_sorted_apart_are_refused() -> None:
    made = decide(row(mark=replace(MARK, code="A150")))
    assert faults(made) == [("mark-of-another", "L17")]
    made = decide(row(mark=None, forecast=LATER))
    assert made.kind == "change"
    broken = row(forecast=LATER)
    broken = replace(broken, cells={**broken.cells, "mark": Cell("text", "我改了")})
    assert remarks(decide(broken)) == ["mark-unreadable"]


def test_an_emptied_cell_erases_nothing_and_says_so() -> None:
    made = decide(row(forecast=None, owner="—", note=None))
    assert (made.kind, made.changes) == ("same", [])
    assert remarks(made) == ["emptied"] * 3
    assert remarks(decide(row(mark=None, forecast=None))) == []


@pytest.mark.parametrize(
    ("changed", "kinds"),
    [
        ({"actual": date(2026, 11, 20)}, ["done"]),
        ({"actual": date(2026, 11, 20), "state": "已完成"}, ["done"]),
        ({"state": "已取消"}, ["cancel"]),
        ({"plan": date(2026, 10, 1), "forecast": LATER, "owner": "乙"}, ["rebaseline", "owner", "forecast"]),
    ],
)
def test_the_acts_of_a_row_come_in_order(changed: dict[str, Any], kinds: list[str]) -> None:
    assert [step.kind for step in decide(row(**changed)).planned] == kinds


def test_a_reached_milestone_is_opened_again() -> None:
    done = replace(STORED, state=replace(STATE, state="done", actual=date(2026, 11, 1)))
    made = decide(row(mark=None, actual=date(2026, 11, 1), state="进行中"), done)
    assert [step.kind for step in made.planned] == ["reopen"]
    assert faults(decide(row(mark=None, actual=date(2026, 11, 2), state="已完成"), done)) == [
        ("projects:not-open", "G17")
    ]


def test_a_first_plan_is_the_baseline_and_a_first_forecast_of_the_promise_confirms_it() -> None:
    fresh = replace(STORED, state=MilestoneState())
    (step,) = decide(row(mark=None, plan=LATER, forecast=None, note=None), fresh).planned
    assert (step.kind, step.state.baseline, step.state.plan) == ("rebaseline", LATER, LATER)
    unsaid = replace(STORED, state=replace(STATE, plan=LATER, forecast=None))
    assert [s.kind for s in decide(row(mark=None, plan=None, forecast=LATER), unsaid).planned] == ["confirm"]


@pytest.mark.parametrize(
    ("changed", "code", "place"),
    [
        ({"forecast": "下周"}, "date-unreadable", "F17"),
        ({"forecast": "3/4/2027"}, "date-ambiguous", "F17"),
        ({"forecast": Cell("pending", None)}, "cell-pending", "F17"),
        ({"owner": Cell("error", "#REF!")}, "cell-error", "I17"),
        ({"forecast": date(2026, 11, 24)}, "projects:date-passed", "F17"),
        ({"actual": date(2026, 11, 26)}, "projects:actual-ahead", "G17"),
        ({"state": "差不多"}, "state-unknown", "H17"),
        ({"state": "已完成"}, "projects:sheet-actual-missing", "H17"),
        ({"state": "已取消", "actual": date(2026, 11, 1)}, "projects:sheet-contradicts", "G17"),
        ({"owner": "路人"}, "owner-unknown", "I17"),
        ({"reason": "天气"}, "reason-unknown", "J17"),
        ({"note": "长" * 301}, "note-too-long", "K17"),
    ],
)
def test_what_is_wrong_is_said_with_its_cell(changed: dict[str, Any], code: str, place: str) -> None:
    made = decide(row(**changed))
    assert (made.kind, faults(made)) == ("fault", [(code, place)])


def test_one_row_can_have_several_faults_and_then_nothing_of_it_counts() -> None:
    made = decide(row(forecast="x", actual="y", owner="乙"))
    assert faults(made) == [("date-unreadable", "F17"), ("date-unreadable", "G17")] and made.planned == []


@pytest.mark.parametrize(
    ("right", "changed", "result"),
    [
        ("none", {"forecast": LATER}, "projects:sheet-reads-only"),
        ("propose", {"forecast": LATER}, "propose"),
        ("propose", {"actual": date(2026, 11, 1)}, "projects:sheet-proposes-only"),
        ("confirm", {"forecast": LATER}, "forecast"),
        ("confirm", {"plan": LATER}, "projects:sheet-leads-only"),
        ("confirm", {"owner": "乙"}, "projects:sheet-leads-only"),
        ("confirm", {"actual": date(2026, 11, 1)}, "done"),
    ],
)
def test_rights_decide_what_a_row_counts_for(right: Any, changed: dict[str, Any], result: str) -> None:
    made = decide(row(**changed), replace(STORED, right=right))
    assert result in [step.kind for step in made.planned] + [code for code, _ in faults(made)]


def test_who_may_only_read_may_still_send_the_sheet_back_unchanged() -> None:
    assert decide(row(), replace(STORED, right="none")).kind == "same"


def test_a_proposal_said_twice_is_said_once() -> None:
    stored = replace(STORED, right="propose", state=replace(STATE, proposed=LATER))
    assert decide(row(forecast=LATER), stored).kind == "same"


def test_archived_projects_and_decisions_are_left_alone() -> None:
    assert faults(decide(row(forecast=LATER), replace(STORED, archived=True))) == [
        ("projects:archived", "F17")
    ]
    decision = replace(STORED, state=replace(STATE, kind="decision"))
    assert faults(decide(row(forecast=LATER), decision)) == [("projects:is-decision", "F17")]


def test_names_baselines_and_notes_alone_are_left_aside_in_words() -> None:
    made = decide(row(name="别的里程碑", baseline=LATER, note="一句话"))
    assert made.kind == "same" and remarks(made) == ["name-differs", "baseline-kept", "goes-with-a-date"]
    assert remarks(decide(row(name="Acceptance"))) == []


SLIPPED = replace(STORED, state=replace(STATE, reason_code="REGULATOR"))


@pytest.mark.parametrize("right", ["lead", "confirm"])
def test_the_reason_of_a_slip_is_corrected_alone(right: Any) -> None:
    made = decide(row(reason="ETHICS"), replace(SLIPPED, right=right))
    assert [(step.kind, step.corrects, step.state.reason_code) for step in made.planned] == [
        ("forecast", True, "ETHICS")
    ]
    assert made.planned[0].state == replace(SLIPPED.state, reason_code="ETHICS") and not remarks(made)
    with_owner = decide(row(reason="ETHICS", plan=LATER), SLIPPED)
    assert [step.kind for step in with_owner.planned] == ["rebaseline", "forecast"]


@pytest.mark.parametrize(
    "state",
    [
        replace(SLIPPED.state, forecast=TODAY - timedelta(days=1)),  # needs another date first
        replace(SLIPPED.state, baseline=LATER),  # does not slip
        replace(SLIPPED.state, proposed=LATER),  # somebody has asked for another date
        replace(SLIPPED.state, actual=TODAY, state="done"),
    ],
)
def test_a_reason_alone_corrects_no_slip_that_does_not_stand(state: MilestoneState) -> None:
    cells = {"baseline": state.baseline, "forecast": state.forecast, "actual": state.actual}
    words = {"state": "已完成"} if state.actual else {}
    made = decide(row(None, reason="ETHICS", **cells, **words), replace(SLIPPED, state=state))
    assert made.kind == "same" and remarks(made) == ["goes-with-a-date"]


def test_who_may_only_propose_corrects_no_reason() -> None:
    assert faults(decide(row(reason="ETHICS"), replace(SLIPPED, right="propose"))) == [
        ("projects:sheet-proposes-only", "J17")
    ]


@given(
    st.sampled_from(["plan", "forecast", "actual"]),
    st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    st.integers(0, 3),
)
def test_what_is_written_in_any_way_comes_to_the_same_decision(key: str, day: date, way: int) -> None:
    ways: list[Any] = [
        day,
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%Y%m%d}",
        float((day - date(1899, 12, 30)).days),
    ]
    plain, other = decide(row(**{key: day})), decide(row(**{key: ways[way]}))
    assert (plain.kind, plain.wanted, faults(plain)) == (other.kind, other.wanted, faults(other))

"""The money of a project: by hand, entered, changed, looked back at, and seen by nobody else."""

from datetime import date

import pytest
import time_machine
from sqlalchemy import select

from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.core.transactions import writing
from kangjiansheng.overview.models import ProjectValue
from kangjiansheng.overview.operations.value import enter
from kangjiansheng.overview.rules import economics
from kangjiansheng.overview.rules.economics import Figures, Money, Valued
from kangjiansheng.overview.rules.rates import published
from kangjiansheng.projects.models import Project
from tests.support.typed import typed, words

ALL = published()["BIO_ALL"]
DAY = date(2026, 11, 23)
PAGE = "/projects/KJS-003/value"
MARK = "ZQXJ"
TYPED = {
    "first_IND_REVIEW": "2026",
    "costs_IND_REVIEW": "12.5",
    "first_PHASE_I": "2027",
    "costs_PHASE_I": "30、45",
    "revenue_kind": "peak",
    "revenue_first": "2034",
    "peak": "900",
    "rise": "3",
    "hold": "4",
    "discount": "10",
    "basis": f"预算 {MARK}",
}


def test_a_case_that_was_reckoned_by_hand():
    # Phase II on 2026: 40 and 60 for it, 200 for phase III from 2029, 500 a year of net revenue in 2033 and 2034.
    figures = Figures(
        {"PHASE_II": Money(2026, (40.0, 60.0)), "PHASE_III": Money(2029, (200.0,))},
        Money(2033, (500.0, 500.0)),
        0.10,
    )
    by_hand = (
        -40  # this year, certain, not discounted
        - 60 / 1.1
        - 0.289 * 200 / 1.331
        + 0.1513 * 500 / 1.1**7
        + 0.1513 * 500 / 1.1**8
    )
    assert economics.enpv(figures, "PHASE_II", ALL, DAY) == pytest.approx(by_hand, abs=1e-9)
    assert round(by_hand, 2) == -63.86


@pytest.mark.parametrize(
    ("goal", "step", "expected"),
    [
        ("PRE", "PRE", 1.0),
        ("IND_REVIEW", "PRE", 0.69 / 0.95),
        ("PHASE_I", "PRE", 0.69),
        ("PHASE_I", "IND_REVIEW", 0.95),
        ("PHASE_III", "PRE", 0.69 * 0.52 * 0.289),
        ("BLA_REVIEW", "PHASE_I", 0.52 * 0.289 * 0.578),
        ("MARKET", "PHASE_I", 0.0787),
        ("MARKET", "MARKET", 1.0),
        ("PHASE_I", "PHASE_II", 1.0),
    ],
)
def test_the_chance_of_reaching_a_step(goal, step, expected):
    assert economics.reach(goal, step, ALL) == pytest.approx(expected, abs=1e-12)


def test_revenue_by_peak_rises_in_equal_steps_and_stays():
    assert economics.ramp(900, 3, 2) == [300, 600, 900, 900, 900]


def test_what_is_spent_is_left_out_and_certain_money_is_its_present_value():
    figures = Figures({"PHASE_II": Money(2024, (10.0, 10.0, 10.0, 10.0))}, None, 0.10)
    assert economics.enpv(figures, "PHASE_II", ALL, DAY) == pytest.approx(-10 - 10 / 1.1)
    assert economics.enpv(figures, "PHASE_II", ALL, date(2030, 1, 1)) == 0


def test_the_tornado_moves_one_assumption_at_a_time():
    figures = Figures({"PHASE_III": Money(2028, (100.0,))}, Money(2033, (500.0,) * 5), 0.10)
    one = [Valued("PHASE_II", figures)]
    found = {swing.key: swing for swing in economics.tornado(one, ALL, DAY)}
    assert sum(s.share for s in found.values()) == pytest.approx(1)
    costs = 0.289 * 100 / 1.21
    assert found["costs"].size == pytest.approx(0.4 * costs)
    assert found["delay"].at_high < found["delay"].at_low == pytest.approx(economics.total(one, ALL, DAY))
    assert found["rate"].at_low == pytest.approx(
        economics.enpv(Figures(figures.costs, figures.revenue, 0.08), "PHASE_II", ALL, DAY)
    )
    assert "phase1_to_2" not in found and "preclinical_to_phase1" not in found
    assert found["delay"].size == pytest.approx(abs(economics.total(one, ALL, DAY)) * (1 - 1 / 1.1))


@pytest.mark.parametrize(
    ("costs", "revenue", "discount", "code"),
    [
        ({}, {}, 1000, "overview:value-nothing"),
        ({"PRE": Money(2026, (1.0,))}, {}, 5001, "overview:value-discount"),
        ({"PRE": Money(1066, (1.0,))}, {}, 1000, "overview:value-year"),
        ({"PRE": Money(2026, (-1.0,))}, {}, 1000, "overview:value-amount"),
        ({"PRE": Money(2026, (1.0,) * 41)}, {}, 1000, "overview:value-years"),
        ({}, {"kind": "years", "first": 2030, "amounts": [-3.0]}, 1000, "overview:value-amount"),
    ],
)
def test_what_is_no_money_is_refused(costs, revenue, discount, code):
    with pytest.raises(RuleBroken) as refused:
        economics.check(costs, revenue, discount)
    assert refused.value.code == code


@pytest.mark.long
def test_nothing_is_shown_before_something_is_entered(client):
    lead = client("lead")
    assert "还没有填写经济数字" in words(lead.get(PAGE))
    assert "还没有填写经济数字" in words(lead.get("/overview/value"))
    assert "data-fig" not in lead.get(PAGE).text


def test_the_lead_enters_figures_and_reads_what_they_are_worth(client):
    lead = client("lead")
    assert typed(lead, f"{PAGE}/edit", **TYPED).status_code == 303
    page = words(lead.get(PAGE))
    # IND review: 12.5 certain now, 95 % of reaching phase I, 95 % × 7.87 % of approval.
    ramp = [300, 600, 900, 900, 900, 900, 900]
    worth = -12.5 - 0.95 * (30 / 1.1 + 45 / 1.21)
    worth += 0.95 * 0.0787 * sum(money / 1.1 ** (8 + at) for at, money in enumerate(ramp))
    assert f"期望净现值为 {worth:,.1f} 百万元" in page.replace("−", "-")
    assert f"预算 {MARK}" in page and "30、45" in page
    board = words(client("executive").get("/overview/value"))
    assert f"{worth:,.1f}" in board.replace("−", "-") and "填了数字的 1 个项目" in board


@pytest.mark.long
def test_the_money_is_seen_by_the_team_and_those_who_read_everything_alone(client):
    assert typed(client("lead"), f"{PAGE}/edit", **TYPED).status_code == 303
    for who, sees in (
        ("executive", True),
        ("auditor", True),
        ("lead", True),
        ("partner", False),
        ("chair", False),
    ):
        reader = client(who)
        assert reader.get(PAGE).status_code == (200 if sees else 404), who
        shown = [reader.get("/overview/value").text, reader.get("/projects/KJS-003").text]
        shown += [
            reader.get(f"/overview/value/tables/{name}.csv").get_data(as_text=True)
            for name in ("approvals", "money")
        ]
        shown.append(reader.get("/api/v1/metrics").text)
        shown.append(reader.get(f"/search?q={MARK}").text.replace(f'value="{MARK}"', ""))
        assert ('href="/projects/KJS-003/value"' in shown[1]) == sees, who
        assert ("KJS-003" in shown[3]) == sees, who
        if not sees:
            assert not [
                text
                for text in shown
                if "经济数字</a>" in text or ("期望净现值" in text and "百万元" in text)
            ]


def test_who_may_only_read_cannot_enter(client):
    assert client("auditor").post(f"{PAGE}/edit", data=TYPED).status_code == 403
    assert client("partner").post(f"{PAGE}/edit", data=TYPED).status_code == 404


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"costs_PHASE_I": "三十"}, "不是数字"),
        ({"costs_PHASE_I": "3_0"}, "不是数字"),
        ({"discount": "1_0"}, "不是数字"),
        ({"first_PHASE_I": ""}, "请填第一年"),
        ({"costs_PHASE_I": ""}, "请填各年的金额"),
        ({"discount": "80"}, "0 到 50"),
        ({"discount": "1E+9999999"}, "不是数字"),
        ({"peak": ""}, "请填写此项"),
        ({"rise": "0"}, "请填 1 到 30"),
        ({"basis": ""}, "请填写此项"),
        ({"costs_PHASE_I": "-30"}, "支出也写正数"),
    ],
)
def test_a_refused_form_keeps_what_was_typed_and_says_what_to_do(client, changed, says):
    answer = typed(client("lead"), f"{PAGE}/edit", **(TYPED | changed))
    assert answer.status_code == 422
    assert (says in words(answer) and f"预算 {MARK}" in answer.text) or changed.get("basis") == ""


@pytest.mark.long
def test_a_change_needs_a_reason_and_a_stale_form_shows_both(client):
    lead, executive = client("lead"), client("executive")
    typed(lead, f"{PAGE}/edit", **TYPED)
    assert "请写明修改的原因" in words(typed(lead, f"{PAGE}/edit", peak="800", reason=""))
    assert typed(executive, f"{PAGE}/edit", peak="700", reason="市场变小").status_code == 303
    answer = typed(lead, f"{PAGE}/edit", peak="800", reason="重估", version="1")
    assert answer.status_code == 409
    assert "800" in words(answer) and "700" in words(answer)
    page = words(lead.get(PAGE))
    assert "修改项目经济数字" in page and "市场变小" in page


@pytest.mark.long
def test_a_past_day_shows_the_figures_of_that_day(client):
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        typed(client("lead"), f"{PAGE}/edit", **TYPED)
    with time_machine.travel("2026-11-25T02:00:00Z", tick=False):
        lead = client("lead")
        typed(lead, f"{PAGE}/edit", costs_PHASE_I="31、46", reason="追加")
        assert "31、46" in words(lead.get(PAGE))
        then = words(lead.get(f"{PAGE}?as_of=2026-11-23"))
        assert "30、45" in then and "31、46" not in then
        assert "/value/edit" not in lead.get(f"{PAGE}?as_of=2026-11-23").text
        assert "还没有填写经济数字" in words(lead.get(f"{PAGE}?as_of=2026-11-20"))


def test_an_818_project_has_no_expected_value(client):
    page = words(client("executive").get("/projects/KJS-012/value"))
    assert "走 818 路径" in page and "填写" not in page.split("走 818 路径")[0].split("经济数字")[-1]


def test_the_trail_names_the_project_and_the_act(client):
    typed(client("lead"), f"{PAGE}/edit", **TYPED)
    page = words(client("auditor").get("/audit"))
    assert "填写项目经济数字" in page and "KJS-003" in page


@pytest.mark.long
def test_yearly_revenue_and_illustrative_figures(client):
    lead = client("lead")
    yearly = TYPED | {"revenue_kind": "years", "yearly": "10, 60 120", "illustrative": "y"}
    assert typed(lead, f"{PAGE}/edit", **yearly).status_code == 303
    page = words(lead.get(PAGE))
    assert "10、60、120" in page and "这是示例数据，不是真实的测算" in page


def test_one_row_a_project(actor):
    project = db.session.scalars(select(Project).where(Project.code == "KJS-003")).one()
    facts = {
        "costs": {"PHASE_I": Money(2027, (30.0,))},
        "revenue": {},
        "discount": 1000,
        "basis": "a",
        "reason": "",
        "illustrative": False,
    }
    with writing():
        enter(project, actor=actor("lead"), version=0, **facts)
    with pytest.raises(Stale):
        enter(project, actor=actor("executive"), version=0, **facts)
    assert len(db.session.scalars(select(ProjectValue)).all()) == 1

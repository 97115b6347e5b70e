"""Many milestones change at once: what waits for them is shown before, moves along or stays, and goes back with them."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import func, select

from kangjiansheng.core import verify
from kangjiansheng.core.changes import ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import Milestone, MilestoneEntry, MilestoneLink, Plan, Project
from kangjiansheng.projects.operations import milestones as single
from kangjiansheng.projects.operations.ledger import STATE
from kangjiansheng.projects.operations.plans import Wait, add_milestone
from tests.support.bulk import MOVE, consent, look
from tests.support.critic import Critic
from tests.support.queries import queries_counted
from tests.support.typed import words

SLIP = {**MOVE, "days": "60"}
State = dict[str, dict[str, Any]]


def found(code: str, project: str = "KJS-003") -> Milestone:
    query = select(Milestone).join(Plan).join(Project).where(Project.code == project, Milestone.code == code)
    return db.session.scalars(query).one()


def row(app: Flask, code: str, project: str = "KJS-003") -> str:
    with app.app_context():
        one = found(code, project)
        return f"{one.id}:{one.version}"


def plan(app: Flask, project: str = "KJS-003") -> State:
    with app.app_context():
        query = select(Milestone).join(Plan).join(Project).where(Project.code == project)
        return {m.code: {key: getattr(m, key) for key in STATE} for m in db.session.scalars(query)}


def changed(before: State, after: State) -> set[str]:
    return {code for code in after if after[code] != before[code]}


def along(preview: Any) -> dict[str, str]:
    """What the preview says of milestones that were not selected, by code."""
    tree = html.document_fromstring(preview.get_data(as_text=True))
    lines = [" ".join(li.text_content().split()) for li in tree.xpath("//section[@id='along']//li")]
    return {line.split()[0]: line for line in lines}


def expected(actor: Callable[..., Any], days: int) -> dict[str, queries.Effect]:
    """What the preview of the single milestone says."""
    one = queries.milestone(actor=actor("lead"), code="KJS-003", milestone_code="A140")
    assert one is not None and one.forecast is not None
    return {e.code: e for e in queries.effects(one, one.forecast + timedelta(days))}


@pytest.mark.long
def test_the_preview_shows_the_same_effect_as_for_one(
    app: Flask, client: Callable[..., Critic], actor: Callable[..., Any]
) -> None:
    before = plan(app)
    preview = look(client("lead"), [row(app, "A140")], **SLIP)
    shown, single_effect = along(preview), expected(actor, 60)
    assert set(shown) == set(single_effect) >= {"A170", "A180"}
    for code, effect in single_effect.items():
        assert effect.before.isoformat() in shown[code] and effect.after.isoformat() in shown[code]
        assert f"+{effect.days} 天" in shown[code]
    text = words(preview)
    was = before["A140"]["forecast"]
    assert "IND： A140" in text
    assert was.isoformat() in text and (was + timedelta(60)).isoformat() in text
    assert "最后一项" in text and "先到期 ：中心资质 2027-01-31 到期，比 A170" in text
    assert f"{len(shown)} 个下游里程碑受影响" in text
    assert plan(app) == before, "a preview writes nothing"


def test_what_waits_moves_along_in_the_same_change(
    app: Flask, client: Callable[..., Critic], actor: Callable[..., Any]
) -> None:
    lead, before, follow = client("lead"), plan(app), expected(actor, 60)
    answer = consent(lead, look(lead, [row(app, "A140")], **SLIP))
    assert answer.status_code == 303
    after = plan(app)
    assert changed(before, after) == {"A140", *follow}
    for code, effect in follow.items():
        assert after[code]["forecast"] == effect.after and after[code]["reason_code"] == "REGULATOR"
        assert after[code]["moves"] == before[code]["moves"] + 1
    page = words(lead.get(answer.location))
    assert f"更改了 1 项，{len(follow)} 个下游里程碑顺延" in page.replace("项， ", "项，")
    assert lead.post(f"{answer.location}/undo").status_code == 303
    assert plan(app) == before
    with app.app_context():
        assert list(verify.problems(db.session())) == []


@pytest.mark.long
def test_kept_dates_stay_and_the_project_says_that_they_are_too_early(
    app: Flask, client: Callable[..., Critic]
) -> None:
    lead, before = client("lead"), plan(app)
    answer = consent(lead, look(lead, [row(app, "A140")], **{**SLIP, "days": "90"}), follow="keep")
    assert answer.status_code == 303 and changed(before, plan(app)) == {"A140"}
    assert "A170 的日期过早" in words(lead.get("/projects/KJS-003"))


def test_nothing_that_is_only_proposed_moves_others(
    app: Flask, client: Callable[..., Critic], actor: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from kangjiansheng.projects import policies

    monkeypatch.setattr(policies.Standing, "may_confirm", lambda *_: False)
    monkeypatch.setattr(policies.Standing, "may_update", lambda *_: True)
    lead = client("lead")
    preview = look(lead, [row(app, "A140")], **SLIP)
    assert "待负责人确认" in words(preview) and along(preview) == {} and "不影响下游里程碑" in words(preview)


@pytest.mark.long
def test_a_follower_of_somebody_else_waits_for_her_yes(
    app: Flask, client: Callable[..., Critic], actor: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from kangjiansheng.projects import policies

    lead, chief = client("lead"), actor("lead2").id
    with writing():
        found("A180").owner_id = chief
    monkeypatch.setattr(policies.Standing, "may_confirm", lambda _self, _project, owner: owner != chief)
    before = plan(app)
    preview = look(lead, [row(app, "A140")], **SLIP)
    assert "待负责人确认" in along(preview)["A180"] and "待负责人确认" not in along(preview)["A170"]
    assert consent(lead, preview).status_code == 303
    after = plan(app)["A180"]
    assert after["forecast"] == before["A180"]["forecast"] < after["proposed"]


@pytest.mark.long
def test_selected_ones_come_on_the_day_that_was_asked_for_and_say_when_that_is_too_early(
    app: Flask, client: Callable[..., Critic]
) -> None:
    with app.app_context(), writing():
        found("A170").forecast = found("A140").forecast + timedelta(120)
    rows = [row(app, "A140"), row(app, "A170")]
    preview = look(client("lead"), rows, **{**SLIP, "days": "200"})
    assert not {"A140", "A170"} & set(along(preview))
    assert "过早：" not in words(preview), "both move alike"
    with app.app_context(), writing():
        first, then = found("A140"), found("A170")
        step = Milestone(
            plan_id=first.plan_id, code="A141", name_hans="中间一步", position=first.position,
            baseline=first.forecast, current_plan=first.forecast, duration=300,
        )  # fmt: skip
        db.session.add(step)
        db.session.flush()
        db.session.add_all(
            [
                MilestoneLink(milestone_id=step.id, predecessor_id=first.id, lag=0, unit="day"),
                MilestoneLink(milestone_id=then.id, predecessor_id=step.id, lag=0, unit="day"),
            ]
        )
    rows = [row(app, "A140"), row(app, "A170")]
    preview = look(client("lead"), rows, **{**SLIP, "days": "200"})
    assert "A141" in along(preview) and "过早：按计划间隔" in words(preview)


# ---------- two people, two tabs, twice ----------


@pytest.mark.long
def test_what_somebody_changed_since_the_preview_does_not_move_along(
    app: Flask, client: Callable[..., Critic], actor: Callable[..., Any]
) -> None:
    lead = client("lead")
    preview = look(lead, [row(app, "A140")], **SLIP)
    assert {"A170", "A180"} <= set(along(preview))
    with app.app_context(), writing():
        single.flag(found("A170"), True, actor=actor("lead"), version=None)
    before = plan(app)
    answer = consent(lead, preview)
    assert answer.status_code == 200
    page = words(answer)
    assert "1 项被拒绝" in page and "您打开之后已有人修改" in page
    moved = changed(before, plan(app))
    assert "A140" in moved and "A170" not in moved and moved - {"A140"} <= set(along(preview))


@pytest.mark.long
def test_undo_goes_row_by_row_and_what_followed_a_row_that_stays_stays_too(
    app: Flask, client: Callable[..., Critic], actor: Callable[..., Any]
) -> None:
    lead, before, other = client("lead"), plan(app), plan(app, "KJS-012")
    rows = [row(app, "A140"), row(app, "B060", "KJS-012")]
    answer = consent(lead, look(lead, rows, **SLIP))
    assert answer.status_code == 303
    moved = changed(before, plan(app)) - {"A140"}
    assert moved and len(changed(other, plan(app, "KJS-012"))) > 1
    with app.app_context(), writing():
        single.flag(found("A140"), True, actor=actor("lead"), version=None)
    undone = lead.post(f"{answer.location}/undo")
    assert undone.status_code == 200
    page = words(undone)
    assert f"{1 + len(moved)} 项被拒绝" in page and "它随另一项一起顺延" in page
    assert "之后已有人再次修改" in page
    assert plan(app, "KJS-012") == other, "the other project went back as a whole"
    assert changed(before, plan(app)) == {"A140", *moved}
    with app.app_context():
        assert list(verify.problems(db.session())) == []


@pytest.mark.parametrize(("follow", "stays"), [("within", {"Z1", "Z2"}), ("move", {"Z1", "Z2", "Z3"})])
def test_undo_judges_by_the_way_in_which_the_later_ones_went_along(
    app: Flask, client: Callable[..., Critic], actor: Callable[..., Any], follow: str, stays: set[str]
) -> None:
    """Z2 stood earlier than its interval allows. Within the slip it pushes Z3 no further than Z3 stood before, and Z3 goes
    back with Z4; as far as it had to it pushes Z3, which stays with it."""
    days = {
        "Z1": date(2026, 12, 1),
        "Z2": date(2026, 12, 11),
        "Z4": date(2027, 1, 10),
        "Z3": date(2027, 1, 20),
    }
    after = {"Z2": (("Z1",), 40), "Z3": (("Z2", "Z4"), 10)}
    with app.app_context(), writing():
        for code, day in days.items():
            waits, duration = after.get(code, ((), 5))
            add_milestone(
                found("A140").plan, actor=actor("lead"), version=None, code=code, names={"hans": code}, day=day,
                duration=duration, waits=[Wait(one) for one in waits],
            )  # fmt: skip
    lead, before = client("lead"), plan(app)
    asked = {**MOVE, "days": "20", "follow": follow}
    answer = consent(lead, look(lead, [row(app, "Z1"), row(app, "Z4")], **asked))
    assert answer.status_code == 303 and {"Z1", "Z2", "Z3", "Z4"} <= changed(before, plan(app))
    with app.app_context(), writing():
        single.flag(found("Z1"), True, actor=actor("lead"), version=None)
    assert lead.post(f"{answer.location}/undo").status_code == 200
    assert changed(before, plan(app)) & set(days) == stays


def test_undo_leaves_a_follower_of_which_something_was_said_since(
    app: Flask, client: Callable[..., Critic], actor: Callable[..., Any]
) -> None:
    lead, before = client("lead"), plan(app)
    answer = consent(lead, look(lead, [row(app, "A140")], **SLIP))
    with app.app_context(), writing():
        single.flag(found("A170"), True, actor=actor("lead"), version=None)
    undone = lead.post(f"{answer.location}/undo")
    assert undone.status_code == 200 and "之后已有人再次修改" in words(undone)
    after = plan(app)
    assert after["A140"] == before["A140"] and after["A170"]["flagged"]


def test_the_same_consent_sent_twice_counts_once(app: Flask, client: Callable[..., Critic]) -> None:
    lead = client("lead")
    preview = look(lead, [row(app, "A140")], **SLIP)
    assert consent(lead, preview).status_code == 303
    after = plan(app)
    consent(lead, preview)
    assert plan(app) == after
    with app.app_context():
        count = select(func.count()).select_from(ChangeSet).where(ChangeSet.label == "bulk")
        assert db.session.scalar(count) == 1


@pytest.mark.long
def test_the_consent_of_an_older_tab_writes_nothing(app: Flask, client: Callable[..., Critic]) -> None:
    lead = client("lead")
    first, second = (look(lead, [row(app, "A140")], **{**SLIP, "days": days}) for days in ("60", "90"))
    assert consent(lead, second).status_code == 303
    after = plan(app)
    answer = consent(lead, first)
    assert answer.status_code == 422 and "什么都没有写入" in words(answer)
    assert "您打开之后已有人修改" in words(answer)
    assert plan(app) == after


@pytest.mark.long
def test_one_row_of_a_change_goes_back_alone(
    app: Flask, client: Callable[..., Critic], actor: Callable[..., Any]
) -> None:
    lead, before = client("lead"), plan(app)
    consent(lead, look(lead, [row(app, "A140")], **SLIP))
    with app.app_context(), writing():
        entry = db.session.scalars(
            select(MilestoneEntry)
            .where(MilestoneEntry.milestone_id == found("A140").id)
            .order_by(MilestoneEntry.id.desc())
        ).first()
        assert entry is not None and queries.moved_along(entry) == []
        single.undo(entry, actor=actor("lead"))
    after = plan(app)
    assert after["A140"] == before["A140"] and after["A170"] != before["A170"]


# ---------- what it costs ----------


@pytest.mark.long
def test_as_many_statements_for_many_plans_as_for_one_row(app: Flask, client: Callable[..., Critic]) -> None:
    lead = client("lead")

    def cost(rows: list[str]) -> int:
        look(lead, rows, **SLIP)
        with queries_counted() as seen:
            assert along(look(lead, rows, **SLIP))
        return len(seen)

    with app.app_context():
        query = select(Milestone.id, Milestone.version).where(Milestone.state == "open")
        every = [f"{key}:{version}" for key, version in db.session.execute(query.order_by(Milestone.id))]
    assert cost([row(app, "A140")]) == cost(every[::2])


@pytest.mark.long
def test_three_hundred_selected_are_previewed_in_under_a_second(
    app: Flask, client: Callable[..., Critic]
) -> None:
    """The smallest of some tries counts: what the machine does besides is not ours."""
    lead = client("lead")
    with app.app_context(), writing():
        one = found("A140")
        day: date | None = one.forecast
        made = [
            Milestone(
                plan_id=one.plan_id, code=f"M{n:03d}", name_hans="步骤", position=100 + n, baseline=day,
                current_plan=day,
            )
            for n in range(600)
        ]  # fmt: skip
        db.session.add_all(made)
        db.session.flush()
        chain = [one, *made]
        db.session.add_all(
            MilestoneLink(milestone_id=after.id, predecessor_id=before.id, lag=0, unit="day")
            for before, after in zip(chain, made, strict=False)
        )
        rows = [f"{m.id}:1" for m in made[::2]]
    assert len(rows) == 300
    spent = []
    for _ in range(3):
        begin = time.thread_time()
        preview = look(lead, rows, **SLIP)
        spent.append(time.thread_time() - begin)
    assert len(along(preview)) == 300
    assert min(spent) < 1, spent
    print([round(1000 * s) for s in spent])

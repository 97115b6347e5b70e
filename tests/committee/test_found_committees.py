"""Several committees, each by its own charter: founded, numbered without a clash, changed and remembered."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.committee.models import Committee, Meeting
from kangjiansheng.committee.operations import committees, imports, meetings, outcomes
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.queries.imports import look
from kangjiansheng.committee.rules import numbers
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, state_as_of
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from tests.committee.test_pages import CHARTER
from tests.support.critic import Critic

STEERING = CHARTER | {
    "code": "JSC-01", "name_hans": "第一联合实验室指导委员会", "kind": "steering", "lab": "JL-01",
    "quorum_numerator": "1", "quorum_denominator": "2", "outcome_pattern": numbers.OUTCOME_PATTERN,
}  # fmt: skip
COMPANY = STEERING | {"code": "CDM", "name_hans": "公司决策会议", "kind": "company", "lab": ""}


def one(code: str) -> Committee:
    return db.session.scalars(select(Committee).where(Committee.code == code)).one()


def held(committee: Committee, who: Actor, *people: int) -> Meeting:
    """A meeting of today with everybody there, and its minutes begun."""
    for number, person in enumerate(people):
        office = "member" if number else "chair"
        committees.add_member(committee, actor=who, person_id=person, office=office, name_hans="示例")
    made = meetings.create_meeting(committee, actor=who, held_on=clock.today())
    meetings.record_attendance(made, dict.fromkeys(people, "on_site"), actor=who)
    writing.start(made, actor=who)
    return made


@pytest.mark.long
def test_a_steering_committee_and_a_company_meeting_are_founded(
    client: Callable[..., Critic], app: Flask
) -> None:
    admin = client("admin")
    form = admin.get("/committees/new").get_data(as_text=True)
    assert numbers.OUTCOME_PATTERN in form
    assert client("chair").post("/committees/new", data=STEERING).status_code == 403
    assert admin.post("/committees/new", data=STEERING | {"lab": "JL-99"}).status_code == 422
    for data in (STEERING, COMPANY):
        assert admin.post("/committees/new", data=data).status_code == 303
    assert "JL-01" in admin.get("/committees/JSC-01").get_data(as_text=True)
    page = admin.get("/committees/CDM").get_data(as_text=True)
    assert "公司决策会议" in page
    assert "由公司决定是否采纳" not in page
    with app.app_context():
        assert one("JSC-01").kind == "steering"
        assert one("CDM").retention_years == 30


def test_numbers_of_two_committees_never_meet(actor: Callable[[str], Actor]) -> None:
    """Both have a first meeting of the year: the scientific committee's numbers name no committee."""
    admin = actor("admin")
    fields = {"name_hans": "指导委员会", "kind": "steering"}
    jsc = committees.create_committee(actor=admin, code="JSC", **fields)
    cdm = committees.create_committee(actor=admin, code="CDM", **fields)
    given = set()
    for committee in (jsc, cdm):
        meeting = held(committee, admin, actor("lead").id, actor("lead2").id)
        assert meeting.minutes is not None
        made = outcomes.record_decision(meeting.minutes, actor=admin, kind="D", text="同意。")
        done = outcomes.record_action(meeting.minutes, actor=admin, text="准备材料", owner_role="秘书")
        given |= {made.number, done.number, meeting.minutes_no}
    assert given == {
        "D-JSC-2026-01-01", "A-JSC-2026-01-01", "JSC〔2026〕1号",
        "D-CDM-2026-01-01", "A-CDM-2026-01-01", "CDM〔2026〕1号",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "pattern", "code"),
    [
        ("outcome_pattern", "{kind}-{year}-{meeting}-{serial}", "pattern-taken"),
        ("outcome_pattern", "{kind}-{committee}-{year}", "pattern-lacks"),
        ("outcome_pattern", "{kind}-{committee}-{year}-{meeting}-{serial}-{secret}", "pattern-lacks"),
        ("minutes_pattern", "纪〔{year}〕", "pattern-lacks"),
        ("minutes_pattern", "{short}〔{year}〕{serial}号{", "pattern-lacks"),
    ],
)
def test_a_pattern_must_tell_enough(
    actor: Callable[[str], Actor], field: str, pattern: str, code: str
) -> None:
    with pytest.raises(RuleBroken, match=code):
        committees.create_committee(
            actor=actor("admin"), code="JSC", name_hans="指导委员会", **{field: pattern}
        )


def test_a_changed_pattern_leaves_the_numbers_that_were_given(actor: Callable[[str], Actor]) -> None:
    sac, secretary = one("SAC"), actor("secretary")
    old = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-03")).one()
    committees.edit_committee(
        sac, actor=secretary, version=sac.version, minutes_pattern="科纪〔{year}〕第{serial}期"
    )
    assert old.minutes_no == "康科委纪〔2026〕3号"
    made = meetings.create_meeting(sac, actor=secretary, held_on=date(2030, 3, 1))
    assert made.minutes_no == "科纪〔2030〕第1期"
    other = committees.create_committee(
        actor=actor("admin"), code="JSC", name_hans="甲", minutes_pattern="科纪〔{year}〕第{serial}期"
    )
    with pytest.raises(RuleBroken, match="number-taken"):
        meetings.create_meeting(other, actor=secretary, held_on=date(2030, 4, 1))


def test_a_committee_that_one_does_not_see_keeps_a_register_of_its_own(actor: Callable[[str], Actor]) -> None:
    """Neither planning nor an import tells that its number is given; within one committee, and to whoever sees both, it
    is given once."""
    pattern = "科纪〔{year}〕第{serial}期"
    one, other = (
        committees.create_committee(actor=actor("admin"), code=code, name_hans=code, minutes_pattern=pattern)
        for code in ("JSC", "TSC")
    )
    for committee, short in ((one, "lead"), (other, "lead2")):
        committees.add_member(
            committee, actor=actor("admin"), person_id=actor(short).id, office="secretary", name_hans="秘书"
        )
    first = meetings.create_meeting(one, actor=actor("lead"), held_on=date(2030, 3, 1))
    source = f"# 会议纪要\n\n{first.minutes_no}\n\n2029年4月10日\n".encode()
    told = {}
    for short in ("lead2", "executive"):
        row = imports.receive(other, "m.md", source, actor=actor(short))
        seen = look(
            other, row.text, row.name, row.sha256, {"minutes_no": first.minutes_no}, actor=actor(short)
        )
        told[short] = {problem.code for problem in seen.problems}
    assert told["executive"] - told["lead2"] == {"committee:import-minutes-no-taken"}
    same = meetings.create_meeting(other, actor=actor("lead2"), held_on=date(2030, 4, 1))
    assert same.minutes_no == first.minutes_no


def test_more_than_all_is_out_of_reach(actor: Callable[[str], Actor]) -> None:
    sac = one("SAC")
    whole = {"majority_numerator": 1, "majority_denominator": 1}
    with pytest.raises(RuleBroken, match="majority-out-of-reach"):
        committees.edit_committee(sac, actor=actor("chair"), version=sac.version, majority_over=True, **whole)
    committees.edit_committee(sac, actor=actor("chair"), version=sac.version, majority_over=False, **whole)


def test_the_charter_is_remembered(client: Callable[..., Critic], app: Flask) -> None:
    chair = client("chair")
    with app.app_context():
        version = one("SAC").version
    changed = CHARTER | {"version": str(version), "quorum_base": "all", "retention_years": "50"}
    changed["default_consent"] = "y"
    del changed["abstentions_count"]
    assert chair.post("/committees/SAC/edit", data=changed).status_code == 303
    page = chair.get("/committees/SAC").get_data(as_text=True)
    for words in ("全体在任委员的 2/2", "弃权不计入基数", "7 天未答复视为同意", "50 年"):
        assert words in page, words
    history = chair.get("/committees/SAC/history").get_data(as_text=True)
    assert "法定人数的基数" in history
    with app.app_context():
        kept = state_as_of("committee", one("SAC").id, clock.now())
        assert kept is not None
        assert (kept["quorum_base"], kept["retention_years"], kept["default_consent"]) == ("all", 50, True)


def test_a_seat_names_its_institution(client: Callable[..., Critic], app: Flask) -> None:
    chair = client("chair")
    seat = {"email": "lead@kjs.example", "office": "member", "valid_from": "2026-11-01"}
    assert chair.post("/committees/SAC/members", data=seat | {"institution": "NONE"}).status_code == 422
    assert chair.post("/committees/SAC/members", data=seat | {"institution": "RJ"}).status_code == 303
    with app.app_context():
        lead = actor_by_email("lead@kjs.example")
        assert lead is not None
        made = next(m for m in one("SAC").members if m.person_id == lead.id)
        assert made.institution is not None
        assert made.institution.code == "RJ"

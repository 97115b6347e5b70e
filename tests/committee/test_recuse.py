"""Members declare, the register proposes, those who keep the committee decide; what follows for who reads what."""

from collections.abc import Callable
from datetime import datetime, time

import pytest
import sqlalchemy as sa
from flask import Flask
from lxml import html
from sqlalchemy import select

from kangjiansheng.committee import queries
from kangjiansheng.committee.models import Action, AgendaItem, Committee, Decision, Interest, Meeting, Minutes
from kangjiansheng.committee.operations import interests as operations
from kangjiansheng.committee.operations import meetings, outcomes, reviews
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.queries import floor
from kangjiansheng.committee.queries import interests as register
from kangjiansheng.committee.queries.visible import readable_items
from kangjiansheng.core import audit, clock, transactions
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.clock import SHANGHAI
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Notification
from kangjiansheng.labs.models import Institution
from kangjiansheng.projects.models import ProjectMember
from tests.support.critic import Critic


@pytest.fixture
def item(draft_minutes: Minutes) -> AgendaItem:
    """The second item of the eighth meeting, KJS-015."""
    return draft_minutes.meeting.items[1]


def sac() -> Committee:
    return db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()


def seen(door: object, kind: type, item: AgendaItem) -> bool:
    column = kind.id if kind is AgendaItem else kind.agenda_item_id  # type: ignore[attr-defined]
    rows = select(kind.id).where(kind.id.in_(door), column == item.id)  # type: ignore[attr-defined]
    return db.session.scalar(rows.limit(1)) is not None


def test_the_register_proposes_what_was_declared_and_what_is_known(
    item: AgendaItem, actor: Callable[[str], Actor]
) -> None:
    assert item.project_id is not None
    ruijin = db.session.scalars(select(Institution).where(Institution.code == "RJ")).one()
    operations.declare(sac(), actor=actor("chair"), kind="patent", project_id=item.project_id)
    operations.declare(sac(), actor=actor("member2"), kind="equity", party="某创业公司")
    db.session.add(
        ProjectMember(
            project_id=item.project_id, person_id=actor("secretary").id, role="member",
            valid_from=item.meeting.held_on,
        )
    )  # fmt: skip
    db.session.flush()
    made = {one.person_id: one.way for one in register.proposed(item.meeting, [item])[item.id]}
    assert made[actor("chair").id] == "whole"
    assert made[actor("secretary").id] == "facts"
    parties = register._parties({item.project_id}).get(item.project_id, set())
    assert (made.get(actor("member").id) == "facts") == (ruijin.id in parties)


def test_an_interest_that_ended_is_proposed_no_more(item: AgendaItem, actor: Callable[[str], Actor]) -> None:
    row = operations.declare(sac(), actor=actor("chair"), kind="kin", project_id=item.project_id)
    operations.end(row, actor=actor("chair"))
    with pytest.raises(RuleBroken, match="interest-ended"):
        operations.edit(row, actor=actor("chair"), version=row.version, kind="post")
    coming = meetings.create_meeting(sac(), actor=actor("secretary"), held_on=clock.today().replace(day=30))
    later = meetings.add_item(
        coming, actor=actor("secretary"), name_hans="甲", kind="decide", project_id=item.project_id
    )
    offered = register.proposed(coming, [later]).get(later.id, [])
    assert actor("chair").id not in {one.person_id for one in offered if one.way == "whole"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"kind": "gift", "party": "甲"}, "interest-kind"), ({"kind": "post"}, "interest-in-what")],
)
def test_a_declaration_says_what_and_in_what(
    actor: Callable[[str], Actor], fields: dict[str, str], code: str
) -> None:
    with pytest.raises(RuleBroken, match=code):
        operations.declare(sac(), actor=actor("member"), **fields)


def test_nobody_decides_about_themselves(item: AgendaItem, actor: Callable[[str], Actor]) -> None:
    chair, secretary = actor("chair"), actor("secretary")
    with pytest.raises(RuleBroken, match="own-interest"):
        operations.recuse(item, actor=chair, person_id=chair.id, kind="stays", reason="无妨")
    with pytest.raises(RuleBroken, match="recusal-reason"):
        operations.recuse(item, actor=secretary, person_id=chair.id, kind="stays")
    row = operations.recuse(item, actor=chair, person_id=chair.id, kind="facts")
    with pytest.raises(RuleBroken, match="own-interest"):
        operations.withdraw(row, actor=chair)
    operations.withdraw(row, actor=secretary)
    with pytest.raises(RuleBroken, match="not-seated"):
        operations.recuse(item, actor=secretary, person_id=actor("outsider").id)
    with pytest.raises(RuleBroken, match="recusal-kind"):
        operations.recuse(item, actor=secretary, person_id=chair.id, kind="vote_only")


@pytest.mark.parametrize("kind", ["whole", "facts", "stays"])
def test_who_reads_what_before_and_after_the_minutes_stand(
    item: AgendaItem,
    draft_minutes: Minutes,
    actor: Callable[[str], Actor],
    sign: Callable[..., object],
    kind: str,
) -> None:
    member, secretary = actor("member"), actor("secretary")
    outcomes.record_decision(draft_minutes, actor=secretary, kind="D", text="同意。", item=item)
    operations.recuse(item, actor=secretary, person_id=member.id, kind=kind, reason="经讨论")
    transactions.commit()
    (entry,) = audit.history("agenda_item", item.id, 1)
    assert (entry.before["person"], entry.after["person"]) == (None, member.id), "the trail says who"
    assert seen(queries.visible_items(member), AgendaItem, item) == (kind != "whole")
    assert seen(readable_items(member), AgendaItem, item) == (kind == "stays")
    draft = reviews.open_review(draft_minutes, actor=secretary)
    for door, thing in (
        (queries.visible_decisions(member), Decision), (queries.visible_actions(member), Action)
    ):  # fmt: skip
        assert seen(door, thing, item) == (kind == "stays")
    for short in ("member", "member2", "chair"):
        sign(draft, short)
    assert draft_minutes.life == "approved"
    for door, thing in (
        (queries.visible_decisions(member), Decision), (queries.visible_actions(member), Action)
    ):  # fmt: skip
        assert seen(door, thing, item) == (kind != "whole")
        assert seen(queries.visible_decisions(actor("member2")), Decision, item)


def test_the_recused_are_out_of_the_count_and_in_the_minutes(
    actor: Callable[[str], Actor],
) -> None:
    """A vote of a meeting of last Friday: nine voters, two thirds of the eligible eight are six."""
    who, day = actor("secretary"), clock.today().replace(day=20)
    made = meetings.create_meeting(sac(), actor=who, held_on=day)
    item = meetings.add_item(made, actor=who, name_hans="甲", kind="decide")
    people = [m.person_id for m in sac().members if m.voting]
    meetings.record_attendance(made, dict.fromkeys(people[:6], "on_site"), actor=who)
    assert floor.in_room(made, [item])[item.id].now.standing.is_met
    row = operations.recuse(item, actor=who, person_id=people[0], kind="whole")
    now = floor.in_room(made, [item])[item.id].now
    assert (now.standing.members, now.standing.needed, now.standing.present) == (8, 6, 5)
    left, back = (datetime.combine(day, time(10, minute), SHANGHAI) for minute in (5, 20))
    with pytest.raises(RuleBroken, match="times-turned"):
        operations.step_out(row, actor=who, left_at=back, returned_at=left)
    operations.step_out(row, actor=who, left_at=left, returned_at=back)
    minutes = writing.start(made, actor=who)
    text = "\n".join(p.text for p in writing.standing_paragraphs(minutes))
    assert "主任委员（移植）回避，10:05 离场，10:20 返回" in text
    head = reviews.header(made, writing.standing_paragraphs(minutes))
    assert head["items"][0]["recused"][0]["returned_at"] == back.isoformat()


def test_an_action_is_not_given_to_whom_it_is_withheld_from(
    item: AgendaItem, draft_minutes: Minutes, actor: Callable[[str], Actor]
) -> None:
    who, member = actor("secretary"), actor("member")
    given = outcomes.record_action(draft_minutes, actor=who, text="甲", owner_id=member.id, item=item)
    bell = select(Notification).where(Notification.person_id == member.id)
    told = [n for n in db.session.scalars(bell) if n.template == "committee:action-assigned"]
    assert [n.facts["number"] for n in told] == [given.number]
    operations.recuse(item, actor=who, person_id=member.id)
    assert "committee:action-assigned" not in {n.template for n in db.session.scalars(bell)}
    assert not seen(queries.visible_actions(member), Action, item), "not even as its owner"
    with pytest.raises(RuleBroken, match="owner-recused"):
        outcomes.record_action(draft_minutes, actor=who, text="乙", owner_id=member.id, item=item)


def test_the_database_refuses_once_review_is_open(
    item: AgendaItem, draft_minutes: Minutes, actor: Callable[[str], Actor]
) -> None:
    secretary, member = actor("secretary"), actor("member")
    row = operations.recuse(item, actor=secretary, person_id=member.id)
    operations.complete(sac(), actor=member)
    reviews.open_review(draft_minutes, actor=secretary)
    with pytest.raises(RuleBroken, match="facts-in-review"):
        operations.recuse(item, actor=secretary, person_id=member.id, kind="facts")
    for statement, why in (
        (f"UPDATE recusal SET kind = 'stays' WHERE id = {row.id}", "frozen"),
        (f"DELETE FROM recusal WHERE id = {row.id}", "frozen"),
        ("UPDATE declaration SET interests = 0", "append-only"),
        ("DELETE FROM declaration", "append-only"),
    ):
        with pytest.raises(sa.exc.DatabaseError, match=why), db.session.begin_nested():
            db.session.execute(sa.text(statement))


def test_a_year_is_declared_on_the_page(client: Callable[..., Critic], app: Flask) -> None:
    member, chair = client("member"), client("chair")
    address = "/committees/SAC/interests"
    assert "年度还没有完成申报" in member.get(address).get_data(as_text=True)
    data = {"kind": "equity", "institution": "", "project": "", "party": "", "valid_from": "2026-01-01"}
    unsaid = member.post(address, data=data | {"institution": "RJ"})
    assert unsaid.status_code == 422 and "请填写此项" in unsaid.text
    data["text"] = "任职情况"
    wrong = member.post(address, data=data)
    assert wrong.status_code == 422
    assert "请选择相关机构或项目" in wrong.get_data(as_text=True)
    assert member.post(address, data=data | {"project": "KJS-777"}).status_code == 422
    assert member.post(address, data=data | {"institution": "RJ", "text": "持股说明"}).status_code == 303
    with app.app_context():
        row = db.session.scalars(select(Interest).where(Interest.text == "持股说明")).one()
        number, version = row.id, row.version
    changed = data | {"party": "某公司", "version": str(version)}
    assert member.get(f"{address}/{number}").status_code == 200
    assert member.post(f"{address}/{number}", data=changed).status_code == 303
    stale = member.post(f"{address}/{number}", data=changed | {"party": "另一公司"})
    assert stale.status_code == 409
    assert "某公司" in stale.get_data(as_text=True)
    assert chair.get(f"{address}/{number}").status_code == 404, "others read it in the register only"
    assert member.post("/committees/SAC/declarations").status_code == 303
    assert "以上申报完整" in member.get(address).get_data(as_text=True)
    register_page = chair.get(f"{address}/register").get_data(as_text=True)
    assert "某公司" in register_page
    assert client("auditor").get(f"{address}/register").status_code == 200
    for short in ("member", "member2", "executive", "outsider"):
        assert client(short).get(f"{address}/register").status_code == 403, short
    assert member.post(f"{address}/{number}/end").status_code == 303


def test_a_decision_that_came_back_keeps_what_was_typed(client: Callable[..., Critic], app: Flask) -> None:
    with app.app_context():
        meeting = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-06")).one()
        item = meeting.items[1].id
        person = next(m.person_id for m in meeting.committee.members if m.seat == 7)
    address = f"/meetings/SAC-2026-06/items/{item}/recusals"
    client("member").post(
        f"/meetings/SAC-2026-06/items/{item}/interests", data={"kind": "rival", "text": "同靶点"}
    )
    secretary = client("secretary")
    with app.app_context():
        other = next(
            m.person_id
            for m in sac().members
            if m.person_id != person and m.office == "chair" and m.valid_to is None
        )
    for who in (person, other):
        refused = secretary.post(address, data={"person_id": str(who), "reason": "理由甲"})
        assert refused.status_code == 422
        forms = html.document_fromstring(refused.text).xpath("//form[.//input[@value='理由甲']]")
        assert len(forms) == 1, "in the form of that item and member alone"
        named = forms[0].xpath(".//input[@name='person_id']/@value | .//option[@selected]/@value")
        assert named == [str(who)]
        stays = secretary.post(address, data={"person_id": str(who), "kind": "stays", "reason": " "})
        checked = html.document_fromstring(stays.text).xpath("//input[@value='stays'][@checked]")
        assert stays.status_code == 422 and len(checked) == 1


@pytest.mark.long
def test_a_meeting_is_declared_and_decided_on_pages(client: Callable[..., Critic], app: Flask) -> None:
    member, secretary = client("member"), client("secretary")
    with app.app_context():
        meeting = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-06")).one()
        item = meeting.items[1].id
        person = next(m.person_id for m in meeting.committee.members if m.seat == 7)
    address = "/meetings/SAC-2026-06"
    assert "KJS-003" in member.get(f"{address}/interests").get_data(as_text=True)
    flagged = {"kind": "rival", "text": "我在另一家做同靶点"}
    assert member.post(f"{address}/items/{item}/interests", data={"kind": "gift"}).status_code == 422
    unsaid = member.post(f"{address}/items/{item}/interests", data=flagged | {"text": " "})
    assert unsaid.status_code == 422 and "请填写此项" in unsaid.text
    assert "不再持有" not in unsaid.text
    assert member.post(f"{address}/items/{item}/interests", data=flagged).status_code == 303
    assert "要更正" in member.get(f"{address}/interests").text
    assert member.post(f"{address}/declarations").status_code == 303
    assert "有委员申报利益" in secretary.get("/notifications").get_data(as_text=True)
    page = secretary.get(f"{address}/recusals").get_data(as_text=True)
    assert '已对这项议题申报：竞争项目，<span lang="zh-Hans">我在另一家做同靶点</span>' in page
    assert "建议：全程回避" in page
    assert member.get(f"{address}/recusals").status_code == 403
    decided = {"person_id": str(person), "kind": "stays", "reason": ""}
    refused = secretary.post(f"{address}/items/{item}/recusals", data=decided)
    assert refused.status_code == 422
    assert "须写明理由" in refused.get_data(as_text=True)
    whole = decided | {"kind": "whole"}
    assert secretary.post(f"{address}/items/{item}/recusals", data=whole).status_code == 303
    told = member.get("/notifications").get_data(as_text=True)
    assert "回避决定" in told
    assert "首例准备" not in told
    mine = member.get(address).get_data(as_text=True)
    assert "首例准备" not in mine
    assert "其余议题未对您开放" in mine
    assert "首例准备" in client("member2").get(address).get_data(as_text=True)

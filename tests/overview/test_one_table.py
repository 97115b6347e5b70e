"""One Table: a party asks, the table agrees on who does what by when, the minutes say so, and the ask is closed."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.committee.models import Meeting
from kangjiansheng.committee.operations import backlog, committees, meetings, tabled
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.queries import suggested
from kangjiansheng.committee.queries.visible import visible_items, visible_meetings
from kangjiansheng.core import clock, verify
from kangjiansheng.core.changes import record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.core.outbox import Notification
from kangjiansheng.core.transactions import writing as saving
from kangjiansheng.labs.models import Institution, InstitutionMember, JointLab, Obligation
from kangjiansheng.labs.operations import archive
from kangjiansheng.labs.operations.institutions import edit_institution
from kangjiansheng.labs.queries import institution
from kangjiansheng.overview.queries import table as queries
from kangjiansheng.overview.rules.table import Commitment
from kangjiansheng.projects.models import Ask, Project
from kangjiansheng.projects.operations import asks, projects
from kangjiansheng.projects.queries import visible_projects
from kangjiansheng.projects.queries.asks import asks as rows_of
from kangjiansheng.projects.queries.hand_offs import hand_offs
from tests.support.acting import who
from tests.support.critic import Critic
from tests.support.queries import queries_counted
from tests.support.typed import opened, send, words


def ask(code: str) -> Ask:
    """An ask of the demonstration."""
    return db.session.scalars(select(Ask).where(Ask.code == code)).one()


def table_of(app: Flask, short: str) -> list[Commitment]:
    """What is owed at the table, as one of the cast sees it."""
    with app.app_context():
        return queries.table(actor=who(short)).commitments


def coming_meeting() -> Meeting:
    """The committee of the table with its next meeting; the executive keeps it, who reads all."""
    made = committees.create_committee(
        actor=system_actor(), code="TBL", name_hans="一张桌会（示例）", kind="table"
    )
    for short, office in (("executive", "chair"), ("secretary", "secretary"), ("partner", "member")):
        committees.add_member(
            made, actor=system_actor(), person_id=who(short).id, office=office, name_hans=""
        )
    return meetings.create_meeting(
        made, actor=who("executive"), held_on=clock.today() + timedelta(7), illustrative=True
    )


def test_from_the_ask_to_the_minutes(app: Flask, client: Callable[..., Critic]) -> None:
    """Raised, suggested for the table, tabled, agreed with owner and date, minuted, closed; all in the trail."""
    with app.app_context():
        with saving():
            meeting = coming_meeting()
        proposed = {one.source: one for one in suggested.suggested(meeting, actor=who("executive")).rows}
        key = f"ask:{ask('ASK-0002').id}"
        assert proposed[key].why == "wish" and proposed[key].facts["days"] == 11
        with saving():
            backlog.add_suggested(meeting, [proposed[key].row()], actor=who("executive"))
        assert ask("ASK-0002").life == "tabled"
        assert key not in {one.source for one in suggested.suggested(meeting, actor=who("executive")).rows}
        due = clock.today() + timedelta(20)
        with saving():
            asks.agree(
                ask("ASK-0002"), actor=who("executive"), version=None, debtor_code="KJS", name="知情同意书模板",
                due_on=due,
            )  # fmt: skip
        agreed = ask("ASK-0002")
        assert agreed.life == "agreed" and agreed.answered_on == clock.today()
        owed = db.session.scalars(select(Obligation).where(Obligation.id == agreed.obligation_id)).one()
        assert (owed.debtor.code, owed.creditor.code, owed.due_on) == ("KJS", "SCMC", due)
        assert client("executive").get("/table").status_code == 200  # with its next meeting
        table = queries.table(actor=who("partner"))
        line = table.line("KJS")
        assert line is not None and owed.code in {one.code for one in line.owes}
        assert not tabled.agreed(meeting, "zh-Hans"), (
            "what the two agreed on another day is not the meeting's"
        )
        with saving():
            secretary = who("secretary")
            meetings.edit_meeting(meeting, actor=secretary, version=None, held_on=clock.today())
            meetings.record_attendance(meeting, {secretary.id: "on_site"}, actor=secretary)
            owed.confidentiality = "team"
            db.session.flush()
            assert not tabled.agreed(meeting, "zh-Hans"), "what two teams keep to themselves is in no minutes"
            owed.confidentiality = "parties"
            minutes = writing.start(meeting, actor=secretary)
        said = "\n".join(paragraph.text for paragraph in minutes.paragraphs)
        assert (
            f"议定：{owed.debtor.name_hans}{due.isoformat()} 前完成“知情同意书模板”（{owed.code}）。" in said
        )
        with saving():
            asks.close(ask("ASK-0002"), "模板已用于 KJS-010", actor=who("partner"), version=None)
        assert "ASK-0002" not in {row.code for row in rows_of(actor=who("partner")) if row.waits}
        assert list(verify.problems(db.session())) == []


def test_who_sees_an_ask(app: Flask) -> None:
    """The two parties and those who read all; of the whole table every party; nobody who does not see its project."""
    with app.app_context():
        seen = {
            short: {row.code for row in rows_of(actor=who(short))}
            for short in ("executive", "partner", "outsider")
        }
        assert seen["executive"] == {f"ASK-000{number}" for number in range(1, 6)}
        assert seen["partner"] == {"ASK-0002", "ASK-0003"}  # of her institution, and of the whole table
        assert seen["outsider"] == set()
        with saving():
            closed = asks.raise_ask(
                actor=who("executive"), from_code="RJ", to_code="SCMC", chain="talent", title="密", detail="",
                project_code="KJS-003",
            )  # fmt: skip
        assert closed.code not in {row.code for row in rows_of(actor=who("partner"))}
        assert closed.code in {row.code for row in rows_of(actor=who("auditor"))}


@pytest.mark.long
def test_what_stays_between_two_parties_and_how_it_stood(app: Flask, client: Callable[..., Critic]) -> None:
    """The whole table hears that it is agreed, and not on what; a past day has the words and the project of that day,
    and neither it nor a notice tells of a project that the reader does not see."""
    with app.app_context():
        executive, partner, yesterday = who("executive"), who("partner"), clock.today() - timedelta(1)
        with saving():
            db.session.scalars(
                select(InstitutionMember).where(InstitutionMember.person_id == partner.id)
            ).one().role = "contact"
            asks.agree(
                ask("ASK-0003"), actor=executive, version=None, debtor_code="KJS", name="数据共享协议草案",
                due_on=clock.today(),
            )  # fmt: skip
            facts = {
                "chain": "talent",
                "title": "密",
                "detail": "",
                "raised_on": clock.today() - timedelta(5),
            }
            hidden = asks.raise_ask(
                actor=executive, from_code="RJ", to_code="SCMC", project_code="KJS-003", **facts
            )
            asks.edit_ask(hidden, actor=executive, version=None, chain="talent", title="明", to_code="SCMC")
            asks.edit_ask(
                ask("ASK-0002"), actor=partner, version=None, chain="talent", title="改了", detail="新", to_code="CSCG"
            )  # fmt: skip
        told = db.session.scalars(select(Notification).where(Notification.person_id == partner.id))
        assert not [row for row in told if row.address == f"/asks/{hidden.code}"]
        owed = ask("ASK-0003").obligation.code
        now = {row.code: row for row in rows_of(actor=partner)}
        then = {row.code: row for row in rows_of(actor=partner, as_of=yesterday)}
        assert now[hidden.code].title == "明" and hidden.code not in then
        row = then["ASK-0002"]
        assert row.asked is not None and row.asked.code == "KJS"
        assert (row.project, row.detail, now["ASK-0002"].project) == ("KJS-010", "", "")
    page = words(client("partner").get("/asks/ASK-0003"))
    assert "已议定" in page and "数据共享协议草案" not in page and owed not in page
    assert "数据共享协议草案" in words(client("executive").get("/asks/ASK-0003"))
    earlier = words(client("partner").get(f"/asks/ASK-0002?as_of={yesterday}"))
    assert "改了" not in earlier.partition("<h1")[2] and "新" not in earlier.partition("说明")[2][:20]


@pytest.mark.long
def test_what_was_said_to_one_party_is_not_told_to_the_next(
    app: Flask, client: Callable[..., Critic]
) -> None:
    """Put to others since, an ask tells its new readers nothing of its words before, in its history and on a past day;
    and on an agenda it is seen by those of its project only who see the ask."""
    with app.app_context():
        executive, partner = who("executive"), who("partner")
        plain = {"chain": "talent", "detail": ""}
        with saving():
            one = asks.raise_ask(
                actor=executive, from_code="RJ", to_code="SPH", title="机密报价", project_code="KJS-010", **plain,
                raised_on=clock.today() - timedelta(3),
            )  # fmt: skip
            meeting = committees.create_committee(
                actor=system_actor(), code="TBL", name_hans="会", kind="table"
            )
            coming = meetings.create_meeting(
                meeting, actor=executive, held_on=clock.today(), illustrative=True
            )
            proposed = {row.source: row for row in suggested.suggested(coming, actor=executive).rows}
            backlog.add_suggested(coming, [proposed[f"ask:{one.id}"].row()], actor=executive)
        project = db.session.scalars(select(Project).where(Project.code == "KJS-010")).one()
        assert project.id in set(db.session.scalars(visible_projects(partner)))
        assert not {item.id for item in coming.items} & set(db.session.scalars(visible_items(partner)))
        assert coming.id not in set(db.session.scalars(visible_meetings(partner)))
        assert coming.id in set(db.session.scalars(visible_meetings(executive)))
        with pytest.raises(RuleBroken, match="projects:ask-tabled"):
            asks.edit_ask(one, actor=executive, version=None, title="明", to_code="SCMC", **plain)
        with saving():
            one = asks.raise_ask(
                actor=executive, from_code="RJ", to_code="SPH", title="机密报价", project_code="KJS-003", **plain,
                raised_on=clock.today() - timedelta(3),
            )  # fmt: skip
            asks.edit_ask(one, actor=executive, version=None, title="明", to_code="SCMC", **plain)
        assert "明" in {row.title for row in rows_of(actor=partner)}
        assert "机密报价" not in {
            row.title for row in rows_of(actor=partner, as_of=clock.today() - timedelta(1))
        }
        code = one.code
    assert "机密报价" not in words(client("partner").get(f"/asks/{code}"))
    assert "机密报价" in words(client("executive").get(f"/asks/{code}"))


def test_with_a_regulator_there_are_dealings(app: Flask) -> None:
    """Also where it sits for no sector: what it owes is nobody's late commitment."""
    with app.app_context():
        with saving():
            body = db.session.scalars(select(Institution).where(Institution.code == "KJS")).one()
            body.regulator = True
        found = queries.table(actor=who("executive"))
        assert any(one.giver == "KJS" for one in found.dealings)
        assert not any("KJS" in (one.giver, one.taker) for one in found.commitments)


@pytest.mark.long
def test_two_ask_and_agree_in_the_same_instant(app: Flask) -> None:
    """Each gets a number of its own, also where the database lets both write at once."""
    written, others = threading.Event(), threading.Event()
    codes: list[tuple[str, str]] = []

    def act(first: bool) -> None:
        with app.app_context():
            if not first:
                written.wait(30)
            with saving():
                made = asks.raise_ask(
                    actor=who("executive"), from_code="RJ", to_code="SPH", chain="talent", title="同时", detail=""
                )  # fmt: skip
                asks.agree(
                    made, actor=who("executive"), version=None, debtor_code="SPH", name="", due_on=clock.today()
                )  # fmt: skip
                if first:
                    written.set()
                    others.wait(1)  # the other one waits for this one's commit where only one may write
            assert made.obligation is not None
            codes.append((made.code, made.obligation.code))
            others.set()
            db.session.remove()

    threads = [threading.Thread(target=act, args=(first,), daemon=True) for first in (True, False)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert len({ask_code for ask_code, _owed in codes}) == len({owed for _ask, owed in codes}) == 2


def test_what_is_refused(app: Flask) -> None:
    """Nobody speaks for another institution, asks herself, agrees without a date, or acts on what has moved on."""
    with app.app_context():
        partner = who("partner")
        plain = {"chain": "talent", "title": "要人", "detail": ""}
        for fields, field in (
            ({"from_code": "RJ"}, "from_code"),
            ({"from_code": "SCMC", "to_code": "SCMC"}, "to_code"),
            ({"from_code": "SCMC", "chain": "food"}, "chain"),
            ({"from_code": "SCMC", "title": ""}, "title"),
            ({"from_code": "SCMC", "project_code": "KJS-003"}, "project_code"),
        ):
            with pytest.raises(RuleBroken) as refused:
                asks.raise_ask(actor=partner, **(plain | fields))
            assert refused.value.field == field
            db.session.rollback()
        with pytest.raises(RuleBroken, match="projects:ask-due"):
            asks.agree(
                ask("ASK-0002"), actor=who("executive"), version=None, debtor_code="KJS", name="", due_on=None
            )
        db.session.rollback()
        for email in (
            "nobody@kjs.example",
            "partner@kjs.example",
        ):  # which addresses are known is not to be learnt
            with pytest.raises(RuleBroken, match="labs:not-of-debtor"):
                asks.agree(
                    ask("ASK-0002"), actor=who("executive"), version=None, debtor_code="KJS", name="",
                    due_on=clock.today(), owner_email=email,
                )  # fmt: skip
            db.session.rollback()
        with saving():
            waits = asks.raise_ask(actor=who("executive"), from_code="DHLS", **plain)
        with pytest.raises(RuleBroken) as refused:  # nobody could answer for a party that was put away
            archive(institution(actor=who("executive"), code="DHLS"), actor=who("executive"), version=None)
        assert waits.code in str(refused.value.facts["by"])
        db.session.rollback()
        with pytest.raises(Stale):
            asks.withdraw(ask("ASK-0002"), actor=partner, version=99)
        db.session.rollback()
        with saving():
            asks.withdraw(ask("ASK-0002"), actor=partner, version=None)
        with pytest.raises(RuleBroken, match="projects:ask-step"):
            asks.answer(ask("ASK-0002"), "好", actor=who("executive"), version=None)


@pytest.mark.long
def test_a_partner_asks_and_is_answered_on_the_pages(client: Callable[..., Critic], app: Flask) -> None:
    """Form, list, answer with a notice, table and its file; a double press raises one ask."""
    partner, executive = client("partner"), client("executive")
    form = opened(partner, "/asks/new")
    assert (form["from_code"], form["to_code"]) == ("SCMC", ""), (
        "her only party; whom she asks is hers to say"
    )
    sent = {"title": "冻存液变更说明", "to_code": "CSCG", "chain": "industry", "project_code": "KJS-001"}
    at = [send(partner, "/asks/new", form, **sent).location for _twice in range(2)]
    address = next(one for one in at if one.startswith("/asks/ASK-"))
    with app.app_context():
        assert [row.title for row in rows_of(actor=who("partner"))].count("冻存液变更说明") == 1
    assert "冻存液变更说明" in words(partner.get("/asks?party=CSCG"))
    page = words(partner.get(address))
    assert "今天提出" in page and "定责任与期限" not in page
    assert partner.post(f"{address}/answer", data={"words": "好", "version": "1"}).status_code == 403
    # Withdrawing is asked first and can be taken back; a text that is too long is refused, not cut.
    assert "确定撤回" in page
    assert partner.post(f"{address}/withdrawal", data={"version": "1"}).status_code == 303
    assert "已撤回" in words(partner.get(address))
    assert partner.post(f"{address}/reopening").status_code == 303
    assert "已提出" in words(partner.get(address))
    assert 'maxlength="2000"' not in partner.get("/asks/new").get_data(as_text=True)
    assert "最多 2000 个字符" in words(send(partner, "/asks/new", form, **sent | {"detail": "长" * 2001}))
    assert "只看逾期" in words(partner.get("/table?show=late"))
    answered = executive.post(f"{address}/answer", data={"words": "周五给出", "version": "3"})
    assert answered.status_code == 303
    assert executive.post(f"{address}/refusal", data={"words": "不", "version": "1"}).status_code == 409
    assert executive.post(f"{address}/refusal", data={"words": "", "version": "4"}).status_code == 422
    with app.app_context():
        told = db.session.scalars(select(Notification).where(Notification.address == address))
        assert {row.person_id for row in told} >= {who("partner").id}
    assert {one.kind for one in table_of(app, "executive")} == {"obligation", "hand_off"}
    whole = partner.post("/asks/ASK-0003/refusal", data={"words": "不", "version": "1"})
    assert whole.status_code == 403, "no single party declines for the whole table"
    table = words(partner.get("/table"))
    assert "儿童医学中心：要给出" in table and "冻存液变更说明" in table and "12 月增加" not in table
    lines = partner.get("/table.csv").data.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("编号,类别,由谁给出,给谁")
    then = words(partner.get("/table?as_of=2026-06-30"))
    assert "冻存液变更说明" not in then and "提出诉求" not in then
    assert "项目缺" in words(executive.get("/table/seats?lack=capital"))
    assert "诉求“需要儿童版知情同意书模板”11 天未回应" in words(partner.get("/table/chains"))


@pytest.mark.long
def test_the_table_costs_the_same_for_few_and_many(app: Flask, client: Callable[..., Critic]) -> None:
    """As many statements with forty more asks and commitments as with those of the demonstration."""
    executive = client("executive")
    executive.get("/table")
    with queries_counted() as few:
        executive.get("/table")
    with app.app_context(), saving():
        for number in range(20):
            one = asks.raise_ask(
                actor=who("executive"),
                from_code="RJ",
                to_code="SPH",
                chain="talent",
                title=f"第 {number} 项",
                detail="",
            )
            asks.agree(
                one, actor=who("executive"), version=None, debtor_code="SPH", name="", due_on=clock.today()
            )
    with queries_counted() as many:
        executive.get("/table")
    assert len(many) == len(few)


@pytest.mark.long
def test_a_past_day_of_the_table_is_called_and_seated_as_it_was(app: Flask) -> None:
    """Names, sectors and partners changed since are those of the day, and what was to be handed over stands there, of a
    project that has been put away since, too."""
    yesterday = clock.today() - timedelta(1)
    with app.app_context():
        executive = who("executive")
        before = queries.table(actor=executive, as_of=yesterday)
        handed = next(one for one in before.commitments if one.kind == "hand_off")
        rows = {row.code: row for row in hand_offs(actor=executive, as_of=yesterday)}
        of = rows[handed.code].project
        seated = {
            one.project.code: one for one in queries.seats(actor=executive, as_of=yesterday).shown.items
        }
        with saving():
            giver = institution(actor=executive, code=handed.giver)
            assert giver is not None
            edit_institution(
                giver, actor=executive, version=None, name_hans="改过的名字", sector_codes=["capital"]
            )
            for one in db.session.scalars(select(JointLab)).all():
                old = one.state()
                one.partners = []
                db.session.flush()
                record("labs:lab:edit", one, actor=executive, before=old)
            project = db.session.scalars(select(Project).where(Project.code == of.code)).one()
            projects.archive(project, actor=executive, version=None)
        then = queries.table(actor=executive, as_of=yesterday)
        seat = then.line(handed.giver)
        was = before.line(handed.giver)
        assert seat is not None and was is not None and seat.seat == was.seat
        assert handed in then.commitments and handed not in queries.table(actor=executive).commitments
        again = {row.code: row for row in hand_offs(actor=executive, as_of=yesterday)}
        assert again == rows
        assert {
            o.project.code: o for o in queries.seats(actor=executive, as_of=yesterday).shown.items
        } == seated
        asked = {party.names["hans"] for row in rows_of(actor=executive, as_of=yesterday)
                 for party in (row.asker, row.asked) if party}  # fmt: skip
        assert "改过的名字" not in asked


def test_what_was_agreed_goes_with_an_ask_that_is_raised_again(app: Flask) -> None:
    """Closed or not: otherwise a second agreement would stand beside the first. Nothing is asked about what was put
    away."""
    with app.app_context():
        with saving():
            asks.agree(
                ask("ASK-0002"),
                actor=who("executive"),
                version=None,
                debtor_code="KJS",
                name="",
                due_on=clock.today(),
            )
        first = ask("ASK-0002").obligation_id
        with saving():
            asks.close(ask("ASK-0002"), "已办", actor=who("partner"), version=None)
        with saving():
            asks.reopen(ask("ASK-0002"), actor=who("partner"), version=None)
        assert db.session.get_one(Obligation, first).archived_at is not None
        assert ask("ASK-0002").obligation_id is None and ask("ASK-0002").life == "raised"
        with saving():
            db.session.scalars(
                select(Project).where(Project.code == "KJS-001")
            ).one().archived_at = clock.now()
        with pytest.raises(RuleBroken, match="projects:ask-project"):
            asks.raise_ask(
                actor=who("executive"),
                from_code="RJ",
                chain="talent",
                title="要人",
                detail="",
                project_code="KJS-001",
            )

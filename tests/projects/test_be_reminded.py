"""One digest a working day at most: what is due, overdue, stale or waits for a yes, for those it concerns."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from kangjiansheng.accounts import operations as accounts
from kangjiansheng.accounts import queries as people
from kangjiansheng.accounts.models import Digest, NotificationSetting
from kangjiansheng.accounts.rules import USUAL
from kangjiansheng.app import jobs
from kangjiansheng.core import clock, mailer, outbox
from kangjiansheng.core.calendar import china
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import speaking
from kangjiansheng.core.jobs import Round, run_due
from kangjiansheng.core.outbox import Notification, Outbox
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import Institution, InstitutionMember, Obligation, ServiceRequest
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import Ask, HandOff, Milestone, Project, Risk
from kangjiansheng.projects.operations import asks, milestones, projects
from kangjiansheng.projects.operations.reminders import remind
from kangjiansheng.projects.queries.reminders import own_reminders, to_hand_over, to_reply
from kangjiansheng.projects.rules import reminders as rules
from kangjiansheng.projects.rules.asks import PATIENCE
from tests.support.typed import words

MAILS = select(Outbox).where(Outbox.template == "projects:digest").order_by(Outbox.id)
LEAD = "lead@kjs.example"


def digest_of(email: str = LEAD) -> Outbox | None:
    return db.session.scalar(MAILS.where(Outbox.to == email))


def make() -> int:
    with writing():
        return remind()


def setting(email: str = LEAD, **values: object) -> None:
    with writing():
        account = people.account_by_email(email)
        assert account is not None
        db.session.add(NotificationSetting(person_id=account.person_id, **(USUAL | values)))


def _open_one(project: str) -> Milestone:
    query = select(Milestone).join(Milestone.plan).join(Project).where(Project.code == project)
    return db.session.scalars(query.where(Milestone.state == "open", Milestone.kind == "milestone")).first()


@pytest.mark.long
def test_the_worker_makes_one_digest_a_person_and_day(in_app: Flask, actor: Callable) -> None:
    found = [job for job in jobs(in_app) if job.kind == "digest"]
    run_due(found)
    told = len(list(db.session.scalars(MAILS)))
    assert told and digest_of()
    with writing():
        db.session.scalars(select(Round)).one().due_at = clock.now()
    run_due(found)
    assert make() == 0
    assert len(list(db.session.scalars(MAILS))) == told
    bells = select(func.count()).where(Notification.template == "projects:reminder")
    assert db.session.scalar(bells) == told


@pytest.mark.long
def test_the_database_takes_one_digest_a_day(in_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second worker that has read before the first one wrote makes nothing."""
    read = people.without_digest(clock.today())
    make()
    monkeypatch.setattr(people, "without_digest", lambda _day: read)
    before = len(list(db.session.scalars(MAILS)))
    assert make() == 0
    assert len(list(db.session.scalars(MAILS))) == before


@pytest.mark.long
def test_the_digest_names_what_my_page_names(in_app: Flask, actor: Callable) -> None:
    make()
    mail = digest_of()
    assert mail is not None
    mine = {one.milestone.id for one in queries.mine(actor=actor("lead")) if one.asked}
    things = [thing for thing in mail.facts["things"] if thing["kind"] not in ("confirm", "review")]
    assert things and {thing["id"] for thing in things} <= mine
    late = {
        m.milestone.id for m in queries.mine(actor=actor("lead")) if m.milestone.status == "late" and m.asked
    }
    assert late == {thing["id"] for thing in things if thing["kind"] == "overdue"}


@pytest.mark.long
@pytest.mark.parametrize(("locale", "words"), [("zh-Hans", "今日提醒"), ("zh-Hant", "項"), ("en", "Today: ")])
def test_it_is_in_the_readers_language_and_labelled(in_app: Flask, locale: str, words: str) -> None:
    with writing():
        account = people.account_by_email(LEAD)
        assert account is not None
        account.person.locale = locale
    make()
    mail = digest_of()
    assert mail is not None
    message = mailer.message(mail, in_app.config["SETTINGS"])
    text = message.get_content()
    label = {"zh-Hans": "（示例数据）", "zh-Hant": "（示例數據）", "en": "(illustrative data)"}[locale]
    assert words in message["Subject"] and label in message["Subject"] and label in text
    assert text.rstrip().endswith("http://localhost/my/milestones")
    with speaking(locale):
        subject, short = outbox.words_of("projects:reminder", mail.facts)
    assert subject and short and "%(" not in subject + short


@pytest.mark.long
def test_when_there_is_nothing_to_say_nothing_is_sent(in_app: Flask) -> None:
    with writing():
        for milestone in db.session.scalars(select(Milestone)):
            milestone.owner_id, milestone.proposed = None, None
        for risk in db.session.scalars(select(Risk)):
            risk.owner_id = None
        for obligation in db.session.scalars(select(Obligation)):
            obligation.life = "accepted"
        for request in db.session.scalars(select(ServiceRequest)):
            request.life = "withdrawn"
        for hand_off in db.session.scalars(select(HandOff)):
            hand_off.life = "received"
    assert make() == 0
    assert list(db.session.scalars(MAILS)) == []
    assert db.session.scalar(select(func.count(Digest.id)))  # it was looked at, and is not again today


@pytest.mark.long
def test_kinds_that_are_off_and_the_bell_alone(in_app: Flask) -> None:
    setting(kinds=["stale"], channel="app")
    make()
    assert digest_of() is None
    account = people.account_by_email(LEAD)
    assert account is not None
    bell = db.session.scalars(
        select(Notification).where(
            Notification.person_id == account.person_id, Notification.template == "projects:reminder"
        )
    ).one()
    assert {thing["kind"] for thing in bell.facts["things"]} == {"stale"}


@pytest.mark.long
def test_nothing_in_the_quiet_hours_or_before_ones_own_hour(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = clock.start_of(clock.today()) + timedelta(hours=21)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: late)
        assert make() == 0
    setting(hour=19)
    assert make() > 0
    assert digest_of() is None


@pytest.mark.long
def test_no_word_of_archived_and_resting_projects(in_app: Flask, actor: Callable) -> None:
    make()
    mail = digest_of()
    assert mail is not None
    codes = sorted({thing["project"] for thing in mail.facts["things"]})
    resting, archived = codes[0], codes[-1]
    with writing():
        db.session.execute(Digest.__table__.delete())
        db.session.delete(mail)
        system = people.system_actor()
        db.session.scalars(select(Project).where(Project.code == resting)).one().status = "ON_HOLD"
        project = db.session.scalars(select(Project).where(Project.code == archived)).one()
        projects.archive(project, actor=system, version=None)
    make()
    again = digest_of()
    named = {thing["project"] for thing in again.facts["things"]} if again else set()
    assert not named & {resting, archived}


@pytest.mark.long
def test_nobody_without_an_account_is_written_to(in_app: Flask) -> None:
    with writing():
        account = people.account_by_email(LEAD)
        assert account is not None
        accounts.disable(account, actor=people.system_actor())
        person_id = account.person_id
        invited = people.account_by_email("lead2@kjs.example")
        assert invited is not None
        invited.password_hash = None
    make()
    assert digest_of() is None and digest_of("lead2@kjs.example") is None
    told = select(Notification).where(
        Notification.person_id == person_id, Notification.template == "projects:reminder"
    )
    assert db.session.scalar(told) is None


@pytest.mark.long
def test_what_one_may_not_see_any_longer_is_not_named(in_app: Flask, actor: Callable) -> None:
    """A milestone stays with its owner on paper when she has left the team; the mail goes by what she sees."""
    outsider = actor("outsider")
    with writing():
        milestone = _open_one("KJS-003")
        milestone.plan.project.confidentiality = "team"
        milestone.owner_id = outsider.id
        milestone.forecast = clock.today() - timedelta(days=1)
    make()
    assert digest_of("outsider@kjs.example") is None


@pytest.mark.long
def test_a_proposal_waits_for_those_who_lead(in_app: Flask, actor: Callable) -> None:
    with writing():
        milestone = _open_one("KJS-003")
        milestone.proposed = clock.today() + timedelta(days=40)
        wanted = milestone.id
    make()
    mail = digest_of()
    assert mail is not None
    confirm = [thing["id"] for thing in mail.facts["things"] if thing["kind"] == "confirm"]
    assert wanted in confirm


@pytest.mark.long
def test_a_risk_comes_when_its_day_of_review_has(in_app: Flask, actor: Callable) -> None:
    lead = actor("lead")
    with writing():
        risks = list(db.session.scalars(select(Risk).where(Risk.owner_id == lead.id, Risk.life != "closed")))
        for risk in risks:
            risk.review_on = clock.today() + timedelta(days=1)
        risks[0].review_on = clock.today()
        wanted = f"R{risks[0].number}"
    make()
    mail = digest_of()
    assert mail is not None
    assert [one["code"] for one in mail.facts["things"] if one["kind"] == "review"] == [wanted]
    text = mailer.message(mail, in_app.config["SETTINGS"]).get_content()
    assert "该复查的风险" in text and wanted in text


@pytest.mark.long
def test_what_waits_for_ones_side_comes_with_ones_own(
    in_app: Flask, client: Callable, actor: Callable
) -> None:
    """Hand-offs and asks that wait for an answer of one's institution: on home, and in the digest of its contact."""
    member = actor("member")  # of Ruijin
    with writing():
        ask = db.session.scalars(select(Ask).where(Ask.code == "ASK-0005")).one()
        ask.to_id = db.session.scalars(select(Institution.id).where(Institution.code == "RJ")).one()
        ask.raised_on = clock.today() - timedelta(days=PATIENCE + 1)
    home = words(client("member").get("/"))
    assert "2 项轮到您这一方" in home and "HO-0003" in home
    assert "1 项等贵方答复" in home and "ASK-0005" in home and "8 天未回应" in home
    assert "等贵方答复" not in words(client("partner").get("/"))
    make()
    mail = digest_of("member@kjs.example")
    assert mail is not None
    found = {thing["kind"]: [] for thing in mail.facts["things"]}
    for thing in mail.facts["things"]:
        found[thing["kind"]].append((thing["project"], thing["code"]))
    assert found["hand_off"] == [
        ("KJS-020", "HO-0003"),
        ("KJS-004", "HO-0004"),
    ]  # late; delivered to her side
    assert found["ask"] == [("ASK-0005", "")]
    subject, text = outbox.words_of("projects:digest", mail.facts)
    assert "2 项交接待办，1 项诉求待答复" in subject and ask.title not in text
    later = {"actor": actor("partner"), "today": clock.today(), "days_before": (7, 1)}
    assert [one.code for one in to_hand_over(**later)] == ["HO-0005"]  # a day to answer, far ahead
    with writing():
        asks.answer(ask, "可以", actor=member, version=None)
        members = db.session.scalars(
            select(InstitutionMember).where(InstitutionMember.institution_id == ask.to_id)
        )
        for one in members:
            one.role = "member"
        contact = InstitutionMember(
            institution_id=ask.to_id,
            person_id=actor("secretary").id,
            role="contact",
            valid_from=clock.today(),
        )
        db.session.add(contact)
    told = {"today": clock.today(), "days_before": (7, 1)}
    assert to_reply(actor=member, **told) == [] == to_hand_over(actor=member, **told)  # the contact is told


@pytest.mark.long
def test_administrators_do_not_read_it(app: Flask, client: Callable) -> None:
    with app.app_context():
        make()
        mail = digest_of()
        assert mail is not None
        number, code = mail.id, mail.facts["things"][0]["code"]
    page = client("admin").get(f"/admin/mails/{number}").text
    assert "内容只对收件人开放" in page and code not in page


@pytest.mark.long
def test_one_that_fails_takes_no_other_with_it(in_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from kangjiansheng.projects.operations import reminders

    account = people.account_by_email(LEAD)
    assert account is not None
    lead = account.person_id

    def fails(*, actor, today, days_before):  # type: ignore[no-untyped-def]
        if actor.id == lead:
            raise LookupError("broken")
        return own_reminders(actor=actor, today=today, days_before=days_before)

    monkeypatch.setattr(reminders, "own_reminders", fails)
    assert make() > 0 and digest_of() is None
    monkeypatch.undo()
    make()
    assert digest_of() is not None  # the next round makes up for it


def test_a_confirmed_one_is_stale_no_longer(in_app: Flask, actor: Callable) -> None:
    lead = actor("lead")
    stale = [r for r in own_reminders(actor=lead, today=clock.today(), days_before=[]) if r.kind == "stale"]
    assert stale
    with writing():
        milestones.on_track(db.session.get_one(Milestone, stale[0].milestone_id), actor=lead, version=None)
    left = own_reminders(actor=lead, today=clock.today(), days_before=[])
    assert stale[0].milestone_id not in {r.milestone_id for r in left}


days = st.dates(date(2025, 1, 1), date(2026, 12, 31))


@given(days, st.sets(st.integers(0, 30), min_size=1, max_size=4))
def test_each_chosen_day_is_met_on_exactly_one_working_day(promised: date, before: set[int]) -> None:
    """A day of rest is made up for on the next working day: nothing is lost, nothing comes twice."""
    for one in before:
        wanted = promised - timedelta(days=one)
        met = [
            day
            for day in (wanted + timedelta(days=n) for n in range(-12, 13))
            if china().is_working_day(day) and rules.is_due(promised, day, [one])
        ]
        assert len(met) == 1 and met[0] >= wanted
        assert all(
            not china().is_working_day(wanted + timedelta(days=n)) for n in range((met[0] - wanted).days)
        )


@given(days, days, st.none() | days)
def test_what_is_past_is_overdue_whatever_was_said(promised: date, today: date, spoken: date | None) -> None:
    kind = rules.kind_of(promised, spoken, today, [7, 1])
    assert (kind == "overdue") is (promised < today)
    assert rules.kind_of(None, spoken, today, [7, 1]) is None

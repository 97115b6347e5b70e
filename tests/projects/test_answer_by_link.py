"""A link in the reminder opens the form of one milestone without signing in, for a while, and nothing else."""

import json
import logging
import re
import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select

from kangjiansheng.accounts import operations as accounts
from kangjiansheng.accounts import queries as people
from kangjiansheng.core import by_link, clock, logs, mailer
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import ChangeSet, record
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Outbox
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import Agreement
from kangjiansheng.projects.models import AnswerLink, Milestone, MilestoneEntry, Project, ProjectMember
from kangjiansheng.projects.operations import milestones, projects
from kangjiansheng.projects.operations.links import make_links
from kangjiansheng.projects.operations.reminders import remind
from kangjiansheng.projects.rules import links as rules
from tests.support.critic import Critic

LEAD = "lead@kjs.example"
CODE = "A140"


def milestone(code: str = CODE) -> Milestone:
    query = select(Milestone).join(Milestone.plan).join(Project)
    return db.session.scalars(query.where(Project.code == "KJS-003", Milestone.code == code)).one()


@pytest.fixture
def link(app: Flask) -> str:
    with app.app_context(), writing():
        account = people.account_by_email(LEAD)
        assert account is not None
        return next(iter(make_links(account.person_id, [milestone().id]).values()))


def version(app: Flask) -> int:
    with app.app_context():
        return milestone().version


def slip(app: Flask, **more: str) -> dict[str, str]:
    day = (clock.today() + timedelta(days=400)).isoformat()
    return {
        "version": str(version(app)), "choice": "will_slip", "date": day, "reason": "ENROLMENT", **more
    }  # fmt: skip


def test_it_opens_one_form_that_leads_nowhere_else(client: Callable[..., Critic], link: str) -> None:
    visitor = client(None)
    answer = visitor.get(link)
    assert answer.status_code == 200 and "KJS-003" in answer.text
    tree = html.document_fromstring(answer.text)
    leads = {a.get("href") for a in tree.iter("a")} - {"#main"}
    assert leads == set()
    assert {form.get("action") for form in tree.iter("form")} == {link}
    assert tree.xpath("//input[@type='file']") == []
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert visitor.get("/projects/KJS-003").status_code == 302  # nobody has signed in


def test_a_look_changes_nothing(app: Flask, client: Callable[..., Critic], link: str) -> None:
    before = version(app)
    visitor = client(None)
    visitor.get(link)
    shown = visitor.get(f"{link}/effect", query_string={"choice": "will_slip", "date": slip(app)["date"]})
    assert shown.status_code == 200 and "下游里程碑" in shown.text
    looked = visitor.post(link, data=slip(app, look="1"))
    assert looked.status_code == 422 and "下游里程碑" in looked.text
    assert version(app) == before


def test_before_saving_it_says_what_would_lapse_first(
    app: Flask, client: Callable[..., Critic], link: str
) -> None:
    lapses = "中心资质 2027-01-31 到期，比 A170"
    visitor = client(None)
    shown = visitor.get(f"{link}/effect", query_string={"choice": "will_slip", "date": slip(app)["date"]})
    assert "先到期" in shown.text and lapses in shown.text and "A180" in shown.text
    looked = visitor.post(link, data=slip(app, look="1"))
    assert lapses in looked.text
    tree = html.document_fromstring(looked.text)
    assert tree.xpath("//input[@name='follow'][@checked]/@value") == ["move"]
    assert {a.get("href") for a in tree.iter("a")} == {"#main"}  # still one page
    assert "先到期" not in visitor.get(link).text


def test_it_tells_nothing_that_its_person_may_not_see(
    app: Flask, client: Callable[..., Critic], link: str
) -> None:
    """A member of the project sees its plan and its papers, and not an agreement of others."""
    visitor = client(None)
    day = slip(app)["date"]
    with app.app_context(), writing():
        agreement = db.session.scalars(select(Agreement).where(Agreement.code == "AGR-901")).one()
        before = agreement.state()
        agreement.expires_on = date(2026, 12, 20)
        record("labs:agreement:edit", agreement, actor=people.system_actor(), before=before)
        outsider = people.account_by_email("outsider@kjs.example")
        assert outsider is not None
        thing = milestone()
        thing.plan.project.members.append(
            ProjectMember(person_id=outsider.person_id, role="member", valid_from=clock.today())
        )
        hers = next(iter(make_links(outsider.person_id, [thing.id]).values()))
    asked = {"choice": "will_slip", "date": day}
    for path, sees in ((link, True), (hers, False)):
        shown = visitor.get(f"{path}/effect", query_string=asked).text
        assert "中心资质" in shown and ("合作协议 2026-12-20 到期" in shown) is sees
    assert "负责人确认之后，下游里程碑才会顺延" in visitor.get(f"{hers}/effect", query_string=asked).text


@pytest.mark.long
def test_a_slip_moves_later_ones_and_can_be_taken_back(
    app: Flask, client: Callable[..., Critic], link: str
) -> None:
    visitor = client(None)
    with app.app_context():
        before = milestone().forecast
    answer = visitor.post(link, data=slip(app))
    assert answer.status_code == 303 and answer.location.startswith(f"{link}?said=")
    page = visitor.get(answer.location)
    assert f"预测日期改为 {slip(app)['date']}" in page.text and "顺延" in page.text
    undo = re.search(rf"{re.escape(link)}/undo/\d+", page.text)
    assert undo
    assert "已撤销" in visitor.get(visitor.post(undo[0]).location).text
    with app.app_context():
        assert milestone().forecast == before


@pytest.mark.long
def test_it_is_good_again_and_again_until_it_expires(
    app: Flask, client: Callable[..., Critic], link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = client(None)
    for _ in range(2):
        data = {"version": str(version(app)), "choice": "on_track"}
        assert visitor.post(link, data=data).status_code == 303
    end = clock.now() + rules.LIFE
    monkeypatch.setattr(clock, "now", lambda: end + timedelta(minutes=1))
    answer = visitor.get(link)
    assert answer.status_code == 404 and "链接已失效" in answer.text
    assert visitor.post(link, data={"version": str(version(app)), "choice": "on_track"}).status_code == 404


def test_the_trail_names_the_person_and_the_link(
    app: Flask, client: Callable[..., Critic], link: str
) -> None:
    client("outsider").post(link, data={"version": str(version(app)), "choice": "on_track"})
    with app.app_context():
        account = people.account_by_email(LEAD)
        assert account is not None
        entry = db.session.scalars(
            select(AuditEntry)
            .where(AuditEntry.act == "projects:milestone:on-track")
            .order_by(AuditEntry.id.desc())
        ).first()
        assert entry is not None and entry.actor_id == account.person_id
        assert db.session.get_one(ChangeSet, entry.change_set_id).source == "link"


def test_whoever_has_signed_in_here_does_not_count(client: Callable[..., Critic], link: str) -> None:
    page = client("executive").get(link).text
    assert "/notifications" not in page and "/sign-out" not in page


def test_an_older_form_shows_both_sides_and_loses_nothing(
    app: Flask, client: Callable[..., Critic], link: str, actor: Callable
) -> None:
    old = slip(app)
    with writing():
        milestones.on_track(milestone(), actor=actor("lead"), version=None)
    answer = client(None).post(link, data=old)
    assert answer.status_code == 409 and old["date"] in answer.text and "用我的" in answer.text
    assert client(None).post(link, data=slip(app) | {"version": "0"}).status_code == 409


@pytest.mark.long
def test_what_is_wrong_is_said_and_kept(app: Flask, client: Callable[..., Critic], link: str) -> None:
    answer = client(None).post(link, data=slip(app, reason="", note="等伦理"))
    assert answer.status_code == 422 and "等伦理" in answer.text
    assert client(None).post(link, data={"version": str(version(app))}).status_code == 422


def _disable() -> None:
    account = people.account_by_email(LEAD)
    assert account is not None
    accounts.disable(account, actor=people.system_actor())


def _new_password() -> None:
    account = people.account_by_email(LEAD)
    assert account is not None
    account.password_changed_at = clock.now() + timedelta(seconds=1)


def _archive() -> None:
    projects.archive(milestone().plan.project, actor=people.system_actor(), version=None)


def _leave() -> None:
    thing = milestone()
    outsider = people.account_by_email("outsider@kjs.example")
    assert outsider is not None
    db.session.scalars(select(AnswerLink)).one().person_id = outsider.person_id
    assert thing.owner_id != outsider.person_id


@pytest.mark.long
@pytest.mark.parametrize("happens", [_disable, _new_password, _archive, _leave])
def test_it_is_over_when_the_right_is(
    app: Flask, client: Callable[..., Critic], link: str, happens: Callable[[], None]
) -> None:
    with app.app_context(), writing():
        happens()
    visitor = client(None)
    for answer in (
        visitor.get(link), visitor.get(f"{link}/effect"), visitor.post(link, data=slip(app)),
        visitor.post(f"{link}/undo/1"),
    ):  # fmt: skip
        assert answer.status_code == 404 and "链接已失效" in answer.text


def test_undo_is_only_for_what_the_link_has_said(
    app: Flask, client: Callable[..., Critic], link: str, actor: Callable
) -> None:
    with writing():
        entry = milestones.on_track(milestone(), actor=actor("lead"), version=None)
        number = entry.id
    assert client(None).post(f"{link}/undo/{number}").status_code == 404
    with app.app_context():
        latest = db.session.scalars(select(MilestoneEntry).order_by(MilestoneEntry.id.desc())).first()
        assert latest is not None and latest.id == number


@pytest.mark.long
def test_guesses_are_slowed(client: Callable[..., Critic], link: str) -> None:
    visitor = client(None)
    for number in range(by_link.MISSES):
        assert visitor.get(f"/answer/guess-{number}").status_code == 404
    assert visitor.get("/answer/guess").status_code == 429
    assert visitor.get(link).status_code == 429  # the address waits, whatever it asks for


def test_four_taps_at_once_save_once_and_keep_the_link_nowhere(
    app: Flask, client: Callable[..., Critic], link: str
) -> None:
    mark = html.document_fromstring(client(None).get(link).text).xpath("//input[@name='once']/@value")[0]
    before, data = version(app), slip(app, once=mark)
    codes: list[int] = []
    taps = [
        threading.Thread(target=lambda: codes.append(app.test_client().post(link, data=data).status_code))
        for _ in range(4)
    ]
    for tap in taps:
        tap.start()
    for tap in taps:
        tap.join()
    assert codes == [303] * 4
    assert version(app) == before + 1
    with app.app_context():
        for table in db.metadata.sorted_tables:
            assert link.removeprefix("/answer/") not in str(db.session.execute(table.select()).all())


def test_the_secret_is_stored_as_a_digest_and_never_logged(
    app: Flask, client: Callable[..., Critic], link: str, caplog: pytest.LogCaptureFixture
) -> None:
    secret = link.removeprefix("/answer/")
    with app.app_context():
        assert db.session.scalars(select(AnswerLink)).one().secret_sha256 != secret
        for table in db.metadata.sorted_tables:
            assert secret not in str(db.session.execute(table.select()).all())
    logs.log.propagate = True
    try:
        with caplog.at_level(logging.INFO):
            for path in (link, f"{link}/effect", f"{link}/no-such", f"/link/{secret}"):
                client(None).get(path)
    finally:
        logs.log.propagate = False
    lines = [logs.JsonLines().format(record) for record in caplog.records]
    assert lines and not any(secret in line for line in lines)
    assert any(json.loads(line).get("path") == "/answer/…" for line in lines)


@pytest.mark.long
def test_each_milestone_of_the_digest_has_its_link_until_the_mail_has_left(
    app: Flask, client: Callable[..., Critic]
) -> None:
    with app.app_context():
        with writing():
            remind()
        query = select(Outbox).where(Outbox.template == "projects:digest", Outbox.to == LEAD)
        mail = db.session.scalars(query).one()
        text = mailer.message(mail, app.config["SETTINGS"]).get_content()
        found = re.findall(r"http://localhost(/answer/[\w-]+)", text)
        assert len(found) == len({thing["id"] for thing in mail.facts["things"]} - {None})
        number = mail.id
    assert {client(None).get(path).status_code for path in found} == {200}
    page = client("admin").get(f"/admin/mails/{number}").text
    assert "/answer/" not in page
    with app.app_context():
        for _ in range(5):
            mailer.deliver(app.config["SETTINGS"])
        mail = db.session.get_one(Outbox, number)
        assert mail.state == "kept" and mail.facts["links"] == {}
        assert "/answer/" not in mailer.message(mail, app.config["SETTINGS"]).get_content()
    assert client("admin").post(f"/admin/mails/{number}/retry").status_code == 422

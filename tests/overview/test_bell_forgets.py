"""A notice outlives the right to read: the bell tells no words of what its reader may not see any more."""

import io
import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from kangjiansheng.committee.models import Action, Committee, Decision, Meeting
from kangjiansheng.core import bell, clock, mailer, outbox
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Notification, Outbox
from kangjiansheng.core.search import NO_TEXT
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import Agreement, Company, JointLab, Obligation, SharedResource
from kangjiansheng.overview.queries.told import DOORS
from kangjiansheng.projects.models import Ask, HandOff, Plan, Project, ProjectMember, Result
from kangjiansheng.projects.operations.reminders import remind
from tests.support import papers
from tests.support.acting import who
from tests.support.critic import Critic
from tests.support.queries import queries_counted

PLANTED, TEMPLATE = "种下的词", "test:planted"
THINGS: dict[str, Any] = {
    "/projects/%s": Project.code, "/agreements/%s": Agreement.code,
    "/obligations/%s": Obligation.code, "/residents/%s/requests/1": Company.code,
    "/resources/%s/bookings/1": SharedResource.code, "/asks/%s": Ask.code, "/hand-offs/%s": HandOff.code,
    "/results/%s": Result.code, "/decisions/%s": Decision.number, "/actions/%s": Action.number,
    "/meetings/%s/minutes?compare=1": Meeting.code, "/labs/%s/milestones/L1": JointLab.code,
    "/committees/%s/backlog": Committee.code,
}  # fmt: skip


@pytest.fixture(autouse=True)
def words() -> Iterator[None]:
    outbox.templates({TEMPLATE: lambda facts: (f"{PLANTED} {facts['of']}", "")})
    yield
    del outbox._words[TEMPLATE]


def planted(short: str) -> set[str]:
    """A notice of each thing there is; their addresses."""
    told = set()
    for address, column in THINGS.items():
        keys = select(column)
        if column is JointLab.code:
            keys = keys.join(Plan, Plan.lab_id == JointLab.id)
        told |= {address % key for key in db.session.scalars(keys)}
    told.add("/admin/retention/disposals/1")
    for address in sorted(told):
        db.session.add(_notice(short, address))
    return told


def _notice(short: str, address: str) -> Notification:
    return Notification(
        person_id=who(short).id,
        template=TEMPLATE,
        facts={"of": address},
        address=address,
        created_at=clock.now(),
    )


@pytest.mark.long
@pytest.mark.parametrize("short", ["outsider", "partner", "executive", "admin"])
def test_it_tells_of_exactly_what_opens(
    short: str, client: Callable[..., Critic], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "MOST", 1000)
    with app.app_context(), writing():
        told = planted(short)
    visitor = client(short)
    with queries_counted() as seen:
        page = visitor.get("/notifications").text
    assert len(seen) < len(DOORS) + 12, "one for each kind, however many there are"
    spoken = {address for address in told if f"{PLANTED} {address}<" in page.replace("&amp;", "&")}
    of_pages = {address: _page_of(address) for address in told}
    kept = {
        address for address in told if address.endswith("/backlog")
    }  # its page opens to all, with less on it
    opens = {path: visitor.get(path).status_code in _open(path) for path in set(of_pages.values())}
    assert spoken == {address for address, path in of_pages.items() if opens[path]} - kept
    assert short != "outsider" or "已不对您开放" in page
    by_program = visitor.get("/api/v1/notifications?limit=500").get_json()["data"]
    assert {one["page"] for one in by_program if PLANTED in one["subject"]} == spoken


def _open(path: str) -> tuple[int, ...]:
    """Which answers say that a thing is there: the page of an action is for who may close it."""
    return (200, 403) if path.startswith("/actions/") else (200,)


def _page_of(address: str) -> str:
    """The page of the thing that a notice is about."""
    parts = address.split("?")[0].split("/")
    if parts[1] == "labs":
        return f"/labs/{parts[2]}/plan"
    if parts[1] in ("committees", "admin"):
        return "/admin/retention" if parts[1] == "admin" else address
    if parts[1] == "residents":
        return address
    return "/".join(parts[:3])


def test_who_left_a_project_is_told_no_more_of_it(client: Callable[..., Critic], app: Flask) -> None:
    with app.app_context(), writing():
        project = db.session.scalars(select(Project).where(Project.code == "KJS-003")).one()
        row = ProjectMember(person_id=who("partner").id, role="member", valid_from=clock.today())
        project.members.append(row)
        db.session.add(_notice("partner", "/projects/KJS-003/milestones/A140#evidence"))
    visitor = client("partner")
    assert PLANTED in visitor.get("/notifications").text
    with app.app_context(), writing():
        db.session.delete(
            db.session.scalars(
                select(ProjectMember).where(ProjectMember.person_id == who("partner").id)
            ).one()
        )
    page = visitor.get("/notifications").text
    assert PLANTED not in page and "KJS-003" not in page and "已不对您开放" in page


@pytest.mark.long
def test_a_list_is_told_while_all_that_it_names_is_open(app: Flask) -> None:
    with app.app_context(), writing():
        assert remind()
        told = list(
            db.session.scalars(select(Notification).where(Notification.template == "projects:reminder"))
        )
        about = {address for row in told for address in row.facts["about"]}
        assert all(any(re.match(pattern, address) for pattern in DOORS) for address in about)
        of_lead = next(row for row in told if row.person_id == who("lead").id)
        db.session.add(
            Notification(
                person_id=who("outsider").id,
                template=of_lead.template,
                facts=of_lead.facts,
                address=of_lead.address,
                created_at=clock.now(),
            )
        )
    with app.test_request_context():
        for short in ("lead", "member", "partner"):
            assert all(notice.address for notice in bell.shown(actor=who(short))), short
        closed = bell.shown(actor=who("outsider"))[0]
    assert not closed.address and not closed.text and "不对您开放" in closed.subject


def _told(client: Critic, address: str, app: Flask, short: str) -> bool:
    with app.app_context(), writing():
        db.session.add(_notice(short, address))
    return PLANTED in client.get("/notifications").text


def test_the_open_part_of_a_company_does_not_tell_what_it_asked_for(
    client: Callable[..., Critic], app: Flask
) -> None:
    visitor = client("outsider")
    assert visitor.get("/residents/CO-001").status_code == 200
    assert not _told(visitor, "/residents/CO-001/requests/1", app, "outsider")
    assert not _told(visitor, "/residents/CO-001", app, "outsider"), "that it was left alone for so many days"
    assert _told(client("executive"), "/residents/CO-001", app, "executive")


@pytest.mark.long
def test_names_of_files_are_told_as_far_as_their_level_goes(
    client: Callable[..., Critic], app: Flask
) -> None:
    with app.app_context(), writing():
        db.session.execute(
            update(Project).where(Project.code == "KJS-003").values(confidentiality="open"),
            execution_options=NO_TEXT,
        )
    path = "/projects/KJS-003/milestones/A140"
    brought = {"files": [(io.BytesIO(papers.PDF), "方案.pdf")], "kind": "E1", "level": "team"}
    assert client("lead").post(f"{path}/evidence", data=brought).status_code == 303
    address, visitor = f"{path}#evidence", client("outsider")
    assert "方案" not in visitor.get(path).text
    assert not _told(visitor, address, app, "outsider")
    assert _told(client("executive"), address, app, "executive")


@pytest.mark.long
def test_who_left_the_committee_is_told_no_words_of_its_drafts_and_proposals(
    client: Callable[..., Critic], app: Flask
) -> None:
    with app.app_context():
        meetings = db.session.scalars(select(Meeting.code).where(Meeting.source != "")).all()
    visitor = client("outsider")
    for what in ("minutes#draft", "agenda"):
        address = f"/meetings/{meetings[0]}/{what}"
        assert visitor.get(f"/meetings/{meetings[0]}").status_code == 200
        assert not _told(visitor, address, app, "outsider")
        assert _told(client("secretary"), address, app, "secretary")


@pytest.mark.long
def test_a_mail_that_waited_is_closed_like_its_notice(client: Callable[..., Critic], app: Flask) -> None:
    """A digest whose mail server was away for hours names things of that morning; the words of a draft are for its
    committee, though others open the page of the minutes, too."""
    told = client("outsider").get("/meetings/SAC-2024-01/minutes")
    assert told.status_code == 200
    with app.app_context():
        with writing():
            db.session.execute(update(Outbox).values(state="sent"))
            assert remind()
            digests = db.session.scalars(select(Outbox).where(Outbox.template == "projects:digest")).all()
            of_lead = next(mail for mail in digests if mail.to == "lead@kjs.example")
            for short in ("outsider", "secretary"):
                outbox.mail(
                    f"{short}@kjs.example", TEMPLATE, {"of": short}, change=short, locale="zh-Hans",
                    address="/meetings/SAC-2024-01/minutes#draft",
                )  # fmt: skip
            of_lead.to = "outsider@kjs.example"  # as if she who got it had lost all that it names
        sent: list[EmailMessage] = []
        while mailer.deliver(app.config["SETTINGS"], sent.append):
            pass
        told_by_mail = [mail["To"] for mail in sent]
    assert "outsider@kjs.example" not in told_by_mail
    assert "secretary@kjs.example" in told_by_mail and len(told_by_mail) == len(digests)

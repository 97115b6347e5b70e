"""A link for a named reader outside: one page, marked as hers, logged, until it expires or is revoked; and the list of
who opened what is confidential."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from lxml import html
from sqlalchemy import select

from kangjiansheng.committee.models import CommitteeMember
from kangjiansheng.core import by_link, clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.reader_links import ReaderLink
from kangjiansheng.core.traces import AccessTrace
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import Agreement, LabMember, Obligation
from kangjiansheng.labs.operations import documents
from kangjiansheng.projects.models import ProjectMember
from tests.support.acting import who
from tests.support.critic import Critic
from tests.support.papers import PDF

READER = {"name": "某律所顾问", "email": "reader@example.org", "purpose": "尽职调查"}
PROJECT, MINUTES = "/projects/KJS-003/accesses", "/meetings/SAC-2026-01/minutes/accesses"


def made(maker: Critic, page: str, days: int = 7, **more: str) -> str:
    until = (clock.today() + timedelta(days=days)).isoformat()
    answer = maker.post(f"{page}/links", data={**READER, "until": until, **more})
    assert answer.status_code == 200, answer.status_code
    found = re.search(r'value="http://localhost(/read/[\w-]+)"', answer.text)
    assert found is not None
    return found.group(1)


def listed(reader: Critic, page: str) -> list[list[str]]:
    text = reader.get(f"{page}.csv").data.decode("utf-8-sig")
    return [line.split(",") for line in text.splitlines()[1:]]


@pytest.mark.long
@pytest.mark.parametrize(
    ("short", "page", "shows"),
    [
        ("lead", PROJECT, "KJS-003"),
        ("secretary", MINUTES, "2026〕"),
        ("executive", "/agreements/AGR-901/accesses", "AGR-901"),
        ("lead", "/labs/JL-01/accesses", "JL-01"),
    ],
)
def test_the_life_of_a_link(
    client: Callable[..., Critic], app: Flask, short: str, page: str, shows: str
) -> None:
    maker, visitor = client(short), client(None, "en")
    path = made(maker, page)
    answer = visitor.get(path)
    assert answer.status_code == 200 and shows in answer.text
    assert (
        answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        and answer.headers["Cache-Control"] == "no-store"
    )
    tree = html.document_fromstring(answer.text)
    marks = {text.text for text in tree.xpath("//svg[@class='wmark']//text")}
    assert {READER["name"], READER["email"]} < marks and any(mark.startswith("2026-11-23") for mark in marks)
    leads = {a.get("href") for a in tree.iter("a")} - {"#main"}
    assert all(address.startswith("/language/") for address in leads), (
        leads
    )  # nothing to take along, no way on
    assert tree.xpath("//form") == [] and ".csv" not in answer.text and ".pdf" not in answer.text
    phone = tree.xpath("//header//details[contains(@class, 'only-m')]//a/@hreflang")
    assert phone == ["zh-Hans", "zh-Hant", "en"]
    visitor.get(path)
    assert [row[1:] for row in listed(maker, page) if row[3] == "外部链接"] == [
        [READER["name"], READER["email"], "外部链接"]
    ] * 2
    shown = maker.get(page).text
    assert "2 次" in shown and READER["purpose"] in shown and path not in shown
    with app.app_context():
        link = db.session.scalars(select(ReaderLink)).one()
        number, acts = link.id, select(AuditEntry.act).where(AuditEntry.thing == "reader_link")
    thing = html.document_fromstring(maker.get(page.removesuffix("/accesses")).text)
    way = thing.xpath("//details[@class='menu']//a[contains(., '生成读者链接')]/@href")
    assert way == [f"{page}?new=link#links"], "it is made from the menu of the thing itself"
    tree = html.document_fromstring(maker.get(way[0]).text)
    assert tree.xpath("//details[@open]//input[@name='purpose']")
    act = f"{page}/links/{number}/revocation"
    assert "不能恢复" in tree.xpath(f"//form[@action='{act}']/..")[0].text_content(), "it asks first"
    assert maker.post(act).status_code == 303
    over = visitor.get(path)
    assert over.status_code == 404 and "This link has been revoked." in over.text and shows not in over.text
    with app.app_context():
        assert list(db.session.scalars(acts)) == ["core:reader-link:make", "core:reader-link:revoke"]
    path = made(maker, page, days=0)
    with time_machine.travel(clock.end_of(clock.today()) + timedelta(minutes=1)):
        assert "This link has expired." in visitor.get(path).text


@pytest.mark.long
def test_who_may_make_one_and_for_how_long(client: Callable[..., Critic]) -> None:
    lead = client("lead")
    for days, email in ((-1, READER["email"]), (31, READER["email"]), (7, "nobody")):
        until = (clock.today() + timedelta(days=days)).isoformat()
        answer = lead.post(f"{PROJECT}/links", data={**READER, "until": until, "email": email})
        assert answer.status_code == 422 and READER["purpose"] in answer.text
    path = made(lead, PROJECT, days=30)
    for short, page, status in (
        ("auditor", PROJECT, 403), ("partner", "/projects/KJS-001/accesses", 403), ("outsider", PROJECT, 404),
        ("member", MINUTES, 403), ("auditor", MINUTES, 403), ("lead2", "/labs/JL-01/accesses", 403),
        ("lead", "/agreements/AGR-901/accesses", 403), ("lead", "/agreements/AGR-902/accesses", 404),
    ):  # fmt: skip
        assert client(short).post(f"{page}/links", data=READER).status_code == status, (short, page)
    assert (
        client("secretary").post("/meetings/SAC-2026-04/minutes/accesses/links", data=READER).status_code
        == 403
    )
    elsewhere = client("executive").post("/projects/KJS-004/accesses/links/1/revocation")
    assert elsewhere.status_code == 404  # a link of another project
    assert client(None).get(path).status_code == 200


def test_a_link_shows_what_its_maker_may_see_and_ends_with_her_right(
    client: Callable[..., Critic], app: Flask
) -> None:
    project, minutes = made(client("lead"), PROJECT), made(client("secretary"), MINUTES)
    lab = made(client("lead"), "/labs/JL-01/accesses")
    visitor = client(None)
    with app.app_context(), writing():
        yesterday = clock.today() - timedelta(days=1)
        held = ((ProjectMember, "lead"), (LabMember, "lead"), (CommitteeMember, "secretary"))
        for kind, short in held:
            for row in db.session.scalars(select(kind).where(kind.person_id == who(short).id)):
                row.valid_to = yesterday
    for path in (project, minutes, lab):
        answer = visitor.get(path)
        assert answer.status_code == 404 and "KJS-003" not in answer.text and "JL-01" not in answer.text


def test_a_sheet_holds_nothing_narrower_than_its_thing(client: Callable[..., Critic], app: Flask) -> None:
    """Executives see all; who reads by their link sees what has the level of the agreement."""
    executive = client("executive")
    path = made(executive, "/agreements/AGR-901/accesses")
    with app.app_context(), writing():
        agreement = db.session.scalars(select(Agreement).where(Agreement.code == "AGR-901")).one()
        for level in ("", "team"):
            documents.bring(
                agreement, [(f"a{level}.pdf", PDF)], actor=who("executive"), kind="text", level=level
            )
        owed = db.session.scalars(select(Obligation).where(Obligation.agreement_id == agreement.id))
        narrow, *others = (one for one in owed if one.confidentiality == "parties")
        narrow.confidentiality, hidden, seen = "team", narrow.code, others[0].code
    text = client(None).get(path).text
    assert "a.pdf" in text and "ateam.pdf" not in text and seen in text and hidden not in text


def test_guesses_are_throttled(client: Callable[..., Critic]) -> None:
    visitor = client(None)
    codes = [visitor.get(f"/read/guess-{n}").status_code for n in range(by_link.MISSES + 1)]
    assert codes == [404] * by_link.MISSES + [429]


@pytest.mark.long
def test_each_opening_of_what_is_confidential_is_kept_once_an_hour(
    client: Callable[..., Critic], app: Flask
) -> None:
    partner, auditor, executive = client("partner"), client("auditor"), client("executive")
    page = "/projects/KJS-001/accesses"
    for end in ("", "/sheet", "/history", "", "/milestones/A010"):
        partner.get(f"/projects/KJS-001{end}")
    partner.get("/projects")  # there it is one row of many
    rows = listed(executive, page)
    assert [row[3] for row in rows] == ["查看"]
    app.extensions.pop("traces")  # another process remembers nothing
    partner.get("/projects/KJS-001")
    assert listed(executive, page) == rows
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        partner.get("/projects/KJS-001")
    assert len(listed(auditor, page)) == 2
    member = client("member")
    member.get("/meetings/SAC-2026-01/minutes.md")
    member.get("/meetings/SAC-2026-01")  # its agenda is not its minutes
    assert [row[3] for row in listed(auditor, MINUTES)] == ["下载"]
    for reader in (client("member"), client("outsider")):  # a partner of the laboratory, and somebody else
        reader.get("/labs/JL-01")
    assert len(listed(auditor, "/labs/JL-01/accesses")) == 1  # the open part is open to all
    executive.get("/agreements/AGR-901")
    executive.get("/agreements/AGR-001")  # open to all
    assert [row[3] for row in listed(auditor, "/agreements/AGR-901/accesses")] == ["查看"]
    assert listed(auditor, "/agreements/AGR-001/accesses") == []
    assert client("outsider").get("/projects/KJS-001").status_code == 404
    for short in ("partner", "member", "outsider"):
        assert client(short).get(page).status_code in (403, 404)
    with app.app_context():
        kept = list(db.session.execute(select(AccessTrace.thing, AccessTrace.kind)))
    assert sorted(kept) == [
        ("agreement", "view"), ("joint_lab", "view"), ("minutes", "export"), ("project", "view"), ("project", "view"),
    ]  # fmt: skip


def test_a_link_is_opened_so_many_times_in_a_while(
    client: Callable[..., Critic], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, visitor = made(client("lead"), PROJECT), client(None)
    monkeypatch.setattr(by_link, "SAVES", 2)
    assert [visitor.get(path).status_code for _again in range(3)] == [200, 200, 429]

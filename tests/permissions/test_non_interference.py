"""What others write is not to be seen from what one reads: everything is read as one person, a hundred records of others
are added, everything is read again, and not one byte differs."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from unittest import mock

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.committee.models import Committee, Meeting
from kangjiansheng.committee.operations import meetings, papers
from kangjiansheng.committee.queries.shelves import shelf_of as committee_shelf
from kangjiansheng.core import changes, clock, transactions
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.quotas import Shelf
from kangjiansheng.labs import operations as labs
from kangjiansheng.labs.models import Company, Institution, JointLab
from kangjiansheng.labs.operations import bookings, people, residents, resources
from kangjiansheng.labs.queries.documents import owner, shelf_of
from kangjiansheng.projects.models import Project, Result
from kangjiansheng.projects.operations import asks, evidence, hand_offs, projects, results, risks
from kangjiansheng.projects.queries import bulk
from kangjiansheng.projects.queries import evidence as reading
from tests.overview.test_subscribe_to_the_calendar import subscribe
from tests.permissions import doors, planted, product
from tests.support.acting import who
from tests.support.critic import Critic
from tests.support.masking import masked
from tests.support.papers import PDF
from tests.support.queries import queries_counted

# What rightly differs: a new secret is made up for each reader, figures are for operators, and whoever leads a project
# may propose it for every coming meeting (0014).
APART = ("/account/second/", "/metrics", "/agenda-item")
PROJECTS = 3  # each with the milestones of its pathway
EACH = 8  # of every other kind


def others_write(app: Flask) -> None:
    """A hundred records of the parties of JL-01, none of them open to the readers of this file."""
    with app.app_context(), transactions.writing():
        actor = actor_by_email("executive@kjs.example")
        assert actor is not None
        for number in range(PROJECTS):
            _project(f"KJ-{900 + number}", actor)
        _on_the_lab(actor)
        for number in range(EACH):
            labs.create_obligation(
                actor=actor, name_hans=f"别方的义务 {number}", debtor_code="RJ", creditor_code="SPH",
                agreement_code="AGR-901", due_on=clock.today() - timedelta(days=number), confidentiality="team",
            )  # fmt: skip
            asks.raise_ask(
                actor=actor, from_code="RJ", to_code="SPH", project_code="KJ-900", chain="industry",
                title=f"别方的诉求 {number}", detail="",
            )  # fmt: skip


def _project(code: str, actor: Actor) -> None:
    made = projects.create_project(
        actor=actor, code=code, name_hans=f"别方的项目 {code}", modality="CAR_T_AUTO", stage="CMC", status="ACTIVE",
        pathway="A_drug", lab_codes=["JL-01"], lead_lab="JL-01", party_codes=["RJ", "SPH"],
        confidentiality="team", start=clock.today(), typical=True,
    )  # fmt: skip
    ids = {one.code: one.id for one in db.session.scalars(select(Institution))}
    step = made.plan.milestones[0]
    for number in range(EACH):
        hand_offs.create(
            made, actor=actor, items=["一"], kind="cells", name_hans=f"别方的交接 {number}", name_hant="", name_en="",
            detail="", giver_id=ids["RJ"], receiver_id=ids["SPH"],
        )  # fmt: skip
        risks.create_risk(
            made, actor=actor, kind="risk", title=f"别方的风险 {number}", likelihood=5, impact=5, owner_id=None,
            description="", measure="", response="reduce", life="open", review_on=clock.today(),
        )  # fmt: skip
        evidence.add(step, [(f"{code}-{number}.pdf", PDF + str(number).encode())], actor=actor)


def _on_the_lab(actor: Actor) -> None:
    """Files of its agreement, a resource with bookings, and meetings of the committee."""
    agreement = owner(actor=actor, of="agreements", code="AGR-901")
    assert agreement is not None
    labs.bring(agreement, [("别方.pdf", PDF)], actor=actor, kind="text")
    room = resources.create_resource(
        actor=actor, code="RES-90", kind="clean_room", name_hans="别方的洁净间", institution_code="RJ", lab_code="JL-01",
        confidentiality="team",
    )  # fmt: skip
    board = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    for number in range(EACH):
        starts = clock.start_of(clock.today() + timedelta(days=7 * (number + 1))) + timedelta(hours=9)
        bookings.book(
            room, actor=actor, starts_at=starts, ends_at=starts + timedelta(hours=4), purpose=f"别方 {number}",
        )  # fmt: skip
        meetings.create_meeting(board, actor=actor, held_on=clock.today() + timedelta(days=30 + number))


def read(client: Critic, addresses: list[str]) -> dict[str, tuple[int, bytes, str]]:
    """Each address with its answer; nothing that reading leaves is kept."""
    found = {}
    with mock.patch.object(transactions, "commit", lambda: db.session.rollback()):
        for address in addresses:
            answer = super(Critic, client).open(address)
            found[address] = (answer.status_code, masked(answer), answer.headers.get("ETag", ""))
    return found


def pages(app: Flask, actor: Actor) -> Iterator[str]:
    """All that this person can open: lists, files, figures, feeds, searches, and each thing by each route."""
    yield from planted.addresses(app)
    with app.app_context():
        seen = doors.seen_by(actor)
    for case in product.cases(app):
        if "GET" in product.methods(case) and (case.kind is None or case.key in seen[case.kind]):
            yield case.address


def interference(
    app: Flask, reader: Critic, addresses: list[str], write: Callable[[Flask], None] = others_write
) -> list[str]:
    """The addresses whose answers tell that others wrote something."""
    with time_machine.travel(clock.now(), tick=False):
        before = read(reader, addresses)
        write(app)
        after = read(reader, addresses)
    return [address for address in addresses if before[address] != after[address]]


def test_what_others_write_changes_nothing_in_what_a_stranger_reads(
    client: Callable[..., Critic], app: Flask
) -> None:
    addresses = [one for one in planted.addresses(app) if not one.startswith(("/search", *APART))]
    assert interference(app, client("outsider"), addresses) == []
    assert "KJ-900" in client("executive").get("/projects").text, "it was written"


def others_change_the_inside(app: Flask) -> None:
    """What is withheld of things whose open part, or one item, is the reader's to see."""
    with app.app_context(), transactions.writing():
        executive, secretary = who("executive"), who("secretary")
        lab = db.session.scalars(select(JointLab).where(JointLab.code == "JL-01")).one()
        hospital = db.session.scalars(select(Institution).where(Institution.code == "RJ")).one()
        for group, role in ((lab, "scientist"), (hospital, "member")):
            people.join(
                group, actor=executive, version=group.version, email="chair@kjs.example", role=role,
                valid_from=clock.today(),
            )  # fmt: skip
        company = db.session.scalars(select(Company).where(Company.code == "CO-001")).one()
        residents.give_company(company, who("lead").id, actor=executive)
        meeting = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-06")).one()
        meetings.add_item(meeting, actor=secretary, name_hans="别方的议题", kind="hear")
        meetings.answer(meeting, "yes", actor=who("member"))
        result = db.session.scalars(select(Result).where(Result.code == "RS-0001")).one()
        project = db.session.scalars(select(Project).where(Project.code == "KJS-018")).one()
        facts = {key: getattr(result, key) for key in ("kind", "name_hans", "name_hant", "name_en", "detail")}
        results.edit_result(
            result, actor=executive, version=result.version, project_id=project.id, confidentiality="open",
            institution_id=result.institution_id, disclosed_on=result.disclosed_on,
            company_ids=[row.company_id for row in result.companies], **facts,
        )  # fmt: skip


def test_the_open_part_does_not_tell_that_the_inside_changed(
    client: Callable[..., Critic], app: Flask
) -> None:
    """Not by its version, which an ETag, a calendar or a history would carry: it counts every change inside."""
    with app.app_context(), transactions.writing():
        result = db.session.scalars(select(Result).where(Result.code == "RS-0001")).one()
        result.confidentiality, result.project_id = "open", None
    feed = subscribe(client("partner"))
    things = "/labs/JL-01", "/residents/CO-001", "/meetings/SAC-2026-06", "/results/RS-0001"
    read_too = "/institutions/RJ", "/meetings/SAC-2026-06/items/22", *things
    addresses = [feed, "/partners/RJ", *things, *(f"/api/v1{one}" for one in read_too)]
    partner = client("partner")
    assert {answer[0] for answer in read(partner, addresses).values()} == {200}
    assert interference(app, partner, addresses, others_change_the_inside) == []
    inside = client("secretary").get("/api/v1/meetings/SAC-2026-06")
    assert re.match(r'"\d+-', inside.headers["ETag"]), (
        "who reads all of it names the version when they change it"
    )


def test_the_room_of_files_counts_what_its_reader_sees(in_app: Flask) -> None:
    """On the shelf of a project, of an agreement with its obligations, of a committee; a refusal names the limit alone."""
    project = db.session.scalars(select(Project).where(Project.code == "KJS-014")).one()
    owed = owner(actor=who("executive"), of="obligations", code="OB-0003")
    assert owed is not None and project.plan is not None
    meeting = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-06")).one()
    item = next(one for one in meeting.items if one.project and one.project.code == "KJS-020")
    step = project.plan.milestones[0]
    bring: dict[str, tuple[Shelf, Actor, Callable[[], object]]] = {
        "partner": (
            reading.shelf_of(project.plan), who("lead2"),
            lambda: evidence.add(step, [("别方.pdf", PDF)], actor=who("lead2"), level="team"),
        ),
        "lead": (
            shelf_of(owed), who("executive"),
            lambda: labs.bring(owed, [("别方.pdf", PDF)], actor=who("executive"), level="team"),
        ),
        "lead2": (
            committee_shelf(meeting.committee_id), who("secretary"),
            lambda: papers.add(item, "别方.pdf", PDF, actor=who("secretary"), title="别方", level="team"),
        ),
    }  # fmt: skip
    for reader, (shelf, keeper, act) in bring.items():
        before = [shelf.room(actor=one).used for one in (who(reader), keeper)]
        with transactions.writing():
            act()
        after = [shelf.room(actor=one).used for one in (who(reader), keeper)]
        assert after == [before[0], before[1] + len(PDF)], reader
        with pytest.raises(RuleBroken) as refused:
            shelf.take(2**62)
        assert refused.value.facts.keys() == {"most", "size"}
        db.session.rollback()


def _answered(client: Critic, address: str) -> tuple[int, bytes, int]:
    """Status, page and number of statements, without the address itself."""
    with queries_counted() as steps:
        answer = super(Critic, client).open(address)
    return answer.status_code, masked(answer).replace(address.encode(), b""), len(steps)


def test_an_act_of_others_on_many_milestones_answers_as_none(
    client: Callable[..., Critic], app: Flask
) -> None:
    with app.app_context(), transactions.writing():
        executive = who("executive")
        person = db.session.get_one(Person, executive.id)
        act = changes.begin(actor=executive, label=bulk.BULK)
        changes.record("accounts:audit:export", person, actor=executive, after={"rows": 1}, change=act)
        number = act.id
    reader = client("partner")
    answers = [_answered(reader, f"/milestones/changes/{one}") for one in (999_999, 999_999, number)]
    assert answers[1] == answers[2] and answers[2][0] == 404


@pytest.mark.long
@pytest.mark.parametrize("short", ["partner", "outsider"])
def test_what_is_closed_answers_byte_by_byte_and_step_by_step_as_what_is_not_there(
    short: str, client: Callable[..., Critic], app: Flask
) -> None:
    """By each route one thing that is closed: nobody measures by the time of a 404 what there is."""
    with app.app_context():
        seen = doors.seen_by(who(short))
    reader, asked, wrong = client(short), set[str](), []
    for case in product.cases(app):
        if case.kind is None or case.key in seen[case.kind] or "GET" not in product.methods(case):
            continue
        if case.rule.rule in asked:
            continue
        asked.add(case.rule.rule)
        _answered(reader, case.nowhere)  # what a process reads once
        closed, nowhere = _answered(reader, case.address), _answered(reader, case.nowhere)
        if closed != nowhere:
            wrong.append(f"{case.address}: {closed[::2]}, {case.nowhere}: {nowhere[::2]}")
    assert not wrong, "\n".join(wrong)
    assert len(asked) > 80


@pytest.mark.soak
@pytest.mark.parametrize("short", ["partner", "lead2", "outsider"])
def test_what_others_write_changes_not_one_byte(
    short: str, client: Callable[..., Critic], app: Flask
) -> None:
    with app.app_context():
        actor = who(short)
    addresses = [
        one for one in pages(app, actor) if not one.startswith(APART[:2]) and not one.endswith(APART[2])
    ]
    assert interference(app, client(short), addresses) == []

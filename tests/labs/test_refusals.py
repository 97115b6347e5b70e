"""What laboratories, obligations and the park refuse: each refusal by its code and at its field, with nothing changed
before it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileRef
from kangjiansheng.labs import policies, queries
from kangjiansheng.labs.models import (
    Company,
    Institution,
    JointLab,
    Obligation,
    ParkFloor,
    SharedResource,
    Wait,
)
from kangjiansheng.labs.operations import (
    bookings,
    companion,
    documents,
    institutions,
    labs,
    obligations,
    papers,
    people,
    provisioning,
    residents,
    resources,
    space,
)
from kangjiansheng.labs.rules import agreements as agreement_rules
from kangjiansheng.labs.rules import obligations as obligation_rules
from kangjiansheng.labs.rules import resources as resource_rules
from kangjiansheng.labs.rules import reviews as review_rules
from tests.support.refusing import refused

Cast = Callable[[str], Actor]


def ahead(days: int) -> date:
    return clock.today() + timedelta(days=days)


def of(kind: Any, code: str) -> Any:
    return db.session.scalars(select(kind).where(kind.code == code)).one()


def test_of_the_space_of_the_park(actor: Cast) -> None:
    who = actor("executive")
    floor = of(ParkFloor, "A-01")
    facts: dict[str, Any] = {"building": "示例 C 栋", "level": 1, "area_m2": 100}
    for code, field, wrong in (
        ("code-taken", "code", {"code": "A-01"}),
        ("floor-named", "building", {"building": ""}),
        ("floor-named", "building", {"level": None}),
        ("floor-taken", "level", {"building": floor.building, "level": floor.level}),
        ("area-positive", "area_m2", {"area_m2": 0}),
        ("area-positive", "area_m2", {"area_m2": None}),
    ):
        with refused(f"labs:{code}", field):
            space.create_floor(actor=who, **({"code": "C-01"} | facts | wrong))
    company = of(Company, "CO-003")
    lease = {"floor_code": "A-03", "area_m2": 10, "starts_on": date(2029, 4, 1), "ends_on": None}
    for code, field, wrong in (
        ("floor-unknown", "floor_code", {"floor_code": "Z-99"}),
        ("lease-begins", "starts_on", {"starts_on": None}),
        ("ends-before-beginning", "ends_on", {"ends_on": date(2029, 3, 31)}),
    ):
        with refused(f"labs:{code}", field):
            space.create_lease(company, actor=who, **(lease | wrong))
    empty = space.create_floor(actor=who, code="C-01", **facts)
    space.archive_floor(empty, actor=who, version=empty.version)
    for act in (
        lambda: space.archive_floor(empty, actor=who, version=empty.version),
        lambda: space.edit_floor(empty, actor=who, version=empty.version, **facts),
    ):
        with refused("labs:archived"):
            act()
    with refused("labs:stage-not-next", "stage"):
        residents.step_company(company, "graduated", clock.today(), actor=who, version=company.version)


def test_of_the_service_for_a_company(actor: Cast) -> None:
    who, company = actor("executive"), of(Company, "CO-001")
    facts: dict[str, Any] = {"kind": "funding", "text": "路演", "answer_days": 5}
    for code, field, wrong in (
        ("request-empty", "text", {"text": ""}),
        ("asked-in-future", "asked_on", {"asked_on": ahead(1)}),
        ("answer-days", "answer_days", {"answer_days": None}),
        ("answer-days", "answer_days", {"answer_days": 0}),
        ("answer-days", "answer_days", {"answer_days": 251}),
        ("institution-unknown", "provider_code", {"provider_code": "NONE"}),
    ):
        with refused(f"labs:{code}", field):
            companion.create_request(company, actor=who, **(facts | wrong))
    with refused("labs:request-unknown", "request_number"):
        companion.log_contact(
            company, actor=who, kind="funding", channel="call", happened_on=clock.today(), request_number=999
        )
    one = companion.create_request(company, actor=who, **facts)
    with refused("labs:request-not-answered"):
        companion.rate_request(one, actor=who, version=one.version, satisfaction=5)
    answer: dict[str, Any] = {"answer": "已安排", "outcome": "solved", "answered_on": clock.today()}
    for code, field, wrong in (
        ("answer-empty", "answer", {"answer": ""}),
        ("answered-when", "answered_on", {"answered_on": ahead(-1)}),
        ("answered-when", "answered_on", {"answered_on": ahead(1)}),
    ):
        with refused(f"labs:{code}", field):
            companion.answer_request(one, actor=who, version=one.version, **(answer | wrong))
    companion.answer_request(one, actor=who, version=one.version, **answer)
    for given in (None, 0, 6):
        with refused("labs:satisfaction-range", "satisfaction"):
            companion.rate_request(one, actor=who, version=one.version, satisfaction=given)
    with refused("labs:request-not-open"):
        companion.withdraw_request(one, actor=who, version=one.version)


def test_of_what_is_owed(actor: Cast) -> None:
    who, one = actor("executive"), of(Obligation, "OB-0004")
    facts: dict[str, Any] = {"name_hans": "交付", "debtor_code": "RJ", "creditor_code": "SCMC"}
    for field in ("debtor_code", "creditor_code"):
        with refused("labs:institution-unknown", field):
            obligations.create_obligation(actor=who, **(facts | {field: "NONE"}))
    made = obligations.create_obligation(actor=who, **facts)
    with refused("labs:nothing-to-undo"):
        obligations.undo_step(made, actor=who, version=made.version)
    for code, act, on in (("day", "deliver", None), ("future", "deliver", ahead(1))):
        with refused(f"labs:obligation-{code}", "on"):
            obligation_rules.check_step(
                act, "open", "mutual", on=on, remark="", delivered_on=None, today=clock.today()
            )
    bound = next(row for row in db.session.scalars(select(Obligation)) if row.agreement is not None)
    assert bound.agreement is not None
    bound.illustrative = not bound.agreement.illustrative
    db.session.flush()
    with refused("labs:obligation-mixed", "agreement_code"):
        obligations.edit_obligation(
            bound, actor=who, version=bound.version, name_hans=bound.name_hans, due_on=bound.due_on,
            debtor_code=bound.debtor.code, creditor_code=bound.creditor.code,
            agreement_code=bound.agreement.code, clause_number=bound.clause.number if bound.clause else "",
            confidentiality=bound.confidentiality,
            owner_email=bound.owner.email or "" if bound.owner else "", name_hant=bound.name_hant,
            name_en=bound.name_en, detail=bound.detail,
        )  # fmt: skip
    many = [("a.pdf", b"%PDF-1.7")] * (documents.MOST + 1)
    with refused("labs:files-too-many", "files"):
        documents.bring(one, many, actor=who)
    party = actor("partner")
    mine, other = FileRef(by_id=party.id, version_no=1), FileRef(by_id=who.id, version_no=1)
    owed = next(row for row in db.session.scalars(select(Obligation)) if policies.bring(party, row))
    assert policies.withdraw(party, queries.Document(owed, mine))
    assert not policies.withdraw(party, queries.Document(owed, other))
    assert not policies.withdraw(actor("outsider"), queries.Document(owed, mine))
    for code, lines in (
        ("shape", "3.1"), ("shape", "3.1  "), ("shape", "3" * 99 + " 文字"), ("twice", "3.1 一\n3.1 二"),
    ):  # fmt: skip
        with refused(f"labs:clause-{code}", "clause_lines"):
            agreement_rules.clauses(lines)


def test_of_a_laboratory_and_its_people(actor: Cast) -> None:
    who, lab = actor("executive"), of(JointLab, "JL-01")
    stranger = of(Institution, "SHMPA")
    with refused("labs:not-a-partner"):
        labs.describe_contribution(lab, stranger, "场地", actor=who, version=lab.version)
    with refused("labs:member-unknown"):
        people.leave(lab, 0, actor=who, version=lab.version, valid_to=clock.today())
    with refused("labs:member-unknown"):
        people.hand_role(lab, "director", actor("outsider").id, who.id, actor=who)
    row = lab.members[0]
    with refused("labs:member-already"):
        people.hand_role(lab, row.role, row.person_id, row.person_id, actor=who)
    with refused("labs:alias-long", "alias_lines"):
        institutions.create_institution(actor=who, code="NEW", name_hans="新机构", alias_lines="名" * 401)
    paper = papers.create_paper(
        lab,
        actor=who,
        kind="permit",
        label="使用许可",
        holder_id=None,
        valid_from=None,
        valid_to=ahead(30),
        note="",
    )
    papers.end_paper(paper, "换新", actor=who, version=paper.version)
    with refused("labs:paper-ended"):
        papers.end_paper(paper, "又", actor=who, version=paper.version)
    with refused("labs:provision-file", "people"):
        provisioning.provision(b"song\n1\n", actor=who, invite=False)
    with refused("labs:provision-name", "name_hans"):
        provisioning.provision(b"email,name_hans\nlead@kjs.example,-\n", actor=actor("admin"), invite=False)
    facts: dict[str, Any] = {
        "life": "operating", "expires_on": ahead(400), "ends": ahead(30), "rests": True, "left_open": 0,
        "settled": False, "today": clock.today(),
    }  # fmt: skip
    for code, field, wrong in (
        ("not-offered", "outcome", {"outcome": "song"}),
        ("review-not-at-work", "outcome", {"life": "closed"}),
        ("renewal-of-nothing", "outcome", {"rests": False}),
        ("renewal-without-end", "expires_on", {"expires_on": None}),
        ("renewal-no-later", "expires_on", {"expires_on": ahead(30)}),
        ("closing-open", "settled", {"outcome": "close", "left_open": 1}),
    ):
        with refused(f"labs:{code}", field):
            review_rules.check(**({"outcome": "renew"} | facts | wrong))


def test_of_what_is_shared(actor: Cast) -> None:
    who, room = actor("lead"), of(SharedResource, "RES-01")
    facts: dict[str, Any] = {
        "kind": room.kind, "institution_code": room.institution.code, "capacity": 1, "opens": 8, "closes": 18,
        "open_days": "daily", "name_hans": "设备",
    }  # fmt: skip
    for code, field, wrong in (
        ("not-offered", "kind", {"kind": "song"}),
        ("not-offered", "open_days", {"open_days": "never"}),
        ("hours-reversed", "closes", {"opens": 18}),
        ("hours-reversed", "closes", {"closes": 25}),
        ("capacity", "capacity", {"capacity": 0}),
        ("capacity", "capacity", {"capacity": 1_000_001}),
        ("institution-unknown", "institution_code", {"institution_code": "NONE"}),
        ("lab-unknown", "lab_code", {"lab_code": "JL-99"}),
    ):
        with refused(f"labs:{code}", field):
            resources.create_resource(actor=who, code="RES-99", **(facts | wrong))
    own = resources.create_resource(actor=who, code="RES-99", **facts)
    mixed = next(lab for lab in db.session.scalars(select(JointLab)) if lab.illustrative != own.illustrative)
    with refused("labs:resource-mixed", "lab_code"):
        resources.edit_resource(own, actor=who, version=own.version, **facts, lab_code=mixed.code)
    now = clock.now()
    past = resource_rules.Wanted(1, 1, now - timedelta(hours=5), now - timedelta(hours=1))
    with refused("labs:span-past", "day"):
        resource_rules.check_span("room", 1, past, now=now, begun=past.starts_at)
    wait = db.session.scalars(select(Wait).where(Wait.life == "waiting")).first()
    assert wait is not None
    with refused("labs:obligation-reason", "reason"):
        bookings.remove(wait, "", actor=who)
    asker = actor("outsider") if wait.person_id is None else Actor(id=wait.person_id, label="")
    with refused("labs:waits-already", "day"):
        bookings.ask_to_wait(
            wait.resource, actor=asker, starts_at=wait.starts_at, ends_at=wait.ends_at, purpose="又"
        )
    bookings.remove(wait, "设备停用", actor=who)
    with refused("labs:wait-over"):
        bookings.remove(wait, "又", actor=who)
    start: datetime = clock.start_of(ahead(40)) + timedelta(hours=10)
    made = bookings.book(
        own, actor=who, starts_at=start, ends_at=start + timedelta(hours=1), purpose="放行",
    )  # fmt: skip
    bookings.cancel(made, actor=who, version=made.version)
    with refused("labs:booking-over"):
        bookings.cancel(made, actor=who, version=made.version)

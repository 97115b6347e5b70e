"""JSON under /api/v1, over the same queries, policies, operations and forms as the pages."""

from collections.abc import Sequence
from typing import Any

from flask import abort, g, request

from kangjiansheng.accounts.queries import names
from kangjiansheng.core import clock, rest
from kangjiansheng.core.access import actor
from kangjiansheng.core.files import FileRef
from kangjiansheng.labs import policies, queries
from kangjiansheng.labs.api import park as park
from kangjiansheng.labs.api import shapes
from kangjiansheng.labs.api.acts import ACTS as ACTS
from kangjiansheng.labs.api.blueprint import bp, number_of, numbered
from kangjiansheng.labs.api.events import EVENTS as EVENTS
from kangjiansheng.labs.models import (
    Agreement,
    Booking,
    Institution,
    InstitutionMember,
    JointLab,
    LabPaper,
    Obligation,
    SharedResource,
    Wait,
)
from kangjiansheng.labs.queries import (
    AgreementFilter,
    InstitutionFilter,
    LabFilter,
    ObligationFilter,
    versions,
)
from kangjiansheng.labs.queries import bookings as held
from kangjiansheng.labs.queries import papers as paper_queries
from kangjiansheng.labs.queries import resources as resource_queries
from kangjiansheng.labs.queries.documents import Document, Owner, documents, owner
from kangjiansheng.labs.queries.obligations import clause_of
from kangjiansheng.labs.queries.reports import PartyReport
from kangjiansheng.labs.queries.resources import ResourceFilter
from kangjiansheng.labs.queries.versions import AgreementVersion
from kangjiansheng.labs.views import documents as document_views
from kangjiansheng.labs.views import reports
from kangjiansheng.labs.views.history import compared


def _version(found: Any) -> int | None:
    """For those who see the inside: it goes on with every change there, of which the open part tells nothing."""
    return found.version if queries.sees_inside(actor(), found) else None


def _number_of_file(row: FileRef) -> str:
    return str(row.version_no)


@rest.lists(bp, "/institutions", shapes.INSTITUTION, by=InstitutionFilter, rows="items", pages=True)
def institutions() -> list[Institution]:
    """The institutions."""
    return queries.institutions(rest.asked(InstitutionFilter), actor=actor(), as_of=g.as_of)


@rest.reads(
    bp,
    "/institutions/<code>",
    shapes.INSTITUTION,
    load=queries.institution,
    may=policies.see,
    version=_version,
)
def institution(found: Institution) -> Institution | None:
    """One institution."""
    return queries.as_it_stood(found, g.as_of)


@rest.lists(
    bp, "/institutions/<code>/people", shapes.BELONGS, key=lambda row: str(row.id), load=queries.institution,
    may=policies.manage, as_of=False,
)  # fmt: skip
def institution_people(found: Institution) -> list[InstitutionMember]:
    """Who belongs to an institution, and since when; for those who keep it."""
    return sorted(found.members, key=lambda row: (row.valid_from, row.id))


@rest.reads(
    bp, "/institutions/<code>/report", shapes.REPORT, load=queries.institution, may=policies.report,
    filters=("since", "until"), version=lambda _found: None,
)  # fmt: skip
def report(found: Institution) -> PartyReport:
    """What a party owes and is owed at the end of `until`, and what moved since `since`: today and the quarter before
    it, unless the address names others."""
    return reports.asked(found)


@rest.lists(bp, "/agreements", shapes.AGREEMENT, by=AgreementFilter, rows="items", pages=True)
def agreements() -> list[Agreement]:
    """The agreements that the caller may see."""
    return queries.agreements(rest.asked(AgreementFilter), actor=actor(), as_of=g.as_of)


@rest.reads(
    bp,
    "/agreements/<code>",
    shapes.AGREEMENT_WHOLE,
    load=queries.agreement,
    may=policies.see,
    version=_version,
)
def agreement(found: Agreement) -> Agreement | None:
    """One agreement. What its source does not state is null."""
    return queries.as_it_stood(found, g.as_of)


@rest.lists(
    bp, "/agreements/<code>/versions", shapes.AGREEMENT_VERSION, key=lambda row: str(row[0].number), load=queries.agreement,
    may=policies.read_versions,
)  # fmt: skip
def agreement_versions(found: Agreement) -> list[Any]:
    """What an agreement said after each change, the newest first; for those who see its inside."""
    rows = versions.readable(found, as_of=g.as_of)
    people = names({one.actor_id for one, _said in rows})
    return [(one, said, people.get(one.actor_id)) for one, said in rows]


@rest.reads(
    bp, "/agreements/<code>/versions/comparison", shapes.COMPARISON, load=queries.agreement, may=policies.read_versions,
    filters=("before", "after"), version=lambda _found: None,
)  # fmt: skip
def agreement_comparison(found: Agreement) -> Any:
    """What differs between two versions, in words: the newest and the one before it, unless `before` and `after` name
    others."""
    known = versions.versions(found, as_of=g.as_of)
    after = _named(known, "after", known[0] if known else None)
    before = _named(known, "before", next((one for one in known if one.number < after.number), after))
    rows = compared(before.state, after.state)
    return before, after, [row for row in rows if row.before != row.after]


def _named(known: Sequence[AgreementVersion], word: str, usual: AgreementVersion | None) -> AgreementVersion:
    """The version that the address names, else the usual one; 404 where there is none such."""
    asked = request.args.get(word)
    found = next((one for one in known if str(one.number) == asked), None) if asked else usual
    return found or abort(404)


@rest.lists(bp, "/labs", shapes.OPEN_LAB, by=LabFilter, rows="items", pages=True)
def labs() -> list[JointLab]:
    """The open part of the laboratories."""
    return queries.labs(rest.asked(LabFilter), actor=actor(), as_of=g.as_of)


@rest.reads(
    bp, "/labs/<code>", shapes.LAB, shapes.OPEN_LAB, load=queries.lab, may=policies.see, version=_version
)
def lab(found: JointLab) -> Any:
    """One laboratory: its open part, and its inside for those who belong to it."""
    shown = queries.as_it_stood(found, g.as_of)
    if shown is None or not queries.sees_inside(actor(), found):
        return shown, shapes.OPEN_LAB
    visible = shown.agreement and queries.agreement(actor=actor(), code=shown.agreement.code)
    return shapes.inside(shown, visible), shapes.LAB


@rest.lists(
    bp, "/labs/<code>/papers", shapes.PAPER, key=number_of, load=paper_queries.lab_inside, may=policies.see
)
def lab_papers(found: JointLab) -> list[paper_queries.PaperRow]:
    """What a laboratory holds, what has lapsed first; for those who see its inside."""
    return paper_queries.papers(found, as_of=g.as_of)


@rest.reads(bp, "/labs/<code>/papers/<int:number>", shapes.PAPER, load=paper_queries.paper, may=policies.see)
def lab_paper(found: LabPaper) -> paper_queries.PaperRow | None:
    """One of them."""
    return numbered(paper_queries.papers(found.lab, as_of=g.as_of), found)


@rest.lists(bp, "/obligations", shapes.OBLIGATION, by=ObligationFilter)
def obligations() -> list[queries.ObligationRow]:
    """Who owes whom what, what needs somebody first."""
    return queries.obligations(rest.asked(ObligationFilter), actor=actor(), as_of=g.as_of)


@rest.reads(
    bp, "/obligations/<code>", shapes.OBLIGATION_WHOLE, load=queries.obligation, may=policies.see, version=_version
)  # fmt: skip
def obligation(found: Obligation) -> shapes.Owed | None:
    """One obligation."""
    row = queries.obligation_row(found, actor=actor(), as_of=g.as_of)
    if row is None:
        return None
    owner = row.owner_id if queries.sees_inside(actor(), found) else None
    return shapes.Owed(row, clause_of(row), names({owner}).get(owner) if owner else None)


FILES = "/<any(agreements, obligations):of>/<code>/documents"


@rest.lists(bp, FILES, rest.FILE, key=_number_of_file, load=owner, may=policies.see)
def files(found: Owner) -> list[FileRef]:
    """The files of an agreement or an obligation, the newest first; for those who see its inside."""
    return documents(found, g.as_of, actor=actor())


@rest.reads(
    bp, f"{FILES}/<int:number>", rest.FILE, load=queries.document, may=policies.see, as_of=False,
    version=lambda _found: None,
)  # fmt: skip
def file(found: Document) -> FileRef:
    """What is known of one file."""
    return found.file


rest.hands_out(bp, f"{FILES}/<int:number>/file", document_views.document)


@rest.lists(bp, "/resources", shapes.RESOURCE, by=ResourceFilter)
def resources() -> list[SharedResource]:
    """What is shared."""
    wanted = rest.asked(ResourceFilter)
    return [row.resource for row in resource_queries.resources(wanted, actor=actor(), as_of=g.as_of)]


@rest.reads(bp, "/resources/<code>", shapes.RESOURCE, load=resource_queries.resource, may=policies.see)
def resource(found: SharedResource) -> SharedResource | None:
    """One resource."""
    return queries.as_it_stood(found, g.as_of)


def _inside(found: SharedResource) -> list[int]:
    return [found.id] if resource_queries.sees_bookings(actor(), found) else []


@rest.lists(
    bp,
    "/resources/<code>/bookings",
    shapes.HELD,
    key=number_of,
    load=resource_queries.resource,
    may=policies.see,
)
def bookings(found: SharedResource) -> list[held.Held]:
    """The bookings that are to come, from the beginning of the day; whose they are only for those who share it."""
    begins = clock.start_of(g.as_of or clock.today())
    rows = held.bookings([found.id], begins, held.EVER, actor=actor(), inside=_inside(found), as_of=g.as_of)
    return rows.get(found.id, [])


@rest.reads(
    bp,
    "/resources/<code>/bookings/<int:number>",
    shapes.BOOKING,
    load=held.booking,
    may=policies.see,
    as_of=False,
)
def booking(found: Booking) -> Booking:
    """One booking, for those who may know whose it is."""
    return found


@rest.lists(
    bp,
    "/resources/<code>/waiting",
    shapes.WAIT,
    key=number_of,
    load=resource_queries.resource,
    may=policies.see,
)
def waiting(found: SharedResource) -> list[held.Held]:
    """Who waits for a resource."""
    return held.waits([found.id], actor=actor(), inside=_inside(found), as_of=g.as_of).get(found.id, [])


@rest.reads(
    bp, "/resources/<code>/waiting/<int:number>", shapes.WAIT_OF_ONE, load=held.wait, may=policies.see, as_of=False
)  # fmt: skip
def wait(found: Wait) -> Wait:
    """One place in the line, for those who may know whose it is."""
    return found

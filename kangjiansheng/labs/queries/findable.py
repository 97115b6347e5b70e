"""What of institutions, agreements and laboratories can be found, and by whom."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.search.declared import Filter, Found, Holding, Kind, Rows, Texts, Wanted
from kangjiansheng.labs.models import (
    Agreement,
    Clause,
    Company,
    Institution,
    InstitutionAlias,
    InstitutionMember,
    JointLab,
    LabMember,
    LabPaper,
    LabPartner,
    Obligation,
    ServiceContact,
    ServiceRequest,
    SharedResource,
)
from kangjiansheng.labs.queries.residents import inside_companies, visible_companies
from kangjiansheng.labs.queries.resources import visible_resources
from kangjiansheng.labs.queries.visible import (
    inside_institutions,
    inside_labs,
    inside_obligations,
    visible_agreements,
    visible_institutions,
    visible_labs,
    visible_obligations,
)
from kangjiansheng.labs.rules.resources import KIND_WORDS


def names(kind: Any) -> list[Any]:
    """The names of a thing in three scripts."""
    return [kind.name_hans, kind.name_hant, kind.name_en]


def columns(kind: Any) -> list[Any]:
    """What a hit tells of a thing with code and names."""
    return [
        kind.id,
        kind.code.label("key"),
        kind.name_hans.label("hans"),
        kind.name_hant.label("hant"),
        kind.name_en.label("en"),
        kind.illustrative,
    ]


def _said(row: Found) -> Iterable[str]:
    """The texts of lists, of which each may be there in three scripts."""
    for texts in row[1:]:
        for text in texts or ():
            yield from text.values() if isinstance(text, dict) else (text,)


def _kind_words(row: Found) -> Iterable[str]:
    """The words for the kind of a resource, so that one finds an instrument whose name does not say so."""
    return KIND_WORDS[row[1]]


def _institutions(wanted: Wanted, actor: Actor) -> Rows:
    return (
        visible_institutions(actor)
        .with_only_columns(*columns(Institution))
        .where(
            Institution.archived_at.is_(None),
            wanted.every(lambda holding: Institution.id.in_(holding("institution"))),
        )
    )


def _agreements(wanted: Wanted, actor: Actor) -> Rows:
    return (
        visible_agreements(actor)
        .with_only_columns(*columns(Agreement), Agreement.signed_on.label("day"))
        .where(
            Agreement.archived_at.is_(None),
            wanted.every(lambda holding: Agreement.id.in_(holding("agreement"))),
        )
    )


def _obligations(wanted: Wanted, actor: Actor) -> Rows:
    inside = inside_obligations(actor)

    def holds(holding: Holding) -> ColumnElement[bool]:
        return or_(
            Obligation.id.in_(holding("obligation")),
            and_(Obligation.id.in_(holding("obligation.inside")), inside),
        )

    return (
        visible_obligations(actor)
        .with_only_columns(*columns(Obligation), Obligation.due_on.label("day"), inside.label("inside"))
        .where(Obligation.archived_at.is_(None), wanted.every(holds))
    )


def _of_obligation(file: FileRef) -> int | None:
    return file.thing_id if file.thing == "obligation" else None


def _companies(wanted: Wanted, actor: Actor) -> Rows:
    inside = inside_companies(actor)

    def holds(holding: Holding) -> ColumnElement[bool]:
        return or_(
            Company.id.in_(holding("company")), and_(Company.id.in_(holding("company.inside")), inside)
        )

    return (
        visible_companies(actor)
        .with_only_columns(*columns(Company), inside.label("inside"))
        .where(Company.archived_at.is_(None), wanted.every(holds))
    )


def _resources(wanted: Wanted, actor: Actor) -> Rows:
    return (
        visible_resources(actor)
        .with_only_columns(*columns(SharedResource))
        .where(
            SharedResource.archived_at.is_(None),
            wanted.every(lambda holding: SharedResource.id.in_(holding("shared_resource"))),
        )
    )


def of_partner(holding: Holding) -> Select[int]:
    """The laboratories of the institutions that hold a word."""
    return select(LabPartner.lab_id).where(LabPartner.institution_id.in_(holding("institution")))


def _labs(wanted: Wanted, actor: Actor) -> Rows:
    inside = inside_labs(actor)

    def holds(holding: Holding) -> ColumnElement[bool]:
        return or_(
            JointLab.id.in_(holding("joint_lab")),
            JointLab.id.in_(of_partner(holding)),
            and_(JointLab.id.in_(holding("joint_lab.inside")), inside),
        )

    return (
        visible_labs(actor)
        .with_only_columns(*columns(JointLab), inside.label("inside"))
        .where(JointLab.archived_at.is_(None), wanted.every(holds))
    )


def _papers(wanted: Wanted, actor: Actor) -> Rows:
    return (
        select(
            LabPaper.id,
            JointLab.code.label("key"),
            LabPaper.label.label("hans"),
            JointLab.illustrative,
            LabPaper.valid_to.label("day"),
        )
        .join(JointLab, JointLab.id == LabPaper.lab_id)
        .where(
            JointLab.archived_at.is_(None),
            inside_labs(actor),
            wanted.every(lambda holding: LabPaper.id.in_(holding("lab_paper"))),
        )
    )


def people(actor: Actor) -> list[Rows]:
    """The people of laboratories and institutions whose inside the actor sees, with the address where they stand."""
    day = clock.today()
    labs = select(LabMember.person_id, ("labs/" + JointLab.code).label("path"))
    institutions = select(InstitutionMember.person_id, ("partners/" + Institution.code).label("path"))
    return [
        labs.join(JointLab, JointLab.id == LabMember.lab_id).where(
            holds_on(LabMember, day), JointLab.archived_at.is_(None), inside_labs(actor)
        ),
        institutions.join(Institution, Institution.id == InstitutionMember.institution_id).where(
            holds_on(InstitutionMember, day), Institution.archived_at.is_(None), inside_institutions(actor)
        ),
    ]


def _named(kind: Any, **more: Any) -> list[Texts]:
    thing = kind.__tablename__
    return [
        Texts(thing, "code", select(kind.id, kind.code)),
        Texts(thing, "name", select(kind.id, *names(kind)), **more),
    ]


_LAB: dict[str, Filter] = {"lab": lambda code, _actor: JointLab.code == code}

LABS = Kind(
    "labs",
    [
        *_named(JointLab, sounds=True),
        Texts("joint_lab.inside", "mission", select(JointLab.id, JointLab.mission)),
        Texts("joint_lab.inside", "site", select(JointLab.id, JointLab.site)),
        Texts("joint_lab.inside", "contribution", select(LabPartner.lab_id, LabPartner.contribution)),
    ],
    _labs,
    lambda hit: f"/labs/{hit.key}",
    filters=_LAB,
)
INSTITUTIONS = Kind(
    "institutions",
    [
        *_named(Institution, sounds=True),
        Texts(
            "institution",
            "alias",
            select(InstitutionAlias.institution_id, InstitutionAlias.text),
            sounds=True,
        ),
        Texts("institution", "role", select(Institution.id, Institution.role_hans)),
    ],
    _institutions,
    lambda hit: f"/partners/{hit.key}",
)
AGREEMENTS = Kind(
    "agreements",
    [
        *_named(Agreement),
        Texts("agreement", "summary", select(Agreement.id, Agreement.summary)),
        Texts("agreement", "stated", select(Agreement.id, Agreement.stated, Agreement.not_stated), say=_said),
        Texts("agreement", "clause", select(Clause.agreement_id, Clause.text)),
    ],
    _agreements,
    lambda hit: f"/agreements/{hit.key}",
)
OBLIGATIONS = Kind(
    "obligations",
    [
        *_named(Obligation),
        Texts("obligation", "detail", select(Obligation.id, Obligation.detail)),
        Texts(
            "obligation.inside",
            "evidence",
            select(Obligation.id, FileRef.name, FileRef.note).join(
                FileRef,
                and_(
                    FileRef.thing == "obligation",
                    FileRef.thing_id == Obligation.id,
                    FileRef.removed_at.is_(None),
                    FileRef.level == "",  # a narrower one would tell everybody inside by being found
                ),
            ),
            also={FileRef: _of_obligation},
        ),
    ],
    _obligations,
    lambda hit: f"/obligations/{hit.key}",
)
PAPERS = Kind(
    "lab_papers",
    [
        Texts("lab_paper", "name", select(LabPaper.id, LabPaper.label)),
        Texts("lab_paper", "note", select(LabPaper.id, LabPaper.note)),
    ],
    _papers,
    lambda hit: f"/labs/{hit.key}/papers",
    filters=_LAB,
)
COMPANIES = Kind(
    "companies",
    [
        *_named(Company, sounds=True),
        Texts("company.inside", "about", select(Company.id, Company.about)),
        Texts(
            "company.inside",
            "request",
            select(
                ServiceRequest.company_id, ServiceRequest.text, ServiceRequest.answer, ServiceRequest.remark
            ),
        ),
        Texts(
            "company.inside",
            "contact",
            select(ServiceContact.company_id, ServiceContact.note).where(
                ServiceContact.withdrawn_at.is_(None)
            ),
        ),
    ],
    _companies,
    lambda hit: f"/residents/{hit.key}",
)
RESOURCES = Kind(
    "resources",
    [
        *_named(SharedResource),
        Texts("shared_resource", "site", select(SharedResource.id, SharedResource.site, SharedResource.note)),
        Texts("shared_resource", "kind", select(SharedResource.id, SharedResource.kind), say=_kind_words),
    ],
    _resources,
    lambda hit: f"/resources/{hit.key}",
)

"""One thing by its code, as an actor may see it, with what its page shows."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs import rules
from kangjiansheng.labs.models import (
    Agreement,
    AgreementParty,
    Institution,
    InstitutionMember,
    JointLab,
    LabMember,
    LabPartner,
)
from kangjiansheng.labs.queries.visible import (
    inside_labs,
    own_institutions,
    visible_agreements,
    visible_institutions,
    visible_labs,
)


def institution(*, actor: Actor, code: str) -> Institution | None:
    """The institution under a code; None when there is none."""
    query = visible_institutions(actor).where(Institution.code == code)
    found = db.session.scalars(
        query.options(
            joinedload(Institution.aliases),
            joinedload(Institution.sectors),
            selectinload(Institution.members).joinedload(InstitutionMember.person),
        )
    )
    return found.unique().one_or_none()


def institution_as(*, actor: Actor, code: str, kind: str) -> tuple[Institution, str] | None:
    """The institution under a code, with the kind of file that the address names."""
    found = institution(actor=actor, code=code)
    return (found, kind) if found else None


def agreement(*, actor: Actor, code: str) -> Agreement | None:
    """The agreement under a code as the actor may see it; None when she may not, or there is none."""
    query = visible_agreements(actor).where(Agreement.code == code)
    found = db.session.scalars(
        query.options(
            joinedload(Agreement.parent),
            joinedload(Agreement.clauses),
            selectinload(Agreement.parties)
            .joinedload(AgreementParty.institution)
            .joinedload(Institution.sectors),
        )
    )
    return found.unique().one_or_none()


def agreement_codes(*, actor: Actor) -> dict[int, str]:
    """The codes of the agreements that the actor sees, by id: whatever leads to another one names it only then."""
    seen = visible_agreements(actor).with_only_columns(Agreement.id, Agreement.code)
    return {row.id: row.code for row in db.session.execute(seen)}


def agreement_of(lab: JointLab, *, actor: Actor) -> Agreement | None:
    """The agreement on which a laboratory rests, if the actor may see it, with who stands in it; one statement."""
    if lab.agreement_id is None:
        return None
    query = visible_agreements(actor).where(Agreement.id == lab.agreement_id)
    parties = joinedload(Agreement.parties).joinedload(AgreementParty.institution)
    return db.session.scalars(query.options(parties)).unique().first()


def lab(*, actor: Actor, code: str) -> JointLab | None:
    """The laboratory under a code; None when there is none. Its inside is another question: `sees_inside`. Three
    statements."""
    query = visible_labs(actor).where(JointLab.code == code)
    return db.session.scalar(
        query.options(
            selectinload(JointLab.partners)
            .joinedload(LabPartner.institution)
            .joinedload(Institution.sectors),
            selectinload(JointLab.members).joinedload(LabMember.person),
            joinedload(JointLab.agreement),
        )
    )


def shared(*, actor: Actor, of: str, code: str) -> Agreement | JointLab | None:
    """The agreement or the laboratory that the actor may see; `of` is the word of its address."""
    return (agreement if of == "agreements" else lab)(actor=actor, code=code)


def shared_with(*, actor: Actor, of: str, code: str, number: int) -> tuple[Agreement | JointLab, int] | None:
    """The same with the number of a link."""
    found = shared(actor=actor, of=of, code=code)
    return (found, number) if found else None


def directs(actor: Actor, lab: JointLab) -> bool:
    """True when the actor directs the laboratory today, alone or with others."""
    today = clock.today()
    return any(
        row.person_id == actor.id
        and row.role in rules.DIRECTORS
        and row.valid_from <= today
        and (row.valid_to is None or row.valid_to >= today)
        for row in lab.members
    )


def homes(person_ids: set[int]) -> dict[int, set[int]]:
    """The institutions of people today: person's id → ids."""
    query = select(InstitutionMember.person_id, InstitutionMember.institution_id).where(
        InstitutionMember.person_id.in_(person_ids), holds_on(InstitutionMember, clock.today())
    )
    found: dict[int, set[int]] = {}
    for person_id, institution_id in db.session.execute(query) if person_ids else ():
        found.setdefault(person_id, set()).add(institution_id)
    return found


def person_by_email(email: str) -> Person | None:
    """The person with this address; None when nobody has it."""
    return db.session.scalar(select(Person).where(func.lower(Person.email) == email.strip().lower()))


def sees_person(actor: Actor, person: Person) -> bool:
    """Whether the actor sees somewhere that a person is here; see `seen_people`."""
    return db.session.scalar(seen_people(actor).where(Person.id == person.id)) is not None


def seen_people(actor: Actor) -> Select[int]:
    """The ids of the people of whom the actor sees somewhere that they are here: as one of her own institutions, or as one
    of a laboratory whose inside she sees."""
    if actor.reads_all:
        return select(Person.id)
    day = clock.today()
    own = select(InstitutionMember.person_id).where(
        InstitutionMember.institution_id.in_(own_institutions(actor)), holds_on(InstitutionMember, day)
    )
    of_labs = select(LabMember.person_id).join(JointLab, JointLab.id == LabMember.lab_id)
    of_labs = of_labs.where(inside_labs(actor), holds_on(LabMember, day))
    return select(Person.id).where(or_(Person.id == actor.id, Person.id.in_(own), Person.id.in_(of_labs)))


@dataclass(frozen=True)
class Membership:
    """One membership, with what one is a member of."""

    id: int
    group: Institution | JointLab


@dataclass(frozen=True)
class Partnership:
    """One institution's part in a laboratory; `version` is the laboratory's."""

    lab: JointLab
    institution: Institution
    contribution: str
    version: int


def institution_member(*, actor: Actor, code: str, number: int) -> Membership | None:
    """A membership of an institution by its key."""
    return _member(institution(actor=actor, code=code), number)


def lab_member(*, actor: Actor, code: str, number: int) -> Membership | None:
    """A membership of a laboratory by its key."""
    return _member(lab(actor=actor, code=code), number)


def _member(group: Institution | JointLab | None, number: int) -> Membership | None:
    found = group is not None and any(row.id == number for row in group.members)
    return Membership(number, group) if group is not None and found else None


def lab_partner(*, actor: Actor, code: str, partner: str) -> Partnership | None:
    """The part of one institution in a laboratory."""
    found = lab(actor=actor, code=code)
    rows = [row for row in found.partners if row.institution.code == partner] if found else []
    return next(
        (Partnership(row.lab, row.institution, row.contribution, row.lab.version) for row in rows), None
    )


@dataclass(frozen=True)
class Home:
    """The people of a laboratory who come from one institution; None for those who come from no partner."""

    institution: Institution | None
    members: list[LabMember]


def people_by_home(lab: JointLab, day: date) -> list[Home]:
    """Who belongs to a laboratory on a day, by the partner from which they come, the lead first."""
    there = [
        row for row in lab.members if row.valid_from <= day and (row.valid_to is None or row.valid_to >= day)
    ]
    there.sort(key=lambda row: (list(rules.LAB_ROLES).index(row.role), row.valid_from, row.person_id))
    at = homes({row.person_id for row in there})
    partners = sorted(lab.partners, key=lambda row: (row.role != "lead", row.institution.code))
    found, placed = [], set()
    for partner in partners:
        members = [
            r
            for r in there
            if partner.institution_id in at.get(r.person_id, ()) and r.person_id not in placed
        ]
        placed |= {row.person_id for row in members}
        found.append(Home(partner.institution, members))
    found.append(Home(None, [row for row in there if row.person_id not in placed]))
    return [home for home in found if home.members]


def institutions_called(person_id: int) -> list[str]:
    """Names and codes of the institutions to which a person belongs today: words that a password does not rest on."""
    query = (
        select(Institution.code, Institution.name_hans, Institution.name_hant, Institution.name_en)
        .join(InstitutionMember, InstitutionMember.institution_id == Institution.id)
        .where(InstitutionMember.person_id == person_id, holds_on(InstitutionMember, clock.today()))
    )
    return [word for row in db.session.execute(query) for word in row if word]

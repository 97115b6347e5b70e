"""Who sees which rows: the only door for pages, lists, search, exports and the API.

Visibility is always that of today, for past days too: a past day shows what the reader may see now, as it
stood then. The conditions use aliases of their own, so that they can stand in any statement.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true
from sqlalchemy.orm import aliased

from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import clock, file_levels
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.doors import door, once_a_day
from kangjiansheng.labs import rules
from kangjiansheng.labs.models import (
    Agreement,
    AgreementParty,
    Institution,
    InstitutionMember,
    JointLab,
    LabMember,
    LabPartner,
    Obligation,
)

Condition = ColumnElement[bool]


@door
def own_institutions(actor: Actor) -> Select[int]:
    """The ids of the institutions of which the actor is a member today."""
    if actor.stands_for is not None:
        return select(Institution.id).where(Institution.id == actor.stands_for)
    row = aliased(InstitutionMember)
    return select(row.institution_id).where(row.person_id == actor.id, holds_on(row, clock.today()))


def any_member_of(institution: Institution) -> Actor:
    """Nobody in particular, who sees what every member of an institution sees by being one, and nothing else: no team,
    no laboratory, no committee, and nothing from which one of them is recused."""
    return Actor(0, institution.name_hans, stands_for=institution.id)


def is_contact(actor: Actor, institution_id: int) -> bool:
    """True when the actor is a contact of an institution today."""
    row = aliased(InstitutionMember)
    query = select(row.id).where(
        row.institution_id == institution_id,
        row.person_id == actor.id,
        row.role == "contact",
        holds_on(row, clock.today()),
    )
    return db.session.scalar(query.limit(1)) is not None


@door
def own_labs(actor: Actor, *roles: str) -> Select[int]:
    """The ids of the laboratories to which the actor belongs today, in any role or in one of those named."""
    row = aliased(LabMember)
    query = select(row.lab_id).where(row.person_id == actor.id, holds_on(row, clock.today()))
    return query.where(row.role.in_(roles)) if roles else query


def visible_institutions(actor: Actor) -> Select[Institution]:
    """Institutions: all who are signed in see all of them."""
    return select(Institution)


def visible_agreements(actor: Actor) -> Select[Agreement]:
    """Agreements that the actor may see: open ones, and those whose inside is hers."""
    return select(Agreement).where(or_(Agreement.confidentiality == "open", inside_agreements(actor)))


@once_a_day
def inside_agreements(actor: Actor) -> Condition:
    """The condition under which the actor sees all of an agreement, its history included.

    Executives and auditors always. At level `team` the directors of its laboratories; below that also the
    members of these laboratories and of the institutions that signed or carry it out. A witness is no party.
    """
    if actor.reads_all:
        return true()
    led = _has_lab(own_labs(actor, *rules.DIRECTORS))
    return or_(led, and_(Agreement.confidentiality != "team", _of_parties(actor)))


def _of_parties(actor: Actor) -> Condition:
    row = aliased(AgreementParty)
    party = exists().where(
        row.agreement_id == Agreement.id,
        row.capacity.in_(("signatory", "implementing")),
        row.institution_id.in_(own_institutions(actor)),
    )
    return or_(party, _has_lab(own_labs(actor)))


def _has_lab(labs: Select[int]) -> Condition:
    row = aliased(JointLab)
    return exists().where(row.agreement_id == Agreement.id, row.id.in_(labs))


def visible_labs(actor: Actor) -> Select[JointLab]:
    """Laboratories: their open part (code, names, life, partners) is seen by all who are signed in."""
    return select(JointLab)


@once_a_day
def inside_labs(actor: Actor) -> Condition:
    """The condition under which the actor sees the inside: mission, site, people, agreement, history.

    Executives and auditors always, members of the laboratory always; the members of its partner institutions
    unless its level is `team`; everybody when it is `open`.
    """
    if actor.reads_all:
        return true()
    return or_(
        JointLab.confidentiality == "open",
        JointLab.id.in_(own_labs(actor)),
        and_(JointLab.confidentiality == "parties", _of_partners(actor)),
    )


def _of_partners(actor: Actor) -> Condition:
    row = aliased(LabPartner)
    return exists().where(row.lab_id == JointLab.id, row.institution_id.in_(own_institutions(actor)))


def shared_labs(actor: Actor) -> Select[int]:
    """The ids of the laboratories whose inside would be the actor's if all were open to their partners."""
    return select(JointLab.id).where(or_(JointLab.id.in_(own_labs(actor)), _of_partners(actor)))


@once_a_day
def inside_institutions(actor: Actor) -> Condition:
    """The condition under which the actor sees an institution's people and history: its members."""
    return true() if actor.reads_all else Institution.id.in_(own_institutions(actor))


def visible_obligations(actor: Actor) -> Select[Obligation]:
    """Obligations that the actor may see: open ones, and those whose inside is hers."""
    return select(Obligation).where(or_(Obligation.confidentiality == "open", inside_obligations(actor)))


@once_a_day
def inside_obligations(actor: Actor) -> Condition:
    """The condition under which the actor sees all of an obligation: its person, its evidence, its history.

    Executives and auditors always, members of debtor and creditor always; below level `team` also those who see the
    inside of its agreement.
    """
    if actor.reads_all:
        return true()
    agreed = Obligation.agreement_id.in_(select(Agreement.id).where(inside_agreements(actor)))
    return or_(_of_sides(actor), and_(Obligation.confidentiality != "team", agreed))


def _of_sides(actor: Actor) -> Condition:
    own = own_institutions(actor)
    return or_(Obligation.debtor_id.in_(own), Obligation.creditor_id.in_(own))


@once_a_day
def sees_file(actor: Actor, thing: str) -> Condition:
    """The condition on a file of an agreement or an obligation whose inside the actor sees; `thing` is its table."""
    if thing == Obligation.__tablename__:
        return file_levels.seen(actor, team=select(Obligation.id).where(_of_sides(actor)))
    return file_levels.seen(
        actor, team=select(Agreement.id).where(_has_lab(own_labs(actor, *rules.DIRECTORS)))
    )


def delivered_by(actor: Actor) -> Condition:
    """The condition under which the actor delivers in the name of a debtor to which she does not belong.

    She looks after the obligation, or directs a laboratory that rests on its agreement; she sees its inside, and is
    not of the creditor: nobody delivers to herself.
    """
    led = aliased(JointLab)
    leads = exists().where(
        led.agreement_id == Obligation.agreement_id, led.id.in_(own_labs(actor, *rules.DIRECTORS))
    )
    return and_(
        or_(Obligation.owner_id == actor.id, leads),
        Obligation.creditor_id.not_in(own_institutions(actor)),
        inside_obligations(actor),
    )


_INSIDE: dict[type[Any], Any] = {
    Institution: inside_institutions,
    Agreement: inside_agreements,
    JointLab: inside_labs,
    Obligation: inside_obligations,
}


def sees_inside(actor: Actor, thing: Institution | Agreement | JointLab | Obligation) -> bool:
    """True when the actor sees more of the thing than its open part."""
    if actor.reads_all:
        return True
    kind = type(thing)
    return db.session.scalar(select(kind.id).where(kind.id == thing.id, _INSIDE[kind](actor))) is not None

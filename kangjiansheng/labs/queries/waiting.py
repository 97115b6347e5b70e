"""What waits for somebody among obligations and agreements: what her institution owes, what was delivered to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from kangjiansheng.accounts.models import Account
from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Agreement, AgreementParty, Institution, InstitutionMember, Obligation
from kangjiansheng.labs.queries.obligations import GOVERNMENT, ObligationRow, obligation_rows
from kangjiansheng.labs.queries.visible import delivered_by, own_institutions


@dataclass(frozen=True, slots=True)
class Waits:
    """An obligation that waits for somebody: deliver (or record an answer), accept, settle (it is disputed). `day` is
    the day that counts: until when it is owed, or since when it was delivered."""

    row: ObligationRow
    why: str
    day: date | None
    is_own: bool = True  # False: another party owes it, and the actor may only record it in its name


def told_for(actor: Actor) -> Select[int]:
    """The institutions for which the actor is told: where she is a contact, or a member while nobody is a contact."""
    mine, other = aliased(InstitutionMember), aliased(InstitutionMember)
    today = clock.today()
    contact = exists().where(
        other.institution_id == mine.institution_id, other.role == "contact", holds_on(other, today)
    )
    return select(mine.institution_id).where(
        mine.person_id == actor.id, holds_on(mine, today), or_(mine.role == "contact", ~contact)
    )


def obligations_waiting(*, actor: Actor, speaking: bool = False) -> list[Waits]:
    """What waits for the actor's institutions today, the earliest day first; with `speaking` what she is told of.

    Who looks after an obligation is named in it: then it waits for her, not for all of the debtor.
    """
    mine = told_for(actor) if speaking else own_institutions(actor)
    owner = or_(Obligation.owner_id == actor.id, and_(Obligation.owner_id.is_(None), _owes(mine)))
    debtor = _owes(mine) if speaking else or_(_owes(mine), delivered_by(actor))
    wanted = or_(
        and_(Obligation.life == "open", owner if speaking else debtor),
        and_(Obligation.life == "delivered", Obligation.creditor_id.in_(mine)),
        and_(Obligation.life == "disputed", or_(debtor, Obligation.creditor_id.in_(mine))),
    )
    rows = obligation_rows(actor=actor, only=[wanted, Obligation.archived_at.is_(None)])
    parties = {actor.stands_for} if actor.stands_for else set(db.session.scalars(own_institutions(actor)))
    return [_waits(row, parties) for row in rows if row.direction != "answer" or row.state == "delivered"]


def codes_without_account() -> set[str]:
    """The codes of institutions of which nobody can sign in today: nobody would answer or sign there. With government
    there are dealings alone, and no answer is expected."""
    member = aliased(InstitutionMember)
    hands = exists().where(
        member.institution_id == Institution.id,
        holds_on(member, clock.today()),
        Account.person_id == member.person_id,
        Account.disabled_at.is_(None),
    )
    dealing = Institution.sectors.any(sector=GOVERNMENT)
    return set(db.session.scalars(select(Institution.code).where(~hands, ~dealing)))


def _owes(mine: Select[int]) -> ColumnElement[bool]:
    return Obligation.debtor_id.in_(mine)


def _waits(row: ObligationRow, parties: set[int]) -> Waits:
    if row.state == "delivered":
        return Waits(row, "accept", row.delivered_on)
    is_own = bool(parties & {row.debtor.id, row.creditor.id})
    return Waits(row, "settle" if row.state == "disputed" else "deliver", row.due_on, is_own)


def agreements_to_watch(*, actor: Actor) -> Sequence[Agreement]:
    """The agreements with an end for which the actor is told: of her institutions; of all for executives."""
    party = exists().where(
        AgreementParty.agreement_id == Agreement.id,
        AgreementParty.capacity.in_(("signatory", "implementing")),
        AgreementParty.institution_id.in_(told_for(actor)),
    )
    query = select(Agreement).where(
        Agreement.expires_on >= clock.today(),
        Agreement.archived_at.is_(None),
        *([] if actor.has("executive") else [party, Agreement.confidentiality != "team"]),
    )
    return db.session.scalars(query.order_by(Agreement.expires_on, Agreement.code)).all()

"""What webhooks tell of institutions, agreements, obligations, laboratories, companies and bookings: to those who see the
history of the thing, for it is the history that is told."""

from typing import Any

from sqlalchemy import select

from kangjiansheng.accounts.rules.webhooks import Place, Told
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import (
    Agreement,
    Booking,
    Company,
    Institution,
    JointLab,
    Obligation,
    SharedResource,
)
from kangjiansheng.labs.queries.residents import inside_companies
from kangjiansheng.labs.queries.visible import (
    inside_agreements,
    inside_institutions,
    inside_labs,
    inside_obligations,
)

KEPT = ("create", "edit", "archive", "restore")


def _inside(kind: Any, path: str, inside: Any) -> Any:
    def place(actor: Actor, thing_id: int) -> Place | None:
        query = select(kind.code, kind.illustrative).where(kind.id == thing_id, inside(actor))
        row = db.session.execute(query).first()
        return Place(f"/{path}/{row.code}", row.illustrative) if row else None

    return place


def _booking(actor: Actor, thing_id: int) -> Place | None:
    query = select(SharedResource.code, Booking.number, SharedResource.illustrative)
    row = db.session.execute(query.join(Booking.resource).where(Booking.id == thing_id)).first()
    return Place(f"/resources/{row.code}/bookings/{row.number}", row.illustrative) if row else None


EVENTS = (
    Told(
        "labs:institution", "institution", KEPT,
        _inside(Institution, "institutions", inside_institutions),
    ),
    Told(
        "labs:agreement", "agreement", KEPT,
        _inside(Agreement, "agreements", inside_agreements),
    ),
    Told(
        "labs:obligation", "obligation",
        (*KEPT, "deliver", "accept", "dispute", "waive", "undo"),
        _inside(Obligation, "obligations", inside_obligations),
    ),
    Told(
        "labs:lab", "joint_lab", (*KEPT, "step", "accept", "contribute"),
        _inside(JointLab, "labs", inside_labs),
    ),
    Told(
        "labs:company", "company", (*KEPT, "step"),
        _inside(Company, "residents", inside_companies),
    ),
    Told(
        "labs:booking", "booking", ("create", "move", "cancel", "block"), _booking
    ),
)  # fmt: skip

"""What a person answers for in the park: the companies that she accompanies, the requests that she is named to answer."""

from typing import Any

from sqlalchemy import Select, select

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Company, ServiceRequest
from kangjiansheng.labs.queries.residents import visible_companies
from kangjiansheng.projects.queries.handing import Duty


def _accompanied(person_id: int) -> Select[Company, Company]:
    query = select(Company, Company).where(Company.companion_id == person_id, Company.archived_at.is_(None))
    return query.order_by(Company.id)


def _asked(person_id: int) -> Select[ServiceRequest, Company]:
    return (
        select(ServiceRequest, Company)
        .join(Company, Company.id == ServiceRequest.company_id)
        .where(
            ServiceRequest.provider_id == person_id,
            ServiceRequest.life == "open",
            Company.archived_at.is_(None),
        )
        .order_by(Company.id, ServiceRequest.number)
    )


def duties(person_id: int, actor: Actor) -> list[Duty]:
    """The companion's office of companies, and open requests; the names of companies that the actor sees."""
    seen = Company.id.in_(visible_companies(actor).with_only_columns(Company.id))
    rows = [
        ("companion", company.id, "", company, is_seen)
        for company, _same, is_seen in db.session.execute(_accompanied(person_id).add_columns(seen))
    ]
    rows += [
        ("service", one.id, f"{one.number}", company, is_seen)
        for one, company, is_seen in db.session.execute(_asked(person_id).add_columns(seen))
    ]
    return [
        Duty(
            kind,
            key,
            company.code,
            code,
            {script: getattr(company, f"name_{script}") for script in ("hans", "hant", "en")},
            is_seen,
            company.illustrative,
        )
        for kind, key, code, company, is_seen in rows
    ]


def held(person_id: int) -> tuple[Any, ...]:
    """What is counted of them."""
    return _accompanied(person_id), _asked(person_id)

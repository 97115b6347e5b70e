"""JSON under /api/v1, over the same queries as the pages."""

from typing import Any

from flask import Blueprint, request

from kangjiansheng.core import paging
from kangjiansheng.core.access import actor, on, signed_in
from kangjiansheng.labs import policies, queries
from kangjiansheng.labs.models import Agreement, Institution, JointLab
from kangjiansheng.labs.queries import AgreementFilter, InstitutionFilter, LabFilter

bp = Blueprint("labs_api", __name__, url_prefix="/api/v1")


def _asked(*names: str) -> dict[str, str]:
    return {name: request.args.get(name, "")[:100] for name in names}


def _listed(rows: list[Any], show: Any) -> dict[str, Any]:
    cut = paging.cut(rows, request.args.get("page"))
    return {
        "items": [show(row) for row in cut.items],
        "page": cut.page,
        "pages": cut.pages,
        "total": cut.total,
    }


def _names(thing: Institution | Agreement | JointLab) -> dict[str, Any]:
    return {
        "code": thing.code,
        "name": {"zh-Hans": thing.name_hans, "zh-Hant": thing.name_hant or None, "en": thing.name_en or None},
        "illustrative": thing.illustrative,
        "archived": thing.archived_at is not None,
    }


@bp.get("/institutions")
@signed_in
def institutions() -> dict[str, Any]:
    """The institutions; arguments q, sector, archived, page."""
    wanted = InstitutionFilter(**_asked("q", "sector", "archived"))
    return _listed(queries.institutions(wanted, actor=actor()), _institution)


@bp.get("/institutions/<code>")
@on(load=queries.institution, may=policies.see)
def institution(found: Institution) -> dict[str, Any]:
    """One institution."""
    return _institution(found)


def _institution(row: Institution) -> dict[str, Any]:
    return {
        **_names(row),
        "aliases": sorted(alias.text for alias in row.aliases),
        "sectors": row.sector_codes,
        "regulator": row.regulator,
        "description": row.role_hans or None,
        "source": row.source or None,
    }


@bp.get("/agreements")
@signed_in
def agreements() -> dict[str, Any]:
    """The agreements that the caller may see; arguments q, kind, party, archived, page."""
    wanted = AgreementFilter(**_asked("q", "kind", "party", "archived"))
    return _listed(queries.agreements(wanted, actor=actor()), _agreement)


@bp.get("/agreements/<code>")
@on(load=queries.agreement, may=policies.see)
def agreement(found: Agreement) -> dict[str, Any]:
    """One agreement. What its source does not state is null."""
    return _agreement(found)


def _agreement(row: Agreement) -> dict[str, Any]:
    return {
        **_names(row),
        "kind": row.kind,
        "parent": row.parent.code if row.parent else None,
        "parties": [
            {"institution": party.institution.code, "capacity": party.capacity}
            for party in sorted(row.parties, key=lambda party: (party.capacity, party.institution.code))
        ],
        "signed_on": _day(row.signed_on),
        "year_inferred": row.year_inferred,
        "effective_on": _day(row.effective_on),
        "expires_on": _day(row.expires_on),
        "confidentiality": row.confidentiality,
        "stated": row.stated_lines.splitlines(),
        "not_stated": row.not_stated_lines.splitlines(),
        "source": row.source or None,
    }


@bp.get("/labs")
@signed_in
def labs() -> dict[str, Any]:
    """The open part of the laboratories; arguments q, life, party, archived, page."""
    wanted = LabFilter(**_asked("q", "life", "party", "archived"))
    return _listed(queries.labs(wanted, actor=actor()), _open_lab)


@bp.get("/labs/<code>")
@on(load=queries.lab, may=policies.see)
def lab(found: JointLab) -> dict[str, Any]:
    """One laboratory: its open part, and its inside for those who belong to it."""
    return _open_lab(found) | (_inside_lab(found) if queries.sees_inside(actor(), found) else {})


def _open_lab(row: JointLab) -> dict[str, Any]:
    partners = sorted(row.partners, key=lambda partner: (partner.role, partner.institution.code))
    return {
        **_names(row),
        "life": row.life,
        "partners": [{"institution": p.institution.code, "role": p.role} for p in partners],
    }


def _inside_lab(row: JointLab) -> dict[str, Any]:
    visible = row.agreement and queries.agreement(actor=actor(), code=row.agreement.code)
    return {
        "mission": row.mission or None,
        "site": row.site or None,
        "accepted_on": _day(row.accepted_on),
        "agreement": visible.code if visible else None,
        "people": [
            {
                "person": member.person.code,
                "name": member.person.name_hans,
                "role": member.role,
                "from": _day(member.valid_from),
                "to": _day(member.valid_to),
            }
            for member in row.members
        ],
    }


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None

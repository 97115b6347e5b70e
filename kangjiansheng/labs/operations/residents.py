"""Companies of the park: registered, changed, taken a stage further, put away."""

from datetime import date
from typing import Any

from sqlalchemy import select

from kangjiansheng.core import clock, text
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.numbering import drawn
from kangjiansheng.labs import queries
from kangjiansheng.labs.models import Company, Institution
from kangjiansheng.labs.notices import residents as notices
from kangjiansheng.labs.queries.space import leases_of
from kangjiansheng.labs.rules import residents as rules


def create_company(
    *,
    actor: Actor,
    kind: str,
    stage: str,
    since: date | None,
    code: str = "",
    illustrative: bool = False,
    recording: dict[str, Any] | None = None,
    **fields: Any,
) -> Company:
    """Register a company at the stage at which it stands; its code is drawn, unless one is given. `fields`: see `_write`."""
    rules.check_company(kind, stage, since, fields.get("confidentiality", "parties"), today=clock.today())
    made = Company(
        code=code or drawn("CO", Company.code),
        kind=kind,
        stage=stage,
        stage_since=since,
        illustrative=illustrative,
    )
    _write(made, actor=actor, **fields)
    db.session.add(made)
    db.session.flush()
    done = record("labs:company:create", made, actor=actor, before={}, **recording or {})
    notices.accompanies(made, None, actor=actor, change=done)
    return made


def edit_company(company: Company, *, actor: Actor, version: int | None, kind: str, **fields: Any) -> Company:
    """Change a company; its stage has an act of its own. `fields`: see `_write`."""
    expect(company, version)
    check_open(company)
    level = fields.get("confidentiality", "parties")
    rules.check_company(kind, company.stage, company.stage_since, level, today=clock.today())
    before, companion = company.state(), company.companion_id
    company.kind = kind
    _write(company, actor=actor, **fields)
    db.session.flush()
    if company.state() == before:
        return company
    done = record("labs:company:edit", company, actor=actor, before=before)
    notices.accompanies(company, companion, actor=actor, change=done)
    return company


def give_company(company: Company, companion_id: int, *, actor: Actor) -> None:
    """Another companion for a company, who is told."""
    check_open(company)
    before, companion = company.state(), company.companion_id
    company.companion_id = companion_id
    db.session.flush()
    done = record("labs:company:edit", company, actor=actor, before=before)
    notices.accompanies(company, companion, actor=actor, change=done)


def step_company(
    company: Company,
    stage: str,
    since: date | None,
    *,
    actor: Actor,
    version: int | None,
    recording: dict[str, Any] | None = None,
) -> None:
    """Take a company to the next stage of its life. Refused: leaving one out, leaving while it has space."""
    expect(company, version)
    check_open(company)
    rules.check_company_step(company.kind, company.stage, stage)
    rules.check_since(since, company.stage_since, today=clock.today())
    if stage == "left":
        _check_no_space(company, since or clock.today())
    before = company.state()
    company.stage, company.stage_since = stage, since or clock.today()
    db.session.flush()
    done = record("labs:company:step", company, actor=actor, before=before, **recording or {})
    notices.stepped(company, actor=actor, change=done)


def archive_company(company: Company, *, actor: Actor, version: int | None) -> None:
    """Put a company away: lists leave it out, its page and history stay. Refused while it has space."""
    expect(company, version)
    check_open(company)
    _check_no_space(company, clock.today())
    before = company.state()
    company.archived_at = clock.now()
    record("labs:company:archive", company, actor=actor, before=before)


def restore_company(company: Company, *, actor: Actor) -> None:
    """Take a company out of the archive; nothing happens when it is not there."""
    if company.archived_at is None:
        return
    before = company.state()
    company.archived_at = None
    record("labs:company:restore", company, actor=actor, before=before)


def check_open(company: Company) -> None:
    """Refuse to change what is put away: it must be restored first."""
    if company.archived_at is not None:
        raise RuleBroken("labs:archived", None, code=company.code)


def _check_no_space(company: Company, day: date) -> None:
    held = [lease for lease in leases_of(company) if lease.ends_on is None or lease.ends_on > day]
    if held:
        raise RuleBroken("labs:company-has-space", None, floors=" · ".join(x.floor_code for x in held))


def _write(
    company: Company,
    *,
    actor: Actor,
    name_hans: str,
    name_hant: str = "",
    name_en: str = "",
    about: str = "",
    contact_lines: str = "",
    institution_code: str = "",
    companion_email: str = "",
    confidentiality: str = "parties",
) -> None:
    """Check and set what a form holds. Names need not be unique: two companies may be called alike."""
    company.name_hans, company.name_hant, company.name_en = name_hans, name_hant, name_en
    company.about, company.confidentiality = about, confidentiality
    company.contact_roles = [line for raw in contact_lines.splitlines() if (line := text.line(raw))]
    company.institution = _institution(institution_code)
    company.companion = named_person(companion_email, "companion_email", actor=actor, named=company.companion)


def _institution(code: str) -> Institution | None:
    if not code:
        return None
    found = db.session.scalar(select(Institution).where(Institution.code == code))
    if found is None or found.code == rules.PARK:
        raise RuleBroken("labs:institution-unknown", "institution_code", code=code)
    return found


def named_person(email: str, field: str, *, actor: Actor, named: Any = None) -> Any:
    """The person with an address; None for no address. Refused when the actor sees nobody who has it: whether somebody
    else has, is not said. Whoever is `named` already may stay."""
    if not email:
        return None
    person = queries.person_by_email(email)
    if person is not None and (person is named or queries.sees_person(actor, person)):
        return person
    raise RuleBroken("labs:person-unknown" if actor.reads_all else "labs:person-unseen", field, email=email)

"""Registering and editing agreements. What the source does not state is left open, never filled in."""

from collections.abc import Collection
from datetime import date
from typing import Any

from kangjiansheng.core import clock, text
from kangjiansheng.core.changes import Actor, ChangeSet, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs import notices, queries, rules
from kangjiansheng.labs.models import Agreement, AgreementParty, Clause
from kangjiansheng.labs.operations.archiving import check_free, check_open

_FIELDS = {"signatory": "signatory_codes", "implementing": "implementing_codes", "witness": "witness_codes"}


def extend_agreement(agreement: Agreement, expires_on: date, *, actor: Actor, change: ChangeSet) -> None:
    """Give an agreement a later end, as part of the act that decided it."""
    check_open(agreement)
    before = agreement.state()
    agreement.expires_on = expires_on
    record("labs:agreement:edit", agreement, actor=actor, before=before, change=change)
    notices.changed(agreement, "labs:agreement:edit", actor=actor, change=change)


def create_agreement(
    *,
    actor: Actor,
    code: str,
    change: ChangeSet | None = None,
    recording: dict[str, Any] | None = None,
    **fields: Any,
) -> Agreement:
    """Register an agreement of at least two signatories. `fields`: see `_write`."""
    check_free(Agreement, code)
    agreement = Agreement(code=code, illustrative=fields.pop("illustrative", False))
    _write(agreement, actor=actor, **fields)
    db.session.add(agreement)
    done = record(
        "labs:agreement:create", agreement, actor=actor, before={}, change=change, **recording or {}
    )
    notices.changed(agreement, "labs:agreement:create", actor=actor, change=done)
    return agreement


def edit_agreement(agreement: Agreement, *, actor: Actor, version: int | None, **fields: Any) -> Agreement:
    """Change an agreement; its code stays. `fields`: see `_write`."""
    expect(agreement, version)
    check_open(agreement)
    before = agreement.state()
    _write(agreement, actor=actor, **fields)
    db.session.flush()  # what it names by its key is part of how it stands
    if agreement.state() == before:
        return agreement
    done = record("labs:agreement:edit", agreement, actor=actor, before=before)
    notices.changed(agreement, "labs:agreement:edit", actor=actor, change=done)
    return agreement


def _write(
    agreement: Agreement,
    *,
    actor: Actor,
    name_hans: str,
    kind: str,
    signatory_codes: Collection[str],
    implementing_codes: Collection[str] = (),
    witness_codes: Collection[str] = (),
    parent_code: str = "",
    signed_on: date | None = None,
    year_inferred: bool = False,
    effective_on: date | None = None,
    expires_on: date | None = None,
    renewal_months: int | None = rules.RENEWAL_MONTHS,
    confidentiality: str = "parties",
    stated_lines: str = "",
    not_stated_lines: str = "",
    clause_lines: str = "",
    **names: str,
) -> None:
    """Check and set everything that a form holds; `names` are name_hant, name_en, summary, source.

    `stated_lines`, `not_stated_lines` and `clause_lines` hold one text on each line; the parties are named by code.
    """
    rules.check_one_of(kind, rules.KINDS, "kind")
    rules.check_one_of(confidentiality, rules.LEVELS, "confidentiality")
    rules.check_dates(
        signed_on=signed_on,
        year_inferred=year_inferred,
        effective_on=effective_on,
        expires_on=expires_on,
        today=clock.today(),
    )
    rules.check_renewal(renewal_months)
    rules.check_signatories(signatory_codes)
    wanted = {"signatory": signatory_codes, "implementing": implementing_codes, "witness": witness_codes}
    _set_parties(agreement, wanted)
    agreement.parent = _parent(agreement, parent_code, actor)
    agreement.name_hans, agreement.kind, agreement.confidentiality = name_hans, kind, confidentiality
    agreement.signed_on, agreement.year_inferred = signed_on, year_inferred
    agreement.effective_on, agreement.expires_on = effective_on, expires_on
    agreement.renewal_months = renewal_months or 0
    agreement.stated = _texts(stated_lines, agreement.stated)
    agreement.not_stated = _texts(not_stated_lines, agreement.not_stated)
    _set_clauses(agreement, rules.clauses(clause_lines))
    for key, value in names.items():
        setattr(agreement, key, value)


def _set_clauses(agreement: Agreement, wanted: list[tuple[str, str]]) -> None:
    """Put the clauses in this order. One that keeps its number stays the same clause; one on which an obligation
    rests is not taken out."""
    known = {clause.number: clause for clause in agreement.clauses}
    gone = [clause.id for number, clause in known.items() if number not in dict(wanted)]
    rules.check_unused(queries.resting_on_clauses(gone))
    for position, (number, said) in enumerate(wanted):
        clause = known.get(number) or Clause(number=number)
        clause.text, clause.position = said, position
        if number not in known:
            agreement.clauses.append(clause)
    agreement.clauses[:] = sorted(
        (clause for clause in agreement.clauses if clause.number in dict(wanted)),
        key=lambda one: one.position,
    )


def _set_parties(agreement: Agreement, wanted: dict[str, Collection[str]]) -> None:
    found = queries.institutions_by_code({code for codes in wanted.values() for code in codes})
    kept: list[AgreementParty] = []
    for capacity, codes in wanted.items():
        for code in sorted(set(codes)):
            institution = found.get(code)
            if institution is None:
                raise RuleBroken("labs:institution-unknown", _FIELDS[capacity], code=code)
            if institution.regulator and capacity != "witness":
                raise RuleBroken("labs:regulator-is-no-party", _FIELDS[capacity], code=code)
            old = (
                p for p in agreement.parties if p.institution_id == institution.id and p.capacity == capacity
            )
            kept.append(
                next(old, None)
                or AgreementParty(institution_id=institution.id, institution=institution, capacity=capacity)
            )
    agreement.parties = kept


def _parent(agreement: Agreement, code: str, actor: Actor) -> Agreement | None:
    if not code:
        return None
    parent = queries.agreement(actor=actor, code=code)
    if parent is None:
        raise RuleBroken("labs:agreement-unknown", "parent_code", code=code)
    above: Agreement | None = parent
    while above is not None:
        if above is agreement:
            raise RuleBroken("labs:agreement-in-circle", "parent_code", code=code)
        above = above.parent
    return parent


def _texts(lines: str, old: list[Any] | None) -> list[Any]:
    """The lines as they will be stored; a line that did not change keeps its other scripts."""
    known = {entry["hans"]: entry for entry in old or [] if isinstance(entry, dict)}
    return [known.get(line, line) for raw in lines.splitlines() if (line := text.line(raw))]

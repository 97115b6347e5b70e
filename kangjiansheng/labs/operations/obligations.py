"""Registering and editing obligations: who owes whom what, on which clause, and until when."""

from datetime import date
from typing import Any

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record, state_before
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.numbering import drawn
from kangjiansheng.labs import notices, queries, rules
from kangjiansheng.labs.models import Agreement, Clause, Institution, Obligation
from kangjiansheng.labs.operations.archiving import check_open
from kangjiansheng.labs.rules import obligations as lives

BOUND = ("signatory", "implementing")  # the capacities in which an institution is bound by an agreement


def create_obligation(
    *,
    actor: Actor,
    code: str = "",
    illustrative: bool = False,
    recording: dict[str, Any] | None = None,
    **fields: Any,
) -> Obligation:
    """Register an obligation; its code is drawn, unless one is given. `fields`: see `_write`.

    It is illustrative when its agreement is; `illustrative` is for one that stands alone.
    """
    obligation = Obligation(code=code or drawn("OB", Obligation.code))
    _write(obligation, actor=actor, **fields)
    obligation.illustrative = obligation.agreement.illustrative if obligation.agreement else illustrative
    db.session.add(obligation)
    db.session.flush()
    done = record("labs:obligation:create", obligation, actor=actor, before={}, **recording or {})
    notices.changed(obligation, "labs:obligation:create", actor=actor, change=done)
    return obligation


def edit_obligation(
    obligation: Obligation, *, actor: Actor, version: int | None, **fields: Any
) -> Obligation:
    """Change what is owed; its code stays. `fields`: see `_write`."""
    expect(obligation, version)
    check_open(obligation)
    before = obligation.state()
    _write(obligation, actor=actor, **fields)
    if obligation.agreement and obligation.agreement.illustrative != obligation.illustrative:
        raise RuleBroken("labs:obligation-mixed", "agreement_code", code=obligation.agreement.code)
    db.session.flush()  # what it names by its key is part of how it stands
    if obligation.state() == before:
        return obligation
    done = record("labs:obligation:edit", obligation, actor=actor, before=before)
    notices.changed(obligation, "labs:obligation:edit", actor=actor, change=done)
    return obligation


def step_obligation(
    obligation: Obligation,
    act: str,
    *,
    actor: Actor,
    version: int | None,
    on: date | None = None,
    remark: str = "",
    recording: dict[str, Any] | None = None,
) -> Obligation:
    """Deliver, accept, dispute or waive. `on` is the day of a delivery or an acceptance; the others say why."""
    expect(obligation, version)
    check_open(obligation)
    lives.check_step(
        act,
        obligation.life,
        queries.direction_of(obligation),
        on=on,
        remark=remark,
        delivered_on=obligation.delivered_on,
        today=clock.today(),
    )
    before = obligation.state()
    obligation.life, obligation.remark = lives.STEPS[act][0], remark
    if act == "deliver":
        obligation.delivered_on = on
    elif act == "accept":
        obligation.accepted_on = on
    done = record(f"labs:obligation:{act}", obligation, actor=actor, before=before, **recording or {})
    notices.changed(obligation, f"labs:obligation:{act}", actor=actor, change=done)
    return obligation


def undo_step(obligation: Obligation, *, actor: Actor, version: int | None) -> Obligation:
    """Take the last step back: the obligation stands as before it. Refused when something else came after."""
    expect(obligation, version)
    check_open(obligation)
    if queries.last_step(obligation) is None:
        raise RuleBroken("labs:nothing-to-undo")
    before, then = obligation.state(), state_before(obligation)
    obligation.life, obligation.remark = then["life"], then["remark"]
    for key in ("delivered_on", "accepted_on"):
        setattr(obligation, key, date.fromisoformat(then[key]) if then[key] else None)
    done = record("labs:obligation:undo", obligation, actor=actor, before=before)
    notices.changed(obligation, "labs:obligation:undo", actor=actor, change=done)
    return obligation


def _write(
    obligation: Obligation,
    *,
    actor: Actor,
    name_hans: str,
    debtor_code: str,
    creditor_code: str,
    agreement_code: str = "",
    clause_number: str = "",
    due_on: date | None = None,
    owner_email: str = "",
    confidentiality: str = "parties",
    **texts: str,
) -> None:
    """Check and set everything that a form holds; `texts` are name_hant, name_en, detail."""
    rules.check_one_of(confidentiality, rules.LEVELS, "confidentiality")
    agreement = _agreement(agreement_code, actor)
    bound = [i.code for c in BOUND for i in agreement.institutions(c)] if agreement else None
    lives.check_parties(debtor_code, creditor_code, bound)
    found = queries.institutions_by_code({debtor_code, creditor_code})
    obligation.debtor = _party(found, debtor_code, "debtor_code")
    obligation.creditor = _party(found, creditor_code, "creditor_code")
    obligation.debtor_id, obligation.creditor_id = obligation.debtor.id, obligation.creditor.id
    obligation.agreement, obligation.clause = agreement, _clause(agreement, clause_number)
    obligation.agreement_id = agreement.id if agreement else None
    obligation.clause_id = obligation.clause.id if obligation.clause else None
    _set_owner(obligation, owner_email)
    obligation.name_hans, obligation.due_on = name_hans, due_on
    obligation.confidentiality = confidentiality
    for key, value in texts.items():
        setattr(obligation, key, value)


def _party(found: dict[str, Institution], code: str, field: str) -> Institution:
    if code not in found:
        raise RuleBroken("labs:institution-unknown", field, code=code)
    return found[code]


def _agreement(code: str, actor: Actor) -> Agreement | None:
    if not code:
        return None
    agreement = queries.agreement(actor=actor, code=code)
    if agreement is None:
        raise RuleBroken("labs:agreement-unknown", "agreement_code", code=code)
    return agreement


def _clause(agreement: Agreement | None, number: str) -> Clause | None:
    if not number:
        return None
    found = (clause for clause in agreement.clauses if clause.number == number) if agreement else ()
    clause = next(iter(found), None)
    if clause is None:
        raise RuleBroken("labs:clause-unknown", "clause_number", number=number)
    return clause


def _set_owner(obligation: Obligation, email: str) -> None:
    """Who looks after it: somebody of the debtor; who was named before may stay after leaving it."""
    if not email:
        obligation.owner = obligation.owner_id = None
        return
    person = queries.person_by_email(email)
    if person is None or not _may_look_after(person.id, obligation):
        raise RuleBroken("labs:not-of-debtor", "owner_email")  # whether others are known is not said
    obligation.owner, obligation.owner_id = person, person.id


def _may_look_after(person_id: int, obligation: Obligation) -> bool:
    if person_id == obligation.owner_id:
        return True
    return obligation.debtor_id in queries.homes({person_id}).get(person_id, ())

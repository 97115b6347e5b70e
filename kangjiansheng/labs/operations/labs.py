"""Registering and editing joint laboratories, and the steps of their lives."""

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs import notices, queries, rules
from kangjiansheng.labs.models import Agreement, Institution, JointLab, LabPartner
from kangjiansheng.labs.operations.archiving import check_free, check_open

# What a higher floor begins for a laboratory in the act that registers it: its plan, from a day on or without days.
# app.py fills it.
begun_with: list[Callable[[JointLab, date | None, Actor, ChangeSet], None]] = []
# The code of the gate of its plan by which a laboratory is accepted, if it has one; app.py fills it.
accepted_by: list[Callable[[JointLab], str | None]] = []


def create_lab(
    *,
    actor: Actor,
    code: str,
    start: date | None = None,
    change: ChangeSet | None = None,
    recording: dict[str, Any] | None = None,
    **fields: Any,
) -> JointLab:
    """Register a laboratory; it begins as proposed, and with the plan of its set-up, which is reckoned from `start`.

    `fields`: see `_write`. Refused: a start that has passed, from which milestones would be overdue at once.
    """
    check_free(JointLab, code)
    if start is not None and start < clock.today():
        raise RuleBroken("labs:start-passed", "start")
    lab = JointLab(code=code, life="proposed", illustrative=fields.pop("illustrative", False))
    _write(lab, actor=actor, **fields)
    db.session.add(lab)
    done = record("labs:lab:create", lab, actor=actor, before={}, change=change, **recording or {})
    for begin in begun_with:
        begin(lab, start, actor, done)
    return lab


def edit_lab(
    lab: JointLab,
    *,
    actor: Actor,
    version: int | None,
    recording: dict[str, Any] | None = None,
    **fields: Any,
) -> JointLab:
    """Change a laboratory; its code stays, and its life has an act of its own. `fields`: see `_write`."""
    expect(lab, version)
    check_open(lab)
    before = lab.state()
    _write(lab, actor=actor, **fields)
    db.session.flush()  # what it names by its key is part of how it stands
    if lab.state() == before:
        return lab
    done = record("labs:lab:edit", lab, actor=actor, before=before, **recording or {})
    notices.changed(lab, "labs:lab:edit", actor=actor, change=done)
    return lab


def step_lab(
    lab: JointLab,
    life: str,
    *,
    actor: Actor,
    version: int | None,
    accepted_on: date | None = None,
    recording: dict[str, Any] | None = None,
) -> None:
    """Take a laboratory one step further in its life; `accepted_on` is needed before it operates.

    Where the plan of a laboratory has an acceptance gate, the day comes from the decision there, and is not typed.
    """
    expect(lab, version)
    check_open(lab)
    if accepted_on and accepted_on != lab.accepted_on:
        for code in filter(None, (gate(lab) for gate in accepted_by)):
            raise RuleBroken("labs:accepted-by-gate", "accepted_on", code=code)
    accepted_on = accepted_on or lab.accepted_on
    rules.check_step(lab.life, life, accepted_on=accepted_on)
    if accepted_on and accepted_on > clock.today():
        raise RuleBroken("labs:accepted-in-future", "accepted_on")
    before = lab.state()
    lab.life, lab.accepted_on = life, accepted_on
    done = record("labs:lab:step", lab, actor=actor, before=before, **recording or {})
    notices.changed(lab, "labs:lab:step", actor=actor, change=done)


def accept_lab(lab: JointLab, on: date, *, actor: Actor, change: ChangeSet) -> None:
    """Note the day on which a laboratory was accepted, as part of the act that decided it; the first one counts."""
    if lab.accepted_on is not None:
        return
    before = lab.state()
    lab.accepted_on = on
    record("labs:lab:accept", lab, actor=actor, before=before, change=change)
    notices.changed(lab, "labs:lab:accept", actor=actor, change=change)


def describe_contribution(
    lab: JointLab,
    institution: Institution,
    contribution: str,
    *,
    actor: Actor,
    version: int | None,
    recording: dict[str, Any] | None = None,
) -> None:
    """Say what a partner brings in."""
    expect(lab, version)
    check_open(lab)
    row = next((row for row in lab.partners if row.institution_id == institution.id), None)
    if row is None:
        raise RuleBroken("labs:not-a-partner", None, code=institution.code)
    if row.contribution == contribution:
        return
    before = lab.state()
    row.contribution = contribution
    done = record("labs:lab:contribute", lab, actor=actor, before=before, **recording or {})
    notices.changed(lab, "labs:lab:contribute", actor=actor, change=done)


def ensure_lab(
    code: str,
    *,
    name_hans: str,
    lead: Institution | None,
    actor: Actor,
    illustrative: bool = False,
    change: ChangeSet | None = None,
    recording: dict[str, Any] | None = None,
) -> JointLab:
    """The laboratory under a code, as it is; registered with its name and lead when there is none.

    For imports: an existing laboratory is never changed by a file.
    """
    lab = db.session.scalar(select(JointLab).where(JointLab.code == code))
    if lab is not None:
        return lab
    rules.check_code(code)
    lab = JointLab(code=code, name_hans=name_hans, illustrative=illustrative)
    if lead is not None:
        lab.partners.append(LabPartner(institution_id=lead.id, institution=lead, role="lead"))
    db.session.add(lab)
    record("labs:lab:create", lab, actor=actor, before={}, change=change, **recording or {})
    return lab


def _write(
    lab: JointLab,
    *,
    actor: Actor,
    name_hans: str,
    lead_code: str,
    partner_codes: Collection[str] = (),
    agreement_code: str = "",
    confidentiality: str = "parties",
    **texts: str,
) -> None:
    """Check and set everything that a form holds; `texts` are name_hant, name_en, mission, site."""
    rules.check_one_of(confidentiality, rules.LEVELS, "confidentiality")
    _set_partners(lab, lead_code, partner_codes)
    lab.agreement = _agreement(lab, agreement_code, actor)
    lab.name_hans, lab.confidentiality = name_hans, confidentiality
    for key, value in texts.items():
        setattr(lab, key, value)


def _set_partners(lab: JointLab, lead_code: str, partner_codes: Collection[str]) -> None:
    roles = {code: "partner" for code in partner_codes} | {lead_code: "lead"}
    found = queries.institutions_by_code(roles)
    rows: list[LabPartner] = []
    for code, role in sorted(roles.items()):
        field = "lead_code" if role == "lead" else "partner_codes"
        institution = found.get(code)
        if institution is None:
            raise RuleBroken("labs:institution-unknown", field, code=code)
        if institution.regulator:
            raise RuleBroken("labs:regulator-is-no-party", field, code=code)
        old = next((row for row in lab.partners if row.institution_id == institution.id), None)
        row = old or LabPartner(institution_id=institution.id, institution=institution, contribution="")
        row.role = role
        rows.append(row)
    lab.partners = rows


def _agreement(lab: JointLab, code: str, actor: Actor) -> Agreement | None:
    if not code:
        return None
    if lab.agreement is not None and lab.agreement.code == code:
        return lab.agreement
    agreement = queries.agreement(actor=actor, code=code)
    if agreement is None or agreement.archived_at:
        raise RuleBroken("labs:agreement-unknown", "agreement_code", code=code)
    if agreement.illustrative != lab.illustrative:
        raise RuleBroken("labs:agreement-mixed", "agreement_code", code=code)
    return agreement

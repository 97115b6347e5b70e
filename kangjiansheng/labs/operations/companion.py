"""The companion service: what companies ask for, who was with them, and whom to remind."""

from datetime import date
from typing import Any

from kangjiansheng.core import clock
from kangjiansheng.core.calendar import add_working_days
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.numbering import next_number
from kangjiansheng.labs import queries
from kangjiansheng.labs.models import Company, ParkRule, ServiceContact, ServiceRequest
from kangjiansheng.labs.notices import residents as notices
from kangjiansheng.labs.operations.residents import check_open, named_person
from kangjiansheng.labs.queries.companion import park_rule
from kangjiansheng.labs.queries.companion import request as request_by_number
from kangjiansheng.labs.queries.residents import stage_on
from kangjiansheng.labs.rules import companion as rules


def create_request(
    company: Company,
    *,
    actor: Actor,
    kind: str,
    text: str,
    asked_on: date | None = None,
    answer_days: int | None = rules.ANSWER_DAYS,
    provider_code: str = "",
    provider_email: str = "",
    recording: dict[str, Any] | None = None,
) -> ServiceRequest:
    """Ask for a service. The answer is promised for so many working days later. Those who answer are told."""
    check_open(company)
    asked_on = asked_on or clock.today()
    rules.check_request(kind, text, asked_on, answer_days, today=clock.today())
    made = ServiceRequest(
        company_id=company.id,
        number=next_number(ServiceRequest.number, ServiceRequest.company_id, company),
        asked_by_id=actor.id,
    )
    made.company = company
    _write_request(made, actor, kind, text, asked_on, answer_days, provider_code, provider_email)
    db.session.add(made)
    db.session.flush()
    done = record("labs:service_request:create", made, actor=actor, before={}, **recording or {})
    notices.asked(made, actor=actor, change=done)
    return made


def edit_request(
    request: ServiceRequest,
    *,
    actor: Actor,
    version: int | None,
    kind: str,
    text: str,
    asked_on: date | None = None,
    answer_days: int | None = None,
    provider_code: str = "",
    provider_email: str = "",
) -> ServiceRequest:
    """Change what is asked, the promise, or who answers."""
    expect(request, version)
    check_open(request.company)
    rules.check_open_request(request.life)
    asked_on = asked_on or request.asked_on
    days = request.answer_days if answer_days is None else answer_days
    rules.check_request(kind, text, asked_on, days, today=clock.today())
    before, provider = request.state(), request.provider_id
    _write_request(request, actor, kind, text, asked_on, days, provider_code, provider_email)
    db.session.flush()
    if request.state() != before:
        done = record("labs:service_request:edit", request, actor=actor, before=before)
        if request.provider_id != provider:
            notices.asked(request, actor=actor, change=done)
    return request


def give_request(request: ServiceRequest, provider_id: int, *, actor: Actor) -> None:
    """Another person who answers a request, and is told."""
    check_open(request.company)
    rules.check_open_request(request.life)
    before = request.state()
    request.provider_id = provider_id
    db.session.flush()
    done = record("labs:service_request:edit", request, actor=actor, before=before)
    notices.asked(request, actor=actor, change=done)


def answer_request(
    request: ServiceRequest,
    *,
    actor: Actor,
    version: int | None,
    answer: str,
    outcome: str,
    answered_on: date | None = None,
    recording: dict[str, Any] | None = None,
) -> ServiceRequest:
    """Answer, and say what came of it. Those who asked are told."""
    expect(request, version)
    check_open(request.company)
    today = clock.today()
    answered_on = answered_on or today
    rules.check_answer(request.life, answer, outcome, answered_on, request.asked_on, today=today)
    before = request.state()
    request.answer, request.outcome, request.answered_on = answer, outcome, answered_on
    request.life = "answered"
    done = record("labs:service_request:answer", request, actor=actor, before=before, **recording or {})
    notices.answered(request, actor=actor, change=done)
    return request


def rate_request(
    request: ServiceRequest,
    *,
    actor: Actor,
    version: int | None,
    satisfaction: int | None,
    remark: str = "",
    recording: dict[str, Any] | None = None,
) -> ServiceRequest:
    """How content the company is, 1 to 5. Those who answered are told."""
    expect(request, version)
    check_open(request.company)
    rules.check_rating(request.life, satisfaction)
    before = request.state()
    request.satisfaction, request.remark = satisfaction, remark
    done = record("labs:service_request:rate", request, actor=actor, before=before, **recording or {})
    notices.rated(request, actor=actor, change=done)
    return request


def withdraw_request(request: ServiceRequest, *, actor: Actor, version: int | None) -> None:
    """The company needs it no more, or it was written down by mistake."""
    expect(request, version)
    check_open(request.company)
    rules.check_open_request(request.life)
    before = request.state()
    request.life = "withdrawn"
    record("labs:service_request:withdraw", request, actor=actor, before=before)


def reopen_request(request: ServiceRequest, *, actor: Actor) -> None:
    """Let what was withdrawn or answered wait again. An answer stays in its history."""
    check_open(request.company)
    if request.life == "open":
        return
    before = request.state()
    request.life, request.answered_on, request.outcome, request.answer = "open", None, "", ""
    request.satisfaction, request.remark = None, ""
    record("labs:service_request:reopen", request, actor=actor, before=before)


def _write_request(
    request: ServiceRequest,
    actor: Actor,
    kind: str,
    text: str,
    asked_on: date,
    answer_days: int | None,
    provider_code: str,
    provider_email: str,
) -> None:
    request.kind, request.text, request.asked_on = kind, text, asked_on
    request.stage = stage_on(request.company, asked_on)
    request.answer_days = answer_days or rules.ANSWER_DAYS
    request.promised_on = add_working_days(asked_on, request.answer_days)[0]
    found = queries.institutions_by_code({provider_code}) if provider_code else {}
    if provider_code and provider_code not in found:
        raise RuleBroken("labs:institution-unknown", "provider_code", code=provider_code)
    request.provider_institution = found.get(provider_code)
    request.provider = named_person(provider_email, "provider_email", actor=actor, named=request.provider)


def log_contact(
    company: Company, *, actor: Actor, recording: dict[str, Any] | None = None, **facts: Any
) -> ServiceContact:
    """Write down that somebody was with the company. The silence is over. `facts`: see `_write_contact`."""
    check_open(company)
    made = ServiceContact(
        company_id=company.id,
        number=next_number(ServiceContact.number, ServiceContact.company_id, company),
        person_id=actor.id,
    )
    made.company = company
    _write_contact(made, actor, **facts)
    db.session.add(made)
    db.session.flush()
    record("labs:service_contact:create", made, actor=actor, before={}, **recording or {})
    company.nudged_on = None
    return made


def edit_contact(
    contact: ServiceContact, *, actor: Actor, version: int | None, **facts: Any
) -> ServiceContact:
    """Put right what was written down."""
    expect(contact, version)
    check_open(contact.company)
    before = contact.state()
    _write_contact(contact, actor, **facts)
    db.session.flush()
    if contact.state() != before:
        record("labs:service_contact:edit", contact, actor=actor, before=before)
    return contact


def withdraw_contact(contact: ServiceContact, *, actor: Actor, version: int | None) -> None:
    """Take back what was written down by mistake."""
    expect(contact, version)
    check_open(contact.company)
    if contact.withdrawn_at is None:
        before = contact.state()
        contact.withdrawn_at = clock.now()
        record("labs:service_contact:withdraw", contact, actor=actor, before=before)


def restore_contact(contact: ServiceContact, *, actor: Actor) -> None:
    """Let it count again."""
    check_open(contact.company)
    if contact.withdrawn_at is not None:
        before = contact.state()
        contact.withdrawn_at = None
        record("labs:service_contact:restore", contact, actor=actor, before=before)


def _write_contact(
    contact: ServiceContact,
    actor: Actor,
    *,
    kind: str,
    channel: str,
    happened_on: date | None,
    note: str = "",
    request_number: int | None = None,
) -> None:
    rules.check_contact(kind, channel, happened_on, today=clock.today())
    found = None
    if request_number:
        found = request_by_number(actor=actor, code=contact.company.code, number=request_number)
        if found is None:
            raise RuleBroken("labs:request-unknown", "request_number")
    contact.kind, contact.channel, contact.note = kind, channel, note
    contact.happened_on, contact.request = happened_on or clock.today(), found
    contact.stage = stage_on(contact.company, contact.happened_on)


def set_quiet_days(days: int | None, *, actor: Actor, version: int | None) -> None:
    """After how many days without a contact somebody is reminded."""
    rules.check_quiet_days(days)
    rule = park_rule()
    if rule is None:
        rule = ParkRule(quiet_days=days)
        db.session.add(rule)
        db.session.flush()
        record("labs:park_rule:edit", rule, actor=actor, before={})
        return
    expect(rule, version)
    if rule.quiet_days != days:
        before = rule.state()
        rule.quiet_days = days or rules.QUIET_DAYS
        record("labs:park_rule:edit", rule, actor=actor, before=before)

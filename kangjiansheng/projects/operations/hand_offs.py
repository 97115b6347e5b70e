"""Hand-offs between institutions: promised, agreed, delivered and received, each by the side whose word it is.

Each act leaves a revision and tells the other side. Delivery and receipt are signed with the password, over the
fingerprint of the same text; a receipt is never signed by who has signed the delivery.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.operations import proving
from kangjiansheng.accounts.operations.proving import Given
from kangjiansheng.core import clock, i18n
from kangjiansheng.core.changes import Actor, ChangeSet, Revision, begin, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.numbering import drawn
from kangjiansheng.core.throttle import TooOften
from kangjiansheng.projects.models import (
    HandOff,
    HandOffItem,
    HandOffSignature,
    Milestone,
    Plan,
    Project,
)
from kangjiansheng.projects.models.hand_offs import PLAIN
from kangjiansheng.projects.notices import hand_offs as notices
from kangjiansheng.projects.queries.hand_offs import acts_as, parties_of
from kangjiansheng.projects.rules import hand_offs as rules
from kangjiansheng.projects.rules.hand_offs import Side

_DAYS = ("promised_on", "asked_on", "accepted_on", "delivered_on", "received_on")
_FROZEN = ("project_id", "code")


def create(
    project: Project,
    *,
    actor: Actor,
    items: Sequence[str],
    code: str = "",
    milestone_code: str = "",
    day: date | None = None,
    recording: dict[str, Any] | None = None,
    **facts: Any,
) -> HandOff:
    """Write a hand-off down; its code is drawn, unless one is given. The day is the giver's promise or the receiver's wish, by whose member writes it.

    Those who only lead the project name no day: it is not theirs to promise. `recording` is how it is kept when it
    comes from a file or is older than today.
    """
    _open(project)
    rules.check(facts, [one.id for one in parties_of(project.id)])
    rules.check_items(items)
    made = HandOff(code=code or drawn("HO", HandOff.code), project_id=project.id, **facts)
    made.project = project
    made.milestone = _milestone(project, milestone_code)
    _list(made, items)
    roles = acts_as(made, actor=actor)
    if day is not None and (side := next((one for one in rules.SIDES if one in roles), None)):
        rules.check_day(day, _today(recording))
        _name(made, side, day)
    db.session.add(made)
    db.session.flush()
    change = record("projects:hand-off:create", made, actor=actor, before={}, **recording or {})
    notices.told(made, "create", roles, actor=actor, change=change)
    return made


def edit(
    one: HandOff,
    *,
    actor: Actor,
    version: int | None,
    milestone_code: str = "",
    items: Sequence[str] = (),
    **facts: Any,
) -> HandOff:
    """Change what is written. Once a day is agreed only the milestone that waits for it may change: the rest was agreed
    with it."""
    _start(one, "edit", version)
    before = one.state()
    one.milestone = _milestone(one.project, milestone_code)
    if one.life == "proposed":
        rules.check(facts, [party.id for party in parties_of(one.project_id)])
        rules.check_items(items)
        for key, value in facts.items():
            setattr(one, key, value)
        if [row.text for row in one.items] != list(items):
            _list(one, items)
    db.session.flush()
    if one.state() == before:
        return one
    change = record("projects:hand-off:edit", one, actor=actor, before=before)
    notices.told(one, "edit", acts_as(one, actor=actor), actor=actor, change=change)
    return one


def name_day(
    one: HandOff,
    side: Side,
    day: date | None,
    *,
    actor: Actor,
    version: int | None,
    recording: dict[str, Any] | None = None,
) -> None:
    """The giver promises a day, or the receiver asks for one. The day that the other side named last is agreed."""
    step = "promise" if side == "giver" else "ask"
    _start(one, step, version)
    rules.check_day(day, _today(recording))
    assert day is not None
    if rules.named_by(one) not in (None, side) and day == rules.asked_day(one):
        return agree(one, side, actor=actor, version=version, recording=recording)
    before = one.state()
    _name(one, side, day)
    _keep(one, step, side, before, actor=actor, recording=recording)


def agree(
    one: HandOff, side: Side, *, actor: Actor, version: int | None, recording: dict[str, Any] | None = None
) -> None:
    """Take the day that the other side named last."""
    _start(one, "agree", version)
    day = rules.asked_day(one)
    if day is None or rules.named_by(one) == side:
        raise RuleBroken("projects:hand-off-no-day")
    rules.check_day(day, _today(recording))
    before = one.state()
    one.life, one.promised_on, one.accepted_on, one.asked_on = "agreed", day, day, None
    _keep(one, "agree", side, before, actor=actor, recording=recording)


def deliver(
    one: HandOff,
    *,
    actor: Actor,
    version: int | None,
    ticked: Collection[int],
    given: Given,
    recording: dict[str, Any] | None = None,
) -> HandOffSignature:
    """Everything on the list is handed over: the giver's member signs. Refused while something is
    missing."""
    _start(one, "deliver", version)
    before = one.state()
    _tick(one, "given", ticked)
    for row in one.items:
        row.taken = False
    one.round += 1
    one.life, one.delivered_on, one.reason, one.asked_on = "delivered", _today(recording), "", None
    return _sign(one, "giver", "deliver", before, given, actor=actor, recording=recording)


def receive(
    one: HandOff,
    *,
    actor: Actor,
    version: int | None,
    ticked: Collection[int],
    given: Given,
    recording: dict[str, Any] | None = None,
) -> HandOffSignature:
    """Everything has arrived: the receiver's member signs."""
    _start(one, "receive", version)
    if any(row.round == one.round and row.person_id == actor.id for row in one.signatures):
        raise RuleBroken("projects:hand-off-same-hand")
    before = one.state()
    _tick(one, "taken", ticked)
    one.life, one.received_on = "received", _today(recording)
    return _sign(one, "receiver", "receive", before, given, actor=actor, recording=recording)


def dispute(
    one: HandOff, reason: str, *, actor: Actor, version: int | None, recording: dict[str, Any] | None = None
) -> None:
    """What was delivered is not what was agreed; the giver delivers again."""
    _start(one, "dispute", version)
    _end(one, "dispute", "disputed", reason, actor=actor, recording=recording)


def withdraw(one: HandOff, reason: str, *, actor: Actor, version: int | None) -> None:
    """Nothing will be handed over."""
    _start(one, "withdraw", version)
    _end(one, "withdraw", "withdrawn", reason, actor=actor)


def undo(one: HandOff, *, actor: Actor, version: int | None) -> None:
    """Take back the last step, by whom it was; never one that somebody signed."""
    expect(one, version)
    _open(one.project)
    found = last_step(one)
    if found is None or found[0].actor_id != actor.id:
        raise RuleBroken("projects:hand-off-undo")
    change, kept = found
    before = one.state()
    for key in PLAIN:
        if key not in _FROZEN:
            value = kept[key]
            setattr(one, key, date.fromisoformat(value) if key in _DAYS and value else value)
    one.life = kept["state"]
    if [row[0] for row in kept["items"]] != [row.text for row in one.items]:
        _list(one, [row[0] for row in kept["items"]])
    for row, (_text, given, taken) in zip(one.items, kept["items"], strict=True):
        row.given, row.taken = given, taken
    db.session.flush()
    db.session.expire(one, ["milestone", "giver", "receiver"])
    done = record("projects:hand-off:undo", one, actor=actor, before=before, undoes=change, source="undo")
    notices.told(one, "undo", acts_as(one, actor=actor), actor=actor, change=done)


def last_step(one: HandOff) -> tuple[ChangeSet, dict[str, Any]] | None:
    """The last act, and the state before it, when that can be taken back: it was not the first, and nobody signed it."""
    query = (
        select(Revision, ChangeSet)
        .join(ChangeSet, ChangeSet.id == Revision.change_set_id)
        .where(Revision.thing == one.__tablename__, Revision.thing_id == one.id)
        .order_by(Revision.version.desc())
        .limit(2)
    )
    rows = db.session.execute(query).all()
    if len(rows) < 2:
        return None
    (_last, change), (earlier, _before) = rows
    signed = any(row.change_set_id == change.id for row in one.signatures)
    return None if signed else (change, earlier.state)


def count_failure(code: str, *, actor: Actor) -> TooOften | None:
    """A password at signing was wrong: count it, and leave an entry in the trail."""
    too_often = proving.count(actor.id)
    one = db.session.scalars(select(HandOff).where(HandOff.code == code)).one()
    record("projects:hand-off:fail", one, actor=actor, before={}, after={"person": actor.id})
    return too_often


def _start(one: HandOff, step: str, version: int | None) -> None:
    expect(one, version)
    _open(one.project)
    rules.check_step(one.life, step)


def _open(project: Project) -> None:
    if project.archived_at is not None:
        raise RuleBroken("projects:archived")


def _today(recording: dict[str, Any] | None) -> date:
    at: datetime | None = (recording or {}).get("effective_at")
    return clock.day_of(at) if at else clock.today()


def _name(one: HandOff, side: Side, day: date) -> None:
    """A day is named by one side; what the other side named before it is answered with that."""
    if side == "giver":
        one.promised_on, one.asked_on = day, None
    else:
        one.asked_on = day


def _milestone(project: Project, code: str) -> Milestone | None:
    if not code:
        return None
    query = select(Milestone).join(Plan, Plan.id == Milestone.plan_id)
    found = db.session.scalar(query.where(Plan.project_id == project.id, Milestone.code == code))
    if found is None:
        raise RuleBroken("projects:risk-milestone", "milestone")
    return found


def _list(one: HandOff, items: Sequence[str]) -> None:
    one.items.clear()
    if one.id is not None:
        db.session.flush()  # the places are free before others take them
    one.items.extend(HandOffItem(position=place, text=text) for place, text in enumerate(items, 1))


def _tick(one: HandOff, column: str, ticked: Collection[int]) -> None:
    """`ticked` are positions. All of them belong to it."""
    if {row.position for row in one.items} - set(ticked):
        raise RuleBroken("projects:hand-off-unticked", "ticked")
    for row in one.items:
        setattr(row, column, True)


def _end(
    one: HandOff,
    step: str,
    life: str,
    reason: str,
    *,
    actor: Actor,
    recording: dict[str, Any] | None = None,
) -> None:
    if not reason:
        raise RuleBroken("projects:hand-off-reason", "reason")
    before = one.state()
    one.life, one.reason = life, reason
    roles = acts_as(one, actor=actor)
    side = "receiver" if step == "dispute" else roles[0] if roles else "lead"
    _keep(one, step, side, before, actor=actor, recording=recording)


def _keep(
    one: HandOff,
    step: str,
    side: str,
    before: dict[str, Any],
    *,
    actor: Actor,
    recording: dict[str, Any] | None = None,
    change: ChangeSet | None = None,
) -> None:
    db.session.flush()
    done = record(
        f"projects:hand-off:{step}", one, actor=actor, before=before, change=change, **recording or {}
    )
    notices.told(one, step, (side,), actor=actor, change=done)


def _sign(
    one: HandOff,
    side: Side,
    step: str,
    before: dict[str, Any],
    given: Given,
    *,
    actor: Actor,
    recording: dict[str, Any] | None,
) -> HandOffSignature:
    method = proving.prove(given, actor=actor)
    opening = dict(recording or {})
    at = opening.pop("effective_at", None)
    change = begin(actor=actor, **opening)
    person = db.session.get_one(Person, actor.id)
    name = i18n.name_of(person, "zh-Hans")
    signature = HandOffSignature(
        hand_off_id=one.id,
        round=one.round,
        side=side,
        person_id=person.id,
        institution_id=one.giver_id if side == "giver" else one.receiver_id,
        printed_name=name,
        latin_name=person.name_en if person.name_en not in ("", name) else None,
        text_sha256=rules.fingerprint(one.text()),
        method=method,
        signed_at=at or change.recorded_at,
        change_set_id=change.id,
    )
    db.session.add(signature)
    _keep(one, step, side, before, actor=actor, change=change, recording={"effective_at": at} if at else None)
    db.session.expire(one, ["signatures"])
    return signature

"""How long records are kept, what holds them, and disposing of what is over its period: proposed by one person, decided by
another. What goes are bytes of files, and old messages; names, digests and the trail stay."""

from datetime import datetime
from typing import Any

from sqlalchemy import text, update

from kangjiansheng.accounts.operations import proving
from kangjiansheng.accounts.operations.proving import Given
from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.accounts.queries.rights import holders
from kangjiansheng.core import clock, files, outbox, standing
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db, expect, is_sqlite
from kangjiansheng.core.digests import sha256
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.search import NO_TEXT
from kangjiansheng.overview import notices
from kangjiansheng.overview.models import Disposal, DisposalFile, LegalHold, RetentionPeriod
from kangjiansheng.overview.queries import disposals, old_messages
from kangjiansheng.overview.queries import retention as queries
from kangjiansheng.overview.rules import retention as rules


def set_period(
    kind: str, *, actor: Actor, version: int | None, years: int, source: str, reason: str
) -> RetentionPeriod:
    """Say for how long a kind of record is kept. What a hold keeps stays, however short the period."""
    rules.check_years(years)
    reason = rules.check_reason(reason, "reason")
    _alone()
    period = queries.period(kind)
    if period.version:
        expect(period, version)
    before = period.state() if period.version else {}
    if before and (period.years, period.source) == (years, source):
        return period
    period.years, period.source, period.reason = years, source, reason
    if not period.version:
        period.version = 1
        db.session.add(period)
        db.session.flush()
    record("overview:retention:period", period, actor=actor, before=before)
    return period


def place_hold(scope: str, code: str, reason: str, *, actor: Actor) -> LegalHold:
    """Keep what is of a project, a laboratory, a committee or the whole installation until the hold is lifted."""
    if scope not in rules.SCOPES:
        raise RuleBroken("overview:hold-scope", "scope")
    reason = rules.check_reason(reason, "reason")
    if (scope == rules.ALL) == bool(code):  # a code beside "everything" may mean that one place only
        raise RuleBroken("overview:hold-everything" if code else "overview:hold-which", "place")
    place, code = (queries.place(scope, code) or (None, code)) if code else (None, "")
    if code and place is None:
        raise RuleBroken("overview:hold-place", "place")
    _alone()
    hold = LegalHold(
        scope=scope, place_id=place, place=code, reason=reason,
        placed_by_id=actor.id, placed_at=clock.now(), version=1,
    )  # fmt: skip
    db.session.add(hold)
    db.session.flush()
    record("overview:hold:place", hold, actor=actor, before={}, note=reason)
    for disposal in db.session.scalars(disposals.unemptied().with_for_update()).all():
        _bring_back(disposal, actor=actor)
    return hold


def lift_hold(hold: LegalHold, why: str, *, actor: Actor) -> None:
    """Let the periods count again for what the hold kept."""
    why = rules.check_reason(why, "why")
    _alone()
    db.session.refresh(hold)
    if hold.lifted_at is not None:
        return
    before = hold.state()
    hold.lifted_at, hold.lifted_by_id, hold.lifted_why = clock.now(), actor.id, why
    record("overview:hold:lift", hold, actor=actor, before=before, note=why)


def propose(kind: str, reason: str, *, actor: Actor) -> Disposal:
    """Ask that what is of a kind be disposed of whose period is over and that nothing holds. Files are listed now: what
    somebody else decides on is what was listed."""
    reason = rules.check_reason(reason, "reason")
    _alone()
    if disposals.waiting(kind) is not None:
        raise RuleBroken("overview:disposal-waits")
    years = queries.period(kind).years
    files_ = queries.may_go(kind, years) if rules.KINDS[kind].files else []
    count = len(files_) or queries.tally(kind, years).may_go
    if not count:
        raise RuleBroken("overview:disposal-nothing")
    change = begin(actor=actor, note=reason)
    disposal = Disposal(
        kind=kind, years=years, older_than=rules.older_than(years, clock.today()), reason=reason,
        count=count, size=sum(one.size for one in files_),
        proposed_by_id=actor.id, proposed_at=change.recorded_at, version=1,
    )  # fmt: skip
    db.session.add(disposal)
    db.session.flush()
    _list(disposal, files_, change)
    record("overview:disposal:propose", disposal, actor=actor, before={}, change=change)
    told = [person.id for role in ("security", "admin") for person in holders()[role]]
    facts = {"number": disposal.id, "kind": kind, "count": disposal.count}
    outbox.tell(told, notices.DISPOSAL, facts, address=_page(disposal), besides=actor.id)
    return disposal


def _list(disposal: Disposal, found: list[Any], change: ChangeSet) -> None:
    db.session.add_all(
        DisposalFile(
            disposal_id=disposal.id, file_id=one.id, place=one.place or "", name=one.name, size=one.size,
            sha256=one.sha256, brought_at=one.at, change_set_id=change.id,
        )
        for one in found
    )  # fmt: skip


def _page(disposal: Disposal) -> str:
    return f"/admin/retention/disposals/{disposal.id}"


def approve(disposal: Disposal, given: Given, *, actor: Actor, remark: str = "") -> None:
    """Dispose of what was proposed by somebody else. Refused when anything of it may not go any more."""
    if actor.id == disposal.proposed_by_id:
        raise RuleBroken("overview:disposal-own")
    method = proving.prove(given, actor=actor)
    _alone()
    _check_waits(disposal)
    stay = disposal.count - queries.still_may_go(disposal)
    if stay:
        raise RuleBroken("overview:disposal-held", number=stay)
    before = disposal.state()
    change = begin(actor=actor, note=remark)
    disposal.life, disposal.decided_by_id, disposal.remark = rules.DONE, actor.id, remark
    disposal.decided_at = change.recorded_at
    if rules.KINDS[disposal.kind].files:
        facts = _let_go(disposal, change.recorded_at)
    else:
        facts = {}
        disposal.emptied, disposal.emptied_at = old_messages.remove(disposal.older_than), change.recorded_at
    after = disposal.state() | {"method": method} | facts
    record("overview:disposal:approve", disposal, actor=actor, before=before, after=after, change=change)


def _let_go(disposal: Disposal, at: datetime) -> dict[str, Any]:
    """Let nothing open the files of a decided disposal any more; what the trail keeps of them."""
    db.session.flush()  # the database lets go of a file only under a disposal that was decided
    listed = db.session.execute(
        disposals.files_of(disposal).with_only_columns(DisposalFile.file_id, DisposalFile.sha256)
    )
    digests = {key: digest for key, digest in listed}
    gone = update(FileRef).where(FileRef.id.in_(list(digests)))
    values = {"disposed_at": at, "disposal_id": disposal.id}
    standing.told(FileRef, digests, values)
    db.session.execute(gone.values(**values), execution_options=NO_TEXT | standing.TOLD)
    return {"files": sha256(sorted(digests.values()))}


def refuse(disposal: Disposal, remark: str, *, actor: Actor) -> None:
    """Let nothing go: whoever proposed it takes it back, anybody else says no."""
    remark = rules.check_reason(remark, "remark")
    _check_waits(disposal)
    own = actor.id == disposal.proposed_by_id
    before = disposal.state()
    disposal.life, disposal.decided_by_id = rules.WITHDRAWN if own else rules.REFUSED, actor.id
    disposal.decided_at, disposal.remark = clock.now(), remark
    act = "overview:disposal:withdraw" if own else "overview:disposal:refuse"
    record(act, disposal, actor=actor, before=before, note=remark)
    address = _page(disposal)
    facts = {"number": disposal.id, "kind": disposal.kind, "remark": remark}
    outbox.tell([disposal.proposed_by_id], notices.DISPOSAL_REFUSED, facts, address=address, besides=actor.id)


def _check_waits(disposal: Disposal) -> None:
    db.session.refresh(disposal, with_for_update=True)
    if disposal.life != rules.PROPOSED:
        raise RuleBroken("overview:disposal-over")


def empty() -> None:
    """Take away the bytes of what was disposed of some time ago, but for what a hold keeps now. A crash in between leaves
    them for the next round."""
    _alone()
    due = disposals.unemptied().where(Disposal.decided_at <= clock.now() - rules.GRACE)
    for disposal in db.session.scalars(due.with_for_update()).all():
        _bring_back(disposal, actor=system_actor(), source="job")
        digests = db.session.scalars(disposals.files_of(disposal).with_only_columns(DisposalFile.sha256))
        before = disposal.state()
        disposal.emptied = files.remove(list(digests))
        disposal.emptied_at = clock.now()
        record("overview:disposal:empty", disposal, actor=system_actor(), source="job", before=before)


def _bring_back(disposal: Disposal, *, actor: Actor, source: str = "page") -> None:
    """Let those files of a disposal be opened again which a hold keeps that was placed after its approval, as far as their
    bytes are still there: a round that was broken off has taken some already. Under the lock of holds, so that either
    the hold comes first or the end of the bytes."""
    held = {key: digest for key, digest in queries.held_of(disposal).items() if files.lies_there(digest)}
    if not held:
        return
    facts = {"held": len(held), "files": sha256(sorted(held.values()))}
    act = "overview:disposal:bring-back"
    record(act, disposal, actor=actor, source=source, before={}, after=facts)
    back = update(FileRef).where(FileRef.id.in_(list(held)))
    values = {"disposed_at": None, "disposal_id": None}
    standing.told(FileRef, held, values)
    db.session.execute(back.values(**values), execution_options=NO_TEXT | standing.TOLD)
    told = {"number": disposal.id, "kind": disposal.kind, "count": len(held)}
    people = [one for one in (disposal.proposed_by_id, disposal.decided_by_id) if one]
    outbox.tell(people, notices.DISPOSAL_HELD, told, address=_page(disposal), besides=actor.id)


def _alone() -> None:
    """Until the end of the transaction nobody else sets a period, places a hold or decides on a disposal. SQLite has one
    writer anyway."""
    if not is_sqlite():
        db.session.execute(text("LOCK TABLE legal_hold IN SHARE ROW EXCLUSIVE MODE"))

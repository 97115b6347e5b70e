"""Asks on agendas: what was asked for is tabled with the item that it became, and minuted with what was agreed."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kangjiansheng.committee.models import AgendaItem, Meeting
from kangjiansheng.committee.rules.suggestions import ASK
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, Revision
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.text import in_script
from kangjiansheng.labs.models import Obligation
from kangjiansheng.projects.models import Ask
from kangjiansheng.projects.operations import asks


def table(items: Iterable[AgendaItem], *, actor: Actor, change: ChangeSet) -> None:
    """Say of each ask that became an item that it is tabled now."""
    for ask in _asks(items).values():
        asks.table(ask, actor=actor, change=change)


def agreed(meeting: Meeting, language: str) -> Mapping[int, str]:
    """By item: who was agreed to do what by when, in the words of the minutes. What the parties agreed on another day
    than that of the meeting is theirs, and nothing that the meeting agreed; so is what they keep to their own teams:
    minutes are read by others."""
    found = {
        item_id: ask
        for item_id, ask in _asks(meeting.items).items()
        if ask.obligation is not None and ask.obligation.confidentiality != "team"
    }
    days = _agreed_on(ask.obligation_id for ask in found.values()) if found else {}
    return {
        item_id: _line(ask, language)
        for item_id, ask in found.items()
        if days.get(ask.obligation_id) == meeting.held_on
    }


def _agreed_on(ids: Iterable[int | None]) -> dict[int | None, date]:
    """On which day commitments were registered, by their first revisions."""
    query = select(Revision.thing_id, Revision.recorded_at).where(
        Revision.thing == Obligation.__tablename__, Revision.thing_id.in_(set(ids)), Revision.version == 1
    )
    return {key: clock.day_of(at) for key, at in db.session.execute(query)}


def _asks(items: Iterable[AgendaItem]) -> dict[int, Ask]:
    keys = {item.id: int(item.source.removeprefix(ASK)) for item in items if item.source.startswith(ASK)}
    if not keys:
        return {}
    query = (
        select(Ask)
        .where(Ask.id.in_(keys.values()))
        .options(joinedload(Ask.obligation).joinedload(Obligation.debtor))
    )
    found = {ask.id: ask for ask in db.session.scalars(query)}
    return {item_id: found[key] for item_id, key in keys.items() if key in found}


def _line(ask: Ask, language: str) -> str:
    owed = ask.obligation
    assert owed is not None
    who, what = name_of(owed.debtor, language), name_of(owed, language)
    if language == "en":
        by = f" by {owed.due_on.isoformat()}" if owed.due_on else ""
        return f"Agreed: {who} completes “{what}”{by} ({owed.code})."
    until = f"{owed.due_on.isoformat()} 前" if owed.due_on else ""
    words = in_script(f"议定：{{who}}{until}完成“{{what}}”（{owed.code}）。", language)
    return words.format(who=who, what=what)

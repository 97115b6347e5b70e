"""Asks: raised, changed, answered, agreed with owner and date, declined, closed. Each act leaves a revision."""

from datetime import date
from typing import Any

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.numbering import drawn
from kangjiansheng.labs.models import Institution
from kangjiansheng.labs.operations import archive, obligations
from kangjiansheng.projects import policies
from kangjiansheng.projects.models import Ask
from kangjiansheng.projects.notices import asks as notices
from kangjiansheng.projects.queries import project as project_of
from kangjiansheng.projects.queries.asks import was_tabled
from kangjiansheng.projects.rules import asks as rules


def raise_ask(
    *,
    actor: Actor,
    from_code: str,
    to_code: str = "",
    project_code: str = "",
    code: str = "",
    illustrative: bool = False,
    raised_on: date | None = None,
    **facts: Any,
) -> Ask:
    """Write an ask down; its code is drawn, unless one is given. Refused: of an institution for which the actor may not speak, of itself, without words.

    `raised_on` is for what was asked elsewhere before: from that day on it counts.
    """
    asker = _institution(from_code, "from_code")
    if asker.id not in policies.speaks_for(actor):
        raise RuleBroken("projects:ask-not-yours", "from_code")
    ask = Ask(
        code=code or drawn("ASK", Ask.code),
        raised_by_id=actor.id,
        raised_on=raised_on or clock.today(),
        illustrative=illustrative,
    )
    ask.asker = asker
    _fill(ask, actor, to_code, project_code, facts)
    db.session.add(ask)
    db.session.flush()
    since = clock.end_of(raised_on) if raised_on else None
    change = record("projects:ask:raise", ask, actor=actor, before={}, effective_at=since)
    notices.raised(ask, actor=actor, change=change)
    return ask


def edit_ask(
    ask: Ask, *, actor: Actor, version: int | None, to_code: str = "", project_code: str = "", **facts: Any
) -> Ask:
    """Change the words of an ask that nobody has answered yet. Once it stood on an agenda its words stand there, too."""
    expect(ask, version)
    rules.check_step(ask.life, "answer")
    if was_tabled(ask):
        raise RuleBroken("projects:ask-tabled")
    if ask.answered_on is not None:
        raise RuleBroken("projects:ask-answered")
    before = ask.state()
    _fill(ask, actor, to_code, project_code, facts)
    db.session.flush()
    if ask.state() != before:
        record("projects:ask:edit", ask, actor=actor, before=before)
    return ask


def answer(ask: Ask, words: str, *, actor: Actor, version: int | None) -> None:
    """Answer without agreeing yet: the asker knows that she was heard."""
    before = _begin(ask, "answer", version)
    _answered(ask, words)
    _done(ask, "answer", actor, before)


def agree(
    ask: Ask,
    *,
    actor: Actor,
    version: int | None,
    debtor_code: str,
    name: str,
    due_on: date | None,
    owner_email: str = "",
    words: str = "",
) -> None:
    """Agree on who does what by when: this becomes a commitment of theirs to the one that asked."""
    before = _begin(ask, "agree", version)
    debtor = _institution(debtor_code, "debtor_code")
    if debtor.id not in policies.speaks_for(actor):
        raise RuleBroken("projects:ask-not-yours", "debtor_code")
    if due_on is None or due_on < clock.today():
        raise RuleBroken("projects:ask-due", "due_on")
    ask.obligation = obligations.create_obligation(
        actor=actor,
        name_hans=name or ask.title,
        debtor_code=debtor.code,
        creditor_code=ask.asker.code,
        due_on=due_on,
        owner_email=owner_email,
        illustrative=ask.illustrative,
    )
    ask.life = "agreed"
    _answered(ask, words)
    _done(ask, "agree", actor, before)


def decline(ask: Ask, words: str, *, actor: Actor, version: int | None) -> None:
    """Say no, and why."""
    before = _begin(ask, "decline", version)
    _answered(ask, words)
    ask.life = "declined"
    _done(ask, "decline", actor, before)


def close(ask: Ask, outcome: str, *, actor: Actor, version: int | None) -> None:
    """Close an ask and say what came of it."""
    before = _begin(ask, "close", version)
    if not outcome:
        raise RuleBroken("projects:ask-closing", "words")
    ask.life, ask.closing = "closed", outcome
    _done(ask, "close", actor, before)


def withdraw(ask: Ask, *, actor: Actor, version: int | None) -> None:
    """Take an ask back."""
    before = _begin(ask, "withdraw", version)
    ask.life = "withdrawn"
    _done(ask, "withdraw", actor, before)


def reopen(ask: Ask, *, actor: Actor, version: int | None) -> None:
    """Raise an ask again: it waits for a new answer. What was agreed and is still open is put away with it."""
    before = _begin(ask, "reopen", version)
    owed = ask.obligation
    if owed is not None and owed.life == "open" and owed.archived_at is None:
        archive(owed, actor=actor, version=None)
    ask.life, ask.answer, ask.answered_on, ask.closing = "raised", "", None, ""
    ask.obligation = None
    _done(ask, "reopen", actor, before)


def table(ask: Ask, *, actor: Actor, change: ChangeSet) -> None:
    """An ask that was raised stands on the agenda of a meeting; `change` is that of the agenda."""
    if ask.life != "raised":
        return
    before = ask.state()
    ask.life = "tabled"
    record("projects:ask:table", ask, actor=actor, before=before, change=change)


def _begin(ask: Ask, act: str, version: int | None) -> dict[str, Any]:
    expect(ask, version)
    rules.check_step(ask.life, act)
    return ask.state()


def _done(ask: Ask, act: str, actor: Actor, before: dict[str, Any]) -> None:
    db.session.flush()
    change = record(f"projects:ask:{act}", ask, actor=actor, before=before)
    notices.moved(ask, act, actor=actor, change=change)


def _answered(ask: Ask, words: str) -> None:
    if words:
        ask.answer = words
    elif ask.life != "agreed":
        raise RuleBroken("projects:ask-answer", "words")
    ask.answered_on = ask.answered_on or clock.today()


def _fill(ask: Ask, actor: Actor, to_code: str, project_code: str, facts: dict[str, Any]) -> None:
    ask.asked = _institution(to_code, "to_code") if to_code else None
    ask.project = None
    if project_code:
        ask.project = project_of(actor=actor, code=project_code)
        if ask.project is None or ask.project.archived_at is not None:
            raise RuleBroken("projects:ask-project", "project_code")
        ask.illustrative = ask.illustrative or ask.project.illustrative
    rules.check(facts | {"from_id": ask.asker.id, "to_id": ask.asked.id if ask.asked else None})
    for key, value in facts.items():
        setattr(ask, key, value)


def _institution(code: str, field: str) -> Institution:
    found = db.session.scalar(select(Institution).where(Institution.code == code))
    if found is None or found.archived_at is not None:
        raise RuleBroken("labs:institution-unknown", field, code=code)
    return found

"""Own sets of transition rates: copied from a published one, changed with a reason; and the one used by default."""

from collections.abc import Mapping
from typing import Any

from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.overview.models import OwnRates, UsualRates
from kangjiansheng.overview.queries import rates as queries
from kangjiansheng.overview.rules import rates as rules

Rates = Mapping[str, Mapping[str, Any]]


def create(origin: str, *, actor: Actor, rates: Rates, reason: str, **words: str) -> OwnRates:
    """Make a set of one's own from a published one, or from the published one that an own set came from.

    Refused: an unknown origin, rates that are none, a name that is taken, no reason.
    """
    known = queries.sets().get(origin)
    if known is None:
        raise RuleBroken("overview:rates-unknown")
    made = OwnRates(code=queries.next_code(), origin=known.origin or known.code, retired=False)
    _fill(made, rates, reason, words)
    db.session.add(made)
    db.session.flush()
    record("overview:rates:create", made, actor=actor, before={}, note=reason)
    return made


def edit(
    thing: OwnRates,
    *,
    actor: Actor,
    version: int | None,
    rates: Rates,
    reason: str,
    retired: bool,
    **words: str,
) -> OwnRates:
    """Change an own set. Refused: the same, and putting away the set that is used by default."""
    expect(thing, version)
    if retired and queries.usual() == thing.code:
        raise RuleBroken("overview:rates-in-use", "retired")
    before = thing.state()
    _fill(thing, rates, reason, words)
    thing.retired = retired
    db.session.flush()
    record("overview:rates:edit", thing, actor=actor, before=before, note=reason)
    return thing


def _fill(thing: OwnRates, rates: Rates, reason: str, words: Mapping[str, str]) -> None:
    rules.check(rates)
    if not reason:
        raise RuleBroken("overview:reason-missing", "reason")
    if queries.taken(words["name_hans"], thing.id):
        raise RuleBroken("overview:rates-name", "name_hans", name=words["name_hans"])
    thing.rates = {key: {"p": rates[key]["p"], "n": rates[key]["n"]} for key in rules.TRANSITIONS}
    thing.reason = reason
    for key, text in words.items():
        setattr(thing, key, text)


def use(code: str, *, actor: Actor, version: int, reason: str) -> UsualRates:
    """Say which set is used when nobody chooses. `version` is that of the choice on the form, 0 before the first."""
    wanted = queries.sets().get(code)
    if wanted is None or wanted.retired:
        raise RuleBroken("overview:rates-unknown", "code")
    row = queries.usual_row()
    if row is not None and row.version != version:
        raise Stale(row, version)
    if code == (row.code if row else rules.USUAL):
        raise RuleBroken("overview:rates-same", "code")
    if not reason:
        raise RuleBroken("overview:reason-missing", "reason")
    before = row.state() if row else {}
    if row is None:
        row = UsualRates(id=1, code=code, reason=reason)  # two first choices at once meet at the key
        db.session.add(row)
    row.code, row.reason = code, reason
    db.session.flush()
    record("overview:rates:usual", row, actor=actor, before=before, note=reason)
    return row

"""Saying to which project, milestone or laboratory an obligation matters, and taking it back."""

from typing import Any

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs import queries as labs
from kangjiansheng.labs.models import Obligation
from kangjiansheng.labs.operations.archiving import check_open
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import ObligationLink
from kangjiansheng.projects.queries.obligations import standing
from kangjiansheng.projects.rules.obligations import typed


def link(obligation: Obligation, text: str, *, actor: Actor) -> ObligationLink:
    """Link an obligation with what is typed: a project, a laboratory, or one of their milestones (KJS-003 A140).

    Refused: what the actor does not see or is not there, what is linked already, an illustrative thing with a real one.
    """
    check_open(obligation)
    # Held until the commit: of two who link the same at once the later one finds the link of the earlier.
    db.session.execute(
        select(Obligation.id).where(Obligation.id == obligation.id).with_for_update(key_share=True)
    )
    key, thing_id, illustrative = _find(text, actor)
    if illustrative != obligation.illustrative:
        raise RuleBroken("projects:link-mixed", "target")
    there = select(ObligationLink.id).where(
        ObligationLink.obligation_id == obligation.id,
        getattr(ObligationLink, key) == thing_id,
        standing(None),
    )
    if db.session.scalar(there) is not None:
        raise RuleBroken("projects:link-there", "target")
    made = ObligationLink(obligation_id=obligation.id, made_at=clock.now())
    setattr(made, key, thing_id)
    db.session.add(made)
    record("projects:obligation-link:create", made, actor=actor, before={})
    return made


def _find(text: str, actor: Actor) -> tuple[str, int, bool]:
    """The column, the key and whether it is illustrative, of what is typed."""
    code, milestone_code = typed(text)
    found: Any = None
    for of, load in (("projects", queries.project), ("labs", labs.lab)):
        if found is not None or not code:
            continue
        if milestone_code:
            found = queries.milestone(actor=actor, of=of, code=code, milestone_code=milestone_code)
            key = "milestone_id"
        else:
            found = load(actor=actor, code=code)
            key = "project_id" if of == "projects" else "lab_id"
    if found is None:
        raise RuleBroken("projects:link-unknown", "target", text=text[:60])
    return key, found.id, (found.plan.owner if milestone_code else found).illustrative


def unlink(link: ObligationLink, *, actor: Actor) -> None:
    """Take a link back. The row stays, for the days on which it stood."""
    check_open(link.obligation)
    before = link.state()
    link.removed_at = clock.now()
    record("projects:obligation-link:remove", link, actor=actor, before=before)

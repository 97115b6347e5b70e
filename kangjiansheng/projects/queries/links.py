"""What a link in a reminder opens."""

from dataclasses import dataclass, replace

from sqlalchemy import select

from kangjiansheng.accounts.models import Account, Person
from kangjiansheng.accounts.queries import actor_by_id
from kangjiansheng.accounts.rules import secret_digest
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.projects.models import AnswerLink, Milestone, MilestoneEntry
from kangjiansheng.projects.queries import page
from kangjiansheng.projects.rules import links as rules


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers by a link, and for which milestone."""

    link_id: int
    actor: Actor
    person: Person
    milestone: Milestone


def answering(secret: str) -> Answering | None:
    """What a link opens by the rights of this moment: None when it is no longer good, its owner's account is
    stopped, or she may not see the milestone any longer."""
    link = db.session.scalar(select(AnswerLink).where(AnswerLink.secret_sha256 == secret_digest(secret)))
    if link is None:
        return None
    changed = db.session.scalar(
        select(Account.password_changed_at).where(Account.person_id == link.person_id)
    )
    actor = actor_by_id(link.person_id)
    plan = link.milestone.plan
    good = rules.is_good(link.made_at, link.expires_at, changed, clock.now())
    if actor is None or not good or plan.owner.archived_at is not None:
        return None
    found = page.milestone(actor=actor, of=plan.of, code=plan.owner.code, milestone_code=link.milestone.code)
    return Answering(link.id, replace(actor, source="link"), link.person, found) if found else None


def said_by_link(answering: Answering, entry_id: int) -> MilestoneEntry | None:
    """What this person has said of this milestone by a link."""
    query = (
        select(MilestoneEntry)
        .join(MilestoneEntry.change_set)
        .where(
            MilestoneEntry.id == entry_id,
            MilestoneEntry.milestone_id == answering.milestone.id,
            ChangeSet.actor_id == answering.actor.id,
            ChangeSet.source == "link",
        )
    )
    return db.session.scalar(query)

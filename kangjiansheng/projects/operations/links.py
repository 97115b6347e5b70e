"""Links by which a person answers for her milestones without signing in."""

from collections.abc import Iterable

from kangjiansheng.accounts.rules import new_secret
from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.projects.models import AnswerLink
from kangjiansheng.projects.rules import links as rules


def make_links(person_id: int, milestone_ids: Iterable[int]) -> dict[str, str]:
    """A new link for each milestone: its path by the milestone's id, as text. The secrets are kept nowhere else."""
    now, made = clock.now(), {}
    for milestone_id in sorted(set(milestone_ids)):
        secret, digest = new_secret()
        db.session.add(
            AnswerLink(
                secret_sha256=digest,
                person_id=person_id,
                milestone_id=milestone_id,
                made_at=now,
                expires_at=now + rules.LIFE,
            )
        )
        made[str(milestone_id)] = f"/answer/{secret}"
    db.session.flush()
    return made

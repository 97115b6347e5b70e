"""Links by which members answer their invitations without signing in."""

from collections.abc import Iterable

from kangjiansheng.accounts.rules import new_secret
from kangjiansheng.committee.models import InvitationLink, Meeting
from kangjiansheng.core import clock
from kangjiansheng.core.db import db


def make_links(meeting: Meeting, people: Iterable[int]) -> dict[int, str]:
    """A new link for each person, by the person's id. The secrets are kept nowhere else."""
    made = {}
    for person_id in sorted(people):
        secret, digest = new_secret()
        db.session.add(
            InvitationLink(
                secret_sha256=digest, meeting_id=meeting.id, person_id=person_id, sequence=meeting.invite_sequence,
                made_at=clock.now(),
            )
        )  # fmt: skip
        made[person_id] = f"/invitation/{secret}"
    db.session.flush()
    return made

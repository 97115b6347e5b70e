"""What whoever changes plans holds until the commit, so that of two at once the second sees what the first did."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Obligation
from kangjiansheng.projects.models import Milestone, Plan, Project
from kangjiansheng.projects.operations import obligations
from kangjiansheng.projects.queries import bulk, lists, milestone_lists, schedule
from tests.support.critic import Critic
from tests.support.holding import fails_once, held


def test_what_an_act_holds(actor: Callable[[str], Actor]) -> None:
    who = actor("executive")
    plan = db.session.scalars(select(Plan).join(Project).where(Project.code == "KJS-003")).one()
    with held() as rows:
        schedule.plans(select(Plan.id).where(Plan.id == plan.id), lock=True)
    assert rows == [Milestone.__tablename__]
    with held() as rows:
        bulk.chosen([plan.milestones[0].id], actor=who, lock=True)
    assert len(rows) == 1
    owed = next(row for row in db.session.scalars(select(Obligation)) if row.archived_at is None)
    with held() as rows:
        obligations.link(owed, "KJS-004", actor=who)
    assert Obligation.__tablename__ in rows


@pytest.mark.long
def test_what_was_counted_too_early_is_counted_again_in_a_new_transaction(
    client: Callable[..., Critic], monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = client("lead")
    for address, place, name in (
        ("/projects", lists, "placed"),
        ("/milestones", milestone_lists, "_lines"),
    ):
        seen = fails_once(monkeypatch, place, name, None)
        assert lead.get(address).status_code == 200
        assert len(seen) == 2 and seen[0] is not seen[1], address

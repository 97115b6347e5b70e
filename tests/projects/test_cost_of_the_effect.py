"""What a plan of three hundred milestones costs to preview: a few statements, and little time at the server."""

import itertools
import time

import pytest

from kangjiansheng.core.db import db
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import Milestone, MilestoneLink
from tests.support.queries import queries_counted

MANY = 300


@pytest.mark.long
def test_a_large_plan_is_previewed_in_three_statements_and_under_fifty_milliseconds(actor):
    """The smallest of some tries counts: what the machine does besides is not ours."""
    one = queries.milestone(actor=actor("lead"), code="KJS-003", milestone_code="A140")
    day = one.forecast
    made = [
        Milestone(
            plan_id=one.plan_id,
            code=f"M{n:03d}",
            name_hans="步骤",
            position=100 + n,
            baseline=day,
            current_plan=day,
        )
        for n in range(MANY)
    ]
    db.session.add_all(made)
    db.session.flush()
    chain = [one, *made]
    db.session.add_all(
        MilestoneLink(milestone_id=after.id, predecessor_id=before.id, lag=0, unit="day")
        for before, after in itertools.pairwise(chain)
    )
    db.session.commit()
    spent = []
    for _ in range(5):
        db.session.expire_all()
        one = queries.milestone(actor=actor("lead"), code="KJS-003", milestone_code="A140")
        with queries_counted() as seen:
            begin = time.thread_time()
            found = queries.effects(one, day.replace(year=day.year + 1))
            spent.append(time.thread_time() - begin)
        assert len(found) >= MANY
        assert len(seen) <= 3  # milestones, network, holidays
    assert min(spent) < 0.05, [round(1000 * s) for s in spent]
    print([round(1000 * s, 1) for s in spent])

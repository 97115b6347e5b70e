"""What the dashboard and the list of projects cost when the product is full: `pytest -m soak tests/bench/test_full_size.py -s`.

CPU of this process and, on PostgreSQL, of the server's process that answers it: other work on the machine does not
count. With `--engine=postgresql` on the other engine.
"""

import statistics
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects.models import Milestone, Plan, Project
from kangjiansheng.projects.operations import milestones as operations
from tests.bench.__main__ import client
from tests.support import full
from tests.support.queries import queries_counted

pytestmark = pytest.mark.soak

TODAY, PAST = 0.150, 0.300  # seconds
PAGES = {
    "/overview": TODAY,
    "/overview?horizon=365": TODAY,
    "/overview?compare=2026-01-31": TODAY,
    "/overview?as_of=2026-06-30": PAST,
    "/overview?as_of=2025-03-14": PAST,
    "/projects": TODAY,
    "/projects?sort=slip": TODAY,
    "/projects?as_of=2026-06-30": PAST,
}


def spent(app):  # type: ignore[no-untyped-def]
    """Seconds of CPU up to now, with those of the database's server."""
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        return time.process_time()
    with app.app_context():
        pids = db.session.scalars(text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()"))
        server = sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in pids)
    return time.process_time() + server / 1e9


def cost(app, reader, path):  # type: ignore[no-untyped-def]
    """Seconds of CPU for one answer."""
    before = spent(app)
    assert reader.get(path).status_code == 200
    return spent(app) - before


def write(app):  # type: ignore[no-untyped-def]
    """Somebody moves a date of a project that was not put away."""
    opened = select(Milestone).where(
        Milestone.id > full.BASE, Milestone.state == "open", Milestone.kind == "milestone"
    )
    opened = opened.join(Milestone.plan).join(Plan.project).where(Project.archived_at.is_(None))
    with app.app_context(), writing():
        thing = db.session.scalars(opened.order_by(Milestone.id).limit(1)).one()
        day = clock.today() + timedelta(days=400 + thing.version)
        operations.will_slip(thing, day, "SUPPLY", actor=system_actor(), version=None)


def test_the_dashboard_of_a_full_product(app):
    with app.app_context():
        full.fill(full.Size())
    slow = {}
    for who in ("executive", "partner"):
        reader = client(app, who)
        print(f"\n{who}: the first answer of a process {cost(app, reader, '/overview') * 1000:.0f} ms")
        for path, limit in PAGES.items():
            reader.get(path)
            with queries_counted() as seen:
                answer = reader.get(path)
            times = [cost(app, reader, path) for _ in range(9)]
            after_a_write = []
            for _ in range(3):
                write(app)
                after_a_write.append(cost(app, reader, path))
            median, later = statistics.median(times), statistics.median(after_a_write)
            print(
                f"{path:<32}{median * 1000:>8.0f} ms{later * 1000:>8.0f} ms after a write"
                f"{len(seen):>4} statements{len(answer.data) // 1000:>6} kB"
            )
            if max(median, later) > limit:
                slow[who, path] = (round(median * 1000), round(later * 1000))
    memory = int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0]) // 1000
    print(f"{memory} MB in this process, of which the tests' own")
    assert slow == {}

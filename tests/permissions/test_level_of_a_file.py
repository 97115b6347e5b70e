"""A single file may be narrower than its thing: who may not see it does not learn that it is there."""

import io
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import AgendaItem, Meeting
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Notification
from kangjiansheng.projects.models import Project
from tests.support.acting import who
from tests.support.critic import Critic
from tests.support.masking import masked
from tests.support.papers import PDF

NAME = "zqxnarrow"
# Where it is brought, the file, the page that lists it; who brings it, who sees it at `team`, who sees the thing alone.
PLACES = (
    ("/agreements/AGR-902/documents", "{}/1", "/agreements/AGR-902", "executive", "lead2", "partner"),
    ("/obligations/OB-0003/documents", "{}/1", "/obligations/OB-0003", "executive", "member", "lead"),
    ("{milestone}/evidence", "{}/1/files/1", "{milestone}", "lead2", "lead2", "partner"),
    (
        "/meetings/SAC-2026-06/items/{item}/papers",
        "/meetings/SAC-2026-06/papers/1",
        "/meetings/SAC-2026-06/items/{item}/papers",
        "secretary",
        "chair",
        "partner",
    ),
    ("/actions/A-2026-05-01/evidence", "{}/1", "/actions?show=all", "secretary", "chair", "partner"),
)


def filled(app: Flask) -> dict[str, object]:
    """What the addresses name: a milestone of KJS-014 and the item of KJS-020."""
    with app.app_context():
        plan = db.session.scalars(select(Project).where(Project.code == "KJS-014")).one().plan
        code = next(m.code for m in plan.milestones if m.state == "open")
        item = (
            select(AgendaItem.id)
            .join(AgendaItem.meeting)
            .join(AgendaItem.project)
            .where(Meeting.code == "SAC-2026-06", Project.code == "KJS-020")
        )
        return {
            "milestone": f"/projects/KJS-014/milestones/{code}",
            "item": db.session.scalars(item).one(),
        }


def test_a_file_narrower_than_its_thing(client: Callable[..., Critic], app: Flask) -> None:
    names = filled(app)
    for number, (place, one, page, brings, inside, outside) in enumerate(PLACES):
        place, page = place.format(**names), page.format(**names)
        name, one = f"{NAME}{number}", one.format(place)
        sent = {"files": (io.BytesIO(PDF), f"{name}.pdf"), "title": name, "kind": "other", "level": "team"}
        keeper, insider, outsider = client(brings), client(inside), client(outside)
        bare = masked(outsider.get(page))
        wrong = keeper.post(place, data=sent | {"level": "open"})
        assert wrong.status_code == 422, f"{place}: never wider than the thing"
        sent["files"] = (io.BytesIO(PDF), f"{name}.pdf")
        assert keeper.post(place, data=sent).status_code == 303, place
        found = insider.get(page).text
        assert name in found and insider.get(one).data == PDF, place
        assert masked(outsider.get(page)) == bare, f"{page}: not one byte differs"
        assert outsider.get(one).status_code == 404, one
        assert name not in outsider.get(f"/search?q={NAME}").text
        level = f"{one.removesuffix('/files/1')}/level"
        assert outsider.post(level, data={"level": ""}).status_code in (403, 404), level
        stale = keeper.post(level, data={"level": "", "was": ""})
        assert stale.status_code == 422 and name not in outsider.get(page).text
        assert keeper.post(level, data={"level": "", "was": "team"}).status_code == 303
        assert name in outsider.get(page).text and outsider.get(one).data == PDF, place
        assert keeper.post(level, data={"level": "team", "was": ""}).status_code == 303
        assert name not in outsider.get(page).text
        for door in (
            "/",
            "/notices",
            "/projects/KJS-014/history",
            f"{page.partition('?')[0]}?as_of=2026-11-23&history=all",
        ):
            assert name not in outsider.get(door).text
    with app.app_context():
        levels = [act for act in db.session.scalars(select(AuditEntry.act)) if act.endswith("level")]
        assert len(levels) == 2 * len(PLACES), "each change stands in the trail"
        told = select(Notification).where(Notification.person_id == who("partner").id)
        assert not [row for row in db.session.scalars(told) if "AGR-902" in row.address]

"""创新成果孵化转化: each result has a destination, from result to project to company; those without one are listed."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, Revision
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Notification
from kangjiansheng.labs.models import Institution
from kangjiansheng.projects.models import Project, Result
from kangjiansheng.projects.operations.results import create_result
from kangjiansheng.projects.queries.results import results
from tests.support.acting import who
from tests.support.critic import Critic
from tests.support.queries import queries_counted


@pytest.mark.long
def test_from_a_result_to_a_project_and_a_company(app: Flask, client: Callable[..., Critic]) -> None:
    partner = client("partner")
    with app.app_context():
        own, other = (
            db.session.scalars(select(Institution.id).where(Institution.code == code)).one()
            for code in ("SCMC", "RJ")
        )
        ids = {row.code: row.id for row in db.session.scalars(select(Project))}
    page = partner.get("/results").get_data(as_text=True)
    assert "1 项还没有去向" in page and "RS-0003" in page and "RS-0002" in page  # of KJS-010, which she sees
    assert "RS-0001" not in page  # of KJS-018, which she does not
    assert partner.get("/results/RS-0001").status_code == 404
    assert client("outsider").get("/results/RS-0003").status_code == 404
    assert client("outsider").get("/results/new").status_code == 403

    facts = {
        "kind": "know_how", "name_hans": "输注前处理方案", "institution_id": own, "disclosed_on": "2026-11-02",
        "project_id": "0", "confidentiality": "parties",
    }  # fmt: skip
    assert partner.post("/results/new", data=facts | {"disclosed_on": "2099-01-01"}).status_code == 422
    assert partner.post("/results/new", data=facts | {"institution_id": other}).status_code == 422
    assert partner.post("/results/new", data=facts | {"project_id": ids["KJS-018"]}).status_code == 422
    address = partner.post("/results/new", data=facts).headers["Location"]
    found = partner.get("/results?placed=no").get_data(as_text=True)
    assert "输注前处理方案" in found and "RS-0002" not in found
    placed = facts | {"project_id": ids["KJS-014"], "version": "1"}
    assert partner.post(f"{address}/edit", data=placed | {"version": "9"}).status_code == 409
    assert partner.post(f"{address}/edit", data=placed).status_code == 303
    shown = partner.get(address).get_data(as_text=True)
    assert "KJS-014" in shown and "承接项目" in shown
    assert client("lead2").get(address).status_code == 200  # she leads the project
    with app.app_context():
        told = select(Notification).where(Notification.template == "projects:result-placed")
        assert [row.person_id for row in db.session.scalars(told)] == [who("lead2").id]
    assert partner.post(f"{address}/archive").status_code == 303
    assert "输注前处理方案" not in partner.get("/results").get_data(as_text=True)
    assert partner.post(f"{address}/restore").status_code == 303
    assert "输注前处理方案" in partner.get("/results.csv").get_data(as_text=True)
    assert address in partner.get("/search?q=输注前处理").get_data(as_text=True)


def test_the_executive_sees_every_way_and_a_past_day_its_own(
    app: Flask, client: Callable[..., Critic]
) -> None:
    executive = client("executive")
    page = executive.get("/results/RS-0001").get_data(as_text=True)
    assert "KJS-018" in page and "/residents/" in page
    assert executive.get("/results/RS-0003?as_of=2026-09-01").status_code == 404
    with app.app_context():
        actor, day = who("executive"), clock.today()
        assert (
            db.session.scalar(select(Revision.id).where(Revision.thing == Result.__tablename__)) is not None
        )
        for as_of in (None, day.replace(month=10)):
            with queries_counted() as count:
                assert len(results(actor=actor, as_of=as_of)) == 3
            assert len(count) <= 6


def test_what_the_form_does_not_offer_is_refused_below_it(
    in_app: Flask, actor: Callable[[str], Actor]
) -> None:
    """A program or a form that was opened before sends what is not on the list any more."""
    own, other = (
        db.session.scalars(select(Institution.id).where(Institution.code == code)).one()
        for code in ("SCMC", "RJ")
    )
    hidden = db.session.scalars(select(Project.id).where(Project.code == "KJS-018")).one()
    facts: dict[str, Any] = {
        "kind": "know_how", "name_hans": "方案", "institution_id": own, "disclosed_on": clock.today(),
        "confidentiality": "parties",
    }  # fmt: skip
    for wrong, code in (
        ({"kind": "song"}, "result-word"),
        ({"name_hans": ""}, "result-name"),
        ({"institution_id": other}, "result-party"),
        ({"project_id": hidden}, "result-project"),
        ({"company_ids": [999]}, "result-company"),
    ):
        with pytest.raises(RuleBroken, match=code):
            create_result(actor=actor("partner"), **facts | wrong)

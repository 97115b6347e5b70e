"""Two write the same at once: each gets a number of its own, and what can be there once is there once."""

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.labs import queries
from kangjiansheng.labs.models import Company, JointLab, LabPaper, Lease, ServiceRequest
from kangjiansheng.labs.operations import companion, papers, residents, reviews, space
from kangjiansheng.labs.queries.residents import company
from kangjiansheng.projects.models import ObligationLink
from kangjiansheng.projects.operations import obligations
from tests.support.acting import who
from tests.support.at_once import both


@pytest.mark.long
def test_of_two_at_once_each_has_a_number_or_the_second_hears_of_the_first(app: Flask) -> None:
    """Companies, requests, leases and papers get the next number each; a link and a review of a year are there once."""

    def of(code: str) -> Company:
        found = company(actor=who("executive"), code=code)
        assert found is not None
        return found

    def lab() -> JointLab:
        return db.session.scalars(select(JointLab).where(JointLab.code == "JL-01")).one()

    def resident() -> None:
        residents.create_company(
            actor=who("executive"), kind="partner", stage="lead", since=clock.today(), name_hans="同时"
        )

    def request() -> None:
        companion.create_request(of("CO-001"), actor=who("executive"), kind="talent", text="同时")

    def lease() -> None:
        space.create_lease(
            of("CO-001"), actor=who("executive"), floor_code="A-01", area_m2=1, starts_on=clock.today()
        )

    def paper() -> None:
        facts = {"holder_id": None, "valid_from": None, "valid_to": clock.today(), "note": ""}
        papers.create_paper(lab(), actor=who("executive"), kind="permit", label="同时", **facts)

    def link() -> None:
        owed = queries.obligation(actor=who("executive"), code="OB-0004")
        assert owed is not None
        obligations.link(owed, "JL-01", actor=who("executive"))

    def review() -> None:
        reviews.record_review(
            lab(), actor=who("executive"), version=1, year=2026, outcome="conditions", reason="同时"
        )

    for act, kind in ((resident, Company), (request, ServiceRequest), (lease, Lease), (paper, LabPaper)):
        with app.app_context():
            before = len(db.session.scalars(select(kind.id)).all())
        assert both(app, act) == ["", ""], act
        with app.app_context():
            assert len(db.session.scalars(select(kind.id)).all()) == before + 2
    assert both(app, link) == ["", "projects:link-there"]
    assert both(app, review) == ["", "stale"]
    with app.app_context():
        standing = select(ObligationLink.id).where(
            ObligationLink.lab_id.is_not(None), ObligationLink.removed_at.is_(None)
        )
        assert len(db.session.scalars(standing).all()) == 1

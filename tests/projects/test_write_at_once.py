"""Two write at the same project at once: the second one simply gets the next number."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import Evidence, ImportBatch, Project, Risk, Validity
from kangjiansheng.projects.operations import baselines, evidence, risks, sheets, validity
from tests.support.acting import who
from tests.support.at_once import both
from tests.support.papers import PDF


@pytest.mark.long
def test_of_two_at_once_each_has_the_next_number(app: Flask) -> None:
    """Risks, papers and evidence; of two who freeze the same plan, the second one hears that nothing has moved since."""

    def project() -> Project:
        found = queries.project(actor=who("executive"), code="KJS-003")
        assert found is not None
        return found

    def risk() -> None:
        facts: dict[str, Any] = {
            "kind": "risk", "title": "同时", "description": "", "owner_id": None, "likelihood": 2, "impact": 2,
            "response": "reduce", "life": "open", "measure": "", "review_on": clock.today(),
        }  # fmt: skip
        risks.create_risk(project(), actor=who("executive"), **facts)

    def paper() -> None:
        facts = {
            "kind": "ethics",
            "label": "同时",
            "valid_from": None,
            "valid_to": clock.today(),
            "note": "",
        }
        validity.create_validity(project(), actor=who("executive"), **facts)

    def piece() -> None:
        found = queries.milestone(actor=who("executive"), code="KJS-003", milestone_code="A140")
        assert found is not None
        evidence.add(found, [("a.pdf", PDF)], actor=who("executive"))

    def freeze() -> None:
        plan = project().plan
        assert plan is not None
        baselines.set_baseline(
            plan, "同时", reason="同时", authority="委员会", actor=who("executive"), version=None
        )

    for act, kind in ((risk, Risk), (paper, Validity), (piece, Evidence)):
        with app.app_context():
            before = len(db.session.scalars(select(kind.id)).all())
        assert both(app, act) == ["", ""], act
        with app.app_context():
            assert len(db.session.scalars(select(kind.id)).all()) == before + 2
    assert both(app, freeze) == ["", "projects:baseline-same"]


def test_whoever_sends_a_sheet_twice_at_once_has_sent_it_once(app: Flask) -> None:
    """A double click reaches two processes: the second one finds what the first one keeps."""
    codes = []

    def send() -> None:
        codes.append(sheets.receive("a.csv", b"project,milestone\n", actor=who("lead")).code)

    assert both(app, send) == ["", ""]
    with app.app_context():
        kept = db.session.scalars(select(ImportBatch.code).where(ImportBatch.name == "a.csv")).all()
    assert len(kept) == 1 and codes == [*kept, *kept]

"""Codes of what lies within nothing that all its readers see are drawn: they tell nothing, are read aloud, and are there
once."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kangjiansheng.core import clock, numbering, transactions
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Company, Institution, Obligation
from kangjiansheng.labs.operations import obligations, residents
from kangjiansheng.labs.queries.residents import companies
from kangjiansheng.projects.models import Ask, HandOff, ImportBatch, Project, Result
from kangjiansheng.projects.operations import asks, hand_offs, results, sheets
from tests.permissions.test_non_interference import others_write
from tests.support.acting import who

Drawing = Callable[[str], None]


@pytest.fixture
def draws(monkeypatch: pytest.MonkeyPatch) -> Drawing:
    """What is drawn next, letter by letter."""

    def give(letters: str) -> None:
        left = iter(letters)
        monkeypatch.setattr(numbering, "_letter", lambda: next(left))

    return give


def result() -> Result:
    """A result of a party."""
    party = db.session.scalars(select(Institution.id).where(Institution.code == "SCMC")).one()
    facts: dict[str, Any] = {
        "kind": "data", "name_hans": "新", "name_hant": "", "name_en": "", "detail": "", "confidentiality": "parties",
        "institution_id": party, "disclosed_on": clock.today(),
    }  # fmt: skip
    return results.create_result(actor=who("executive"), **facts)


def hand_off() -> HandOff:
    """A hand-off between two parties."""
    project = db.session.scalars(select(Project).where(Project.code == "KJS-010")).one()
    ids = {one.code: one.id for one in db.session.scalars(select(Institution))}
    return hand_offs.create(
        project, actor=who("executive"), items=["一"], kind="cells", name_hans="新", name_hant="", name_en="",
        detail="", giver_id=ids["SCMC"], receiver_id=ids["CSCG"],
    )  # fmt: skip


def ask() -> Ask:
    """An ask of a party."""
    return asks.raise_ask(
        actor=who("executive"), from_code="RJ", to_code="SPH", chain="talent", title="新", detail=""
    )


def owed() -> Obligation:
    """An obligation."""
    return obligations.create_obligation(
        actor=who("executive"), name_hans="新", debtor_code="RJ", creditor_code="SPH", due_on=clock.today()
    )


def company() -> Company:
    """A company of the park."""
    return residents.create_company(
        actor=who("executive"), kind="partner", stage="lead", since=clock.today(), name_hans="新"
    )


def sheet() -> ImportBatch:
    """A sheet that came in."""
    return sheets.receive("a.csv", secrets.token_bytes(9), actor=who("lead"))


KINDS = {"RS": result, "HO": hand_off, "ASK": ask, "OB": owed, "CO": company, "IMP": sheet}


@pytest.mark.parametrize("start", KINDS)
def test_a_code_is_the_same_however_much_others_write(start: str, app: Flask, draws: Drawing) -> None:
    """All that stands in it was drawn."""
    codes = []
    for _time in range(2):
        with app.app_context(), transactions.writing():
            draws("7KQ3M")
            made = KINDS[start]()
            codes.append(made.code)
            made.code = f"{start}-{len(codes):04d}X"  # the place is free again
        if len(codes) == 1:
            draws("".join(f"{number:05d}" for number in range(1000)))
            others_write(app)
    assert codes == [f"{start}-7KQ3M"] * 2


def test_a_code_that_is_taken_is_drawn_again(app: Flask, draws: Drawing) -> None:
    with app.app_context(), transactions.writing():
        draws("7KQ3M" + "7KQ3M" + "7KQ3M" + "34679")
        assert [result().code, result().code] == ["RS-7KQ3M", "RS-34679"]
    with app.app_context(), pytest.raises(IntegrityError), transactions.writing():
        found = db.session.scalars(select(Result).where(Result.code == "RS-34679")).one()
        found.code = "RS-7KQ3M"


def test_a_code_is_read_aloud_without_a_doubt(in_app: Flask) -> None:
    """No two letters that look alike, no vowel that makes a word, none that a spreadsheet takes for a number."""
    codes = {numbering.drawn("RS", Result.code) for _time in range(200)}
    assert len(codes) > 195, "drawn, not counted"
    for code in codes:
        start, _dash, rest = code.partition("-")
        assert (start, len(rest)) == ("RS", 5) and set(rest) <= set(numbering.LETTERS)
    for alike in ("0O", "1IL", "2Z", "5S", "8B", "UV", "AEIOU"):
        assert not set(alike) & set(numbering.LETTERS), alike


def test_a_list_goes_by_what_it_is_about_and_not_by_what_was_drawn(app: Flask, draws: Drawing) -> None:
    with app.app_context(), transactions.writing():
        draws("YYYYY" + "33333")
        made = [company().code, company().code]
    with app.app_context():
        listed = [row.code for row in companies(actor=who("executive"))]
    assert made == ["CO-YYYYY", "CO-33333"] and listed[-2:] == made

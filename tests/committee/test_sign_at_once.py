"""Two signatures in the same instant, or a signature and what takes its text away: one comes first, the other knows."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from kangjiansheng.accounts import queries as accounts
from kangjiansheng.committee.models import DraftVersion, Meeting, Minutes, Signature
from kangjiansheng.committee.operations import reviews, signatures
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from tests.support.app import PASSWORD, address
from tests.support.at_once import both

CODE = "SAC-2026-05"


def who(short: str) -> Actor:
    found = accounts.actor_by_email(address(short))
    assert found is not None
    return found


def minutes() -> Minutes:
    found = db.session.scalars(select(Meeting).where(Meeting.code == CODE)).one().minutes
    assert found is not None
    return found


def draft() -> DraftVersion:
    return max((d for d in minutes().drafts if d.kind == "draft"), key=lambda d: d.number)


def sign(short: str, meaning: str = "approve") -> None:
    shown = draft()
    signatures.sign(
        shown, actor=who(short), meaning=meaning, shown_sha256=shown.sha256, password=PASSWORD, note="说明"
    )


@pytest.fixture
def under_review(app: Flask) -> Flask:
    """The eighth minutes wait for signatures; the chair and one member have given theirs."""
    with app.app_context(), writing():
        reviews.open_review(minutes(), actor=who("secretary"))
        sign("chair")
    return app


def count(app: Flask, act: str) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.act == act)) or 0


def test_one_who_clicks_twice_signs_once(under_review: Flask) -> None:
    assert both(under_review, lambda: sign("member")) == ["", "committee:already-signed"]


def test_two_who_sign_at_once_make_the_minutes_stand_once(under_review: Flask) -> None:
    before = count(under_review, "committee:minutes:approve")
    each = iter(["member", "member2"])
    assert both(under_review, lambda: sign(next(each))) == ["", ""]
    with under_review.app_context():
        assert minutes().life == "approved"
        given = select(func.count(Signature.id)).where(Signature.draft_version_id == draft().id)
        assert db.session.scalar(given) == 3
    assert count(under_review, "committee:minutes:approve") == before + 1


@pytest.mark.parametrize("first", ["send back", "sign"])
def test_a_text_that_is_sent_back_meanwhile_is_not_signed(under_review: Flask, first: str) -> None:
    acts: dict[str, Callable[[], None]] = {
        "send back": lambda: sign("member2", "request_changes"),
        "sign": lambda: sign("member"),
    }
    each = iter([acts.pop(first), *acts.values()])
    met = both(under_review, lambda: next(each)())
    assert met == (["", "committee:draft-replaced"] if first == "send back" else ["", ""])
    with under_review.app_context():
        assert minutes().life == "draft"

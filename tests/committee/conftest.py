"""Meetings of the demonstration, as tests use them."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import Meeting, Minutes
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.operations import reviews, signatures
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db

PASSWORD = "kangjiansheng"


@pytest.fixture
def meeting(in_app: Flask) -> Callable[[str], Meeting]:
    """`meeting("SAC-2026-05")`."""

    def find(code: str) -> Meeting:
        return db.session.scalars(select(Meeting).where(Meeting.code == code)).one()

    return find


@pytest.fixture
def draft_minutes(meeting: Callable[[str], Meeting]) -> Minutes:
    """The minutes of the eighth meeting, a draft."""
    found = meeting("SAC-2026-05").minutes
    assert found is not None
    assert found.life == "draft"
    return found


@pytest.fixture
def sign(actor: Callable[[str], Actor]) -> Callable[..., Any]:
    """`sign(draft, "chair")`: with the right password and the fingerprint as it is, unless told otherwise."""

    def act(draft: Any, short: str, **changes: Any) -> Any:
        given = {"meaning": "approve", "shown_sha256": draft.sha256, "password": PASSWORD} | changes
        return signatures.sign(draft, actor=actor(short), **given)

    return act


@pytest.fixture
def approved(draft_minutes: Minutes, actor: Callable[[str], Actor], sign: Callable[..., Any]) -> Minutes:
    """The eighth minutes, signed by chair and two."""
    draft = reviews.open_review(draft_minutes, actor=actor("secretary"))
    for short in ("member", "member2", "chair"):
        sign(draft, short)
    assert draft_minutes.life == "approved"
    return draft_minutes


@pytest.fixture
def first_text(draft_minutes: Minutes) -> Any:
    """The first paragraph of text of the draft."""
    return next(p for p in writing.standing_paragraphs(draft_minutes) if p.kind == "text")

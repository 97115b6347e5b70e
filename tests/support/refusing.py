"""A refusal that a test expects: its code, the field that it marks, and that nothing was changed before it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import has_app_context
from sqlalchemy import func, select

from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken


@contextmanager
def refused(code: str, field: str | None = None) -> Iterator[None]:
    """What stands within is refused for this reason at this field, before anything is changed or recorded."""
    before = _entries()
    with pytest.raises(RuleBroken) as told:
        yield
    assert (told.value.code, told.value.field) == (code, field)
    if has_app_context():
        assert not [*db.session.new, *db.session.deleted, *filter(db.session.is_modified, db.session.dirty)]
    assert _entries() == before


def _entries() -> int:
    return (db.session.scalar(select(func.max(AuditEntry.id))) or 0) if has_app_context() else 0

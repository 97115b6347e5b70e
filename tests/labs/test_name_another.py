"""A change that only names another thing leaves an entry in the trail and a version, as any other change does."""

import pytest
from sqlalchemy import func, select

from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Revision
from kangjiansheng.core.db import db
from tests.support.typed import typed


@pytest.mark.parametrize(
    ("address", "thing", "field", "value"),
    [
        ("/agreements/AGR-901/edit", "agreement", "parent_code", ""),
        ("/labs/JL-01/edit", "joint_lab", "agreement_code", ""),
        ("/obligations/OB-0004/edit", "obligation", "creditor_code", "NCTM"),
        ("/resources/RES-01/edit", "shared_resource", "lab_code", ""),
    ],
)
def test_naming_another_alone_is_a_change(client, app, address, thing, field, value):
    def kept():
        with app.app_context():
            entries = select(func.count()).where(AuditEntry.thing == thing)
            states = select(func.count()).where(Revision.thing == thing)
            return db.session.scalar(entries), db.session.scalar(states)

    executive, before = client("executive"), kept()
    assert typed(executive, address, **{field: value}).status_code == 303
    assert kept() == (before[0] + 1, before[1] + 1)
    assert typed(executive, address, **{field: value}).status_code == 303
    assert kept() == (before[0] + 1, before[1] + 1), "the same again changes nothing"

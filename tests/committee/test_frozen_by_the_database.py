"""Approved minutes: the database itself refuses, whoever asks."""

import pytest
import sqlalchemy as sa
from flask import Flask

from kangjiansheng.core.db import db

APPROVED = "SELECT n.id FROM minutes n WHERE n.life = 'approved'"
ATTEMPTS = {
    "a paragraph moved": f"UPDATE paragraph SET position = 99 WHERE minutes_id IN ({APPROVED})",
    "a paragraph removed": f"DELETE FROM paragraph WHERE minutes_id IN ({APPROVED})",
    "the minutes reopened": "UPDATE minutes SET life = 'draft' WHERE life = 'approved'",
    "the minutes removed": "DELETE FROM minutes WHERE life = 'approved'",
    "a resolution rewritten": "UPDATE decision SET text = 'x' WHERE number = 'D-2026-06-01'",
    "a wording rewritten": "UPDATE paragraph_revision SET text = 'x'",
    "a wording removed": "DELETE FROM paragraph_revision",
    "a signature rewritten": "UPDATE signature SET printed_name = 'x'",
    "a signature removed": "DELETE FROM signature",
    "a draft rewritten": "UPDATE draft_version SET sha256 = 'x'",
    "a signer let off": "UPDATE signer SET required = (1 = 0)",
    "an amendment rewritten": "UPDATE amendment SET text = 'x'",
    "an audit entry rewritten": "UPDATE audit_entry SET actor_label = 'x'",
    "an audit entry removed": "DELETE FROM audit_entry",
    "a ledger entry rewritten": "UPDATE milestone_entry SET forecast = NULL",
    "a ledger entry removed": "DELETE FROM milestone_entry",
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_the_database_refuses(attempt: str, in_app: Flask) -> None:
    with pytest.raises(sa.exc.DBAPIError, match=r"frozen|append-only"):
        db.session.execute(sa.text(ATTEMPTS[attempt]))
    db.session.rollback()

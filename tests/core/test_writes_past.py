"""What writes past the session is told to whoever watches for it, by whichever way it is run."""

from typing import Any

from flask import Flask
from sqlalchemy import select, update

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import db, writes_past
from kangjiansheng.core.transactions import writing


def test_what_writes_past_the_session_is_told(app: Flask) -> None:
    told: list[Any] = []
    writes_past.append(look := lambda _session, statement, options: told.append(dict(options)))
    rename = update(Person).where(Person.code == "NOBODY").values(title="x").execution_options(one=1)
    try:
        with app.app_context(), writing():
            db.session.execute(rename, execution_options={"changes_no_text": True})
            db.session.scalars(rename.returning(Person.id), execution_options={"changes_no_text": True})
            db.session.scalar(rename.returning(Person.id), execution_options={"changes_no_text": True})
            db.session.execute(select(Person.id))
    finally:
        writes_past.remove(look)
    assert told == [{"one": 1, "changes_no_text": True}] * 3

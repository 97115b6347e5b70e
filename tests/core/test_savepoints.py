"""What is rolled back to a savepoint leaves no entry of the trail; what was done before it keeps its own."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects.models import Milestone
from kangjiansheng.projects.operations import milestones


def test_only_what_was_kept_stands_in_the_trail(in_app: Flask, actor: Callable[[str], Actor]) -> None:
    first, second, third = db.session.scalars(select(Milestone).where(Milestone.state == "open").limit(3))
    one, two, three = first.id, second.id, third.id
    with writing():
        milestones.flag(first, True, actor=actor("executive"), version=None)
        try:
            with db.session.begin_nested():
                milestones.flag(second, True, actor=actor("executive"), version=None)
                raise RuleBroken("projects:not-open")
        except RuleBroken:
            pass
        with db.session.begin_nested():
            milestones.flag(third, True, actor=actor("executive"), version=None)
    query = select(AuditEntry.thing_id).where(AuditEntry.act == "projects:milestone:flag")
    assert set(db.session.scalars(query)) & {one, two, three} == {one, three}

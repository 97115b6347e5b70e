"""Whichever way the engine goes, a search finds what stands in the texts that the doors let the reader see."""

import pytest
from sqlalchemy import select

from kangjiansheng.committee.models import Paragraph
from kangjiansheng.committee.queries import findable, visible_items, visible_meetings
from kangjiansheng.core import search
from kangjiansheng.core.db import db, is_sqlite
from kangjiansheng.core.search import statement
from kangjiansheng.projects.queries import visible_projects
from tests.support.acting import who
from tests.support.queries import queries_counted

READERS = ("outsider", "partner", "lead", "member", "secretary", "executive")
WORDS = ("会", "KJS-003", "细胞 治疗")
KINDS = ("meetings", "items", "minutes")


def seen(actor):  # type: ignore[no-untyped-def]
    """What the doors say of the kinds that have a sieve."""
    paragraphs = findable._in_minutes(select(Paragraph.id).select_from(Paragraph), actor)
    doors = (visible_meetings(actor), visible_items(actor), paragraphs)
    return {kind: set(db.session.scalars(door)) for kind, door in zip(KINDS, doors, strict=True)}


def hits(actor):  # type: ignore[no-untyped-def]
    return {
        word: {kind: {row.id for row in rows} for kind, rows in found.items()}
        for word in WORDS
        for found in [search.find(search.Asked(word), actor=actor, most=5000)]
    }


@pytest.fixture
def looked_through(monkeypatch):  # type: ignore[no-untyped-def]
    """Say how many are few, and forget the statements in which another number stands."""

    def few(number: int) -> None:
        monkeypatch.setattr(statement, "FEW", number)
        statement.statement.__wrapped__.cache_clear()

    yield few
    monkeypatch.undo()
    statement.statement.__wrapped__.cache_clear()


@pytest.mark.long
def test_one_by_one_or_all_at_once_the_same_is_found_and_only_what_is_seen(in_app, looked_through):
    readers = {short: who(short) for short in READERS}
    looked_through(0)
    found = {short: hits(actor) for short, actor in readers.items()}
    if not is_sqlite():  # which goes one way only
        looked_through(10**6)
        assert found == {short: hits(actor) for short, actor in readers.items()}
    for short, actor in readers.items():
        doors = seen(actor)
        for word in WORDS:
            for kind in KINDS:
                mine, theirs = (found[one][word].get(kind, set()) for one in (short, "executive"))
                # Of drafts the executive finds nothing, whoever else does.
                assert theirs & doors[kind] <= mine <= doors[kind], (short, word, kind)


@pytest.mark.long
def test_of_many_those_written_last_are_shown(in_app):
    for short in ("executive", "member"):
        every, some = (search.find(search.Asked("会"), actor=who(short), most=most) for most in (5000, 2))
        for kind in KINDS:
            last = sorted((row.id for row in every[kind]), reverse=True)
            assert len(last) > 3 and {row.id for row in some[kind]} == set(last[:3])


@pytest.mark.long
def test_one_statement_serves_all_of_the_same_roles_and_each_sees_their_own(in_app):
    statement.statement.__wrapped__.cache_clear()
    found = {}
    for short in ("outsider", "partner", "lead"):
        actor = who(short)
        assert not actor.roles
        found[short] = {row.id for row in search.find(search.Asked("KJS"), actor=actor).get("projects", ())}
        assert found[short] == set(db.session.scalars(visible_projects(actor))), short
    assert len({frozenset(ids) for ids in found.values()}) > 1
    assert statement.statement.__wrapped__.cache_info().misses == 1


@pytest.mark.long
def test_a_door_is_worked_out_once_in_a_statement(in_app):
    actor = who("partner")
    with queries_counted() as statements:
        search.find(search.Asked("细胞"), actor=actor)
    (sql,) = statements
    assert sql.count("JOIN institution_member ON") == 1

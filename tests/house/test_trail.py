"""The trail shows no name of the code and no key of the database; what a test records is looked at by tests/support/worded."""

import re
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.core import audit, trail
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import Base, db
from kangjiansheng.core.i18n import speak_now
from kangjiansheng.overview.queries import meanings
from tests.support.queries import queries_counted
from tests.support.worded import unsaid

STATES = sorted(
    (mapper.class_ for mapper in Base.registry.mappers if callable(getattr(mapper.class_, "state", None))),
    key=lambda kind: kind.__tablename__,
)


EMPTY: dict[type, Any] = {str: "", **dict.fromkeys((int, bool, float, date, datetime))}  # else JSON
AMONG = {"sso_link": "account"}  # told of another thing


def made(kind: type, deep: int = 2) -> Any:
    """A thing that is empty, with what it is part of."""
    thing: Any = kind()
    columns = kind.__mapper__.column_attrs  # type: ignore[attr-defined]
    for column in columns:
        if getattr(thing, column.key) is None:
            setattr(thing, column.key, EMPTY.get(column.columns[0].type.python_type, {}))
    for relation in kind.__mapper__.relationships if deep else ():  # type: ignore[attr-defined]
        if not relation.uselist and not relation.viewonly:
            setattr(thing, relation.key, made(relation.mapper.class_, deep - 1))
    return thing


def test_each_field_of_a_state_has_a_word(app: Flask) -> None:
    left = {}
    with app.test_request_context(), db.session.no_autoflush:
        for kind in STATES:
            thing = AMONG.get(kind.__tablename__, kind.__tablename__)
            assert thing in trail._things, f"the trail has no word for {thing}"
            keys = made(kind).state()
            assert keys
            left[thing] = unsaid(thing, dict.fromkeys(keys, 1))
        db.session.rollback()
    assert len(left) > 40 and {thing: keys for thing, keys in left.items() if keys} == {}


def test_each_kind_that_shapes_name_can_be_named() -> None:
    """A shape is told from words of codes by being a kind that somebody can name."""

    def kinds(shape: object) -> set[str]:
        if isinstance(shape, str):
            return {shape}
        return set().union(*map(kinds, shape)) if isinstance(shape, tuple) else set()

    named = {kind for shapes in trail._shapes.values() for shape in shapes.values() for kind in kinds(shape)}
    assert named and named <= meanings.KINDS.keys()
    assert trail._shapes.keys() <= trail._things.keys()


def test_each_statement_of_a_kind_runs_on_both_engines(in_app: Flask) -> None:
    with queries_counted() as asked:
        found = meanings.meant({kind: set(range(1, 300)) for kind in meanings.KINDS})
    assert len(asked) == 1 and found.keys() > {"project", "milestone", "decision", "template_version"}
    assert all(name.strip() for names in found.values() for name in names.values())
    assert meanings.meant({"session": {1}, "nothing": {1}}) == meanings.meant({}) == {}


def test_what_nobody_named_fails() -> None:
    """The guard itself: a field without a word, and a key of whose kind nobody spoke."""
    assert unsaid("project", {"code": "KJS-001", "nobody_named": 1}) == {"nobody_named"}
    assert unsaid("project", {"lead_id": 1, "approver_id": 1}) == {"approver_id"}
    assert unsaid("template_version", {"D010": {}, "d_010": {}}) == {"d_010"}
    assert audit.note.__module__ == "tests.support.worded"


def test_steps_of_a_template_and_kinds_of_evidence_are_read_in_words(app: Flask) -> None:
    step = {"duration": "1–3 month", "basis": ["memory", "medium", "typical"]}
    with app.test_request_context():
        speak_now("en")
        assert trail.value_words("template_version", "D010", step) == (
            "Typical duration: 1–3 months; Basis of the duration: From memory, confidence medium, typical"
        )
        assert trail.value_words("gate_criterion", "kinds", ["E1", "A070:E2"]) == (
            "item 1 of the template, A070 item 2 of the template"
        )
        assert trail.value_words("evidence", "kind", "other") == "Other"
        assert trail.value_words("evidence", "kind", "earlier") == "earlier"


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_of_all_that_the_demonstration_did_no_value_is_a_name_of_the_code(app: Flask, language: str) -> None:
    """No code such as joint_lab or CAR_T_AUTO stands as a value, and no key of a row."""
    code = re.compile(r"[a-z]+(_[a-z]+)+|[A-Z]+(_[A-Z]+)+|\d+(、|, )[a-z]+")
    with app.test_request_context():
        speak_now(language)
        entries = db.session.scalars(select(AuditEntry)).all()
        meant = trail.meant(entries)
        shown = [
            (entry.thing, change["label"], value)
            for entry in entries
            for change in trail.changes_of(entry, meant)
            for value in (change["before"], change["after"])
        ]
        assert [one for one in shown if code.match(one[2])] == []
        assert len(shown) > 5_000

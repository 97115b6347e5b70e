"""The index is what the texts say after every kind of change, and finds what is there on both databases alike."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from kangjiansheng.core import search
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db, is_sqlite
from kangjiansheng.core.search import index, tokens
from kangjiansheng.core.search.statement import OnPostgreSQL, OnSQLite, values
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import Institution, InstitutionAlias
from kangjiansheng.projects.models import Milestone, Project

CHINESE = "瑞金医院醫細细胞治疗療"
NOBODY = Actor(0, "")
PROBE = 10_000_000  # comments that are in the index alone
MIXED = CHINESE + "car-t CD19 3，。"


def held(typed: str) -> set[int]:
    """The keys of the probes that hold every word typed, as the engine of this run says."""
    wanted = OnSQLite(1) if is_sqlite() else OnPostgreSQL(1, NOBODY)
    found: set[int] | None = None
    for word in tokens.query(typed):
        keys = db.session.scalars(wanted.holding(0)("comment"), values(NOBODY, [word]))
        here = {key - PROBE for key in keys if key >= PROBE}
        found = here if found is None else found & here
    return found or set()


def put(texts: list[str]) -> None:
    rows = [
        (("comment", PROBE + key, "text", 0), words, False)
        for key, words in enumerate(texts)
        if index.cut(words)
    ]
    index._write(db.session(), rows)


@pytest.fixture
def probes(in_app):
    db.session.info["writing"] = True
    yield
    db.session.rollback()


few = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
texts = st.lists(st.text(alphabet=MIXED, min_size=1, max_size=24), min_size=1, max_size=12)


@pytest.mark.long
@few
@given(texts, st.text(alphabet=CHINESE, min_size=1, max_size=4))
def test_chinese_of_any_length_is_found_where_it_stands_and_nowhere_else(probes, written, typed):
    put(written)
    folded = tokens.folded(typed)[0]
    assert held(typed) == {key for key, words in enumerate(written) if folded in tokens.folded(words)[0]}
    db.session.rollback()


@few
@given(texts, st.text(alphabet=MIXED, min_size=1, max_size=10))
def test_the_engine_finds_what_is_marked(probes, written, typed):
    """Whatever is typed: both databases and the marks on the page go by the same tokens."""
    put(written)
    words = tokens.query(typed)
    marked = {
        key
        for key, text in enumerate(written)
        if words and all(tokens.places(text, [word]) for word in words)
    }
    assert held(typed) == marked
    db.session.rollback()


def test_a_word_stands_in_a_text_beyond_the_places_that_postgresql_counts(probes):
    put([])
    long = "细胞，" * 20_000 + "瑞金医院"
    rows = [(("comment", PROBE + 7, "text", n), piece, False) for n, piece in enumerate(index.cut(long))]
    index._write(db.session(), rows)
    assert held("瑞金医院") == {7} and held("瑞金细胞") == set()


@pytest.mark.long
def test_what_the_demonstration_left_behind_is_what_a_rebuild_makes(in_app):
    """Hundreds of acts of every floor kept it, none of which named it."""
    kept = index.contents(db.session())
    assert len(kept) > 500 and {place[0] for place in kept} >= {"project", "paragraph", "risk", "person"}
    assert search.differences() == []
    with writing():
        assert search.rebuild() == len(kept)
    assert index.contents(db.session()) == kept


def institution() -> Institution:
    return db.session.query(Institution).filter_by(code="RJ").one()


@pytest.mark.long
def test_a_change_is_found_with_its_commit_and_what_went_is_gone(in_app, actor):
    def found(typed: str) -> bool:
        return bool(search.find(search.Asked(typed), actor=actor("outsider")).get("institutions"))

    with writing():
        thing = institution()
        thing.aliases.append(InstitutionAlias(text="虹桥大院"))
    assert found("虹橋大院") and found("hqdy") and search.differences() == []
    with writing():
        thing = institution()
        thing.aliases = [one for one in thing.aliases if one.text != "虹桥大院"]
    assert not found("虹桥大院") and search.differences() == []
    with writing():
        institution().name_hans = "改名医院"
    assert found("改名医院") and search.differences() == []


def test_what_was_rolled_back_is_not_found(in_app, actor):
    with pytest.raises(ZeroDivisionError), writing():
        institution().name_hans = "改名医院"
        db.session.flush()
        1 / 0  # noqa: B018
    with writing():
        institution().regulator = False
    assert search.differences() == []
    assert not search.find(search.Asked("改名医院"), actor=actor("outsider"))


def test_a_statement_past_the_session_is_refused_unless_it_changes_no_text(in_app):
    with pytest.raises(RuntimeError, match="past the session"), writing():
        db.session.execute(update(Milestone).values(note="没有人看见"))
    with pytest.raises(RuntimeError, match="past the session"), writing():
        db.session.execute(update(Project.__table__).values(name_hans="没有人看见"))
    with writing():
        db.session.execute(update(Milestone).values(moves=0), execution_options=search.NO_TEXT)
    assert search.differences() == []


@pytest.mark.long
def test_a_damaged_index_is_seen_and_mended(in_app):
    with writing():
        first = db.session.query(index.SearchDocument).filter_by(thing="project").first()
        index._remove(db.session(), [first.id])
    assert len(search.differences()) == 1
    with writing():
        search.rebuild()
    assert search.differences() == []


def test_an_index_of_other_rules_is_made_anew(in_app, monkeypatch):
    from kangjiansheng import starting

    assert search.is_current()
    monkeypatch.setattr(index, "RULES", index.RULES + 1)
    assert not search.is_current()
    starting.load_reference()
    assert search.is_current() and search.differences() == []


def test_the_index_finds_nothing_for_nobody(in_app):
    nobody = Actor(0, "nobody")
    assert not set(search.find(search.Asked("KJS"), actor=nobody)) & {"projects", "milestones", "risks"}

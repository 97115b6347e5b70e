"""Advice with what was answered, counted by committee and listed newest first, for each reader and day."""

from collections import Counter

import pytest

from kangjiansheng.committee.queries.adoption import adopted, advised
from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.projects.models import Project
from tests.support.acting import who


@pytest.fixture(params=["executive", "lead"])
def reader(app, request):  # type: ignore[no-untyped-def]
    with app.app_context():
        yield who(request.param)


@pytest.fixture(params=[False, True], ids=["now", "at the end of the day"])
def until(request):  # type: ignore[no-untyped-def]
    return clock.end_of(clock.today()) if request.param else None


def some_projects() -> list[int]:
    return list(
        db.session.scalars(db.select(Project.id).order_by(Project.id).limit(7))
    )  # some are advised about


@pytest.mark.parametrize("narrowed", [False, True])
def test_what_is_counted_is_what_is_listed(reader, until, narrowed):
    about = some_projects() if narrowed else None
    listed = Counter((one.committee, one.verdict) for one in advised(about, actor=reader, until=until))
    counted = adopted(about, actor=reader, until=until)
    assert listed and {(c.committee, word): n for c in counted for word, n in c.answers.items()} == dict(
        listed
    )
    assert [c.committee for c in counted] == sorted({code for code, _word in listed})
    assert all(c.names["hans"] and c.total == sum(c.answers.values()) for c in counted)


def test_of_the_list_the_newest_are_shown(reader, until):
    every = advised(actor=reader, until=until)
    newest = advised(actor=reader, until=until, listed=1)
    left = [one for one in every if one not in newest]
    assert len(newest) == 1 == len(every) - len(left) and left
    assert newest[0].given_on >= max(one.given_on for one in left)


def test_who_sees_less_is_told_of_fewer(app):
    with app.app_context():
        told = [sum(c.total for c in adopted(actor=who(short))) for short in ("lead", "executive")]
    assert 0 < told[0] < told[1]

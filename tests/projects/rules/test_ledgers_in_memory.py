"""What was counted over the ledgers outlasts a write: put right by what was touched, it is what counting anew gives."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core import calendar
from kangjiansheng.projects.rules.ledgers import NONE, STATES, History, Ledgers, instant, number

FIRST = date(2026, 1, 5)
DAYS = [FIRST + timedelta(days=n) for n in (0, 3, 6, 10)]
PROJECTS = History(np.array([7, 9]), np.array([0, 0, 0]), {}, {})

BEGIN = number(FIRST)
entries = st.lists(  # mostly open and late: these are counted
    st.tuples(
        st.integers(0, 12),
        st.sampled_from([BEGIN, BEGIN, NONE]),
        st.sampled_from([BEGIN + 40, BEGIN + 15, BEGIN + 14, NONE]),
        st.sampled_from([NONE, NONE, NONE, BEGIN]),
        st.sampled_from([0, 0, 0, *range(len(STATES))]),
    ),
    max_size=4,
).map(sorted)
ledger = st.lists(entries, min_size=5, max_size=5)
decisions = st.lists(st.booleans(), min_size=5, max_size=5)


def milestones(said, decided):
    """Five milestones, keys 10 to 50, of two projects, with what is said of each."""
    rows = [row for of_one in said for row in of_one]
    table = np.array(rows or np.empty((0, 5)), np.int64).reshape(len(rows), 5)
    at = [instant(calendar.end_of(FIRST + timedelta(days=int(n)))) for n in table[:, 0]]
    names = ("baseline", "forecast", "actual", "state")
    return History(
        np.arange(10, 60, 10),
        np.concatenate(([0], np.cumsum([len(of_one) for of_one in said]))),
        {"project": np.array([7, 7, 9, 9, 9]), "decision": np.array(decided)},
        {"at": np.array(at, np.int64), **{name: table[:, n + 1] for n, name in enumerate(names)}},
    )


@given(before=ledger, after=ledger, decided=decisions, changed=st.sets(st.integers(0, 4)))
def test_counts_put_right_are_counts_made_anew(before, after, decided, changed):
    later = [after[n] if n in changed else before[n] for n in range(5)]
    known = Ledgers(PROJECTS, milestones(before, decided), {})
    for day in DAYS:
        known.slipped_on(day)
    touched = [10 + 10 * n for n in changed] + [
        5,
        25,
        99,
    ]  # those of laboratories' plans are not among the keys
    new = known.renewed(PROJECTS, milestones(later, decided), {}, touched)
    anew = Ledgers(PROJECTS, milestones(later, decided), {})
    assert set(new.slipped) == set(DAYS)
    assert [new.slipped_on(day).tolist() for day in DAYS] == [anew.slipped_on(day).tolist() for day in DAYS]

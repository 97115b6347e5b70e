"""What digests are computed over is the same byte for byte, whichever way it is written."""

from collections import OrderedDict, namedtuple
from datetime import UTC, date, datetime, time, timedelta, timezone
from types import MappingProxyType

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core import digests

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(-timedelta(hours=3, minutes=30))])
KEYS = st.text(max_size=4) | st.integers(-9, 9) | st.dates() | st.booleans() | st.none()
LEAVES = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=8)
    | st.dates() | st.datetimes(timezones=ZONES) | st.binary(max_size=8)
)  # fmt: skip
VALUES = st.recursive(
    LEAVES | st.frozensets(st.integers(-99, 99), max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=4), inner, max_size=4)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3).map(MappingProxyType)
    ),
    max_leaves=12,
)
Pair = namedtuple("Pair", "day code")


def slowly(value):
    return orjson.dumps(digests._plain(value), option=orjson.OPT_SORT_KEYS)


@given(VALUES)
def test_the_quick_way_writes_what_the_slow_way_writes(value):
    assert digests.canonical(value) == slowly(value)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"b": 1, "a": date(2026, 11, 23)}, b'{"a":"2026-11-23","b":1}'),
        (datetime(2026, 11, 23, 8, tzinfo=timezone(timedelta(hours=8))), b'"2026-11-23T00:00:00.000000Z"'),
        ({2: "x", 10: "y"}, b'{"10":"y","2":"x"}'),
        ({date(2026, 1, 1): None}, b'{"2026-01-01":null}'),
        ([Pair(date(2026, 1, 2), "甲")], '[["2026-01-02","甲"]]'.encode()),
        (OrderedDict(z=(1, 2), a={3, 1, 2}), b'{"a":[1,2,3],"z":[1,2]}'),
        (time(9, 30), b'"09:30:00"'),
        (b"x", b'"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"'),
    ],
)
def test_how_it_is_written(value, written):
    assert digests.canonical(value) == slowly(value) == written


def test_what_json_has_no_form_for_is_refused():
    with pytest.raises(TypeError):
        digests.canonical({"a": object()})

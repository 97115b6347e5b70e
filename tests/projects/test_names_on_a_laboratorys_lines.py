"""What the marks of a laboratory's projects are called: as much as fits between them, and nothing over another name."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core import charts
from kangjiansheng.projects.charts import lab

places = st.lists(st.integers(0, 1150), min_size=1, max_size=5).map(sorted)
letters = st.text("临床试验默示许可A140 IND", min_size=1, max_size=40)


@given(places, st.data())
def test_no_name_lies_over_another(found: list[int], data: st.DataObject) -> None:
    names = [data.draw(letters) for _place in found]
    said = lab._in_their_room(found, names)
    ends = [
        (place - half, place + half)
        for place, word in zip(found, said, strict=True)
        if word
        for half in [charts.text_width(word, lab.SIZE) / 2]
    ]
    assert said[0]
    assert all(end < begin for (_begin, end), (begin, _end) in pairwise(ends))


def test_a_name_with_room_is_whole_and_one_without_is_cut_or_left_out() -> None:
    assert lab._in_their_room(
        [30, 600, 700, 720], ["Trial registered", "Filed", "Permission granted", "Enrolled"]
    ) == [
        "Trial registered",
        "Filed",
        "Permission…",
        "",
    ]

"""How many were there, as texts say it: what is plain is read, what speaks of others is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.committee.rules import numbers
from kangjiansheng.committee.rules.stated import Stated, stated
from kangjiansheng.core.text import to_hant
from tests.support import properties  # noqa: F401

PLAIN = [
    ("出席 8 人。", 8),
    ("出席：8 人，缺席 1 人", 8),
    ("出席人数：8", 8),
    ("出席人數為 8 人", 8),
    ("本次会议出席委员 8 名", 8),
    ("到会 8 人", 8),
    ("到會委員共 8 位", 8),
    ("实到８人", 8),
    ("委员出席 8 人，列席 3 人", 8),
    ("会议出席人员共计十二人", 12),
    ("与会人员二十一名", 21),
    ("8 members present", 8),
    ("Eight voting members were present.", 8),
    ("There were 12 committee members in attendance.", 12),
    ("Members present: 8", 8),
]
BOTH = [
    "应到 9 人，实到 8 人，其中 1 人线上参会。法定人数为 6 人，达到法定人数。",
    "應到9人實到8人",
    "应出席委员九名，实际出席八名",
    "8 of 9 members present",
    "Eight out of the nine members were present",
    "Members present: 8 of 9",
]
ELSE = [
    "线上出席 2 人",
    "未出席 1 人，列席 3 人，缺席 1 人",
    "法定出席人数 6 人",
    "出席 6 人以上方可开会",
    "出席 6 人即达到法定人数",
    "出席委员：张三、李四",
    "出席率 90%，出席人数 8/9",
    "委托代理人出席 1 人",
    "上次会议出席 7 人",
    "入组 8 人，随访 6 人",
    "出席人次 30 人次",
    "2 members were not present",
    "Two members present online",
    "A quorum of 6 members present is required",
    "at least 6 members are present",
    "No fewer than six members were present",
    "8 members presented reports",
    "in 2008 members attended",
    "",
]


@pytest.mark.parametrize(("text", "count"), PLAIN)
def test_what_is_plain_is_read(text: str, count: int) -> None:
    assert stated(text) == [Stated("present", count)]


@pytest.mark.parametrize("text", BOTH)
def test_both_counts_are_read(text: str) -> None:
    assert set(stated(text)) == {Stated("expected", 9), Stated("present", 8)}
    assert set(stated(to_hant(text))) == {Stated("expected", 9), Stated("present", 8)}


@pytest.mark.parametrize("text", ELSE)
def test_what_speaks_of_others_is_left_alone(text: str) -> None:
    assert stated(text) == []
    assert stated(to_hant(text)) == []


@given(st.integers(1, 99), st.integers(1, 99), st.sampled_from(["", " "]), st.booleans(), st.booleans())
def test_any_count_in_any_script(members: int, present: int, gap: str, han: bool, hant: bool) -> None:
    def said(n: int) -> str:
        return numbers.han(n) if han else f"{gap}{n}{gap}"

    text = f"应到{said(members)}人，实到{said(present)}人。"
    assert stated(to_hant(text) if hant else text) == [
        Stated("expected", members),
        Stated("present", present),
    ]


@given(st.integers(1, 199))
def test_a_number_in_chinese_is_read_as_it_is_written(number: int) -> None:
    assert numbers.read(numbers.han(number)) == number


@given(st.text("出席到会实应人数名委员会议8九 ，：。members present1of", max_size=60))
def test_any_text_gives_counts_that_it_holds(text: str) -> None:
    for one in stated(text):
        assert one.kind in ("present", "expected") and one.count >= 0

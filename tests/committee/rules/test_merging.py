"""Two writers, one text: the laws of joining what both changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.committee.rules import merging
from kangjiansheng.committee.rules.merging import Clash, Joined, merge

ALPHABET = "同意补做第四批。；！？\n 活率 78% IND. "
words = st.text(ALPHABET, max_size=40)
BASE = "第 1 批已放行。第 2 批复苏后活率为 78%。会议同意补做。"


def joined(base: str, mine: str, theirs: str) -> str:
    found = merge(base, mine, theirs)
    assert merging.is_decided(found), found
    return merging.chosen(found, {})


@given(words)
def test_sentences_are_the_text(text: str) -> None:
    assert "".join(merging.sentences(text)) == text
    assert all(merging.sentences(text))


@given(words, words)
def test_who_changed_nothing_leaves_it_to_the_other(base: str, new: str) -> None:
    assert joined(base, new, base) == new
    assert joined(base, base, new) == new
    assert joined(base, new, new) == new


@given(words, words, words)
def test_each_choice_gives_a_whole_and_sides_may_be_changed(base: str, mine: str, theirs: str) -> None:
    there, back = merge(base, mine, theirs), merge(base, theirs, mine)
    assert [type(one) for one in there] == [type(one) for one in back]
    for one, other in zip(there, back, strict=True):
        if isinstance(one, Clash):
            assert other == Clash(one.base, one.theirs, one.mine)
        else:
            assert one == other
    every = range(len(merging.clashes(there)))
    assert merging.chosen(there, dict.fromkeys(every, "mine")) == merging.chosen(
        back, dict.fromkeys(every, "theirs")
    )


@given(words, words, words)
def test_nothing_that_was_written_is_lost(base: str, mine: str, theirs: str) -> None:
    """What either put in, piece by piece, is in the joined text or in a clash that shows it."""
    found = merge(base, mine, theirs)
    shown = "".join(one.text if isinstance(one, Joined) else one.mine + one.theirs for one in found)
    assert shown == merging.chosen(found, {})
    for written in (mine, theirs):
        for sign in set(written) - set(base):
            assert sign in shown


@pytest.mark.long
@given(st.lists(words, min_size=2, max_size=6), st.data())
def test_changes_of_different_sentences_are_joined(parts: list[str], data: st.DataObject) -> None:
    """Sentences that nobody touched between them: both changes stand, each in its place."""
    fixed = [f"第{n}条甲乙丙丁戊己。" for n in range(len(parts) + 1)]
    one = data.draw(st.integers(0, len(parts) - 1))
    other = data.draw(st.integers(0, len(parts) - 1).filter(lambda n: n != one))

    def text(*changed: int) -> str:
        return "".join(f + (f"加{n}子丑寅卯。" if n in changed else "") for n, f in enumerate(fixed))

    assert joined(text(), text(one), text(other)) == text(one, other)


def test_two_places_of_one_sentence_are_joined_by_characters() -> None:
    mine = BASE.replace("第 2 批", "第 3 批")
    theirs = BASE.replace("78%", "61%")
    assert joined(BASE, mine, theirs) == BASE.replace("第 2 批", "第 3 批").replace("78%", "61%")


def test_what_touches_is_for_a_person() -> None:
    mine, theirs = BASE.replace("78%", "61%"), BASE.replace("78%", "80%")
    found = merge(BASE, mine, theirs)
    assert merging.clashes(found) == [
        Clash("第 2 批复苏后活率为 78%。", "第 2 批复苏后活率为 61%。", "第 2 批复苏后活率为 80%。")
    ]
    assert merging.chosen(found, {0: "mine"}) == mine
    assert merging.chosen(found, {0: "theirs"}) == theirs
    assert "61%" in merging.chosen(found, {})
    assert "80%" in merging.chosen(found, {}), "without a choice both stand"


def test_both_added_at_the_same_place() -> None:
    assert merging.clashes(merge("甲。", "甲。乙。", "甲。丙。")) == [Clash("", "乙。", "丙。")]


def test_one_takes_out_what_the_other_changes() -> None:
    found = merge(BASE, BASE.replace("会议同意补做。", ""), BASE.replace("补做", "重做"))
    assert merging.clashes(found) == [Clash("会议同意补做。", "", "会议同意重做。")]

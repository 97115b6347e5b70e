"""Anchors of comments through edits, three-way suggestions, mentions, and what silence means."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.committee.rules import anchors, mentions, merging, silence, texts
from tests.support import properties  # noqa: F401

CHINESE = st.text("会议同意补做第四批，。 ab1\n", max_size=40)
BEFORE, WORDS, NEW = (st.text(letters, min_size=1, max_size=8) for letters in ("甲乙", "丙丁", "戊己"))


def dense(text: str) -> str:
    return "".join(text.split())


@given(CHINESE, CHINESE, st.data())
def test_words_are_found_again_when_and_only_when_they_still_stand(then: str, now: str, data: object) -> None:
    start = data.draw(st.integers(0, len(then)))  # type: ignore[attr-defined]
    end = data.draw(st.integers(start, len(then)))  # type: ignore[attr-defined]
    quote = then[start:end]
    place = anchors.located(quote, start, then, now)
    assert (place is not None) == bool(dense(quote) and dense(quote) in dense(now))
    if place is not None:
        assert dense(now[slice(*place)]) == dense(quote)
    if dense(quote):
        here = anchors.located(quote, start + len(quote) - len(quote.lstrip()), then, then)
        assert here is not None and dense(then[slice(*here)]) == dense(quote)


@given(BEFORE, WORDS, BEFORE, BEFORE, NEW, st.data())
def test_of_words_that_stand_twice_the_same_ones_are_found(
    before: str, words: str, between: str, after: str, new: str, data: object
) -> None:
    """Something is put in anywhere but into the words: they are where they have got to."""
    then = before + words + between + words + after
    first, second = len(before), len(before + words + between)
    free = [n for n in range(len(then) + 1) if not any(a < n < a + len(words) for a in (first, second))]
    at = data.draw(st.sampled_from(free))  # type: ignore[attr-defined]
    now = then[:at] + new + then[at:]
    for start in (first, second):
        moved = start + (len(new) if at <= start else 0)
        assert anchors.located(words, start, then, now) == (moved, moved + len(words))


def test_a_selection_over_two_lines_is_found() -> None:
    assert anchors.places("第一行\n\n第二行", "第一行\n第二行。") == [(0, 7)]
    assert anchors.located("没有的话", 0, "没有的话", "改了的话") is None


@given(CHINESE, CHINESE)
def test_a_suggestion_for_an_unchanged_text_is_the_suggestion(base: str, proposed: str) -> None:
    assert merging.merged(base, proposed, base) == proposed
    assert merging.merged(base, base, proposed) == proposed
    assert merging.merged(base, proposed, proposed) == proposed


@given(CHINESE, CHINESE, CHINESE)
def test_both_orders_of_a_merge_give_the_same(base: str, one: str, other: str) -> None:
    assert merging.merged(base, one, other) == merging.merged(base, other, one)


@given(BEFORE, WORDS, st.text("甲乙", max_size=8), NEW, NEW)
def test_changes_apart_from_each_other_both_count(
    before: str, words: str, after: str, new: str, more: str
) -> None:
    """One changes what stands before the words, the other what stands after them."""
    base = before + words + after
    one, other = new + words + after, before + words + after + more
    assert merging.merged(base, one, other) == new + words + after + more
    assert merging.merged(words, new, more) == (new if new == more else None)


@given(CHINESE, CHINESE)
def test_comparison_then_apply_gives_the_new_text(old: str, new: str) -> None:
    changes = texts.difference(old, new)
    assert "".join(text for kind, text in changes if kind != "del") == new
    assert "".join(text for kind, text in changes if kind != "ins") == old


def test_the_longest_name_is_meant() -> None:
    known = {"主任": 1, "主任委员": 2, "Li Wei": 3, "": 4}
    text = "请@主任委员 看，＠Li Wei 也看；a@主任。@别人"
    assert [person for *_, person in mentions.found(text, known)] == [2, 3, 1]
    assert mentions.split(text, known)[1] == ("@主任委员", True)
    assert "".join(piece for piece, _ in mentions.split(text, known)) == text
    assert mentions.found("没有", known) == [] and mentions.split("", known) == []


def test_silence_counts_for_nobody_who_must_sign_or_has_spoken() -> None:
    assert silence.Asked(False, False, False, False).may_be_silent
    for n in range(4):
        assert not silence.Asked(*(i == n for i in range(4))).may_be_silent


def test_a_shorter_deadline_does_not_shorten_the_charter() -> None:
    frozen = date(2026, 11, 2)
    assert silence.last_day(frozen, 7, date(2026, 11, 5)) == date(2026, 11, 9)
    assert silence.last_day(frozen, 7, date(2026, 11, 20)) == date(2026, 11, 20)
    assert silence.last_day(frozen, 7, None) == date(2026, 11, 9)


def test_reminders_come_three_days_and_one_day_before() -> None:
    last = date(2026, 11, 10)
    due = {day: silence.stage(date(2026, 11, day), last, []) for day in range(5, 13)}
    assert due == {5: None, 6: None, 7: 3, 8: 3, 9: 1, 10: 1, 11: 1, 12: 1}
    assert silence.stage(date(2026, 11, 8), last, [3]) is None
    assert silence.stage(date(2026, 11, 9), last, [3]) == 1
    assert silence.stage(date(2026, 11, 11), last, [1]) is None


@given(st.integers(-5, 9), st.integers(-5, 9), st.integers(0, 12))
def test_nobody_consents_on_the_day_they_were_told(told: int, before: int, later: int) -> None:
    last = date(2026, 11, 10)
    day = last.replace(day=last.day + told)
    named = silence.answer_by(day, last)
    assert named >= last and (named - day).days >= silence.FEWEST_DAYS
    today = day.fromordinal(day.toordinal() + later)
    assert silence.is_consent(today, [named]) == (today > named)
    assert not silence.is_consent(today, [])

"""Canonical text, fingerprint, difference, printed numbers."""

import hashlib
import json

from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.committee.rules import canon, numbers, texts

words = st.text(alphabet="会议决定批次 abc12，。\n**", max_size=40)


@given(words, words)
def test_a_difference_applied_gives_both_texts(old: str, new: str) -> None:
    changes = texts.difference(old, new)
    assert "".join(text for kind, text in changes if kind != "ins") == old
    assert "".join(text for kind, text in changes if kind != "del") == new
    assert all(text for _kind, text in changes)


@given(words)
def test_the_same_text_has_no_difference(text: str) -> None:
    assert all(kind == "same" for kind, _text in texts.difference(text, text))


def test_chinese_by_characters_latin_by_words() -> None:
    changes = texts.difference("沿用现行工艺参数，KJS 3 批", "沿用原降温曲线，KJT 3 批")
    assert ("ins", "原降温曲线") in changes
    assert ("ins", "KJT") in changes
    assert ("del", "KJS") in changes
    assert [kind for kind, _text in changes if kind != "same"] == ["ins", "del"] * 2


def test_the_fingerprint_can_be_computed_by_others() -> None:
    header = {"title": "第6次会议纪要", "held_on": "2026-04-10"}
    paragraphs = [{"id": "p-1", "no": "1.1", "kind": "text", "text": "甲“乙”"}]
    whole = {"format": "kangjiansheng-minutes-1", "header": header, "paragraphs": paragraphs}
    theirs = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    assert canon.fingerprint(header, paragraphs) == hashlib.sha256(theirs).hexdigest()


@given(st.lists(words, min_size=1, max_size=4), st.data())
def test_one_character_changes_the_fingerprint(lines: list[str], data: st.DataObject) -> None:
    rows = [{"id": f"p-{i}", "no": f"1.{i}", "kind": "text", "text": t} for i, t in enumerate(lines)]
    at = data.draw(st.integers(0, len(rows) - 1))
    other = [dict(row) for row in rows]
    other[at]["text"] += "。"
    assert canon.fingerprint({}, rows) != canon.fingerprint({}, other)


@given(st.lists(st.sampled_from(["heading", "text", "decision", "action"]), max_size=30))
def test_printed_numbers_are_unique_and_in_order(kinds: list[str]) -> None:
    printed = numbers.printed(kinds)
    assert len(set(printed)) == len(printed)
    keys = [tuple(int(part) for part in number.split(".")) for number in printed]
    assert keys == sorted(keys)


def test_numbers_as_printed() -> None:
    assert numbers.meeting_code("SAC", 2026, 3) == "SAC-2026-03"
    minutes = {"short": "康科委纪", "code": "SAC", "year": 2026, "serial": 3}
    assert numbers.minutes_number(numbers.MINUTES_PATTERN, **minutes) == "康科委纪〔2026〕3号"
    assert numbers.minutes_number(numbers.MINUTES_PATTERN, **minutes | {"short": ""}) == "SAC〔2026〕3号"
    outcome = {"code": "JSC", "kind": "D", "year": 2026, "running_no": 6, "serial": 1}
    assert numbers.outcome_number("{kind}-{year}-{meeting}-{serial}", **outcome) == "D-2026-06-01"
    assert numbers.outcome_number(numbers.OUTCOME_PATTERN, **outcome) == "D-JSC-2026-06-01"
    assert [numbers.han(n) for n in (1, 10, 12, 20, 31)] == ["一", "十", "十二", "二十", "三十一"]


def test_amended_is_a_way_of_being_approved() -> None:
    assert texts.shown_life("approved", amended=True) == "amended"
    assert texts.shown_life("approved", amended=False) == "approved"
    assert texts.shown_life("review", amended=True) == "review"

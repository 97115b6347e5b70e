"""Numbers of registries: normal form, format, check digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.projects.rules import registry

EXAMPLES = [(rule.code, text) for rule in registry.registries().values() for text in rule.examples]
INVALID = [(rule.code, text) for rule in registry.registries().values() for text in rule.invalid]


@pytest.mark.parametrize(("code", "text"), EXAMPLES)
def test_examples_are_right_however_they_are_typed(code, text):
    assert registry.check(code, text).ok
    assert registry.check(code, f"  {text}\n").normal == registry.check(code, text).normal
    assert registry.normalise(code, registry.normalise(code, text)) == registry.normalise(code, text)


@pytest.mark.parametrize(("code", "text"), INVALID)
def test_wrong_numbers_are_seen_and_kept_as_typed(code, text):
    number = registry.check(code, text)
    assert not number.ok and number.typed == text


@pytest.mark.parametrize(
    ("code", "typed", "normal"),
    [
        ("NCT", "nct: 0613 6364", "NCT06136364"),
        ("NCT", "ＮＣＴ０６１３６３６４", "NCT06136364"),
        ("CHICTR", "chictr2600120587", "ChiCTR2600120587"),
        ("CHICTR", "CHICTR-oic-17011310", "ChiCTR-OIC-17011310"),
        ("JRCT", "JRCTS031190023", "jRCTs031190023"),
        ("MR_N", "mr–n–44–2026–000014", "MR-N-44-2026-000014"),
        ("CTR", "CTR#20240001", "CTR20240001"),
    ],
)
def test_typed_forms_become_normal(code, typed, normal):
    assert registry.check(code, typed) == registry.Number(code, typed, normal, None)


@given(st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_of_a_patent_number_is_seen(place, shift):
    first = "202310123456"
    assert registry.check("CNPATENT", f"{first}.{registry.patent_check_digit(first)}").ok
    wrong = first[:place] + str((int(first[place]) + shift) % 10) + first[place + 1 :]
    assert not registry.check("CNPATENT", f"{wrong}.{registry.patent_check_digit(first)}").ok


@given(st.integers(0, 16), st.integers(1, 30))
def test_one_wrong_character_of_a_credit_code_is_seen(place, shift):
    right, alphabet = "9144030071526726XG", "0123456789ABCDEFGHJKLMNPQRTUWXY"
    assert registry.check("USCC", right).ok
    other = alphabet[(alphabet.index(right[place]) + shift) % 31]
    assert registry.check("USCC", right[:place] + other + right[place + 1 :]).problem == "check_digit"


def test_a_number_is_recognised_by_its_form():
    assert [number.registry for number in registry.recognise("nct06136364")] == ["NCT"]
    assert registry.recognise("hello") == []


@given(st.text(max_size=60))
def test_no_text_makes_the_check_fall(text):
    for code in registry.registries():
        registry.check(code, text)

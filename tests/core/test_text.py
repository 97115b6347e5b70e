"""The gate through which typed text enters, and what searching and scripts rest on."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from kangjiansheng.core import pages, text

anything = st.text(
    st.characters(codec=None, categories=None) | st.sampled_from("\u200c\u200d\u0301\ufe0fe漢❤"), max_size=200
)  # surrogates, too


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\0b", "ab"), ("a\u202eb", "ab"), ("\ufeffa", "a"), ("a\u200bb", "ab"), ("\ud800x", "x"),
        ("e\u0301", "é"), ("a\r\nb\rc", "a\nb\nc"), ("\x1b[31mred", "[31mred"), ("👩‍🔬", "👩‍🔬"), ("a\tb", "a\tb"),
        ("a\uffff\ufffe\U0001fffe\ufdd0b", "ab"), ("a\U000e0041\U000e007fb", "ab"), ("a\ufff9\u180e\u2063\u00adb", "ab"),
        ("瑞\u200d金", "瑞金"), ("a\u200cb\u200d", "ab"), ("e\u200d\u0301\u200dx", "éx"), ("❤️‍🔥", "❤️‍🔥"),
        ("می\u200cخواهم", "می\u200cخواهم"), ("क\u094d\u200dष", "क\u094d\u200dष"),
    ],
)  # fmt: skip
def test_what_hides_or_reverses_is_dropped(typed: str, kept: str) -> None:
    assert text.clean(typed) == kept


@given(anything)
def test_what_came_through_comes_through_unchanged(typed: str) -> None:
    once = text.clean(typed)
    assert text.clean(once) == once
    once.encode("utf-8")  # no lone surrogate
    assert "\0" not in once and unicodedata.is_normalized("NFC", once)
    etree.Element("a").text = once  # office files can be made of it


@given(anything)
def test_a_line_is_one_line(typed: str) -> None:
    made = text.line(typed)
    assert made == made.strip() and "\n" not in made and "  " not in made


def test_names_are_found_in_either_script() -> None:
    assert text.fold("實驗室") == text.fold("实验室")
    assert text.fold("ＣＡＲ－Ｔ") == text.fold("car-t")
    assert text.to_hant("数据软件") != "数据软件"
    assert text.to_hant("7 人参加，记名表决") == "7 人參加，記名表決"
    assert (
        text.in_script("议定“甲”", "zh-Hant") == "議定「甲」" and text.in_script("“甲”", "zh-Hans") == "“甲”"
    )


def test_a_code_or_a_date_is_kept_on_one_line_and_nothing_else_is_markup():
    assert pages.unbroken("<b> KJS-003, 2027-01-31") == (
        '&lt;b&gt; <span class="nw">KJS-003</span>, <span class="nw">2027-01-31</span>'
    )

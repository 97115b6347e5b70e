"""Texts as tokens, what is typed as phrases of them, and where they stand: without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core import text
from kangjiansheng.core.search import index, marks, sounds, tokens
from kangjiansheng.core.search.statement import for_postgresql, for_sqlite

CHINESE = st.text(alphabet="瑞金医院醫細细胞CAR-T中。， ", max_size=20)


def words(typed: str) -> list[str]:
    return [token.word for token in tokens.tokens(typed)]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("瑞金医院", ["瑞金", "金医", "医院", "院"]),
        ("CAR-T细胞", ["car", "t", "细胞", "胞"]),
        ("２０２６年3月", ["2026", "年", "3", "月"]),
        ("Sjögren", ["sjogren"]),
        ("醫。院", ["医", "院"]),
        ("Ⅱ期", ["ii", "期"]),
        ("—（）", []),
    ],
)
def test_texts_become_pairs_of_characters_and_words(written, found):
    assert words(written) == found


@given(CHINESE)
def test_each_token_knows_where_it_was_written(written):
    for token in tokens.tokens(written):
        assert tokens.folded(written[token.start : token.end])[0] == token.word


@given(
    st.text(alphabet="乾隆坤后後髮發发裏里台臺着著為为麪麵面衛衞卫敘敍叙綫線群羣床牀", min_size=1, max_size=8)
)
def test_a_word_is_folded_alone_as_inside_a_text(written):
    assert "".join(tokens.folded(one)[0] for one in written) == tokens.folded(written)[0]
    assert tokens.folded(text.to_hant(tokens.folded(written)[0]))[0] == tokens.folded(written)[0]


@pytest.mark.parametrize(
    ("typed", "written", "marked"),
    [
        ("细胞", "CAR-T細胞治療", ["細胞"]),
        ("胞", "細胞", ["胞"]),
        ("cells", "Stem cell bank", ["cell"]),
        ("therapy", "Gene therapies", ["therapies"]),
        ("THER", "Gene therapies", ["ther"]),
        ("cart", "抗CD19 CAR-T", ["CAR-T"]),
        ("kjs3", "KJS-003 与 KJS-041", ["KJS-003"]),
        ("KJS-003", "kjs 003，KJS-030", ["kjs 003"]),
        ("康科委纪(2026)05", "康科委纪〔2026〕5号", ["康科委纪〔2026〕5"]),
        ("2026年3月", "2026年3月31日", ["2026年3月"]),
        ("胞细", "细胞", []),
        ("瑞金", "瑞。金", []),
        ("ell", "cell", []),
    ],
)
def test_marks_lie_on_what_was_written(typed, written, marked):
    spans = tokens.places(written, tokens.query(typed))
    assert [written[a:b] for a, b in spans] == marked


@pytest.mark.parametrize(
    ("typed", "name", "marked"),
    [
        ("rj", "上海交通大学医学院附属瑞金医院", ["瑞金"]),
        ("ruijin", "瑞金醫院", ["瑞金"]),
        ("ruij", "瑞金医院", ["瑞金"]),
        ("rui", "瑞金医院", ["瑞"]),
        ("zs", "张三", ["张三"]),
        ("zeng", "曾一", ["曾"]),
        ("shan", "单一", ["单"]),
        ("qiu", "仇一", ["仇"]),
        ("lu", "吕一", ["吕"]),
        ("lv", "吕一", ["吕"]),
        ("yinhang", "上海银行", ["银行"]),
        ("r", "瑞金", []),
        ("xyz", "瑞金医院", []),
    ],
)
def test_names_are_found_by_their_sound(typed, name, marked):
    assert [name[a:b] for a, b in marks(name, tokens.query(typed), loud=True)] == marked
    wanted = tokens.HIDDEN + typed
    if marked:
        assert any(one.startswith(wanted) for one in sounds.hidden(name))
    else:
        assert len(typed) < 2 or not any(one.startswith(wanted) for one in sounds.hidden(name))


@given(st.text(max_size=80))
def test_what_is_typed_never_breaks_out_of_the_query(typed):
    for word in tokens.query(typed):
        for phrase in word:
            assert not set("".join(phrase.tokens)) & set("\"'\\ ()&|!:*<>^+-")
        assert for_sqlite(word).count('"') % 2 == 0 and for_postgresql(["x"], word).count("'") % 2 == 0


def test_a_long_text_is_cut_so_that_each_phrase_lies_in_one_piece():
    long = "".join(chr(0x4E00 + n) for n in range(1000))
    pieces = index.cut(long)
    assert all(len(tokens.tokens(piece)) < 255 for piece in pieces)
    for at in range(0, 1000 - tokens.MOST_LETTERS, 7):
        assert any(long[at : at + tokens.MOST_LETTERS] in piece for piece in pieces)
    assert index.cut("短") == ["短"] and index.cut("。") == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("KJS-003", "kjs3", True),
        ("ＫＪＳ ０３", "KJS-003", True),
        ("D-2026-06-01", "d-2026-6-1", True),
        ("D-2026-06-61", "D-2026-66-01", False),
        ("KJS-003", "KJS-030", False),
    ],
)
def test_codes_are_the_same_whatever_their_hyphens_and_zeros(one, other, same):
    assert (tokens.code_of(one) == tokens.code_of(other)) is same

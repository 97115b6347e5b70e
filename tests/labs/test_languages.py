"""The pages of this floor in three languages, complete."""

import re

import pytest

from tests.support.typed import words

PATHS = (
    "/labs",
    "/partners",
    "/agreements",
    "/labs/JL-01",
    "/partners/RJ",
    "/agreements/AGR-001",
    "/agreements/new",
    "/labs/JL-01/edit",
    "/labs/JL-01/people",
    "/labs/JL-01/life",
    "/partners/new",
)
HAN = re.compile("[\u3400-\u9fff]+")


@pytest.mark.parametrize("path", ["/partners", "/agreements/new", "/partners/new", "/labs"])
def test_no_chinese_is_left_in_english(client, path):
    text = words(client("executive", "en").get(path))
    # The signs of the sectors, and an institution of the portfolio that has one name only.
    left = set(HAN.findall(text)) - {"政", "产", "学", "研", "医", "资", "外部三甲医院", "虚构"}
    assert not left, left


@pytest.mark.parametrize("path", PATHS)
def test_every_page_speaks_traditional(client, path):
    answer = client("executive", "zh-Hant").get(path)
    assert answer.status_code == 200
    assert 'lang="zh-Hant"' in answer.get_data(as_text=True)


def test_the_words_of_traditional_are_those_of_hong_kong(client):
    reader = client("executive", "zh-Hant")
    assert "聯合實驗室" in words(reader.get("/labs")) and "匯出" in words(reader.get("/labs"))
    assert "儲存" in words(reader.get("/partners/new"))
    assert "年份為推定" in words(reader.get("/agreements/AGR-001"))


def test_names_come_in_the_readers_script(client):
    assert "Ruijin Hospital, Shanghai Jiao Tong University School of Medicine" in words(
        client("outsider", "en").get("/partners")
    )
    assert "上海交通大學醫學院附屬瑞金醫院" in words(client("outsider", "zh-Hant").get("/partners"))


def test_the_source_speaks_the_readers_language_where_it_does(client):
    text = words(client("outsider", "en").get("/agreements/AGR-001"))
    assert "Complement each other and share resources" in text
    assert "Intellectual property: Not stated" in text
    assert "4 signatories" in text


def test_one_and_many(client):
    assert "Takes part in 1 joint lab " in words(client("outsider", "en").get("/partners/SCMC"))
    assert "Takes part in 2 joint labs" in words(client("outsider", "en").get("/partners/RJ"))


def test_a_converted_name_is_marked(client):
    from tests.support.typed import typed

    typed(client("executive"), "/partners/new", code="NEW-1", name_hans="新细胞机构")
    text = client("outsider", "zh-Hant").get("/partners/NEW-1").get_data(as_text=True)
    assert "新細胞機構" in text and "由簡體轉換" in text

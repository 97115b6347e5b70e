"""The words: complete in three languages, with the same placeholders, punctuated as the language wants it."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from kangjiansheng.projects.rules.vocabulary import project_statuses

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "kangjiansheng"
FEATURES = ("core", "accounts", "labs", "projects", "committee", "overview")
LOCALES = ("zh_Hant", "en")
HAN = "\u3400-\u9fff"
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.svg", "jinja2")]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")
# Straight punctuation that touches a Chinese character; a time such as 15:00 and a code such as A,B do not.
ASCII_BESIDE_HAN = re.compile(rf"[{HAN}] ?[,;:!?](?![\w/])|[,;!?] ?[{HAN}]|[{HAN}]\(|\)[{HAN}]|\([{HAN}]")
FULL_WIDTH = re.compile("[\u3000-\u303f\uff01-\uff5e]")
# Characters that Simplified has and Traditional of Hong Kong has not; and words of the Taiwan and the mainland usage.
NOT_TRADITIONAL = re.compile(
    "[们说这个学时会议实验项协话转为门关长开见书写东车马鸟鱼页风飞龙龟图层级结构调请谁让认识读课计划设论证词诉评议护报导团园国广场卫华币师带归当录彻态总战户]"
)
NOT_HONG_KONG = re.compile(
    "專案|收案|登錄|登陸|保存|軟體|使用者|資訊安全部|品質|郵箱|郵件|什麼|裡|臺|計畫|帳戶|賬號|投影片|螢幕|滑鼠|硬碟|網路|數位|行動裝置"
    "|權杖|籤[署章]|[必可來]籤|信息|當前|隊列|支持[ T]|不支持|訪問|機器人|群[訊裏]|添加|覆查|行動項(?!目)"
    "|視頻|默認|服務器|文件夾|打印|搜索|鏈接|刷新|導入|導出|短信|二維碼|字符|程序|設置|上傳|説|“|[+一每兩個本上下]周|[停存接看寫等意帶沿顯]著"
)
# Names that others gave, and what is kept as a thing rather than saved.
GIVEN = ("突破性治療藥物程序納入", "記錄保存30年", "永久保存", "保存和運輸條件", "個人信息保護法")


def key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


@cache
def used(feature: str, by: str = "") -> frozenset[str]:
    """The msgids in the code and the templates of a feature, or in those `by` one of both."""
    found = set()
    options = {pattern: {"encoding": "utf-8"} for pattern, _ in METHODS}
    methods = [(pattern, method) for pattern, method in METHODS if by in ("", method)]
    for _file, _line, message, _comments, _context in extract_from_dir(
        str(PACKAGE / feature), methods, options, KEYWORDS, comment_tags=()
    ):
        found.add(message if isinstance(message, str) else message[0])
    return frozenset(found - {""})


@cache
def catalogue(feature: str, locale: str) -> Catalog:
    path = PACKAGE / feature / "translations" / locale / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=locale, abort_invalid=True)


def texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


both = pytest.mark.parametrize("locale", LOCALES)
each = pytest.mark.parametrize("feature", FEATURES)


@each
def test_the_source_language_is_chinese(feature: str) -> None:
    chinese = re.compile(f"[{HAN}\u3000-\u303f\uff01-\uff5e]")
    latin = sorted(m for m in used(feature) if PLACEHOLDER.sub("", m) and not chinese.search(m))
    assert latin == []


@each
@both
def test_every_word_is_translated(feature: str, locale: str) -> None:
    known = catalogue(feature, locale)
    missing = [m for m in sorted(used(feature)) if m not in known or not all(texts(known[m]))]
    assert missing == []


@each
@both
def test_nothing_is_fuzzy_or_left_over(feature: str, locale: str) -> None:
    known = catalogue(feature, locale)
    assert not known.fuzzy
    assert [key(m) for m in known if m.id and m.fuzzy] == []
    assert sorted({key(m) for m in known if m.id} - used(feature)) == []
    assert list(known.obsolete) == []


@each
@both
def test_placeholders_survive_translation(feature: str, locale: str) -> None:
    wrong = []
    for message in catalogue(feature, locale):
        if message.id:
            wanted = sorted(PLACEHOLDER.findall(key(message)))
            for text in texts(message):
                found = sorted(PLACEHOLDER.findall(text))
                if found != wanted and not (set(found) <= set(wanted) and not isinstance(message.id, str)):
                    wrong.append((key(message), text))
    assert wrong == []


@each
@both
def test_a_per_cent_sign_that_a_template_says_is_doubled(feature: str, locale: str) -> None:
    """A template puts values in wherever it says something: of "80% sure" it would make a placeholder."""
    known, said = catalogue(feature, locale), used(feature, by="jinja2")
    every = [text for m in known if m.id and key(m) in said for text in (key(m), *texts(m))]
    assert [text for text in every if "%" in PLACEHOLDER.sub("", text)] == []


@each
def test_chinese_is_punctuated_in_full_width(feature: str) -> None:
    wrong = [m for m in sorted(used(feature)) if ASCII_BESIDE_HAN.search(PLACEHOLDER.sub("x", m))]
    traditional = [text for m in catalogue(feature, "zh_Hant") if m.id for text in texts(m)]
    wrong += [text for text in traditional if ASCII_BESIDE_HAN.search(PLACEHOLDER.sub("x", text))]
    assert wrong == []


@each
def test_english_is_punctuated_in_ascii(feature: str) -> None:
    english = [text for m in catalogue(feature, "en") if m.id for text in texts(m)]
    assert [text for text in english if FULL_WIDTH.search(text)] == []


@each
def test_traditional_is_that_of_hong_kong(feature: str) -> None:
    wrong = []
    for message in catalogue(feature, "zh_Hant"):
        if message.id:
            wrong += [
                text for text in texts(message) if NOT_TRADITIONAL.search(text) or NOT_HONG_KONG.search(text)
            ]
    assert [text for text in wrong if text not in ("简体", "简")] == []


def test_texts_beside_the_catalogues_are_those_of_hong_kong() -> None:
    """The notice on personal information, the names of the reference data, and those of the demonstration."""
    told = [path.read_text("utf-8") for path in PACKAGE.glob("*/reference/**/zh-Hant.*")]
    for path in PACKAGE.glob("*/reference/**/*.json"):
        told += [text for key, text in _named(json.loads(path.read_text("utf-8"))) if "hant" in key]
    for path in PACKAGE.glob("**/*.py"):
        told += re.findall(r'(?:name_|"|\b)hant"?\s*[=:]\s*"([^"]+)"', path.read_text("utf-8"))
    assert len(told) > 500
    own = [re.sub("|".join(GIVEN), "", text) for text in told]
    assert [text for text in own if NOT_TRADITIONAL.search(text) or NOT_HONG_KONG.search(text)] == []


def _named(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """The texts of a file, each under the last name that leads to it."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _named(item, name.lower())
    elif isinstance(value, list):
        for item in value:
            yield from _named(item, key)


@both
def test_a_word_means_the_same_on_every_floor(locale: str) -> None:
    """All catalogues are merged into one at run time: two meanings of a msgid would win by chance."""
    seen: dict[str, dict[tuple[str, ...], str]] = {}
    for feature in FEATURES:
        for message in catalogue(feature, locale):
            if message.id:
                seen.setdefault(key(message), {}).setdefault(tuple(texts(message)), feature)
    assert {m: found for m, found in seen.items() if len(found) > 1} == {}


@each
def test_templates_show_no_chinese_that_is_not_translated(feature: str) -> None:
    wrong = []
    for path in sorted((PACKAGE / feature / "templates").rglob("*.html")):
        text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.DOTALL)
        text = re.sub(r'<(\w+)[^>]*\blang="zh[^"]*"[^>]*>[^<]*</\1>', "", text)
        wrong += [f"{path.name}: {found}" for found in re.findall(f"[{HAN}]+", text)]
    assert [w for w in wrong if not w.endswith((": 康健生", ": 语言"))] == []


def test_a_paused_and_an_ended_project_have_one_word_each():
    """The status that a lead chooses, the one that is computed and the sentences say it alike, in all three languages."""
    told = project_statuses()
    for code, word in (("ON_HOLD", "已暂停"), ("COMPLETED", "已完成")):
        name = told[code].name
        assert name.hans == word
        for feature in ("core", "projects", "overview"):
            assert catalogue(feature, "zh_Hant")[word].string == name.hant, feature
    assert catalogue("core", "en")["已暂停"].string == told["ON_HOLD"].name.en == "Paused"
    # A state is 已暂停, 已终止, 已结束; what is done to a project, and what a committee decides, are verbs.
    loose = re.compile("(?:个|之前|另计，|；|。|、|或)(?:暂停|结束)|(?<!已)(?:暂停|结束)的")
    for feature in ("projects", "overview"):
        assert [one for one in used(feature) if loose.search(one) and "（暂停、终止）" not in one] == []
        english = [text for message in catalogue(feature, "en") for text in texts(message)]
        assert [text for text in english if re.search("on hold", text, re.IGNORECASE)] == []

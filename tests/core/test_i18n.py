"""Which language a reader gets, names in several scripts, dates, and the words for refusals."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask_babel import lazy_gettext

from kangjiansheng.core import clock, i18n
from kangjiansheng.core.errors import RuleBroken
from tests.support.critic import Critic


@dataclass
class Thing:
    name_hans: str
    name_hant: str = ""
    name_en: str = ""


@pytest.mark.parametrize(
    ("asked", "cookie", "query", "wanted"),
    [
        ("", "", "", "zh-Hans"),
        ("en-GB,en;q=0.9", "", "", "en"),
        ("zh-HK,zh;q=0.9", "", "", "zh-Hant"),
        ("zh-TW", "", "", "zh-Hant"),
        ("zh-Hant-MO", "", "", "zh-Hant"),
        ("zh-CN", "", "", "zh-Hans"),
        ("fr,de;q=0.8", "", "", "zh-Hans"),
        ("fr,en;q=0.5", "", "", "en"),
        ("en", "zh-Hant", "", "zh-Hant"),
        ("en", "nonsense", "", "en"),
        ("en", "zh-Hant", "zh-Hans", "zh-Hans"),
        ("en", "", "xx", "en"),
    ],
)
def test_the_language_of_a_request(app: Flask, asked: str, cookie: str, query: str, wanted: str) -> None:
    headers = {"Accept-Language": asked, "Cookie": f"kjs_lang={cookie}"}
    with app.test_request_context(f"/?lang={query}" if query else "/", headers=headers):
        assert i18n.locale() == wanted


def test_the_switch_keeps_the_language_and_comes_back(client: Callable[..., Critic]) -> None:
    visitor = client(None)
    answer = visitor.get("/language/en?back=/sign-in?next=/account")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/account")
    assert "<h1>Sign in</h1>" in visitor.get("/sign-in").text
    assert visitor.get("/language/fr").status_code == 404
    assert visitor.get("/language/en?back=//evil.example").headers["Location"] == "/"


def test_an_own_name_goes_before_a_derived_one() -> None:
    full = Thing("细胞实验室", "細胞實驗室甲", "Cell lab")
    assert [i18n.name_of(full, script) for script in i18n.LOCALES] == [
        "细胞实验室",
        "細胞實驗室甲",
        "Cell lab",
    ]
    bare = Thing("细胞实验室")
    assert [i18n.name_of(bare, script) for script in i18n.LOCALES] == [
        "细胞实验室",
        "細胞實驗室",
        "细胞实验室",
    ]
    assert [i18n.is_derived(bare, script) for script in i18n.LOCALES] == [False, True, True]
    assert i18n.name_of({"hans": "x", "en": "y"}, "en") == "y"


def test_an_instant_is_shown_in_shanghai(app: Flask) -> None:
    assert i18n.moment(datetime(2026, 11, 22, 16, 30, tzinfo=UTC)) == "2026-11-23 00:30"
    assert clock.day_of(datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) == date(2026, 11, 23)
    assert clock.end_of(date(2026, 11, 22)) == datetime(2026, 11, 22, 15, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "words"), [("zh-Hans", "2025 年 11 月 20 日（周四）"), ("en", "Thu 20 Nov 2025")]
)
def test_a_day_in_a_sentence(app: Flask, monkeypatch: pytest.MonkeyPatch, language: str, words: str) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 22))
    with app.test_request_context(f"/?lang={language}"):
        assert i18n.prose_day(date(2025, 11, 20)) == words
        assert str(2026) not in i18n.prose_day(date(2026, 11, 20))


def test_a_refusal_is_explained_with_its_facts(app: Flask) -> None:
    problem = RuleBroken("accounts:code-taken", "code", code="P-0001")
    for language, part in (("zh-Hans", "编号 P-0001"), ("zh-Hant", "編號 P-0001"), ("en", "The code P-0001")):
        with app.test_request_context(f"/?lang={language}"):
            assert part in i18n.explain(problem)


def test_a_mail_speaks_its_readers_language(app: Flask) -> None:
    from kangjiansheng.core.outbox import words_of

    with app.test_request_context("/?lang=zh-Hans"):
        with i18n.speaking("en"):
            assert words_of("accounts:reset", {"name": "x"})[0] == "Reset your Kangjiansheng password"
        assert words_of("accounts:reset", {"name": "x"})[0] == "重设康健生密码"


def test_names_sort_as_their_readers_expect() -> None:
    names = ["张江", "瑞金", "仁济", "上海"]
    assert sorted(names, key=i18n.sort_key("zh-Hans")) == ["仁济", "瑞金", "上海", "张江"]
    assert sorted(["b", "A", "c"], key=i18n.sort_key("en")) == ["A", "b", "c"]


def test_words_that_are_looked_up_late_are_escaped_like_any_other_text(app: Flask) -> None:
    with app.test_request_context("/"):
        words = lazy_gettext("%(name)s 的日期 < 今天", name="<img src=x>")
        shown = app.jinja_env.from_string('<p title="{{ words }}">{{ words }}</p>').render(words=words)
    assert "<img" not in shown and shown.count("&lt;img src=x&gt; 的日期 &lt; 今天") == 2

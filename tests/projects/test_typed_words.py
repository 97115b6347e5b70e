"""Words that somebody typed in Chinese carry their language on pages in another one: fonts and screen readers go by it."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.core.i18n import language_of, speak_now
from kangjiansheng.core.pages import typed
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import queries
from kangjiansheng.projects.operations import milestones
from kangjiansheng.projects.operations.plans import add_milestone
from tests.support.critic import Critic

NAME, NOTE = "补充资料递交", "等评审意见"


@pytest.fixture
def named(app: Flask) -> Flask:
    with app.app_context(), writing():
        lead = actor_by_email("lead@kjs.example")
        assert lead is not None
        there = queries.milestone(actor=lead, code="KJS-003", milestone_code="A140")
        assert there is not None
        day = date(2026, 12, 1)
        made = add_milestone(there.plan, actor=lead, version=None, code="Z1", names={"hans": NAME}, day=day)
        later = date(2027, 1, 20)
        milestones.will_slip(made, later, "REGULATOR", actor=lead, version=made.version, note=NOTE)
    return app


@pytest.mark.parametrize(
    ("page", "words", "found"),
    [
        ("zh-Hans", NAME, ""), ("zh-Hans", "臨床試驗", ""), ("en", NAME, "zh-Hans"), ("en", "臨床試驗", "zh-Hant"),
        ("en", "中心 A", "zh-Hans"), ("en", "IND filing", ""), ("en", "", ""), ("en", None, ""),
        ("zh-Hant", NAME, "zh-Hans"), ("zh-Hant", "臨床試驗", ""), ("zh-Hant", "中心", ""), ("zh-Hant", "IND", ""),
    ],
)  # fmt: skip
def test_words_in_another_script_than_the_page_are_known(
    app: Flask, page: str, words: str | None, found: str
) -> None:
    with app.test_request_context():
        speak_now(page)
        assert language_of(words) == found


def test_what_is_marked_stays_escaped(app: Flask) -> None:
    with app.test_request_context():
        speak_now("en")
        assert typed("<b>甲") == '<span lang="zh-Hans">&lt;b&gt;甲</span>'
        assert typed("<b>") == "<b>", "left to the template"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/projects/KJS-003", (NAME,)), ("/projects/KJS-003/milestones/Z1", (NAME, NOTE)),
        ("/milestones?project=KJS-003&columns=milestone&columns=note", (NAME,)),
    ],
)  # fmt: skip
def test_names_and_notes_without_a_translation_carry_their_language(
    named: Flask, client: Callable[..., Critic], path: str, words: tuple[str, ...]
) -> None:
    chinese, english, traditional = (
        client(who, language).get(path).text
        for who, language in (("lead", "zh-Hans"), ("executive", "en"), ("auditor", "zh-Hant"))
    )
    for one in words:
        assert f'<span lang="zh-Hans">{one}</span>' in english
        assert one in chinese and f'<span lang="zh-Hans">{one}</span>' not in chinese
    assert "補充資料遞交" in traditional and '<span lang="zh-Hans">補充' not in traditional


def test_a_mission_without_a_translation_carries_its_language(client: Callable[..., Critic]) -> None:
    assert 'class="song mission">' in client("lead").get("/labs/JL-01").text
    assert 'class="song mission" lang="zh-Hans"' in client("lead", "en").get("/labs/JL-01").text

"""Answers that are given where there is no network: each arrives, the last one of each milestone counts, and what
one person typed waits for nobody else on the same device."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.cast import Cast
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.long]

PAGE = "/my/milestones"


def _codes(page: Page, most: int) -> list[str]:
    """The cards that can be said to be on track, from the top."""
    found = page.locator("form.qc:has(button[value=on_track])")
    return [str(found.nth(place).get_attribute("id")) for place in range(most)]


def _slips(page: Page, code: str, chip: str) -> None:
    card = page.locator(f"#{code}")
    card.locator("label.s-slip").click()
    card.locator("label.chip-r", has_text=chip).click()
    card.locator("label.chip-r", has_text="样本或物料").click()


def test_several_answers_all_arrive(browser: Browser, serve: Callable[..., Server]) -> None:
    cast = Cast(browser, serve(), 390)
    page = cast.page("lead", PAGE)
    codes = _codes(page, 3)
    page.context.set_offline(True)
    for code in codes:
        page.locator(f"#{code} button[value=on_track]").click()
        expect(page.locator(f"#{code} .kept")).to_contain_text("没有网络")
    page.context.set_offline(False)
    for code in codes:
        expect(page.locator(f"#{code}")).to_have_count(0)
    page.goto(f"{PAGE}?show=confirmed")
    for code in codes:
        expect(page.locator(f"#{code}")).to_have_count(1)
    cast.close()


def test_of_one_milestone_the_last_answer_counts(browser: Browser, serve: Callable[..., Server]) -> None:
    cast = Cast(browser, serve(), 390)
    page = cast.page("lead", PAGE)
    (code,) = _codes(page, 1)
    page.context.set_offline(True)
    page.locator(f"#{code} button[value=on_track]").click()
    page.locator(f"#{code} label.s-slip").click()
    expect(page.locator(f"#{code} .kept"), "who thinks again has not answered yet").to_have_count(0)
    _slips(page, code, "+3 周")
    day = page.locator(f"#{code} input[name=date]").input_value()
    page.locator(f"#{code}").get_by_role("button", name="保存更新").click()
    page.context.set_offline(False)
    expect(page.locator(".toast-k")).to_contain_text(f"预测日期改为 {day}")
    cast.close()


def test_an_answer_outlives_the_page_but_is_nobody_elses(
    browser: Browser, serve: Callable[..., Server]
) -> None:
    cast = Cast(browser, serve(), 390)
    page = cast.page("lead", PAGE)
    first, second = _codes(page, 2)
    page.context.set_offline(True)
    page.locator(f"#{first} button[value=on_track]").click()
    _slips(page, second, "+2 周")
    page.locator(f"#{second} textarea").fill("冷链车晚到")
    me = page.evaluate("document.body.dataset.me")
    kept = page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('kj-card:'))")
    assert me and len(kept) == 2 and all(name.startswith(f"kj-card:{me}:") for name in kept)
    page.close()
    page = cast.contexts["lead"].new_page()
    page.context.set_offline(False)
    page.goto(PAGE)
    expect(page.locator(f"#{first}")).to_have_count(0)
    expect(page.locator(f"#{second} textarea")).to_have_value("冷链车晚到")
    cast.close()


def test_an_ended_session_puts_no_sign_in_into_the_card(
    browser: Browser, serve: Callable[..., Server]
) -> None:
    cast = Cast(browser, serve(), 390)
    page = cast.page("lead", PAGE)
    (code,) = _codes(page, 1)
    page.context.clear_cookies(name="kjs")
    with page.expect_response(lambda answer: "/effect" in answer.url):
        _slips(page, code, "+2 周")
    assert page.locator("input[type=password]").count() == 0
    page.locator(f"#{code}").get_by_role("button", name="保存更新").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("登录已结束，您填写的内容还在")
    cast.close()

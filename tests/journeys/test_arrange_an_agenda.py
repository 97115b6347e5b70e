"""The builder of an agenda by keys, by dragging and without a script; it is one page and one save."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.cast import Cast, press
from tests.support.server import Server
from tests.support.visitor import PASSWORD

pytestmark = pytest.mark.browser
PAGE = "/meetings/SAC-2026-06/agenda"


def _names(page: Page) -> list[str]:
    return [str(row.get_attribute("data-name")) for row in page.locator(".ord > li").all()]


@pytest.mark.long
def test_by_keys_and_by_dragging(browser: Browser, serve: Callable[..., Server]) -> None:
    page = Cast(browser, serve(), 1440).page("secretary", PAGE)
    first, second, third, *rest = _names(page)
    grip = page.locator("[data-grip]").nth(2)
    grip.focus()
    grip.press("ArrowUp")
    assert _names(page)[:3] == [first, third, second]
    expect(page.locator("[data-said]")).to_have_text(f"{third} 现在是第 2 项")
    expect(page.locator("[data-grip]").nth(1)).to_be_focused()
    page.locator("[data-grip]").nth(0).drag_to(page.locator(".ord > li").nth(2))
    dragged = _names(page)
    assert dragged[0] == third and sorted(dragged) == sorted([first, second, third, *rest])
    page.locator("[data-minutes]").first.fill("120")
    expect(page.locator("[data-late]")).to_contain_text("超")
    expect(page.locator("[data-unsaved]")).to_be_visible()
    page.locator("text=保存安排").click()
    expect(page.locator(".toast-k")).to_contain_text("已保存议程的安排")
    assert _names(page) == dragged
    expect(page.locator("[data-late]")).to_be_visible()


@pytest.mark.long
def test_without_a_script(browser: Browser, serve: Callable[..., Server]) -> None:
    server = serve()
    page = browser.new_context(java_script_enabled=False, locale="zh-CN").new_page()
    page.goto(f"{server.base}/sign-in")
    page.fill("[name=email]", "secretary@kjs.example")
    page.fill("[name=password]", PASSWORD)
    press(page, page.locator("main button[type=submit]"))
    page.goto(f"{server.base}{PAGE}")
    before = _names(page)
    page.locator('[name^="at-"]').nth(3).fill("1")
    page.locator("[data-minutes]").nth(3).fill("35")
    press(page, page.locator("text=保存安排"))
    assert _names(page) == [before[3], *before[:3], *before[4:]]
    assert page.locator("[data-minutes]").first.input_value() == "35"
    press(page, page.locator("button[name=move]").nth(1))  # the first, down
    assert _names(page)[:2] == [before[0], before[3]]

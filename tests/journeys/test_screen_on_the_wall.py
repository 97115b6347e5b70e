"""A screen on the wall reads itself anew, says so when it cannot, and is empty once the session is over."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.cast import Cast
from tests.support.server import Server

pytestmark = pytest.mark.browser


@pytest.mark.long
def test_it_goes_on_by_itself(browser: Browser, serve: Callable[..., Server]) -> None:
    cast = Cast(browser, serve(), 1440)
    page = cast.page("executive", "/overview/wall")
    wall, read = page.locator("#wall"), page.locator("[data-read]")
    before = wall.inner_text()
    page.evaluate("document.querySelector('#wall .answer').textContent = ''; kjWall()")
    expect(page.locator("#wall .answer")).to_contain_text("20 个项目中")
    assert wall.inner_text() == before

    page.context.set_offline(True)
    page.evaluate("kjWall()")
    expect(read).to_have_class("wl-lost")
    expect(read).to_contain_text("没有连上")
    page.context.set_offline(False)
    page.evaluate("kjWall()")
    expect(read).to_contain_text("读取于")

    page.context.clear_cookies()
    page.evaluate("kjWall()")
    expect(wall).to_have_text("登录已过期，请重新登录")
    assert "KJS-" not in page.content()
    cast.complaints.clear()  # the browser complains of the lost connection
    cast.close()


SCREENS = ((1280, 720), (1440, 900), (1920, 1080), (3840, 2160))
BELOW = """() => [...document.querySelectorAll('.wl-g li, .wl-more')].filter(
    one => !one.hidden && one.getBoundingClientRect().bottom > innerHeight).length"""


@pytest.mark.long
@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_all_of_it_stands_on_the_screen_and_what_does_not_is_counted(
    browser: Browser, serve: Callable[..., Server], language: str
) -> None:
    cast = Cast(browser, serve(), 1440)
    page = cast.page("executive", "/overview/wall")
    page.goto(page.url.replace("/overview/wall", f"/language/{language}?back=/overview/wall"))
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
        assert page.evaluate("document.documentElement.scrollHeight") == height
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(BELOW) == 0, (width, height)
        for section in page.locator(".wl-g section").all():
            shown, more = section.locator("li:visible").count(), section.locator(".wl-more")
            assert shown >= 3
            left = int("".join(filter(str.isdigit, more.inner_text()))) if more.is_visible() else 0
            assert shown + left == int(more.get_attribute("data-total") or 0)
    cast.close()

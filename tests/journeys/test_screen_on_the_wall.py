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
    assert page.evaluate("document.documentElement.scrollHeight") <= 900, "all of it stands on the screen"
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

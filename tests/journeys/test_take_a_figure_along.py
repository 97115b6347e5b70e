"""An executive takes a sentence or a figure of a past day into a chat: by the clipboard, or as a file without it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.cast import Cast
from tests.support.server import Server

pytestmark = pytest.mark.browser
PICTURE = """navigator.clipboard.read().then(all => {
  const picture = all.find(item => item.types.includes('image/png'));  // until it is there the text still is
  return picture ? picture.getType('image/png').then(blob => blob.size) : 0;
})"""
# The lines above the picture and its key, caught where it would become a file.
TITLE = """() => {
  const was = Plotly.downloadImage;
  let lines;
  Plotly.downloadImage = figure => {
    lines = [figure.layout.title.text.split('<br>'), figure.layout.annotations.map(one => one.text),
      figure.layout.paper_bgcolor];
  };
  document.querySelector('#chart-slips [data-act=png]').click();
  Plotly.downloadImage = was;
  return lines;
}"""
GONE = "Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true})"


def open_menu(page: Page) -> None:
    page.locator("#chart-slips .tool-m summary").click()


@pytest.mark.long
def test_words_and_pictures_reach_the_chat(browser: Browser, serve: Callable[..., Server]) -> None:
    cast = Cast(browser, serve(), 1440)
    page = cast.page("executive", "/overview?as_of=2026-06-30")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#fig-slips-p[data-drawn]").wait_for()
    finding = page.locator("#chart-slips h2").inner_text()

    page.get_by_role("button", name="复制这段话").click()
    expect(page.locator(".toast-k")).to_have_text("已复制")
    first, day, address = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert first.startswith("20 个项目中") and "  " not in first
    assert day == "截至 2026-06-30，示例数据" and address.endswith("/overview?as_of=2026-06-30#answer")

    open_menu(page)
    page.locator("#chart-slips [data-act=copy-text]").click()
    page.wait_for_function("navigator.clipboard.readText().then(text => text.includes('#chart-slips'))")
    assert page.evaluate("navigator.clipboard.readText()").split("\n")[0] == f"推迟最多的里程碑：{finding}"
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY", "the menu closes and keeps the place"

    open_menu(page)
    page.locator("#chart-slips [data-act=copy-png]").click()
    page.wait_for_function(f"{PICTURE}.then(size => size > 10000)")

    # On a phone, too, the picture says what, of which day, and that it is illustrative.
    page.set_viewport_size({"width": 280, "height": 844})
    page.wait_for_function("document.querySelector('#fig-slips-p').getBoundingClientRect().width < 280")
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    (*said, day, basis), key, ground = page.evaluate(TITLE)
    assert ground == "#FFFEFB", "a picture is light whatever the screen is"
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    page.set_viewport_size({"width": 1440, "height": 900})
    what = f"推迟最多的里程碑（比基线晚的天数）{finding}".replace(" ", "")
    assert len(said) > 2 and "".join(said).replace(" ", "") == what, said
    assert basis == "对比：2026-03-31"
    assert day == "截至 2026-06-30，示例数据"
    assert key[:2] + key[-2:] == ["○", "基线", "◆", "现预测：已推迟"], "and what its marks mean"

    page.evaluate(GONE)  # as on a page that is not served by https
    open_menu(page)
    with page.expect_download() as file:
        page.locator("#chart-slips [data-act=copy-png]").click()
    assert file.value.suggested_filename == "slips-2026-06-30.png"
    expect(page.locator(".toast-k")).to_contain_text("改为下载")
    cast.close()

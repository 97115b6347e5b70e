"""The page at double size, by keyboard alone: what has the focus is never under the bar at the foot of the window."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.journeys.cast import Cast
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.long]

HIDDEN = """() => {
  const at = document.activeElement, bar = document.querySelector(".tabbar");
  if (!at || at === document.body || bar.contains(at)) return "";
  return at.getBoundingClientRect().bottom > bar.getBoundingClientRect().top ? at.outerHTML.slice(0, 90) : "";
}"""


@pytest.mark.parametrize(
    ("who", "path"),
    [("executive", "/milestones"), ("lead", "/account"), ("secretary", "/meetings/SAC-2026-06")],
)
def test_nothing_is_focused_where_it_cannot_be_seen(
    browser: Browser, serve: Callable[..., Server], who: str, path: str
) -> None:
    cast = Cast(browser, serve(), 1440)
    page = cast.page(who, path)
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 720, "height": 450})  # 1440 × 900 at 200 %
    hidden = []
    for _step in range(45):
        page.keyboard.press("Tab")
        hidden.append(page.evaluate(HIDDEN))
    assert not [one for one in hidden if one]
    cast.close()

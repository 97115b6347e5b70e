"""A lab lead on a telephone: what she asks for next is at hand, Back leads back, and what was saved is told."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.cast import Cast, press
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.long]

# Pairs of cells of a row that lie over each other.
OVERLAPPING = """() => [...document.querySelectorAll('main .rows tbody tr')].flatMap((row) => {
  const cells = [...row.cells].map((cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    return [cell.textContent.trim(), range.getBoundingClientRect()];
  });
  return cells.flatMap(([one, a], place) => cells.slice(place + 1)
    .filter(([, b]) => a.right > b.left + 1 && b.right > a.left + 1 && a.bottom > b.top + 1 && b.bottom > a.top + 1)
    .map(([other]) => `${one} | ${other}`));
})"""


def test_a_booking_that_was_refused_can_be_left_by_back(
    browser: Browser, serve: Callable[..., Server]
) -> None:
    cast = Cast(browser, serve(), 390)
    page = cast.page("lead", "/resources")
    press(page, page.get_by_role("link", name="预约10 色流式细胞仪"))
    page.locator("[name=day]").fill("2026-11-30")
    page.locator("[name=from_hour]").select_option("9")
    page.locator("[name=to_hour]").select_option("10")
    page.locator("[name=purpose]").fill("流式表型（示例）")
    press(page, page.locator("main button.btn-primary"))
    expect(page.locator(".form-errs")).to_be_focused()
    press(page, page.locator("button[name=instead]"))
    expect(page.locator("#said")).to_have_text("已预约")  # a screen reader is told after the page has come
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("预约")
    cast.close()


def test_a_refused_answer_is_read_again_as_the_list(browser: Browser, serve: Callable[..., Server]) -> None:
    cast = Cast(browser, serve(), 390)
    page = cast.page("lead", "/my/milestones")
    card = page.locator("form.qc").nth(3)
    card.locator("label.s-slip").click()
    press(page, card.get_by_role("button", name="保存更新"))
    assert page.locator(".fe").count() == 2
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("我的里程碑")
    assert page.url.endswith("/my/milestones") and page.locator(".fe").count() == 0
    cast.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_after_a_save_the_next_card_is_in_sight(
    browser: Browser, serve: Callable[..., Server], scripts: bool
) -> None:
    cast = Cast(browser, serve(), 390)
    page = cast.page("lead", "/my/milestones")
    if not scripts:
        plain = browser.new_context(
            java_script_enabled=False, viewport={"width": 390, "height": 844}, base_url=cast.server.base
        )
        plain.add_cookies(page.context.cookies())  # type: ignore[arg-type]
        page = plain.new_page()
        page.goto("/my/milestones")
    cards = page.locator("form.qc")
    following = cards.nth(4).get_attribute("id")
    press(page, cards.nth(3).locator("button[name=choice][value=on_track]"))
    expect(page).to_have_url(f"{cast.server.base}/my/milestones#{following}")
    expect(page.locator(f"#{following}")).to_be_in_viewport()
    box = page.locator(f"#{following}").bounding_box()
    toast = page.locator("#toast form button").bounding_box()
    assert box and toast and toast["y"] + toast["height"] <= box["y"] < 200
    page.keyboard.press("Tab")
    assert page.locator(f"#{following} :focus").count() == 1, "the keyboard goes on where one is"
    cast.close()


def test_what_a_slip_does_stands_right_below_the_day(browser: Browser, serve: Callable[..., Server]) -> None:
    cast = Cast(browser, serve(), 390)
    page = cast.page("lead", "/projects/KJS-003/milestones/A140/edit")
    card = page.locator("form.qc")
    card.locator("label.s-slip").click()
    card.locator("label.chip-r", has_text="+2 周").click()
    first = card.locator(".eff-l li").first
    expect(first, "two are shown at once, without another tap").to_be_visible()
    effect, note = first.bounding_box(), card.locator("textarea").bounding_box()
    assert effect and note and effect["y"] < note["y"]
    cast.close()


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_no_cell_of_a_list_covers_another(
    browser: Browser, serve: Callable[..., Server], language: str
) -> None:
    cast = Cast(browser, serve(), 390, language)
    page = cast.page("lead2", "/hand-offs")
    assert page.locator("main .rows tbody tr").count() >= 2
    assert page.evaluate(OVERLAPPING) == []
    cast.close()

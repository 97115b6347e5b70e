"""A lab lead's week on the phone: seven milestones, one of which slips, between two experiments."""

import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.cast import Cast
from tests.support.server import Server

pytestmark = pytest.mark.browser


class Thumb:
    """Taps, and counts them."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, target: object) -> None:
        """One tap on what is there."""
        self.taps += 1
        target.click()  # type: ignore[attr-defined]


def test_seven_milestones_in_at_most_twelve_taps_and_a_minute(
    browser: Browser, serve: Callable[..., Server]
) -> None:
    cast = Cast(browser, serve(), 390)
    page = cast.page("lead", "/my/milestones")
    thumb, began = Thumb(page), time.monotonic()
    at_first = page.locator("form.qc").count()
    overdue = page.locator("form.qc:has(.pill.s-late)").count()
    for _ in range(6):
        # One that is not overdue: an overdue one cannot be on track without another date.
        card = page.locator("form.qc").nth(overdue)
        code = card.get_attribute("id")
        thumb.tap(card.locator("button[value=on_track]"))
        expect(page.locator(f"#{code}")).to_have_count(0)
    card = page.locator("form.qc").nth(overdue)
    code = card.get_attribute("id")
    thumb.tap(card.locator("label.s-slip"))
    thumb.tap(card.locator("label.chip-r", has_text="+2 周"))
    thumb.tap(card.locator("label.chip-r", has_text="样本或物料"))
    expect(card.locator("[data-effect-into]")).to_contain_text("下游里程碑")
    thumb.tap(card.get_by_role("button", name="保存更新"))
    expect(page.locator(f"#{code}")).to_have_count(0)
    # Between two pages there is no card at all: the list that remains says that the next page is there.
    expect(page.locator("form.qc")).to_have_count(at_first - 7)
    spent = time.monotonic() - began
    assert thumb.taps <= 12, f"{thumb.taps} taps"
    assert spent < 60, f"{spent:.0f} seconds"
    print(f"{thumb.taps} taps, {spent:.1f} seconds")
    cast.close()


@pytest.mark.long
def test_what_was_entered_survives_a_lost_connection(browser: Browser, serve: Callable[..., Server]) -> None:
    cast = Cast(browser, serve(), 390)
    page = cast.page("lead", "/my/milestones")
    card = page.locator("form.qc").last
    code = card.get_attribute("id")
    card.locator("label.s-slip").click()
    fortnight = card.locator("label.chip-r", has_text="+2 周")
    fortnight.click()
    meant = date.fromisoformat(card.locator("input[name=date]").input_value()) + timedelta(weeks=1)
    card.locator("input[name=date]").fill(meant.isoformat())
    expect(fortnight.locator("input"), "a date that was typed is not that of a chip").not_to_be_checked()
    card.locator("label.chip-r", has_text="样本或物料").click()
    card.locator("textarea").fill("冷链车晚到")
    page.goto("/projects")
    page.goto("/my/milestones")
    card = page.locator(f"#{code}")
    expect(card.locator("textarea")).to_have_value("冷链车晚到")
    expect(card.locator("label.chip-r", has_text="样本或物料").locator("input")).to_be_checked()
    expect(card.locator("input[name=date]")).to_have_value(meant.isoformat())
    page.context.set_offline(True)
    card.get_by_role("button", name="保存更新").click()
    expect(card).to_contain_text("没有网络")
    page.context.set_offline(False)
    expect(page.locator(f"#{code}")).to_have_count(0)
    expect(page.locator(".toast-k")).to_contain_text(f"预测日期改为 {meant}")
    page.goto("/my/milestones?show=all")
    expect(page.locator(f"#{code} textarea")).to_have_value("")
    cast.close()


@pytest.mark.long
def test_what_is_given_now_is_no_longer_asked_for(browser: Browser, serve: Callable[..., Server]) -> None:
    cast = Cast(browser, serve(), 390)
    page = cast.page("lead", "/my/milestones")
    card = page.locator("form.qc").nth(3)
    code = card.get_attribute("id")
    card.locator("label.s-slip").click()
    card.get_by_role("button", name="保存更新").click()
    card = page.locator(f"#{code}")
    expect(card.locator(".fe")).to_have_count(2)
    card.locator("label.chip-r", has_text="+2 周").click()
    expect(card.locator(".fe")).to_have_text(["请选择一个主要原因。"])
    expect(card.locator("input[name=date]")).not_to_have_attribute("aria-invalid", "true")
    card.locator("label.chip-r", has_text="样本或物料").click()
    expect(card.locator(".fe")).to_have_count(0)
    cast.close()


@pytest.mark.long
def test_enter_saves_what_was_chosen(browser: Browser, serve: Callable[..., Server]) -> None:
    """Not the first button, which says that all is on track; and the words follow the way that is chosen."""
    cast = Cast(browser, serve(), 1440)
    page = cast.page("lead", "/my/milestones")
    card = page.locator("form.qc:has(button[value=on_track])").first
    code = card.get_attribute("id")
    card.locator("label.s-slip").click()
    day = (
        date.fromisoformat(card.locator("[data-date]").last.get_attribute("data-date") or "") + timedelta(90)
    ).isoformat()
    card.locator("input[name=date]").fill(day)
    card.locator("label.chip-r", has_text="样本或物料").click()
    said = card.locator("[data-effect-into] .eff-say").first
    expect(said).to_contain_text("个下游里程碑顺延")
    card.locator("input[name=follow][value=move]").focus()
    page.keyboard.press("ArrowLeft")
    expect(said).to_contain_text("保持原日期")
    expect(card.locator("input[name=follow][value=keep]")).to_be_focused()
    card.locator("input[name=date]").press("Enter")
    expect(page.locator(f"#{code}")).to_have_count(0)
    expect(page.locator(".toast-k")).to_contain_text(f"预测日期改为 {day}")
    cast.close()


# What of the words that were saved covers something that can be pressed in the page.
COVERED = """() => {
  const toast = document.querySelector('.toast-k').getBoundingClientRect();
  const at = (e) => { const r = e.getBoundingClientRect(); return r.width && r.top < toast.bottom && r.bottom > toast.top; };
  return [...document.querySelectorAll('main a, main button, main label, main input, .tabbar a')].filter(at)
    .map((e) => e.textContent.trim() || e.name);
}"""


@pytest.mark.long
def test_nothing_that_one_presses_next_is_covered_or_out_of_sight(
    browser: Browser, serve: Callable[..., Server]
) -> None:
    cast = Cast(browser, serve(), 390)
    page = cast.page("lead", "/my/milestones")
    card = page.locator("form.qc").nth(3)
    code = card.get_attribute("id")
    card.locator("label.s-slip").click()
    chips = [chip.bounding_box() for chip in card.locator(".qd label.chip-r").all()]
    assert len({chip["y"] for chip in chips if chip}) == 1, "one row"
    assert all(chip and chip["height"] >= 44 and chip["width"] >= 44 for chip in chips)
    card.locator("input[name=date]").fill("2026-11-20")
    card.locator(".chips label").first.click()
    card.get_by_role("button", name="保存更新").click()
    bad = page.locator(f"#{code} input[aria-invalid=true]")
    expect(bad).to_be_focused()
    expect(bad).to_have_value("2026-11-20")
    expect(bad).to_be_in_viewport(ratio=1)  # it has the keyboard a moment before the page has come to rest
    box = bad.bounding_box()
    assert box and 60 < box["y"] < 900 - 58 - 44, "between the header and the bar at the foot"
    page.locator("form.qc button[value=on_track]").first.click()
    expect(page.locator(".toast-k")).to_be_visible()
    page.locator(".toast-k").evaluate(
        "e => Promise.all(e.getAnimations().map((one) => one.finished))"
    )  # it rises
    assert page.evaluate(COVERED) == []
    toast, header = page.locator(".toast-k").bounding_box(), page.locator(".hdr").bounding_box()
    assert toast and header and toast["y"] + toast["height"] <= header["height"], (
        "wherever the page is scrolled to"
    )
    cast.close()

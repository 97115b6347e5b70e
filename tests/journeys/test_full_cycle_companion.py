"""全周期陪伴式服务: every resident has one line of time; left alone too long it is brought up; a phone ends the silence.
首批入驻企业与生态伙伴: occupancy and funnel open the companies behind them, and the area is held to the park's."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.cast import Cast
from tests.support.server import Server

pytestmark = pytest.mark.browser


@pytest.mark.long
def test_full_cycle_companion_service_全周期陪伴式服务(
    browser: Browser, serve: Callable[..., Server]
) -> None:
    """Who was left alone is named; four taps on a phone write the contact down, and it stands in the line of time."""
    cast = Cast(browser, serve(), 390)
    page = cast.page("executive", "/residents?quiet=1")
    row = page.get_by_role("row", name="CO-002")
    expect(row).to_contain_text("60 天没有触点")
    row.get_by_role("link", name="CO-002").click()
    taps = [
        page.get_by_role("link", name="记录服务触点"),
        page.locator("label.chip-r", has_text="人才"),
        page.locator("label.chip-r", has_text="电话"),
        page.get_by_role("button", name="保存"),
    ]
    for target in taps:
        target.click()
    line = page.locator("#timeline li")
    expect(line.first).to_contain_text("2026-11-23")
    expect(line.first).to_contain_text("电话")
    expect(line.last).to_contain_text("线索")
    page.goto("/residents?quiet=1")
    expect(page.get_by_role("row", name="CO-002")).to_have_count(0)
    cast.close()


@pytest.mark.long
def test_residents_and_partners_首批入驻企业与生态伙伴(
    browser: Browser, serve: Callable[..., Server]
) -> None:
    """A figure of the funnel and the space of a floor lead to the company; more than the park has is refused."""
    cast = Cast(browser, serve(), 1440)
    page = cast.page("executive", "/residents")
    expect(page.locator("main")).to_contain_text("20余家首批入驻企业和生态伙伴")
    page.get_by_role("link", name="入驻企业 成长 1").click()
    expect(page.locator("table.rows tbody tr")).to_have_count(1)
    expect(page.locator("table.rows tbody tr")).to_contain_text("CO-001")
    page.get_by_role("link", name="空间", exact=True).click()
    page.get_by_role("row", name="A-02").get_by_role("link", name="CO-001").click()
    expect(page.locator("h1")).to_contain_text("示例企业甲")
    page.goto("/residents/floors/new")
    for name, value in (("code", "C-01"), ("building", "示例 C 栋"), ("level", "1"), ("area_m2", "87201")):
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("还可登记 87,200 平方米")
    cast.close()

"""Two promises of the announcement in a browser: the six seats (政产学研医资) with what they lack, and the scientific
committee (康健生细胞治疗科学委员会), whose first meeting is told and whose signed minutes stay as they are."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.cast import Cast, press
from tests.support.server import Server

pytestmark = pytest.mark.browser


@pytest.mark.long
def test_the_six_seats_and_the_committee(browser: Browser, serve: Callable[..., Server]) -> None:
    """Which project lacks a hospital or a funder; what the source does not tell of the committee is not there."""
    cast = Cast(browser, serve(), 390)
    page = cast.page("executive", "/table/seats")
    press(page, page.get_by_role("link", name="缺资本"))
    expect(page.locator("table.sts tbody tr").first.locator("td").nth(5)).to_have_text("缺")
    press(page, page.get_by_role("link", name="缺医院"))
    for row in page.locator("table.sts tbody tr").all():
        expect(row.locator("td").nth(2)).to_have_text("缺")

    page = cast.page("chair", "/meetings/SAC-2024-01/minutes")
    expect(page.locator("main")).to_contain_text("据来源登记，未经签署")
    assert page.get_by_role("link", name="编辑").count() == 0
    page.goto(f"{cast.server.base}/meetings/SAC-2026-03/minutes")
    expect(page.locator(".sigs")).to_be_visible()
    answer = page.goto(f"{cast.server.base}/meetings/SAC-2026-03/minutes/edit")
    assert answer is not None
    assert answer.status in (403, 404) or page.locator("main textarea").count() == 0
    cast.close()

"""优势互补、资源共享：a clean room of one party is booked by another from the phone, in a few taps."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.cast import Cast, press
from tests.support.server import Server

pytestmark = pytest.mark.browser


@pytest.mark.long
def test_sharing_what_each_party_has_优势互补_资源共享(
    browser: Browser, serve: Callable[..., Server]
) -> None:
    cast = Cast(browser, serve(), 390)
    # The room is named as the bottleneck on the page of the laboratory, and leads to its week.
    lead = cast.page("lead", "/labs/JL-01")
    sheet = lead.locator("section", has_text="是瓶颈")
    expect(sheet.locator("h2")).to_contain_text("GMP 洁净间 B2是瓶颈")
    press(lead, sheet.get_by_role("link", name="GMP 洁净间 B2", exact=True))
    slot = lead.locator("#week a.free").first
    assert slot.bounding_box()["height"] >= 44  # type: ignore[index]
    # The slot, what for, book.
    press(lead, slot)
    lead.locator("[name=purpose]").fill("工艺验证第 3 批")
    press(lead, lead.get_by_role("main").get_by_role("button", name="预约"))
    expect(lead.get_by_role("main")).to_contain_text("2026-11-27 15:00 – 16:00")
    wide = lead.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide

    # A scientist of the hospital comes a moment later for the same hour: she is told whose it is, and waits.
    member = cast.page("member", "/resources/RES-01/book?day=2026-11-27&from=15")
    member.locator("[name=purpose]").fill("放行检验")
    press(member, member.get_by_role("main").get_by_role("button", name="预约"))
    expect(member.locator(".note.s-risk")).to_contain_text("工艺验证第 3 批")
    press(member, member.get_by_role("button", name="加入候补"))
    expect(member.locator("#waiting")).to_contain_text("放行检验")

    # The lead gives it back, the member hears of it and takes it: from the bell it is two taps.
    lead.locator("summary", has_text="取消预约").click()
    press(lead, lead.get_by_role("button", name="确定取消"))
    member.goto("/notifications")
    press(member, member.get_by_role("link", name="GMP 洁净间 B2 有空档了").first)
    press(member, member.get_by_role("main").get_by_role("button", name="预约"))
    expect(member.get_by_role("main")).to_contain_text("有效")
    member.goto("/")
    expect(member.locator("#bookings")).to_contain_text("GMP 洁净间 B2")

    # Who is outside sees that it is taken, and nobody's name.
    outsider = cast.page("outsider", "/resources/RES-02")
    expect(outsider.locator("#week")).to_contain_text("已占用")
    assert "委员（血液学）" not in outsider.content()
    cast.close()

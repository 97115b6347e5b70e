"""从研发创新到产品生产再到市场推广, and 创新成果孵化转化: what is handed on, on which conditions, and where results go."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.cast import Cast, press
from tests.support.app import PASSWORD
from tests.support.server import Server

pytestmark = pytest.mark.browser


def tick_all(page: Page) -> None:
    """Tick the whole checklist of a hand-off, once it is there: counting does not wait for the page behind a link."""
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(4)
    for box in boxes.all():
        box.check()


@pytest.mark.long
def test_from_research_to_production_to_the_market(browser: Browser, serve: Callable[..., Server]) -> None:
    """From a project: its link, the next hand-over and its conditions; a checklist that both tick and both sign."""
    server = serve()
    cast = Cast(browser, server, 1440)
    giver = cast.page("member2", "/projects/KJS-010")
    line = giver.locator(".pj-chain")
    expect(line.locator("[aria-current=step]")).to_have_text("临床")
    expect(line).to_contain_text("交接条件：清单 4 项逐项勾选")
    line.get_by_role("link", name="脐带 MSC 工作细胞库二十支").click()
    tick_all(giver)
    giver.get_by_label("登录密码").fill(PASSWORD)
    giver.get_by_role("button", name="签名交付").click()
    expect(giver.locator(".pill", has_text="已交付，待接收")).to_be_visible()

    receiver = cast.page("partner", "/")
    receiver.locator("#hand-offs").get_by_role("link", name="脐带 MSC 工作细胞库二十支").click()
    tick_all(receiver)
    receiver.get_by_label("登录密码").fill(PASSWORD)
    receiver.get_by_role("button", name="签名接收").click()
    expect(receiver.locator("main")).to_contain_text("与现在的内容一致")
    expect(receiver.locator(".pill", has_text="双方已签名")).to_be_visible()
    receiver.goto(f"{server.base}/value-chain")
    expect(receiver.locator("#clinic tr", has_text="KJS-010")).to_contain_text("通往生产的交接还没有登记")
    cast.close()
    assert server.command("audit", "verify").returncode == 0


@pytest.mark.long
def test_each_result_has_a_destination(browser: Browser, serve: Callable[..., Server]) -> None:
    """A result without one is listed first, is given a project, and shows the way from there."""
    server = serve()
    cast = Cast(browser, server, 390)
    page = cast.page("partner", "/results?placed=no")
    press(page, page.get_by_role("link", name="RS-0003"))
    expect(page.locator("main")).to_contain_text("还没有项目承接")
    press(page, page.get_by_role("link", name="修改"))
    page.get_by_label("承接项目").select_option(label="KJS-001 儿童及青少年B-ALL自体CD19 CAR-T")
    press(page, page.get_by_role("button", name="保存"))
    expect(page.locator("main")).to_contain_text("KJS-001")
    page.goto(f"{server.base}/results?placed=no")
    expect(page.locator("main")).to_contain_text("没有符合条件的成果")
    cast.close()

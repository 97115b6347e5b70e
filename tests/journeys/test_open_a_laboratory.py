"""多个专业特色联合实验室: a laboratory is registered, set up, accepted, and only then takes on GMP preparation."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.cast import Cast, press
from tests.support.server import Server

pytestmark = pytest.mark.browser


@pytest.mark.long
def test_多个专业特色联合实验室(browser: Browser, serve: Callable[..., Server]) -> None:
    cast = Cast(browser, serve(), 1440)
    page = cast.page("executive", "/labs/new")
    page.fill("[name=code]", "JL-77")
    page.fill("[name=name_hans]", "细胞药物递送联合实验室")
    page.select_option("[name=lead_code]", "SPH")
    press(page, page.locator("main form button[type=submit]"))
    page.goto(
        "/labs/JL-77/plan"
    )  # nobody has started it: it was made in the act that registered the laboratory
    expect(page.locator("main")).to_contain_text("验收/揭牌")
    page.goto("/labs/JL-77/people")
    page.fill("[name=email]", "lead@kjs.example")
    page.select_option("[name=role]", "director")
    press(page, page.locator("main form.form button[type=submit]"))
    # A director registers a project that her laboratory leads, and says that its cells are released.
    page = cast.page("lead", "/projects/new?pathway=D_iit")
    page.fill("[name=code]", "JL-77-001")
    page.fill("[name=name_hans]", "递送研究")
    page.select_option("[name=lead_lab]", "JL-77")
    page.fill("[name=start]", "2026-11-23")
    press(page, page.locator("main form.form button[type=submit]:not([name])"))
    page.goto("/projects/JL-77-001/milestones/D070")
    expect(page.locator("main")).to_contain_text("牵头实验室 JL-77 细胞药物递送联合实验室 尚未验收，不能承接")

    def release() -> None:
        page.goto("/projects/JL-77-001/milestones/D070/edit")
        page.locator("label.s-done").click()
        press(page, page.get_by_role("button", name="保存更新"))

    release()
    expect(page.locator(".fe").first).to_contain_text("请先通过该实验室的验收阶段门")
    press(page, page.get_by_role("link", name="查看实验室的验收"))
    assert page.url.endswith("/labs/JL-77")
    # The acceptance gate of the laboratory's own plan is passed: it is accepted, and takes it on.
    page.goto("/labs/JL-77/milestones/E110/decisions/new")
    page.locator("label", has_text="准予通过").click()
    page.fill("[name=body]", "管理委员会")
    press(page, page.get_by_role("button", name="记录决策"))
    page.goto("/labs/JL-77")
    expect(page.locator("main")).to_contain_text("2026-11-23")
    release()
    expect(page.locator("main")).to_contain_text("完成于 2026-11-23")
    cast.close()

"""A real browser makes a passkey, signs in with it, and uses it as the second step."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.cast import Cast
from tests.support.app import PASSWORD
from tests.support.server import Server

pytestmark = pytest.mark.browser
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.mark.long
def test_a_passkey_made_and_used(browser: Browser, serve: Callable[..., Server]) -> None:
    cast = Cast(
        browser, serve(host="localhost"), 390
    )  # browsers have passkeys on localhost and over HTTPS only
    page = cast.page("lead", "/account/second/passkeys")
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.get_by_label("名称").fill("手机")
    page.get_by_label("当前密码").fill(PASSWORD)
    page.get_by_role("button", name="在这台设备上添加").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("恢复码")
    page.goto(cast.server.base + "/account")
    expect(page.locator("#factors")).to_contain_text("手机")

    page.context.clear_cookies()
    page.goto(cast.server.base + "/sign-in?next=/account")
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.locator("#factors")).to_contain_text("上次使用")

    page.context.clear_cookies()
    page.goto(cast.server.base + "/sign-in")
    page.get_by_label("工作邮箱").fill("lead@kjs.example")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("button", name="用通行密钥").click()
    expect(page.get_by_role("navigation", name="底部导航")).to_be_visible()
    cast.close()

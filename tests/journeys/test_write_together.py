"""Two write one paragraph: what is typed is shown and saved as it comes, joined, and survives a closed tab."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.cast import Cast
from tests.support.server import Server

pytestmark = pytest.mark.browser
EDIT = "/meetings/SAC-2026-05/minutes/edit"
TEXT = "第一句。第二句。第三句。"


def _open(cast: Cast, who: str, path: str) -> tuple[Page, str]:
    page = cast.page(who, path)
    if path == EDIT:
        page.locator("li.wr-p:not(.wr-h) [data-key-edit]").nth(1).click()
        page.wait_for_url("**/paragraphs/*")
    return page, page.url.removeprefix(cast.server.base)


@pytest.mark.long
def test_shown_saved_joined_and_kept(browser: Browser, serve: Callable[..., Server]) -> None:
    cast = Cast(browser, serve(), 1440)
    page, address = _open(cast, "secretary", EDIT)
    page.locator("[name=text]").fill(TEXT)
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/edit*")
    page, _ = _open(cast, "secretary", address)
    other, _ = _open(cast, "chair", address)

    page.locator("[name=text]").fill(TEXT.replace("第一句", "**第一句**改过"))
    expect(page.locator("#preview strong")).to_have_text("第一句")
    expect(page.locator("[data-saved]")).to_contain_text("已保存", timeout=15_000)
    assert page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('kj-draft')).length") == 0

    other.locator("[name=text]").fill(TEXT.replace("第三句", "第三句也改过"))
    expect(other.locator("[data-saved]")).to_contain_text("自动保存已停", timeout=15_000)
    other.get_by_role("button", name="保存").click()
    expect(other.locator(".mrg-t")).to_have_text("**第一句**改过。第二句。第三句也改过。")
    other.get_by_role("button", name="合并，再看一遍").click()
    expect(other.locator("[name=text]")).to_have_value("**第一句**改过。第二句。第三句也改过。")
    other.locator(".form-go").first.get_by_role("button", name="保存").click()
    other.wait_for_url("**/edit*")

    page, _ = _open(cast, "secretary", address)
    expect(page.locator("[name=text]")).to_have_value("**第一句**改过。第二句。第三句也改过。")
    page.route(
        "**/paragraphs/*",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )
    page.locator("[name=text]").fill("没有送到的文字。")
    expect(page.locator("[data-saved]")).to_contain_text("还没有保存", timeout=15_000)
    page.close()
    page, _ = _open(cast, "secretary", address)
    expect(page.locator("[name=text]")).to_have_value("没有送到的文字。")
    expect(page.locator(".draft-note")).to_be_visible()
    cast.complaints = [c for c in cast.complaints if "ERR_FAILED" not in c]  # what was not let through
    cast.close()


@pytest.mark.long
def test_saved_on_leaving_or_told_to_be_missing(browser: Browser, serve: Callable[..., Server]) -> None:
    cast = Cast(browser, serve(), 1440)
    page, address = _open(cast, "secretary", EDIT)
    page.locator("[name=text]").fill("甲句。")
    page.get_by_role("link", name="回到全文").click()
    page.wait_for_url("**/edit*")
    expect(page.locator(".wr")).to_contain_text("甲句。")
    expect(page.locator("[data-held]")).to_be_hidden()

    page.goto(cast.server.base + address)
    page.locator("[name=text]").fill("甲句。乙句。")
    page.go_back()
    page.wait_for_url("**/edit*")
    expect(page.locator(".wr")).to_contain_text("乙句。", timeout=15_000)
    expect(page.locator("[data-held]")).to_be_hidden()

    page.goto(cast.server.base + address)
    page.evaluate("() => { window.fetch = () => Promise.reject(new Error('no line')); }")
    page.locator("[name=text]").fill("甲句。**丙句**。")
    page.get_by_role("link", name="回到全文").click()
    page.wait_for_url("**/edit*")
    expect(page.locator("[data-held] a")).to_have_text("甲句。**丙句**。")
    page.get_by_role("link", name="提交审阅").click()
    page.locator("[data-held] a").click()
    expect(page.locator("[name=text]")).to_have_value("甲句。**丙句**。")
    expect(page.locator("#preview strong")).to_have_text("丙句")
    page.locator(".draft-note button").click()
    expect(page.locator("#preview")).to_have_text("甲句。乙句。")
    page.goto(cast.server.base + "/meetings/SAC-2026-05/minutes/review")
    expect(page.locator("[data-held]")).to_be_hidden()
    cast.close()


@pytest.mark.long
def test_another_form_sent_takes_no_typing_away(browser: Browser, serve: Callable[..., Server]) -> None:
    cast = Cast(browser, serve(), 1440)
    page = cast.page("secretary", EDIT)
    page.locator("[name=d-text]").fill("拟记录的决议。")
    page.locator("[name=d-votes_for]").fill("7")
    page.locator("[name=text]").fill("新的一段。")
    page.get_by_role("button", name="增加", exact=True).click()
    expect(page.locator(".wr")).to_contain_text("新的一段。")
    expect(page.locator("[name=d-text]")).to_have_value("拟记录的决议。")
    expect(page.locator("[name=d-votes_for]")).to_have_value("7")
    expect(page.locator(".draft-note")).to_have_count(1)
    page.reload()
    expect(page.locator("[name=d-text]")).to_have_value("")

    page = cast.page("member", "/meetings/SAC-2026-04/minutes")
    page.locator("details.cm-add summary").nth(1).click()
    words = page.locator("details.cm-add").nth(1).locator("textarea[name=text]")
    words.fill("还没有发出的批注。")
    page.get_by_role("button", name="标为已读").click()
    expect(page.locator("#toast")).to_contain_text("已标为已读")
    expect(words).to_be_visible()
    expect(words).to_have_value("还没有发出的批注。")
    cast.close()

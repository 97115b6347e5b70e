"""四方战略合作协议: from any obligation to who owes it, until when, its evidence and its milestone in three clicks; a change
leaves its trace."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.cast import Cast, press
from tests.support import papers
from tests.support.server import Server

pytestmark = pytest.mark.browser


@pytest.mark.long
def test_四方战略合作协议(browser: Browser, serve: Callable[..., Server]) -> None:
    cast = Cast(browser, serve(), 1440)
    page: Page = cast.page("member", "/labs")
    page.get_by_role("link", name="义务", exact=True).click()  # the list: three clicks begin here
    page.get_by_role("link", name="OB-0004").click()  # one: who, until when, and its evidence
    facts = page.locator("dl.facts").first
    expect(facts).to_contain_text("义务方")
    expect(facts).to_contain_text("上海康健生细胞技术有限公司")
    expect(facts).to_contain_text("期限")
    expect(page.locator("#documents")).to_contain_text("还没有证据")
    page.get_by_role("link", name="KJS-003 A140").click()  # two: the milestone
    expect(page.locator("h1")).to_contain_text("A140")
    expect(page.locator("#obligations")).to_contain_text("OB-0004")
    press(page, page.locator("#obligations").get_by_role("link", name="OB-0004"))  # and back: three
    page.get_by_text("添加文件").click()
    page.set_input_files(
        "#document-files", {"name": "draft.pdf", "mimeType": "application/pdf", "buffer": papers.PDF}
    )
    page.get_by_role("button", name="上传").click()
    expect(page.locator("#documents")).to_contain_text("draft.pdf")
    expect(page.get_by_text("添加证据").first).to_be_visible()
    assert cast.complaints == [] and cast.foreign == []
    cast.close()

"""「一张桌」机制: a table meeting is run from one page: see the whole, open what waits, set owner and date, minute it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.committee.operations import committees, meetings, presence
from kangjiansheng.committee.queries import loaders
from kangjiansheng.core import clock
from kangjiansheng.core.transactions import writing
from tests.journeys.cast import Cast
from tests.support.acting import who
from tests.support.app import make, settings_for
from tests.support.server import Server

pytestmark = pytest.mark.browser
ASK = "需要儿童版知情同意书模板"


def _meeting_today(server: Server) -> str:
    """The committee of the table, kept by the executive, with a meeting today that has begun."""
    app = make(settings_for(server.folder, server.url))
    with app.app_context(), writing():
        made = committees.create_committee(
            actor=system_actor(), code="TBL", name_hans="一张桌会（示例）", kind="table"
        )
        committees.add_member(
            made, actor=system_actor(), person_id=who("executive").id, office="chair", name_hans=""
        )
        meeting = meetings.create_meeting(
            made, actor=who("executive"), held_on=clock.today(), illustrative=True
        )
        return str(meeting.code)


def _arrive(server: Server, code: str) -> None:
    app = make(settings_for(server.folder, server.url))
    with app.app_context(), writing():
        meeting = loaders.meeting(actor=who("executive"), code=code)
        assert meeting is not None
        presence.arrive(
            meeting,
            actor=who("executive"),
            person_id=who("executive").id,
            mode="on_site",
            at=clock.now() - timedelta(minutes=5),
        )


@pytest.mark.long
def test_one_table_meeting_from_the_page(browser: Browser, serve: Callable[..., Server]) -> None:
    """From the whole to the ask, its owner and date, and the minutes that say so."""
    server = serve()
    code = _meeting_today(server)
    cast = Cast(browser, server, 1440)
    page = cast.page("executive", "/table?party=SCMC")
    expect(page.locator(".answer")).to_contain_text("项诉求")
    page.locator("#meeting").get_by_role("link", name="排议程").click()
    page.get_by_role("checkbox", name=ASK).check()
    page.get_by_role("button", name="列入所选").first.click()
    expect(page.locator(".toast-k")).to_contain_text("已列入 1 项议题")

    page.goto(f"{server.base}/table?party=SCMC")
    page.locator(".rtp").get_by_role("link", name=ASK).click()
    expect(page.locator(".pill", has_text="已上桌")).to_be_visible()
    due = (clock.today() + timedelta(20)).isoformat()
    page.get_by_label("期限").fill(due)
    page.get_by_role("button", name="议定").click()
    expect(page.locator(".pill", has_text="已议定")).to_be_visible()

    page.goto(f"{server.base}/table?party=KJS")
    expect(page.locator(".rtp")).to_contain_text(ASK)
    _arrive(server, code)
    page.goto(f"{server.base}/meetings/{code}")
    page.get_by_role("button", name="起草纪要").first.click()
    expect(page.locator("main")).to_contain_text(f"{due} 前完成")

    # Back to the form and saved again: it was saved before.
    page.goto(f"{server.base}/asks/new")
    for words in ("已提出", "没有重复保存"):
        page.locator("[name=title]").fill("冻存液变更说明")
        page.locator("[name=from_code]").select_option("KJS")
        page.locator("[name=to_code]").select_option("*")
        page.locator("main form button[type=submit]").last.click()
        expect(page.locator(".toast-k")).to_contain_text(words)
        page.go_back()
    cast.close()
    assert server.command("audit", "verify").returncode == 0

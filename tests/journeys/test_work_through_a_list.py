"""A lead works through the list of all milestones: by keys alone, many at once; and the timeline of 200 projects."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.cast import Cast
from tests.support import scale
from tests.support.server import Server

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)  # a row comes from the server, and the machine may be busy
DRAWN = """() => {
  const at = performance.getEntriesByType("navigation")[0];
  return [at.responseStart - at.requestStart, at.loadEventEnd - at.responseStart];
}"""


@pytest.mark.long
def test_by_keys_alone(browser: Browser, serve: Callable[..., Server]) -> None:
    cast = Cast(browser, serve(), 1440)
    page = cast.page("lead", "/milestones?project=KJS-012&state=open&sort=project")
    _press(page, "jjx")
    expect(page.locator("[data-tick-count]")).to_have_text("已选 1 项")
    second = page.locator("table [data-row]").nth(1)
    expect(second.locator("input[name=row]")).to_be_checked()

    _press(page, "s")
    expect(second.locator("input[value=will_slip]")).to_be_checked()
    page.keyboard.press("Escape")
    expect(page.locator("tr.edit")).to_have_count(0)
    _press(page, "jo")
    third = page.locator("table [data-row]").nth(2)
    expect(third.locator("input[value=on_track]")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.locator(".toast-k")).to_contain_text("已确认")
    expect(page.locator("tr.edit")).to_have_count(0)

    page.locator("main [name=q]").focus()
    page.keyboard.type("jx")
    assert page.locator("main [name=q]").input_value() == "jx", "keys are letters within a field"
    page.keyboard.press("Escape")
    _press(page, "?")
    expect(page.locator("dialog.keys")).to_contain_text("选中这一行")
    answers = [key for key in page.locator("dialog.keys kbd").all_text_contents() if key in "eods"]
    assert answers == ["e", "o", "d", "s"], "what the keys do is listed, also before a row is open"
    page.keyboard.press("Escape")
    _press(page, "j")
    page.locator("table [data-row].kj-row").press("Enter")
    page.wait_for_url("**/projects/KJS-012/milestones/*")
    cast.close()


def _press(page: Page, keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


@pytest.mark.long
@pytest.mark.parametrize("width", [390, 1440])
def test_many_at_once_and_back(width: int, browser: Browser, serve: Callable[..., Server]) -> None:
    cast = Cast(browser, serve(), width)
    page = cast.page("lead", "/milestones?project=KJS-012&state=open&sort=project")
    expect(page.locator("#bulk")).to_be_hidden()
    boxes = page.locator("input[name=row]:visible")
    boxes.nth(1).check()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(page.locator("[data-tick-count]")).to_have_text("已选 3 项")
    page.get_by_role("button", name="批量更改").click()
    expect(page.locator("[name=days]")).to_be_hidden()
    page.locator("label.chip-r", has_text="移动日期").click()
    page.locator("[name=days]").fill("20")
    page.locator("[name=reason]").select_option("REGULATOR")
    page.get_by_role("button", name="预览").click()
    expect(page.locator("#rows h2")).to_contain_text("3 项会更改")
    page.get_by_role("button", name="同意，更改 3 项").click()
    expect(page.locator(".toast-k")).to_contain_text("已更改 3 项")
    page.get_by_role("button", name="整批撤销").click()
    expect(page.locator("main")).to_contain_text("这次更改已经撤销")
    cast.close()


@pytest.mark.soak
@pytest.mark.parametrize("query", ["view=timeline", "view=timeline&zoom=all&by=lab"])
def test_200_projects_are_drawn_within_a_second(
    query: str, browser: Browser, serve: Callable[..., Server], tmp_path: Path
) -> None:
    server = serve()
    made = server.command("import", "portfolio", str(scale.write(tmp_path / "more", 9)))
    assert made.returncode == 0, made.stderr
    page = Cast(browser, server, 1440).page("executive", "/")
    times: list[list[Any]] = []
    for _ in range(5):
        page.goto(f"{server.base}/milestones?{query}")
        page.wait_for_load_state("load")
        page.wait_for_timeout(200)
        times.append(page.evaluate(DRAWN))
    assert page.locator(".tl-r").count() == 200
    assert min(server_time for server_time, _drawn in times) < 1000, times
    assert min(drawn for _server_time, drawn in times) < 1000, times

"""A lead takes a sheet along, edits it, sends it back, looks at it cell by cell, consents, and takes it back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from kangjiansheng.core import clock
from tests.journeys.cast import Cast
from tests.support.server import Server
from tests.support.sheets import HEADS, change, grid_of
from tests.support.workbooks import xlsx

pytestmark = pytest.mark.browser
ON_TOP = """e => { const r = e.getBoundingClientRect();
 return document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2) === e }"""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.long
@pytest.mark.parametrize("width", [390, pytest.param(1440, marks=pytest.mark.soak)])
def test_a_sheet_goes_there_and_back(width: int, browser: Browser, serve: Callable[..., Server]) -> None:
    server = serve()
    cast = Cast(browser, server, width)
    page = cast.page("lead", "/milestones/import")
    grid = grid_of(page.context.request.get("/milestones/sheet.xlsx?owner=me").body())
    day = clock.today() + timedelta(days=200)
    number = change(grid, "KJS-003", "A140", forecast=f"{day:%Y.%m.%d}", reason=None)
    change(grid, "KJS-003", "A150", forecast="下周二")
    page.set_input_files("[name=file]", {"name": "十一月.xlsx", "mimeType": XLSX, "buffer": xlsx(grid)})
    page.get_by_role("button", name="读取并试算").click()
    expect(page.locator("main")).to_contain_text("1 行修改，0 行冲突，1 行有错", timeout=20_000)
    expect(page.locator(".ir.k-change")).to_contain_text(f"H{number}")
    expect(page.locator(".ir.k-fault")).to_contain_text("日期无法识别")
    tick, bar = page.locator(".ir.k-change .check"), page.locator("#consent-bar")
    tick.uncheck()
    expect(bar).to_contain_text("已勾选 0 行")
    tick.check()
    expect(bar).to_contain_text("已勾选 1 行")
    bar.locator("select").select_option(label="样本或物料")
    bar.get_by_role("button", name="确认导入 1 行").click()
    expect(page.locator("main")).to_contain_text("导入 1 行，1 行没有导入", timeout=20_000)
    milestone = cast.page("lead", "/projects/KJS-003/milestones/A140")
    expect(milestone.locator("main")).to_contain_text(day.isoformat())
    page.get_by_role("button", name="撤销这次导入").click()
    expect(page.locator("main")).to_contain_text("撤销 1 行，0 行没有撤销", timeout=20_000)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
    cast.close()
    assert cast.complaints == [] and cast.foreign == []
    assert server.command("audit", "verify").returncode == 0


@pytest.mark.long
@pytest.mark.parametrize("size", [(390, 844), (844, 390), (1440, 900)])
def test_the_bar_of_a_dry_run_hides_no_row(
    size: tuple[int, int], browser: Browser, serve: Callable[..., Server]
) -> None:
    """Rows are pasted; each tick that the keyboard reaches is seen, and so is more of the rows than of the bar."""
    server = serve()
    cast = Cast(browser, server, 390 if size[0] == 390 else 1440)
    page = cast.page("lead", "/milestones/import")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    grid = grid_of(page.context.request.get("/milestones/sheet.xlsx?owner=me").body())
    open_ones = [row for row in grid[1:] if row[HEADS.index("state")] == "进行中"][:12]
    for n, row in enumerate(open_ones):
        row[HEADS.index("forecast")] = f"{clock.today() + timedelta(days=300 + n)}"
        row[HEADS.index("plan")] = row[HEADS.index("forecast")]
        row[HEADS.index("reason")] = ""
    rows = ["\t".join("" if cell is None else str(cell) for cell in row) for row in (grid[0], *open_ones)]
    page.get_by_label("或粘贴从表格复制的行").fill("\n".join(rows))
    page.get_by_role("button", name="读取并试算").click()
    expect(page.locator("#consent-bar")).to_contain_text("调整计划", timeout=20_000)
    ticks = page.locator(".ir .check")
    assert ticks.count() >= 8
    page.emulate_media(reduced_motion="reduce")  # else it would still be on its way
    for n in range(ticks.count()):
        ticks.nth(n).focus()
        assert ticks.nth(n).evaluate(ON_TOP), n
    if size[1] < 900:
        bar = page.locator("#consent-bar > .row-x").bounding_box()
        assert bar is not None and bar["height"] < size[1] / 5
    page.get_by_label("批准依据").focus()
    assert page.get_by_label("批准依据").evaluate(ON_TOP)
    cast.close()
    assert cast.complaints == [] and cast.foreign == []

"""The page of a meeting on paper: all of its agenda, one item below the other, over as many pages as it takes."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.cast import Cast
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.office, pytest.mark.long]

AGENDA = ("通过第7次和第8次会议纪要", "首例准备", "期中安全性评估的安排", "KJS-020", "全程回避", "年议题征集")
AFTER = ("供对照", "遗留的行动项")


def printed(page_pdf: bytes, folder: Path) -> str:
    """The words on the pages, from above to below."""
    (folder / "a.pdf").write_bytes(page_pdf)
    read = ["pdftotext", "-layout", str(folder / "a.pdf"), "-"]
    return subprocess.run(read, capture_output=True, text=True, check=True).stdout.replace(" ", "")


def test_no_item_is_hidden_under_what_comes_after_the_agenda(
    browser: Browser, serve: Callable[..., Server], tmp_path: Path
) -> None:
    cast = Cast(browser, serve(), 1440)
    page = cast.page("secretary", "/meetings/SAC-2026-06")
    page.wait_for_load_state("networkidle")
    words = printed(page.pdf(format="A4"), tmp_path)
    agenda = words[words.index("5项，其中") :]
    places = [agenda.index(one) for one in (*AGENDA, *AFTER)]
    assert places == sorted(places), agenda
    assert "邮件答复" not in words and "还没有动议" not in words  # of the screen alone
    cast.close()

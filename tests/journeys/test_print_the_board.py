"""The board printed from the browser: on each paper, either way round, one sheet below the other and nothing over another."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.cast import Cast
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.office, pytest.mark.long]

HEADS = ("管线：", "需要关注", "各方交接", "里程碑展望", "推迟最多的里程碑", "滚动3个月准时率", "自2026-")
LINE = re.compile(r'<line xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</line>', re.S)
Box = tuple[float, float, float, float]


def pages(page_pdf: bytes, folder: Path) -> Iterator[list[tuple[Box, str]]]:
    """The lines of each page with their places."""
    (folder / "a.pdf").write_bytes(page_pdf)
    read = ["pdftotext", "-bbox-layout", str(folder / "a.pdf"), "-"]
    made = subprocess.run(read, capture_output=True, text=True, check=True).stdout
    for page in made.split("<page ")[1:]:
        found = []
        for *box, inside in LINE.findall(page):
            first, top, last, bottom = map(float, box)
            words = re.findall(r">([^<]+)</word>", inside)
            found.append(((first, top, last, bottom), "".join(words)))
        yield found


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("landscape", [False, True], ids=["upright", "across"])
def test_sheets_stand_below_one_another(
    browser: Browser, serve: Callable[..., Server], tmp_path: Path, paper: str, landscape: bool
) -> None:
    cast = Cast(browser, serve(), 1440)
    page = cast.page("executive", "/overview")
    page.wait_for_load_state("networkidle")
    page.emulate_media(media="print")
    found = list(pages(page.pdf(format=paper, landscape=landscape), tmp_path))
    assert len(found) >= 4
    heads = [words for lines in found for _box, words in sorted(lines, key=lambda one: one[0][1])]
    places = [next(n for n, words in enumerate(heads) if head in words) for head in HEADS]
    assert places == sorted(places), heads
    for number, lines in enumerate(found, 1):
        of_sheets = [(box, words) for box, words in lines if not words.startswith(("KJS-", "基线"))]
        assert len(of_sheets) > 3, f"page {number} holds the foot alone"
        left = min(box[0] for box, words in lines if "/" not in words)
        assert left < 150, f"page {number} is half empty: a grid broke over it"
    cast.close()

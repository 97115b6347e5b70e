"""What the board and the charts weigh in a real browser on a first visit, and whether anything jumps.

Bytes are those on the wire. The first screen is all that a page asks for but its scripts, which wait until it stands;
Plotly comes after both. Script time depends on the machine: its bound only finds what runs away.
"""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.cast import Cast
from tests.support.server import Server

pytestmark = pytest.mark.browser
FIRST, REST, REQUESTS, SHIFT, SCRIPT = 130_000, 155_000, 20, 0.05, 5.0
SHIFTS = """() => new Promise(done => { let sum = 0;
  new PerformanceObserver(list => { for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value; })
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 300); })"""


def weighed(page: Page, address: str) -> dict[str, int]:
    """The bytes of each answer by its address, from an empty cache."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    line.on("Network.responseReceived", lambda e: names.update({e["requestId"]: e["response"]["url"]}))
    line.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.locator("[data-drawn]").first.wait_for(state="attached")
    # What the page before was still fetching can end now: its answer had begun before anybody listened.
    return {names[key]: size for key, size in sizes.items() if names.get(key, "").startswith("http")}


@pytest.mark.long
def test_they_are_light_and_stand_still(browser: Browser, serve: Callable[..., Server]) -> None:
    server = serve()
    for width in (1440, 390):
        cast = Cast(browser, server, width)
        page = cast.page("executive", "/notifications")
        for path in ("/overview", "/overview/charts"):
            found = weighed(page, server.base + path)
            plain = {name: size for name, size in found.items() if "plotly" not in name}
            first = sum(size for name, size in plain.items() if not name.endswith(".js"))
            told: Any = (path, width, first, sum(plain.values()), len(found), sorted(plain.items()))
            assert first <= FIRST and sum(plain.values()) <= REST and len(found) <= REQUESTS, told
            assert page.evaluate(SHIFTS) < SHIFT, told
            line = page.context.new_cdp_session(page)
            line.send("Performance.enable")
            spent = {one["name"]: one["value"] for one in line.send("Performance.getMetrics")["metrics"]}
            assert spent["ScriptDuration"] < SCRIPT, told
        cast.close()

"""The first screen of each page in Chromium, from an empty cache, on a processor four times slower than this one."""

import os
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.support.browser import ARGUMENTS, chromium

SLOWER = 4
WIDTH, HEIGHT = 390, 844  # a phone
STOOD = """() => new Promise(done => { let sum = 0;
  new PerformanceObserver(list => { for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value; })
    .observe({type: 'layout-shift', buffered: true});
  const first = performance.getEntriesByName('first-contentful-paint')[0];
  setTimeout(() => done([first ? first.startTime : 0, sum]), 300); })"""


def measure(base: str, cookies: dict[str, str], pages: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Each page as one of the cast opens it; nothing is said where no Chromium is found."""
    path = chromium()
    if path is None:
        return []
    arguments = [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=arguments)
        try:
            return [_opened(browser, base, cookies[who], path) for who, path in pages]
        finally:
            browser.close()


def _opened(browser: Any, base: str, cookie: str, path: str) -> dict[str, Any]:
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, locale="zh-CN")
    context.add_cookies(
        [
            {"name": name, "value": value, "url": base}
            for name, _is, value in (one.partition("=") for one in cookie.split("; "))
        ]
    )
    page: Page = context.new_page()
    line = context.new_cdp_session(page)
    for name, settings in (
        ("Network.enable", {}),
        ("Performance.enable", {}),
        ("Emulation.setCPUThrottlingRate", {"rate": SLOWER}),
    ):
        line.send(name, settings)
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    line.on("Network.responseReceived", lambda e: names.update({e["requestId"]: e["response"]["url"]}))
    line.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}))
    page.goto(base + path)
    page.wait_for_load_state("networkidle")
    first, shift = page.evaluate(STOOD)
    spent = {one["name"]: one["value"] for one in line.send("Performance.getMetrics")["metrics"]}
    context.close()
    scripts = sum(size for key, size in sizes.items() if names.get(key, "").endswith(".js"))
    plotly = sum(size for key, size in sizes.items() if "plotly" in names.get(key, ""))
    return {
        "page": path,
        "first_kb": round((sum(sizes.values()) - scripts) / 1000),
        "scripts_kb": round((scripts - plotly) / 1000),
        "plotly_kb": round(plotly / 1000),
        "paint_ms": round(first),
        "shift": round(shift, 3),
        "script_ms": round(spent["ScriptDuration"] * 1000),
    }

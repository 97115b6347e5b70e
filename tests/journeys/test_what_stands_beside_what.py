"""Where things stand on a page, measured in a real browser: no row stretches, nothing is off its line."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator

from tests.journeys.cast import Cast, press
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.soak]


def _box(at: Locator) -> dict[str, float]:
    found = at.bounding_box()
    assert found is not None
    return dict(found)


def test_rows_of_the_pipeline_do_not_stretch_to_the_list_beside_them(
    browser: Browser, serve: Callable[..., Server]
) -> None:
    cast = Cast(browser, serve(), 1440)
    page = cast.page("executive", "/overview")
    page.locator("#hand-offs").wait_for()
    spare = page.locator("#pipe .ce:has(.pj)").evaluate_all(
        "cells => cells.map(c => c.clientHeight - [...c.children].reduce((all, one) => all + one.offsetHeight + 6, 6))"
    )
    assert max(spare) < 90, "a cell is no higher than what the fullest of its row holds"
    pipe, beside, below = (_box(page.locator(at)) for at in ("#pipe", "#attention", "#hand-offs"))
    assert beside["x"] > pipe["x"] + pipe["width"] and below["x"] == pipe["x"]
    assert below["y"] - (pipe["y"] + pipe["height"]) < 40, "hand-offs stand right below the pipeline"
    cast.close()


def test_a_box_to_remove_an_item_stands_on_the_line_of_its_fields(
    browser: Browser, serve: Callable[..., Server]
) -> None:
    server = serve()
    for width in (1440, 390):
        cast = Cast(browser, server, width)
        page = cast.page("secretary", "/meetings/SAC-2026-06/agenda/template")
        page.fill("main input[name=name]", f"例会 {width}")
        press(page, page.locator("main form button[type=submit]").last)
        page.goto(page.locator("main a[href*='/templates/']").last.get_attribute("href") or "")
        row = page.locator("main table tbody tr").first
        box, field = _box(row.locator("input.check")), _box(row.locator("input[name^=minutes]"))
        assert abs(box["y"] + box["height"] / 2 - field["y"] - field["height"] / 2) <= 3, f"at {width}"
        cast.close()


def test_on_a_phone_no_word_stands_in_a_column_of_its_letters(
    browser: Browser, serve: Callable[..., Server]
) -> None:
    cast = Cast(browser, serve(), 390)
    page = cast.page("lead", "/account")
    for way in page.locator(".coil li.wide3 > a").all():
        at = _box(way)
        assert at["x"] > 50 and at["width"] > 24, "under the words, not under the icon"
    page.goto("/")
    between = page.locator(".ob > .sm").first
    between.wait_for()
    assert _box(between)["width"] > 250, "who owes what to whom has the whole line"
    page.goto("/overview/pack")
    said, figures = _box(page.locator(".answer + .cap")), _box(page.locator(".cap + .kpis"))
    assert figures["y"] - said["y"] - said["height"] >= 8, (
        "what the day is said of stands apart from the figures"
    )
    page.goto("/committees/SAC")
    row = page.locator("table.stack tr", has_text="筹备中").first
    assert "—" not in row.inner_text(), "nothing stands for what is not there yet"
    cast.close()

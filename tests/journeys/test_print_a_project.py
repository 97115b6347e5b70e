"""A project on one sheet of paper, in each language, however much there is to say of it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.journeys.cast import Cast
from tests.support.server import Server

pytestmark = pytest.mark.browser


def pages(printed: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", printed))


@pytest.mark.long
def test_it_is_one_page(browser: Browser, serve: Callable[..., Server]) -> None:
    server = serve()
    for language, path in (
        ("zh-Hans", "/projects/KJS-003/sheet"), ("en", "/projects/KJS-001/sheet"), ("zh-Hant", "/projects/KJS-009/sheet?as_of=2026-06-30"),
    ):  # fmt: skip
        cast = Cast(browser, server, 1440, language)
        page = cast.page("executive", path)
        page.wait_for_load_state("networkidle")
        assert pages(page.pdf(prefer_css_page_size=True)) == 1, path
        cast.close()

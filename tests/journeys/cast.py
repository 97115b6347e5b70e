"""The cast in real browsers: one context a person, nothing shared but the server."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tests.support.server import Server

WIDTHS = {390: (390, 844), 1440: (1440, 900)}


class Cast:
    """Opens pages as one of the cast and remembers what the browser complained of."""

    def __init__(
        self,
        browser: Browser,
        server: Server,
        width: int,
        language: str = "zh-Hans",
        languages: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.browser, self.server, self.width, self.language = browser, server, width, language
        self.languages = languages  # of those who read another one
        self.contexts: dict[str, BrowserContext] = {}
        self.complaints: list[str] = []
        self.foreign: list[str] = []

    def page(self, who: str, path: str) -> Page:
        """A new page of this person, at a path."""
        page = self._context(who).new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda problem: self.complaints.append(str(problem)))
        page.on("request", self._watch)
        page.goto(self.server.base + path)
        return page

    def _context(self, who: str) -> BrowserContext:
        if who not in self.contexts:
            width, height = WIDTHS[self.width]
            context = self.browser.new_context(
                viewport={"width": width, "height": height},
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
                base_url=self.server.base,
                has_touch=self.width < 500,
            )
            context.add_cookies(
                [
                    {
                        "name": "kjs_lang",
                        "value": self.languages.get(who, self.language),
                        "url": self.server.base,
                    }
                ]
            )
            self._sign_in(context, who)
            self.contexts[who] = context
        return self.contexts[who]

    def _sign_in(self, context: BrowserContext, who: str) -> None:
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("[name=email]", f"{who}@kjs.example")
        page.fill("[name=password]", "kangjiansheng")
        press(page, page.locator("form[action='/sign-in'] button[type=submit]"))
        assert "/sign-in" not in page.url, f"{who} could not sign in"
        page.close()

    def _hear(self, message: Any) -> None:
        # The answer 409 or 422 to a form is expected, and browsers log it as a failed resource.
        if message.type == "error" and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def _watch(self, request: Any) -> None:
        if not request.url.startswith((self.server.base, "data:", "blob:")):
            self.foreign.append(request.url)

    def leave(self) -> None:
        """Everybody closes the browser; who comes back signs in anew."""
        for context in self.contexts.values():
            context.close()
        self.contexts.clear()

    def close(self) -> None:
        """End, and say what was wrong."""
        self.leave()
        assert self.complaints == []
        assert self.foreign == []


def press(page: Page, button: Locator) -> None:
    """Press a button and wait for the page that answers."""
    with page.expect_navigation():
        button.click()

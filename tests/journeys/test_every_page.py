"""Every page in a real browser: nothing for axe to find, no complaint, no other host, no sideways scroll, no
word left untranslated. The check opens one page in four, language, theme and width rotating; the soak opens all."""

import itertools
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy import create_engine, text

from tests.support.server import Server
from tests.support.tour import PAGES, SHEET
from tests.support.visitor import PASSWORD, Visitor, form_of

pytestmark = pytest.mark.browser

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
THEMES = ("light", "dark")
WIDTHS = (1440, 390)
COMBINATIONS = tuple(itertools.product(LANGUAGES, THEMES, WIDTHS))
HAN = re.compile("[\u3400-\u9fff]")
# Simplified forms that no Traditional page of ours may show, in words of the interface.
SIMPLIFIED = re.compile(
    "项目|协议|实验|会议|里程碑趋势|预测|纪要|签署|机构|导出|筛选|状态|计划|实际|确认|历史|编辑|类别|负责"
)

# The words of the interface: what people wrote in another language says so by its `lang`.
WORDS_OF_OURS = """language => [...document.querySelectorAll('header, footer, main h2, main th, main button, main label')]
  .filter(at => at.closest('[lang]').lang === language)
  .map(at => {
    const copy = at.cloneNode(true);
    copy.querySelectorAll('[lang]').forEach(inside => { if (inside.lang !== language) inside.remove(); });
    return copy.textContent;
  }).join('\\n')"""


# On a telephone: fields whose letters make it enlarge the page, and what one presses that is lower than a thumb.
TOO_SMALL = """() => [...document.querySelectorAll(
    'input:not([type=hidden]), select, textarea, button:not(.linkish, .q, .pwf *), .btn, .iconbtn, .menu-i, a.chip, .chip-r .chip, .seg a')]
  .filter(at => at.checkVisibility({ visibilityProperty: true }) && !at.matches('.vh, [type=checkbox], [type=radio], [type=range]') && !at.closest('.vh'))
  .filter(at => at.offsetHeight < 44 || at.matches('input, select, textarea') && parseFloat(getComputedStyle(at).fontSize) < 16)
  .map(at => `${at.tagName} ${at.className} ${at.name || at.textContent.trim().slice(0, 20)} ${at.offsetHeight}`)"""

ONLY_FAULTS = {"resultTypes": ["violations"]}  # what passed is counted, not described: faster
# True when the letters are there and every chart is drawn.
DRAWN = """() => document.fonts.status === 'loaded'
  && [...document.querySelectorAll('[data-fig]')].every(at => at.dataset.drawn || at.classList.contains('failed'))"""

# Bytes of the first screen as they came, compressed, with its scripts: all but Plotly, which comes after the words.
FIRST = """() => ['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))
  .filter(one => !one.name.includes('/plotly.')).reduce((sum, one) => sum + one.encodedBodySize, 0)"""
HEAVIEST = 150_000


class Tour:
    """Opens pages in any combination and collects what is wrong."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self.browser, self.server = browser, server
        self.wrong: list[str] = []
        self.name = ""  # of the visit that goes on
        self.heard: list[str] = []  # what the browser complained of during it
        # One page for each, opened once: what a page leaves behind would show on the next.
        self.pages: dict[tuple[str, str, int], Page] = {}
        self.signed_in: dict[str, Any] = {}  # who → the cookies of their one sign-in

    def visit(self, who: str, path: str, language: str, theme: str, width: int) -> None:
        """Open one page in one combination and look at it."""
        page = self._page(who, theme, width)
        page.context.add_cookies([{"name": "kjs_lang", "value": language, "url": self.server.base}])
        self.name = f"{who} {path} {language} {theme} {width}"
        self.heard.clear()
        answer = page.goto(self.server.base + path)
        assert answer is not None
        page.wait_for_function(DRAWN)
        self._say(list(self._look(page, width, language)))
        if path != "/no-such-page":
            self._say([f"status {answer.status}"] if answer.status != 200 else [])
            self._say(self.heard)

    def _look(self, page: Page, width: int, language: str) -> Iterator[str]:
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            yield f"scrolls sideways: {wide} > {width}"
        if (weight := page.evaluate(FIRST)) > HEAVIEST:
            yield f"the first screen weighs {weight} bytes"
        if width < 500 and (small := page.evaluate(TOO_SMALL)):
            yield f"too small for a thumb: {small[:5]}"
        if page.evaluate("document.documentElement.lang") != language:
            yield "the page names another language"
        for found in Axe().run(page, options=ONLY_FAULTS).response["violations"]:
            where = "; ".join(str(node["target"]) for node in found["nodes"][:3])
            yield f"axe {found['id']} ({found['impact']}): {where}"
        words = page.evaluate(WORDS_OF_OURS, language)
        if language == "zh-Hant" and (left := SIMPLIFIED.search(words)):
            yield f"simplified word {left.group()!r} in {words[max(left.start() - 60, 0) : left.end() + 60]!r}"

    def _watch(self, url: str) -> None:
        if not url.startswith((self.server.base, "data:", "blob:")):
            self._say([f"asks {url}"])

    def _say(self, problems: list[str]) -> None:
        self.wrong += [f"{self.name}: {problem}" for problem in problems]

    def _page(self, who: str, theme: str, width: int) -> Page:
        key = (who, theme, width)
        if key not in self.pages:
            context = self.browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=theme,
                base_url=self.server.base,  # type: ignore[arg-type]
            )
            if who != "nobody":
                context.add_cookies(self._cookies(who))
            context.add_cookies([{"name": "kjs_theme", "value": theme, "url": self.server.base}])
            page = self.pages[key] = context.new_page()
            page.on(
                "console", lambda m: self.heard.append(m.text) if m.type in ("error", "warning") else None
            )
            page.on("pageerror", lambda problem: self.heard.append(str(problem)))
            page.on("request", lambda request: self._watch(request.url))
        return self.pages[key]

    def _cookies(self, who: str) -> Any:
        if who not in self.signed_in:
            context = self.browser.new_context(base_url=self.server.base)
            page = context.new_page()
            page.goto("/sign-in")
            page.fill("[name=email]", f"{who}@kjs.example")
            page.fill("[name=password]", PASSWORD)
            page.click("form[action='/sign-in'] button[type=submit]")
            page.wait_for_url(lambda url: "/sign-in" not in url)
            self.signed_in[who] = context.cookies()
            context.close()
        return self.signed_in[who]


def _minutes(server: Server) -> None:
    """Two files of minutes from elsewhere: one waits for its importer, one was imported."""
    secretary = Visitor(server.base)
    secretary.sign_in("secretary")
    here = "/committees/SAC/imports"
    for name in ("sab_minutes_zh_illustrative.md", "community_zh_2024.md"):
        form = form_of(secretary.get(here)[1], here)
        form.pop("file", None)
        data = (Path(__file__).parents[1] / "committee" / "sources" / name).read_bytes()
        assert secretary.upload(here, form, name, data, field="file")[0] == 200
    form = form_of(secretary.get(f"{here}/2")[1], f"{here}/2")
    assert secretary.post(f"{here}/2", {**form, "life": "draft", "act": "import"})[0] == 200


def furnished(server: Server) -> Server:
    """What the demonstration lacks: the plan of a laboratory, a sheet that was sent back, and a robot of a group,
    which stays off."""
    lead = Visitor(server.base)
    lead.sign_in("lead")
    start = "/labs/JL-01/plan/new"
    form = form_of(lead.get(start)[1], start)
    form.pop("past_ok", None)
    status, _page = lead.post(start, {**form, "start": "2026-12-01", "built_ok": "y"})
    assert status == 200
    rows = (
        "项目编号,里程碑编号,预测,主要原因,颜色\nKJS-003,A140,2027-08-01,伦理审批,红\nKJS-003,A150,下周,,\n"
    )
    form = form_of(lead.get("/milestones/import")[1], "/milestones/import")
    form.pop("file", None)
    lead.upload("/milestones/import", form, "里程碑.csv", rows.encode("gbk"), field="file")
    with create_engine(server.url).begin() as database:  # its code is drawn, and here the tour's
        database.execute(text("UPDATE import_batch SET code = :code"), {"code": SHEET.rpartition("/")[2]})
    until = time.monotonic() + 60
    while lead.get(SHEET)[1].find(".//*[@id='rows']") is None:
        assert time.monotonic() < until, server.log()[-3000:]
        time.sleep(0.2)
    circulated(server)
    _minutes(server)
    _valued(server)
    _tried(server)
    admin = Visitor(server.base)
    admin.sign_in("admin")
    form = form_of(admin.get("/admin/robots/new")[1], "/admin/robots/new")
    address = "https://open.feishu.cn/open-apis/bot/v2/hook/none"
    wanted = {"messenger": "feishu", "name": "Feishu", "address": address, "kinds": "projects:slipped"}
    assert admin.post("/admin/robots/new", {**form, **wanted})[0] == 200
    form = form_of(lead.get("/webhooks/new")[1], "/webhooks/new")
    address = "https://hook.invalid/kjs"
    wanted = {"name": "Board", "address": address, "kinds": "milestone", "password": PASSWORD}
    assert lead.post("/webhooks/new", {**form, **wanted})[0] == 200
    return server


def _tried(server: Server) -> None:
    """A scenario with another day for a milestone."""
    lead = Visitor(server.base)
    lead.sign_in("lead")
    there = "/overview/scenarios"
    form = form_of(lead.get(there)[1], there)
    form.pop("shared", None)
    assert lead.post(there, {**form, "name": "推迟一季（示例）"})[0] == 200
    form = form_of(lead.get(f"{there}/1")[1], f"{there}/1/moves")
    wanted = {"milestone": "KJS-003 A140", "day": "2027-09-01"}
    assert lead.post(f"{there}/1/moves", {**form, **wanted})[0] == 200


def _valued(server: Server) -> None:
    """An own set of rates, and the money of a project."""
    for who, path, wanted in (
        (
            "executive",
            "/overview/rates/new",
            {"name_hans": "自定（示例）", "name_en": "Own", "reason": "示例"},
        ),
        ("lead", "/projects/KJS-003/value/edit", {"first_PHASE_I": "2027", "costs_PHASE_I": "30、45"}),
    ):
        visitor = Visitor(server.base)
        visitor.sign_in(who)
        form = next(
            form for form in visitor.get(path)[1].forms if "reason" in form.fields or "basis" in form.fields
        )
        values = {name: value for name, value in form.form_values() if name}
        assert visitor.post(path, values | {"basis": "示例"} | wanted)[0] == 200


def circulated(server: Server) -> None:
    """A vote by circulation before the coming meeting, and a charter that has deputies."""
    secretary, member = Visitor(server.base), Visitor(server.base)
    secretary.sign_in("secretary")
    member.sign_in("member")

    def fill(visitor: Visitor, path: str, field: str, **wanted: str) -> None:
        form = next(form for form in visitor.get(path)[1].forms if field in form.fields)
        action = (form.action or path).removeprefix(server.base)
        values = {name: value for name, value in form.form_values() if name}
        assert visitor.post(action, values | wanted)[0] == 200

    fill(secretary, "/committees/SAC/edit", "deputies", deputies="y")
    words = {"text": "建议先行采购（示例）。", "papers": "报价附后（示例）。", "due_day": "2026-11-27"}
    fill(secretary, "/meetings/SAC-2026-06/items/20/circulation", "papers", **words)
    fill(member, "/meetings/SAC-2026-06/motions/1", "person_id", choice="for")
    fill(secretary, "/meetings/SAC-2026-06/agenda/template", "name", name="例会")


@pytest.mark.parametrize("step", [16, pytest.param(4, marks=pytest.mark.long)])
def test_some_pages_once(browser: Browser, serve: Callable[..., Server], step: int) -> None:
    tour = Tour(browser, furnished(serve()))
    for number, (who, path) in enumerate(PAGES[::step]):
        tour.visit(who, path, *COMBINATIONS[number % len(COMBINATIONS)])
    assert not tour.wrong, "\n".join(tour.wrong)


@pytest.mark.soak
def test_every_page_in_every_combination(browser: Browser, serve: Callable[..., Server]) -> None:
    tour = Tour(browser, furnished(serve()))
    for who, path in PAGES:
        for combination in COMBINATIONS:
            tour.visit(who, path, *combination)
    assert not tour.wrong, "\n".join(tour.wrong)

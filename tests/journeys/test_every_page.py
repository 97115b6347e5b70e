"""Every page in a real browser: nothing for axe to find, no complaint, no other host, no sideways scroll, no
word left untranslated. The check opens each page once, language, theme and width rotating; the soak opens all."""

import itertools
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.support.server import Server
from tests.support.visitor import PASSWORD, Visitor, form_of

pytestmark = pytest.mark.browser

SHEET = "/milestones/import/IMP-0001"
EFFECTS = "/meetings/SAC-2026-06/items/20/effects"
PAGES = (
    ("nobody", "/sign-in"),
    ("nobody", "/forgot"),
    ("nobody", "/privacy"),
    ("lead", "/account/notice"),
    ("admin", "/admin/privacy"),
    ("admin", "/admin/failures"),
    ("admin", "/admin/failures?by=address"),
    ("nobody", "/no-such-page"),
    ("executive", "/"),
    ("executive", "/overview"),
    ("executive", "/overview?as_of=2026-06-30"),
    ("executive", "/overview/definitions"),
    ("executive", "/overview/charts"),
    ("executive", "/overview/wall"),
    ("partner", "/table"),
    ("executive", "/table?party=SPH&show=all&by=due"),
    ("executive", "/table/chains"),
    ("lead", "/table/seats?lack=capital"),
    ("executive", "/asks"),
    ("executive", "/asks/ASK-0001"),
    ("executive", "/asks/new"),
    ("partner", "/overview/charts?as_of=2026-06-30"),
    ("executive", "/overview/pack"),
    ("partner", "/overview/pack?as_of=2026-06-30&compare=2026-03-31"),
    ("executive", "/overview/metrics"),
    ("executive", "/overview/value"),
    ("partner", "/overview/value?as_of=2026-06-30&rates=NEWDIGS_HEME_CART"),
    ("executive", "/overview/rates"),
    ("executive", "/overview/rates/BIO_CART"),
    ("executive", "/overview/rates/new"),
    ("executive", "/overview/rates/OWN-1/edit"),
    ("lead", "/projects/KJS-003/value"),
    ("lead", "/projects/KJS-003/value/edit"),
    ("lead", "/projects/KJS-004/value"),
    ("executive", "/overview/forecast"),
    ("partner", "/overview/forecast?as_of=2026-06-30"),
    ("chair", "/overview/pack/deliveries"),
    ("lead", "/overview/scenarios"),
    ("lead", "/overview/scenarios/1"),
    ("lead", "/overview/scenarios/1/edit"),
    ("executive", "/projects"),
    ("executive", "/projects/KJS-003"),
    ("executive", "/projects/KJS-017?as_of=2026-03-31"),
    ("lead", "/projects/KJS-003/history"),
    ("lead", "/projects/KJS-003/history?kind=gates&as_of=2026-10-01"),
    ("executive", "/milestones"),
    ("lead", "/milestones?by=lab&moved=2026-09-01"),
    ("lead", "/views"),
    ("executive", "/milestones?view=timeline&by=lab"),
    ("partner", "/milestones?view=timeline&zoom=all"),
    ("executive", "/milestones/import"),
    ("lead", SHEET),
    ("lead", f"{SHEET}/effect"),
    ("executive", "/projects/KJS-017/advice"),
    ("executive", "/search?q=瑞金"),
    ("executive", "/search?q=zzzz"),
    ("executive", "/labs"),
    ("executive", "/labs/JL-01"),
    ("executive", "/labs/JL-01/edit"),
    ("executive", "/resources"),
    ("lead", "/resources/RES-01"),
    ("lead", "/resources/RES-01/bookings/1"),
    ("lead", "/resources/RES-01/book?day=2026-11-27&from=15"),
    ("outsider", "/resources/RES-02?as_of=2026-11-02"),
    ("executive", "/resources/RES-04"),
    ("executive", "/resources/RES-01/edit"),
    ("executive", "/resources/RES-01/waiting/2/removal"),
    ("executive", "/labs/JL-01/papers"),
    ("executive", "/labs/JL-01/review"),
    ("lead", "/labs/JL-01/review?year=2025"),
    ("lead", "/labs/JL-01/papers/new"),
    ("lead", "/labs/JL-01/papers/1/edit"),
    ("executive", "/partners"),
    ("executive", "/partners/RJ"),
    ("executive", "/partners/new"),
    ("executive", "/partners/RJ/archive"),
    ("executive", "/agreements"),
    ("executive", "/agreements/AGR-001"),
    ("executive", "/agreements/AGR-901"),
    ("executive", "/obligations"),
    ("executive", "/obligations/OB-0006"),
    ("executive", "/obligations/new"),
    ("executive", "/agreements/AGR-901/versions"),
    ("member", "/partners/RJ/report?until=2026-10-31"),
    ("member", "/obligations/waiting"),
    ("lead", "/projects/KJS-003/obligations"),
    ("lead", "/projects/KJS-003/around"),
    ("executive", "/residents"),
    ("executive", "/residents/CO-001"),
    ("partner", "/residents/CO-001"),
    ("executive", "/residents/CO-001/requests/2"),
    ("executive", "/residents/CO-001/contacts/new"),
    ("executive", "/residents/space"),
    ("executive", "/residents/coverage"),
    ("executive", "/notifications"),
    ("executive", "/account"),
    ("lead", "/"),
    ("lead", "/my/milestones"),
    ("lead", "/projects/KJS-003"),
    ("lead", "/projects/KJS-003/milestones/A140"),
    ("lead", "/projects/KJS-003/milestones/A140/schedule"),
    ("lead", "/projects/KJS-003/milestones/new"),
    ("lead", "/projects/KJS-003/baselines"),
    ("lead", "/projects/KJS-003/edit"),
    ("lead", "/projects/KJS-003/people"),
    ("lead", "/projects/KJS-003/sheet"),
    ("auditor", "/projects/KJS-003/readers?as_of=2026-06-30"),
    ("lead", "/projects/KJS-003/accesses"),
    ("lead", "/projects/new"),
    ("lead", "/templates"),
    ("executive", "/templates/A_drug"),
    ("executive", "/templates/A_drug/1/steps/A010"),
    ("executive", "/templates/D_iit/1/steps/D090/criteria/1"),
    ("executive", "/templates/D_iit/1/steps/D090/criteria/new"),
    ("lead", "/projects/KJS-003/records/import"),
    ("executive", "/import/trial"),
    ("executive", "/projects/KJS-003/risks"),
    ("lead", "/projects/KJS-003/risks/new"),
    ("lead", "/projects/KJS-003/risks/1"),
    ("lead", "/projects/KJS-004/risks"),
    ("lead", "/projects/KJS-003/validity/new"),
    ("lead", "/projects/KJS-003/validity/1/edit"),
    ("executive", "/hand-offs"),
    ("executive", "/value-chain"),
    ("executive", "/results"),
    ("executive", "/results/RS-0001"),
    ("partner", "/results/new"),
    ("partner", "/value-chain?as_of=2026-11-14"),
    ("partner", "/projects/KJS-020/milestones/D090"),
    ("partner", "/hand-offs/HO-0001"),
    ("member", "/hand-offs/HO-0004"),
    ("lead2", "/projects/KJS-010/hand-offs/new"),
    ("chair", "/"),
    ("chair", "/committees/SAC"),
    ("chair", "/meetings"),
    ("chair", "/meetings/SAC-2024-01/minutes"),
    ("chair", "/meetings/SAC-2026-03/minutes"),
    ("chair", "/meetings/SAC-2026-03/minutes?side=en"),
    ("secretary", "/meetings/SAC-2026-03/minutes/translation?to=en"),
    ("chair", "/meetings/SAC-2026-04/minutes"),
    ("chair", "/meetings/SAC-2026-06"),
    ("secretary", "/meetings/SAC-2026-05/minutes/edit"),
    ("secretary", "/meetings/SAC-2026-06/agenda"),
    ("secretary", "/meetings/SAC-2026-06/items/19/papers"),
    ("member", "/committees/SAC/backlog"),
    ("secretary", "/committees/SAC/series"),
    ("secretary", "/committees/SAC/templates"),
    ("secretary", "/committees/SAC/templates/1"),
    ("secretary", "/meetings/SAC-2026-06/agenda/template"),
    ("secretary", "/meetings/SAC-2026-06/attendance"),
    ("member", "/committees/SAC/interests"),
    ("member2", "/committees/SAC/interests/1"),
    ("chair", "/committees/SAC/interests/register"),
    ("secretary", "/meetings/SAC-2026-06/replies"),
    ("secretary", "/committees/SAC/imports"),
    ("secretary", "/committees/SAC/imports/1"),
    ("secretary", "/committees/SAC/imports/2"),
    ("member", "/meetings/SAC-2026-06/interests"),
    ("secretary", "/meetings/SAC-2026-06/recusals"),
    ("secretary", "/meetings/SAC-2026-05/floor"),
    ("secretary", "/meetings/SAC-2026-05/floor/stays/1"),
    ("member", "/meetings/SAC-2026-06/motions/1"),
    ("secretary", "/meetings/SAC-2026-06/motions/1"),
    ("secretary", "/meetings/SAC-2026-06/items/21/circulation"),
    ("secretary", "/meetings/SAC-2026-06/motions/1/annulment"),
    ("member", "/meetings/SAC-2026-06/deputy"),
    ("secretary", "/meetings/SAC-2026-06/present"),
    ("secretary", "/meetings/SAC-2026-05/present"),
    ("secretary", "/meetings/SAC-2026-03/edit"),
    ("secretary", "/meetings/SAC-2026-06/cancellation"),
    ("secretary", "/meetings/SAC-2026-04/minutes/history"),
    ("secretary", "/meetings/SAC-2026-04/minutes/opinions"),
    ("secretary", "/meetings/SAC-2026-04/minutes/recall"),
    ("secretary", "/meetings/SAC-2026-04/minutes/deadline"),
    ("secretary", "/meetings/SAC-2026-04/minutes/suggestions/1/taking"),
    ("secretary", "/meetings/SAC-2026-04/minutes/suggestions/1/refusal"),
    ("member", "/meetings/SAC-2026-04/minutes"),
    ("lead", "/projects/KJS-002/agenda-item"),
    ("member", "/minutes/verify"),
    ("secretary", "/meetings/SAC-2026-03/minutes/scans"),
    ("secretary", "/decisions"),
    ("executive", EFFECTS),
    ("executive", "/decisions/D-2026-05-01"),
    ("secretary", "/actions"),
    ("secretary", "/actions/A-2026-07-01"),
    ("auditor", "/audit"),
    ("auditor", "/audit/1"),
    ("admin", "/admin"),
    ("admin", "/admin/tokens"),
    ("lead", "/account/tokens/new"),
    ("lead", "/webhooks"),
    ("lead", "/webhooks/new"),
    ("lead", "/webhooks/1"),
    ("lead", "/webhooks/1/edit"),
    ("lead", "/api"),
    ("admin", "/admin/people/CAST-LEAD"),
    ("admin", "/admin/people/CAST-LEAD/handover"),
    ("admin", "/admin/people/CAST-LEAD/disable"),
    ("lead", "/projects/KJS-003/people/CAST-LEAD/handover"),
    ("admin", "/admin/mails"),
    ("admin", "/admin/work"),
    ("admin", "/admin/sessions"),
    ("admin", "/admin/calendar"),
    ("admin", "/admin/calendar/2026"),
    ("admin", "/admin/robots"),
    ("admin", "/admin/robots/new"),
    ("admin", "/admin/robots/1"),
    ("admin", "/admin/robots/1/edit"),
    ("admin", "/admin/copies"),
    ("admin", "/admin/retention"),
    ("admin", "/admin/retention/kinds/evidence"),
    ("admin", "/admin/system"),
    ("admin", "/admin/sign-in"),
    ("admin", "/admin/people/list"),
    ("admin", "/admin/rights"),
    ("lead", "/account/second"),
    ("lead", "/account/second/app"),
    ("lead", "/account/second/passkeys"),
    ("outsider", "/"),
    ("partner", "/projects"),
    ("lead2", "/projects/KJS-020/milestones/D090/evidence/2"),
    ("lead2", "/projects/KJS-020/milestones/D090/dossier"),
    ("lead2", "/projects/KJS-020/milestones/D090/criteria/4"),
    ("lead2", "/projects/KJS-020/milestones/D090/criteria/new"),
    ("executive", "/projects/KJS-009"),
    ("executive", "/projects/KJS-009/milestones/A190/dossier"),
    ("executive", "/projects/KJS-003/milestones/A140/decisions/new"),
    ("lead", "/labs/JL-01/plan"),
    ("lead", "/labs/JL-01/plan?view=timeline"),
    ("executive", "/labs/JL-01/plan/history"),
    ("lead2", "/labs/JL-02/plan/new"),
    ("lead", "/labs/JL-01/milestones/E050"),
    ("lead", "/labs/JL-01/milestones/E050/edit"),
)
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
    status, _page = lead.post(start, {**form, "start": "2026-12-01"})
    assert status == 200
    rows = (
        "项目编号,里程碑编号,预测,主要原因,颜色\nKJS-003,A140,2027-08-01,伦理审批,红\nKJS-003,A150,下周,,\n"
    )
    form = form_of(lead.get("/milestones/import")[1], "/milestones/import")
    form.pop("file", None)
    lead.upload("/milestones/import", form, "里程碑.csv", rows.encode("gbk"), field="file")
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


def test_each_page_once(browser: Browser, serve: Callable[..., Server]) -> None:
    tour = Tour(browser, furnished(serve()))
    for number, (who, path) in enumerate(PAGES):
        tour.visit(who, path, *COMBINATIONS[number % len(COMBINATIONS)])
    assert not tour.wrong, "\n".join(tour.wrong)


@pytest.mark.soak
def test_every_page_in_every_combination(browser: Browser, serve: Callable[..., Server]) -> None:
    tour = Tour(browser, furnished(serve()))
    for who, path in PAGES:
        for combination in COMBINATIONS:
            tour.visit(who, path, *combination)
    assert not tour.wrong, "\n".join(tour.wrong)

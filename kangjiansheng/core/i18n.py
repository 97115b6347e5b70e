"""Three languages: which one a reader gets, names in several scripts, dates, and the words for refusals."""

import re
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, NamedTuple

import flask_babel
from flask import Flask, g, has_app_context, has_request_context, request
from flask_babel import Babel, Domain, force_locale, refresh
from flask_babel import format_date as babel_date
from flask_babel.speaklater import LazyString
from markupsafe import escape

from kangjiansheng.core import text
from kangjiansheng.core.clock import SHANGHAI
from kangjiansheng.core.errors import RuleBroken

LOCALES = {"zh-Hans": "zh_Hans_CN", "zh-Hant": "zh_Hant_HK", "en": "en"}
CATALOGUES = {"zh-Hans": "zh_Hans_CN", "zh-Hant": "zh_Hant", "en": "en"}
_TRADITIONAL = ("zh-hant", "zh-tw", "zh-hk", "zh-mo")
COOKIE = "kjs_lang"
_refusals: dict[str, Any] = {}
_HAN = re.compile("[\u3400-\u9fff]")
_here: Any = g._get_current_object  # what `g` asks for each of its attributes

# Words that are looked up late are text like any other and escaped where they are shown; to Flask-Babel they are markup.
LazyString.__html__ = lambda words: escape(str(words))


def init_app(app: Flask, folders: list[str]) -> None:
    """Use one catalogue per feature folder; Simplified Chinese is the language of the source."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(folders)
    app.config["BABEL_DOMAIN"] = ";".join("messages" for _ in folders)
    app.config["BABEL_DEFAULT_LOCALE"] = CATALOGUES["zh-Hans"]
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Shanghai"
    babel = Babel(app, locale_selector=lambda: CATALOGUES[locale()])
    babel.domain_instance = words = Words(app.config["BABEL_DOMAIN"])
    flask_babel.get_domain = lambda: words if has_app_context() else Domain()


class Words(Domain):
    """The catalogues, the same for all requests. The usual way to them takes longer than the word that is looked up."""

    def __init__(self, domain: str) -> None:
        super().__init__(domain=domain)
        self._spoken: dict[str, Any] = {}

    def get_translations(self) -> Any:
        """The catalogue of the language that is spoken; found once in each."""
        spoken = locale()
        if spoken not in self._spoken:
            self._spoken[spoken] = super().get_translations()
        return self._spoken[spoken]


def locale() -> str:
    """The reader's language: `zh-Hans`, `zh-Hant` or `en`.

    In this order: `?lang=`, the language forced for a mail or a command, the person's own choice or the
    cookie, what the browser asks for, Simplified Chinese.
    """
    try:
        spoken: str = _here().locale
    except AttributeError:
        spoken = g.locale = _choose() if has_request_context() else "zh-Hans"
    except RuntimeError:  # nobody asks: there is no application
        return "zh-Hans"
    return spoken


def _choose() -> str:
    for wanted in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wanted in LOCALES:
            return wanted
    for wanted, _quality in request.accept_languages:
        low = wanted.lower()
        if low.startswith(_TRADITIONAL):
            return "zh-Hant"
        if low.startswith("zh"):
            return "zh-Hans"
        if low.startswith("en"):
            return "en"
    return "zh-Hans"


def keep(response: Any, wanted: str, *, secure: bool) -> None:
    """Keep a reader's language in a cookie for a year."""
    response.set_cookie(COOKIE, wanted, max_age=31536000, samesite="Lax", httponly=True, secure=secure)


def speak_now(wanted: str) -> None:
    """Answer the rest of this request in another language, as after a change of it."""
    g.locale = wanted
    refresh()


@contextmanager
def speaking(wanted: str):  # type: ignore[no-untyped-def]
    """Make words in another reader's language, for mails and exports."""
    before = g.get("locale")
    g.locale = wanted
    try:
        with force_locale(CATALOGUES[wanted]):
            yield
    finally:
        if before is None:
            g.pop("locale", None)
        else:
            g.locale = before


def name_of(thing: Any, wanted: str | None = None) -> str:
    """A thing's name in the reader's script: its own, else derived from Simplified, else Simplified.

    Works on anything with name_hans, name_hant, name_en, and on a mapping with hans, hant, en.
    """
    wanted = wanted or locale()
    if isinstance(thing, Mapping):
        thing = _Words(thing.get("hans") or "", thing.get("hant") or "", thing.get("en") or "")
    if wanted == "en":
        return thing.name_en or thing.name_hans  # type: ignore[no-any-return]
    if wanted == "zh-Hant":
        return thing.name_hant or text.to_hant(thing.name_hans)
    return thing.name_hans or thing.name_en  # type: ignore[no-any-return]


class _Words(NamedTuple):
    name_hans: str
    name_hant: str
    name_en: str


def is_derived(thing: Any, wanted: str | None = None) -> bool:
    """True when `name_of` had to convert or fall back: such a name is marked."""
    wanted = wanted or locale()
    own = {"en": thing.name_en, "zh-Hant": thing.name_hant, "zh-Hans": thing.name_hans}[wanted]
    return not own


def language_of(words: str | None) -> str:
    """In which Chinese script some words stand that the page around them is not in; empty when they need no mark. Fonts
    choose the shapes of characters by it, and readers their voice."""
    spoken = locale()
    if spoken == "zh-Hans" or not words or not _HAN.search(words):
        return ""
    if text.to_hans(words) != words:  # traditional, or of both
        return "zh-Hant" if spoken == "en" else ""
    return "zh-Hans" if spoken == "en" or text.to_hant(words) != words else ""


def initial(label: str) -> str:
    """The one character that stands for a role: of what it says in brackets (血 for 委员（血液学）), else the first."""
    inside = label.partition("（")[2]
    return (inside or label)[:1]


def prose_day(day: date) -> str:
    """A day as it stands in a sentence: 11 月 20 日（周五）, with the year when it is not this one."""
    from kangjiansheng.core import clock

    this_year = day.year == clock.today().year
    if locale() == "en":
        return str(babel_date(day, "EEE d MMM" if this_year else "EEE d MMM y", rebase=False))
    return str(babel_date(day, "M 月 d 日（EEE）" if this_year else "y 年 M 月 d 日（EEE）", rebase=False))


def moment(instant: datetime) -> str:
    """An instant as the reader sees it: 2026-11-22 14:03, in Asia/Shanghai."""
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def refusals(words: Mapping[str, Any]) -> None:
    """Make a feature's sentences for refused rules known: code → lazy text with %(facts)s."""
    _refusals.update(words)


def explain(problem: RuleBroken) -> str:
    """The sentence for a refused rule in the reader's language. An unknown code is a fault of ours."""
    return str(_refusals[problem.code]) % problem.facts


def sort_key(script: str | None = None) -> Callable[[str], Any]:
    """A key under which names sort as readers of the language expect (pinyin, strokes or letters).

    Chinese sorts by GB 18030 for Simplified (pinyin for the common characters) and by Big5 for Traditional
    (strokes); what the encoding lacks comes last.
    """
    encoding = {"zh-Hans": "gb18030", "zh-Hant": "big5hkscs", "en": "utf-8"}[script or locale()]

    def key(name: str) -> Any:
        folded = name.casefold()
        return folded.encode(encoding, "replace") if encoding != "gb18030" else folded.encode("gb18030")

    return key

"""What every page needs: the context of the base template, filters, toasts, links that keep the day."""

import re
from collections.abc import Callable, Collection
from datetime import date
from functools import lru_cache
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlencode, urlsplit

import orjson
from flask import (
    Flask,
    abort,
    current_app,
    flash,
    g,
    get_flashed_messages,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import get_translations
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response
from wtforms.widgets import core

from kangjiansheng.core import clock, i18n, once, routing, text
from kangjiansheng.core.calendar import EARLIEST
from kangjiansheng.core.templating import shown
from kangjiansheng.core.transactions import SAFE_METHODS

Navigation = Callable[[], list[dict[str, Any]]]
Counts = Callable[[], dict[str, int]]
widgets: Any = core  # of WTForms, whose own way to the attributes of a field takes six times as long
View = TypeVar("View", bound=Callable[..., Any])
_SENTENCES = 8192  # that are kept, of all languages
_CODE = re.compile(r"[A-Z][A-Z0-9]{0,11}(?:-[A-Z0-9]{1,11}){1,3}|\d{4}-\d\d-\d\d")


def init_app(app: Flask, *, navigation: Navigation, counts: Counts) -> None:
    """Give templates their context. `navigation` and `counts` come from the roof, which knows the floors."""

    @app.context_processor
    def _context() -> dict[str, Any]:
        actor = None if g.get("failing") else g.get("actor")  # an error page asks nothing of the database
        return {
            "locale": i18n.locale(),
            "me": {"id": actor.id, "label": i18n.name_of(g.my_names)} if actor else None,
            "nav": navigation() if actor else [],
            "counts": counts() if actor else {},
            "as_of": g.get("as_of"),
            "today": clock.today(),
            "request_id": g.get("request_id", ""),
            "theme": request.cookies.get("kjs_theme", "auto"),
            "toast": _toast(),
            "read_at": _read_at(),
        }

    widgets.html_params = attributes
    widgets.Input.html_params = staticmethod(attributes)
    app.jinja_env.globals.update(
        _=sentence,
        gettext=sentence,
        ngettext=counted,
        csrf_token=generate_csrf,
        url_for=routing.address,
        once=once.mark,
        lang_url=lang_url,
        travel=travel,
        name_of=i18n.name_of,
        is_derived=i18n.is_derived,
        with_args=with_args,
    )
    app.jinja_env.filters.update(
        initial=i18n.initial,
        moment=i18n.moment,
        spoken=text.size,
        prose_day=i18n.prose_day,
        figure_json=figure_json,
        name=i18n.name_of,
        typed=typed,
        language_of=i18n.language_of,
        unbroken=unbroken,
    )


def sentence(text: str, /, **facts: Any) -> Markup:
    """A sentence of ours in the reader's language, for templates; what it tells is escaped. Jinja's own way there takes
    ten times as long, and a page has hundreds."""
    spoken = i18n.locale()
    return _marked(spoken, text) % facts if facts else _finished(spoken, text)


def counted(one: str, many: str, num: int, /, **facts: Any) -> Markup:
    """The same of a sentence about a number."""
    return Markup(get_translations().ungettext(one, many, num)) % {"num": num, **facts}  # noqa: S704


@lru_cache(maxsize=_SENTENCES)
def _marked(_spoken: str, text: str) -> Markup:
    return Markup(get_translations().ugettext(text))  # noqa: S704


@lru_cache(maxsize=_SENTENCES)
def _finished(spoken: str, text: str) -> Markup:
    return _marked(spoken, text) % {}


def typed(words: Any) -> Any:
    """What somebody typed or named, marked with its language where that is not the one of the page."""
    found = i18n.language_of(str(words))
    return Markup('<span lang="{}">{}</span>').format(found, words) if found else words


def attributes(**given: Any) -> Markup:
    """The attributes of an element, as WTForms writes them: in the order of their names, true ones bare, false ones not."""
    found = ((widgets.clean_key(name), value) for name, value in sorted(given.items()) if value is not False)
    text = (shown(name) if value is True else f'{shown(name)}="{_quoted(value)}"' for name, value in found)
    return Markup(" ".join(text))  # noqa: S704


def _quoted(value: Any) -> str:
    return str(shown(value)).replace('"', "&quot;")


def unbroken(text: str) -> Markup:
    """Text in which no line ends inside a code or a date; longer ones than ours may be broken, to fit a phone."""
    return Markup(_CODE.sub(r'<span class="nw">\g<0></span>', str(escape(text))))  # noqa: S704


def figure_json(figure: Any) -> Markup:
    """JSON for a script element of type application/json: nothing in it can end the element."""
    data = orjson.dumps(figure).decode()
    return Markup(data.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def page(template: str, status: int = 200, *, illustrative: bool = False, **context: Any) -> Response:
    """Render a page. `illustrative` labels it 示例数据 in header, footer and print. A program is not shown any."""
    if program := g.get("program"):
        program.shown = {"illustrative": illustrative, **context}
        return Response(status=status)
    return make_response(render_template(template, illustrative=illustrative, **context), status)


def saved(address: str, text: str, *, undo: str | None = None, code: int = 303) -> Response:
    """After a save: go to the page and say so in a toast, with a way to undo when there is one."""
    if g.get("program"):
        return redirect(address, code)
    flash(orjson.dumps({"text": text, "undo_url": undo}).decode(), "toast")
    return redirect(address, code)


def _read_at() -> str | None:
    """For a page that answers a form: the address at which Back and a reload read it, or where the form was. A browser
    would else ask whether to send the form once more, and Back end on its warning."""
    if request.method in SAFE_METHODS:
        return None
    if current_app.create_url_adapter(request).test(request.path, "GET"):  # type: ignore[union-attr]
        return text.own_path(request.full_path.rstrip("?"))
    came_from = urlsplit(request.referrer or "")
    return text.own_path(came_from.path) if came_from.netloc == request.host else None


def _toast() -> dict[str, Any] | None:
    messages = get_flashed_messages(category_filter=["toast"])
    return orjson.loads(str(messages[-1])) if messages else None


def lang_url(wanted: str) -> str:
    """The address that keeps another language and comes back to this page."""
    return url_for("core.language", wanted=wanted, back=with_args(lang=None))


def travel(address: str) -> str:
    """The address with the day of the time travel, if one is on."""
    day = g.get("as_of")
    if not day:
        return address
    path, hash_, place = address.partition("#")
    return f"{path}{'&' if '?' in path else '?'}as_of={day.isoformat()}{hash_}{place}"


def with_args(**changes: Any) -> str:
    """This address with some arguments changed; None removes one."""
    arguments = {key: values for key, values in request.args.lists() if key not in changes}
    pairs = [(key, value) for key, values in arguments.items() for value in values]
    pairs += [(key, str(value)) for key, value in changes.items() if value is not None]
    return f"{request.path}?{urlencode(pairs)}" if pairs else request.path


def of_today(view: View) -> View:
    """Mark a view that cannot show a past day: one that is only there to change something, or of which nothing is
    kept by the day. Asked for a past day it opens as of today; `shows_today` knows it."""
    view.of_today = True  # type: ignore[attr-defined]
    return view


def shows_today(app: Flask, rule: Any, still: Collection[str]) -> bool:
    """Whether a route opens as of today whatever day is asked for: it takes a form, its view says so, or all of its
    blueprint (`still`) does."""
    view = app.view_functions[rule.endpoint]
    form = "POST" in (rule.methods or ())
    return form or getattr(view, "of_today", False) or rule.endpoint.partition(".")[0] in still


class NotYet(BadRequest):
    """A day was asked for that has not come: forecasts tell of it."""


# Filled by the roof: the address at which forecasts stand.
forecasts: list[Callable[[], str]] = []


def refuse_future() -> NoReturn:
    """Answer 400 to whoever asks for a day that has not come, with the way to the forecasts."""
    raise NotYet(_("不能查看将来的日期；将来的情况请看预测日期。"))


def only_today(address: str) -> Response:
    """Go to a page that knows no past day, and say that it does not."""
    return saved(address, _("这一页只有今天的情况"), code=302)


def asked_day(name: str = "as_of") -> date | None:
    """The past day that the address asks for; None for today. A wrong or future day answers 400, and so does one before
    all that a calendar or an archive counts from."""
    text = request.args.get(name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        abort(400, _("日期“%(text)s”无法识别，请写成 2026-11-20 这样。") % {"text": text[:40]})
    if day < EARLIEST:
        abort(400, _("不能查看 %(day)s 之前的日期。", day=EARLIEST.isoformat()))
    if day > clock.today():
        refuse_future()
    return None if day == clock.today() else day

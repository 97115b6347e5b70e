"""The blueprint of this floor's pages, and what all their templates have."""

from dataclasses import fields
from datetime import date, datetime
from typing import Any, TypeVar

from flask import Blueprint, abort, g, request, url_for
from flask_babel import gettext as _
from jinja2 import pass_context
from jinja2.runtime import Context

from kangjiansheng.core import clock, i18n, text
from kangjiansheng.core.pages import travel, with_args
from kangjiansheng.labs import queries, rules
from kangjiansheng.labs.models import Agreement, Institution, JointLab, SharedResource

bp = Blueprint("labs", __name__, template_folder="../templates")

Thing = TypeVar("Thing", Institution, Agreement, JointLab, SharedResource)
Filter = TypeVar("Filter", bound=Any)


@bp.context_processor
def _context() -> dict[str, Any]:
    return {"rules": rules, "tabs": tabs, "signs": signs}


def tabs(current: str) -> list[tuple[str, str, bool, None]]:
    """The tabs of this section."""
    names = (
        ("labs", _("联合实验室")),
        ("institutions", _("机构")),
        ("agreements", _("协议")),
        ("obligations", _("义务")),
        ("residents", _("上海前沿")),
        ("resources", _("共享资源")),
    )
    return [(label, travel(url_for(f"labs.{key}")), key == current, None) for key, label in names]


def signs(institution: Institution) -> str:
    """The one-character signs of an institution's sectors, in the reader's Chinese script; 其 for none."""
    script = "zh-Hans" if i18n.locale() == "en" else i18n.locale()
    found = [
        i18n.name_of(rules.sectors()[code].sign, script)
        for code in rules.sectors()
        if code in institution.sector_codes
    ]
    return "".join(found) or "其"


@bp.app_template_filter("said")
def said(what: Any) -> str:
    """A text of a source in the reader's script: the founding facts have all three, others are converted."""
    if not isinstance(what, str):
        return i18n.name_of(what)
    known = rules.reference_texts().get(what)
    if known:
        return i18n.name_of(known)
    return text.to_hant(what) if i18n.locale() == "zh-Hant" else what


@bp.app_template_filter("derived")
def derived(thing: Any) -> bool:
    """True when the name in the reader's script is converted or borrowed, not the thing's own."""
    return i18n.is_derived(thing)


@bp.app_template_filter("sector_name")
def sector_name(code: str) -> str:
    """The name of a sector."""
    return i18n.name_of(rules.sectors()[code].name)


@bp.app_template_filter("sector_option")
def sector_option(sector: rules.Sector) -> tuple[str, str]:
    """A sector as an option of a select."""
    return sector.code, i18n.name_of(sector.name)


@bp.app_template_filter("shanghai")
def shanghai(instant: datetime) -> datetime:
    """An instant as clocks in Shanghai show it."""
    return instant.astimezone(clock.SHANGHAI)


@bp.app_template_filter("here")
@pass_context
def here(_context: Context, path: str) -> str:
    """Another path with the arguments of this page: a list's file is filtered as the list is.

    Taking the context keeps the compiler from reckoning it once for all readers when the path is constant.
    """
    query = with_args(page=None).partition("?")[2]
    return f"{path}?{query}" if query else path


def as_shown(thing: Thing) -> Thing:
    """The thing as the page shows it: as it stood on the day of the time travel. 404 when it was not there."""
    shown = queries.as_it_stood(thing, travelled())
    if shown is None:
        abort(404, _("这一天 %(code)s 还没有登记。") % {"code": thing.code})
    return shown


def travelled() -> date | None:
    """The past day on which the reader is, or None for today."""
    day: date | None = g.as_of
    return day


def asked(kind: type[Filter]) -> Filter:
    """A filter from the address; what it does not name is empty."""
    return kind(**{field.name: text.line(request.args.get(field.name, ""))[:100] for field in fields(kind)})


def page_address(number: int) -> str:
    """The address of another page of the same list."""
    return with_args(page=number if number > 1 else None)

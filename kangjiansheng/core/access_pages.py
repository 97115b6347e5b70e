"""The page of who opened a thing, with the links by which readers outside open it; and the page that a link opens.

Floors call `accesses` and its like for their own things, behind their own doors.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import abort, current_app, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import DateField, EmailField, StringField

from kangjiansheng.core import by_link, clock, i18n, reader_links, sheets, traces, trail
from kangjiansheng.core.access import actor, public
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.forms import Form, at_most, required
from kangjiansheng.core.pages import of_today, page, saved
from kangjiansheng.core.reader_links import ReaderLink
from kangjiansheng.core.traces import AccessTrace
from kangjiansheng.core.views import bp

NAME = "reader"
USUAL = timedelta(days=7)
MOST = 300  # openings on the page; the file holds all
KINDS = {"view": _l("查看"), "export": _l("下载"), "link": _l("外部链接")}
STANDS = {
    "open": ("ontrack", _l("有效")),
    "revoked": ("pause", _l("已撤回")),
    "expired": ("idle", _l("已到期")),
}


class ReaderLinkForm(Form):
    """For whom a link is, what for and how long."""

    name = StringField(_l("读者姓名与单位"), [required(), at_most(80)])
    email = EmailField(_l("读者邮箱"), [required(), at_most(200)])
    purpose = StringField(_l("用途"), [required(), at_most(200)])
    until = DateField(_l("有效至"), [required()])


@dataclass(frozen=True)
class About:
    """A thing whose openings are listed: the row, its code, the address of the list and what leads there; whether
    openings by people are kept (`closed`), whether there are links to it, and whether the reader may make one."""

    row: Any
    code: str
    here: str
    crumbs: Sequence[tuple[str, str]]
    closed: bool
    nav: str
    links: bool = False
    may_link: bool = False

    @property
    def illustrative(self) -> bool:
        """Whether the thing is one of the demonstration."""
        return bool(self.row.illustrative)


def accesses(about: About, *, form: ReaderLinkForm | None = None, made: str = "") -> Response:
    """Who opened it or took it along, newest first, and the links for readers outside."""
    rows = traces.listed(about.row.__tablename__, about.row.id, most=MOST)
    links = reader_links.of(about.row) if about.links else ()
    names = _names(rows, links)
    return page(
        "accesses.html",
        form.status if form else 200,
        current_nav=about.nav,
        illustrative=about.illustrative,
        about=about,
        rows=[(row, _who(row, names)) for row in rows],
        kinds=KINDS,
        links=links,
        openings=traces.openings(links),
        names=names,
        stands=STANDS,
        form=form or ReaderLinkForm(formdata=None, until=clock.today() + USUAL),
        failed=form is not None,
        making=request.args.get("new") == "link",
        last=reader_links.last_day(),
        made=made,
        most=MOST,
    )


def accesses_file(about: About) -> Response:
    """All openings as CSV."""
    rows = traces.listed(about.row.__tablename__, about.row.id)
    names = _names(rows, ())
    lines = [
        [row.at, _who(row, names), row.link.email if row.link else "", str(KINDS[row.kind])] for row in rows
    ]
    heads = [_("时间"), _("谁"), _("邮箱"), _("方式")]
    return sheets.download("csv", f"{about.code}-accesses", sheets.csv_bytes(heads, lines))


def _names(rows: Sequence[AccessTrace], links: Sequence[ReaderLink]) -> dict[int, str]:
    people = {row.person_id for row in rows if row.person_id is not None}
    return trail.names(people | {link.made_by_id for link in links})


def _who(row: AccessTrace, names: dict[int, str]) -> str:
    return row.link.name if row.link else names.get(row.person_id or 0, str(row.person_id))


def make_link(about: About) -> Response:
    """Make a link from the form; its address is shown this once."""
    form = ReaderLinkForm()

    def act() -> str:
        facts = {name: form[name].data for name in ("name", "email", "purpose", "until")}
        return reader_links.make(about.row, about.code, actor=actor(), language=i18n.locale(), **facts)

    path = form.attempt(act)
    if path:
        return accesses(about, made=current_app.config["SETTINGS"].base_url + path)
    return accesses(about, form=form)


def revoke_link(about: About, number: int) -> Response:
    """Take a link of this thing back."""
    link = next((one for one in reader_links.of(about.row) if one.id == number), None)
    if link is None:
        abort(404)
    reader_links.revoke(link, actor=actor())
    return saved(about.here, _("链接已撤回"))


@bp.get("/read/<secret>")
@public
@of_today
def read(secret: str) -> Response:
    """One thing, for the reader of a link: nothing to follow, nothing to take along."""
    return by_link.opened(
        NAME, lambda: reader_links.found(secret), _shown, speaks=lambda link: link.language, over=_over
    )


def _shown(link: ReaderLink) -> Response:
    maker = reader_links.makers[0](link.made_by_id)
    if link.stands() != "open" or maker is None:
        return _over(link.stands())
    by_link.sent(NAME, link.id)
    with _as(maker):
        shown = reader_links.shown(link, maker)
    if shown is None:
        return _over("closed")
    traces.by_link(link)
    return _unlisted(page(shown.template, link=link, now=clock.now(), **shown.context))


@contextmanager
def _as(maker: Actor) -> Iterator[None]:
    """What is shown is gathered with the rights of whoever made the link; the page itself belongs to nobody."""
    g.actor = maker
    try:
        yield
    finally:
        g.actor = None


def _over(why: str = "") -> Response:
    return _unlisted(page("reader_over.html", 404, why=why))


def _unlisted(answer: Response) -> Response:
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer

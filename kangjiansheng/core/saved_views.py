"""Saved views: the address of a list that somebody gave a name. A view holds filters, never rows: whoever opens
a shared one sees through it what is open to them, and nothing else."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask_babel import lazy_gettext as _l
from sqlalchemy import Index, Select, Text, UniqueConstraint, bindparam, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from kangjiansheng.core import text
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import Base, Label, Versioned, Word, db, expect
from kangjiansheng.core.errors import RuleBroken

AT_MOST = 40  # of one person on one page
LONGEST = 2000
_ARGUMENTS = 100
# Arguments that belong to a moment, not to a view.
DAYS = frozenset({"as_of", "compare"})
PASSING = DAYS | {"page", "lang", "every"}

ACTS = {
    "core:saved-view:create": _l("保存视图"),
    "core:saved-view:edit": _l("修改保存的视图"),
    "core:saved-view:delete": _l("删除保存的视图"),
}
THINGS = {"saved_view": _l("保存的视图")}
FIELDS = {
    "page": _l("页面"),
    "name": _l("名称"),
    "query": _l("条件"),
    "shared": _l("共享"),
    "opens": _l("默认打开"),
    "position": _l("次序"),
}
REFUSALS = {
    "core:view-page-unknown": _l("这个页面不能保存视图。"),
    "core:view-name-taken": _l("您在这一页已经有一个叫“%(name)s”的视图，请换一个名称。"),
    "core:view-too-many": _l("每页最多保存 %(most)d 个视图，请先删除不用的。"),
    "core:view-too-long": _l("条件太长，无法保存。"),
}
_pages: dict[str, tuple[str, Any]] = {}


class SavedView(Versioned, Base):
    """One named view of one person on one page; `shared` shows its name to everybody who is signed in."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("person_id", "page", "name"),
        Index("ix_saved_view_page", "page", "shared"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    page: Mapped[str] = mapped_column(Word)
    name: Mapped[str] = mapped_column(Label)
    query: Mapped[str] = mapped_column(Text)
    shared: Mapped[bool] = mapped_column(default=False)
    opens: Mapped[bool] = mapped_column(
        default=False
    )  # shown to its owner when the page is opened without filters
    position: Mapped[int] = mapped_column(default=0)

    def state(self) -> dict[str, Any]:
        """The editable state, for the trail."""
        return {key: getattr(self, key) for key in FIELDS}


def pages(known: Mapping[str, tuple[str, Any]]) -> None:
    """Make lists known that can be saved: key → (path, what the page is called). Filled by the roof."""
    _pages.update(known)


def page_of(key: str) -> tuple[str, Any]:
    """Path and name of a page."""
    if key not in _pages:
        raise RuleBroken("core:view-page-unknown")
    return _pages[key]


def normal(query: str) -> str:
    """A query string as it is kept: cleaned, without empty and passing arguments."""
    return urlencode([(key, value) for key, value in _pairs(query) if key not in PASSING])


def days_of(query: str) -> str:
    """The days of a query string, which no view keeps."""
    return urlencode([(key, value) for key, value in _pairs(query) if key in DAYS])


def _pairs(query: str) -> list[tuple[str, str]]:
    # Of a query with more than a hundred arguments, which no page of ours writes, the first are kept.
    first = "&".join(query.lstrip("?").split("&")[:_ARGUMENTS])
    pairs = parse_qsl(first, max_num_fields=_ARGUMENTS)
    return [(key, text.line(value)) for key, value in pairs if value]


def listed(page: str, *, actor: Actor) -> list[SavedView]:
    """The actor's views of a page in their order, then those that others share; one statement."""
    rows = db.session.scalars(_listed(), {"page": page, "person": actor.id})
    return sorted(rows, key=lambda view: view.person_id != actor.id)


@cache
def _listed() -> Select[SavedView]:
    offered = or_(SavedView.person_id == bindparam("person"), SavedView.shared.is_(True))
    query = select(SavedView).where(SavedView.page == bindparam("page"), offered)
    return query.order_by(SavedView.position, SavedView.id)


def mine(*, actor: Actor) -> list[SavedView]:
    """All views of the actor, by page."""
    query = select(SavedView).where(SavedView.person_id == actor.id)
    return list(db.session.scalars(query.order_by(SavedView.page, SavedView.position, SavedView.id)))


def own(*, actor: Actor, number: int) -> SavedView | None:
    """A view of the actor's own; others' are not there to be changed."""
    return db.session.scalar(select(SavedView).where(SavedView.id == number, SavedView.person_id == actor.id))


def may(_actor: Actor, _view: SavedView) -> bool:
    """Whoever gets a view from `own` may do anything with it."""
    return True


def create(page: str, name: str, query: str, *, shared: bool, opens: bool, actor: Actor) -> SavedView:
    """Keep a view. Refused: an unknown page, a name that the person uses there already, too many."""
    page_of(page)
    _check_name(page, name, actor)
    kept = normal(query)
    if len(kept) > LONGEST:
        raise RuleBroken("core:view-too-long")
    count, last = db.session.execute(
        select(func.count(SavedView.id), func.max(SavedView.position)).where(
            SavedView.person_id == actor.id, SavedView.page == page
        )
    ).one()
    if count >= AT_MOST:
        raise RuleBroken("core:view-too-many", most=AT_MOST)
    view = SavedView(
        person_id=actor.id,
        page=page,
        name=name,
        query=kept,
        shared=shared,
        opens=False,
        position=(last or 0) + 1,
    )
    db.session.add(view)
    db.session.flush()
    _open_with(view, opens)
    record("core:saved-view:create", view, actor=actor)
    return view


def edit(
    view: SavedView, name: str, *, shared: bool, opens: bool, position: int, actor: Actor, version: int | None
) -> SavedView:
    """Rename, share or not, make it the one that opens, move it among the others."""
    expect(view, version)
    before = view.state()
    if name != view.name:
        _check_name(view.page, name, actor)
    view.name, view.shared, view.position = name, shared, position
    _open_with(view, opens)
    record("core:saved-view:edit", view, actor=actor, before=before)
    return view


def delete(view: SavedView, *, actor: Actor) -> None:
    """Remove a view; the trail keeps that it was there."""
    record("core:saved-view:delete", view, actor=actor, before=view.state(), after={})
    db.session.delete(view)
    db.session.flush()


def _open_with(view: SavedView, opens: bool) -> None:
    """At most one view of a person opens a page."""
    if opens:
        query = select(SavedView).where(
            SavedView.person_id == view.person_id, SavedView.page == view.page, SavedView.opens.is_(True)
        )
        for other in db.session.scalars(query):
            other.opens = False
    view.opens = opens


def _check_name(page: str, name: str, actor: Actor) -> None:
    query = select(SavedView.id).where(
        SavedView.person_id == actor.id, SavedView.page == page, SavedView.name == name
    )
    if db.session.scalar(query) is not None:
        raise RuleBroken("core:view-name-taken", "name", name=name)

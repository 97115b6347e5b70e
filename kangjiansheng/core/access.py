"""Load → check → act. Each view declares exactly one of `public`, `signed_in`, `on`; without it the
application does not start."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from kangjiansheng.core import budgets, once, traces
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.transactions import SAFE_METHODS

View = Callable[..., Any]
Thing = TypeVar("Thing")


class Undeclared(Exception):
    """A route says nothing about who may use it."""


def public(view: View) -> View:
    """Anybody, signed in or not."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Anybody who is signed in. The view is called with the address's arguments."""

    @wraps(view)
    def guarded(**arguments: Any) -> Any:
        if not g.get("actor"):
            return _ask_to_sign_in()
        check_scope(view, writes=request.method not in SAFE_METHODS)
        if saved := once.sent_before():
            return saved
        budgets.spend(view)
        return view(**arguments)

    guarded.access = "signed_in"  # type: ignore[attr-defined]
    return guarded


def unattended(view: View) -> View:
    """A page that asks again by itself: that it does is no sign of a person, so it keeps no session from ending."""
    view.unattended = True  # type: ignore[attr-defined]
    return view


def first(view: View) -> View:
    """A view that is open before its reader has accepted the notice on personal data, or added a second factor that is
    required: it leads there, out, or explains the product."""
    view.first = True  # type: ignore[attr-defined]
    return view


def opens_first(view: View) -> bool:
    """Whether a view is declared so."""
    return bool(getattr(view, "first", False))


def of_any_part(view: View) -> View:
    """A view that belongs to no part of the product: it says nothing of any, or the view that it calls is asked."""
    view.of_any_part = True  # type: ignore[attr-defined]
    return view


def on(*, load: Callable[..., Any] | None = None, may: Callable[..., bool]) -> Callable[[View], View]:
    """The view acts on one thing.

    `load(actor=…, **address arguments)` gives the thing as this actor may see it, or None: 404, which is
    also what a thing answers that the actor may not see. `may(actor, thing)` false: 403. The view is
    called with the thing alone. Without `load` the check is `may(actor)` and the view gets the address's
    arguments.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(**arguments: Any) -> Any:
            if not g.get("actor"):
                return _ask_to_sign_in()
            check_scope(view, writes=request.method not in SAFE_METHODS)
            if (
                saved := once.sent_before()
            ):  # first: what was saved may have taken the thing, or the right, away
                return saved
            thing = checked(**arguments)
            if budgets.spend(view):
                thing = checked(**arguments)
            if load is None:
                return view(**arguments)
            g.load_again = partial(load, **arguments)
            found = traces.about(thing)
            answer = view(thing)
            traces.leave(found, answer, actor=g.actor)
            return answer

        def checked(**arguments: Any) -> Any:
            if load is None:
                return may(g.actor) or abort(403)
            thing = load(actor=g.actor, **arguments)
            if thing is None:
                abort(404)
            return thing if may(g.actor, thing) else abort(403)

        guarded.load, guarded.may, guarded.checked = load, may, checked  # type: ignore[attr-defined]
        load_name = f"{load.__module__}.{load.__name__}" if load else "-"
        guarded.access = f"on {load_name} may {may.__module__}.{may.__name__}"  # type: ignore[attr-defined]
        return guarded

    return declare


def afresh(thing: Thing) -> Thing:
    """What the view acts on, as it stands after a save that was refused: that took back all that had been loaded, so it
    is loaded once more. A page that was only opened has it still."""
    if request.method in SAFE_METHODS:
        return thing
    found: Thing | None = g.load_again(actor=actor())
    return abort(404) if found is None else found


def reaches(path: str, actor: Actor) -> bool:
    """Whether what lies under a path of ours is there for somebody who may not be the one who asks: by the loader and the
    policy that the path declares. A page that belongs to nothing in particular is there for everybody."""
    try:
        endpoint, arguments = current_app.url_map.bind("").match(urlsplit(path).path)
        view = current_app.view_functions[endpoint]
        load: Any = getattr(view, "load", None)
        may: Any = getattr(view, "may", None)
        if load is None:
            return bool(may is None or may(actor))
        thing = load(actor=actor, **arguments)
        return thing is not None and bool(may(actor, thing))
    except HTTPException:
        return False


def part_of(view: View) -> str:
    """The part of the product that a view belongs to, as tokens of programs name it: its feature; what belongs to all
    (people, notices, the trail) counts as the overview."""
    floor = view.__module__.split(".")[1]
    return "overview" if floor in ("core", "accounts") else floor


def scope_of(view: View, *, writes: bool) -> str:
    """What a token must allow for a view, as it is called in the description and in refusals."""
    return f"{part_of(view)}:{'write' if writes else 'read'}"


def check_scope(view: View, *, writes: bool) -> None:
    """A program that came with a token does no more than the token lets it."""
    allows = g.get("allows")
    if allows and not getattr(view, "of_any_part", False) and not allows(part_of(view), writes):
        g.beyond_scope = scope_of(view, writes=writes)
        abort(403, _("这个令牌不允许这样做：请用允许 %(scope)s 的令牌。", scope=g.beyond_scope))


def actor() -> Actor:
    """The signed-in person of this request. For views only; operations take the actor as argument."""
    if not g.get("actor"):
        abort(401)
    return g.actor  # type: ignore[no-any-return]


def _ask_to_sign_in() -> Response:
    """To the sign-in, and back; a piece of a page would show the sign-in inside the page, so it is refused."""
    piece = request.headers.get("HX-Request") == "true"
    if piece or request.path.startswith("/api/") or request.method not in ("GET", "HEAD"):
        abort(401)
    back = request.full_path.rstrip("?")
    return redirect(url_for("accounts.sign_in", next=None if back == "/" else back))


def check_declared(app: Flask) -> None:
    """Raise Undeclared when any route of the application declares no access."""
    for rule in app.url_map.iter_rules():
        if not getattr(app.view_functions[rule.endpoint], "access", None):
            raise Undeclared(f"{rule.rule} ({rule.endpoint}) declares no access")

"""Acts of programs: each is the act of a page, sent as JSON.

A program's request is taken to the page's own view, with the fields of its form filled in: the same loader, policy,
form and operation answer, so that what is refused is refused in the words of the page. Fields that are not sent stay
as the form opens them. The version that a form carries comes as If-Match; a key makes a POST count once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import orjson
from flask import Blueprint, Flask, abort, current_app, g, make_response, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response
from wtforms import PasswordField, SelectField

from kangjiansheng.core import audit, once
from kangjiansheng.core.access import check_scope, of_any_part, signed_in
from kangjiansheng.core.db import Base, db
from kangjiansheng.core.digests import plain
from kangjiansheng.core.forms import Form
from kangjiansheng.core.rest import filling
from kangjiansheng.core.rest.filling import JSON, NOT_SENT, NOTHING, Sent
from kangjiansheng.core.rest.posing import Program, posing
from kangjiansheng.core.rest.problems import problem
from kangjiansheng.core.rest.shapes import Shape
from kangjiansheng.core.rest.words import refuse_unknown

PREFIX = "/api/v1"
METHODS = ("POST", "PATCH", "DELETE")
LEFT = ("GET", "PUT", *METHODS, "OPTIONS")  # what is read has routes of its own: here comes what is none
Facts = Mapping[str, Any]


class Act:
    """An act of a page that programs may do.

    `page` is the endpoint of its view, `forms` what is filled in there: one of them, or none. `opens` is the endpoint
    whose page shows the form, where it is not the same; `apart`: no page shows it as such; it begins
    with what `stands` says of the thing, and what is not named is not sent. `creates`: nothing is overwritten, so no version is asked for; `fixed` are arguments of the page's address that the
    program's does not have. `shows` is what is read after it, where the page leads elsewhere.
    `makes` is the address of what was made, where the page leads elsewhere: `{made.…}` in it are attributes of that,
    `{made[…]}` what the trail tells of it, and `{last.…}` where the act makes others before it. `tells` is what the page
    says of it, when it only looks or leads nowhere, and `wrong` what it says is wrong: the errors of the answer.
    `asks` are the words of the page's address that choose what is done.
    """

    def __init__(
        self,
        method: str,
        path: str,
        page: str,
        *forms: type[Form],
        opens: str = "",
        apart: bool = False,
        stands: Callable[[Any], dict[str, Any]] | None = None,
        creates: bool = False,
        fixed: tuple[tuple[str, str], ...] = (),
        shows: str = "",
        makes: str = "",
        tells: Shape | None = None,
        wrong: Callable[[Facts], list[dict[str, Any]]] | None = None,
        asks: tuple[str, ...] = (),
    ) -> None:
        self.method, self.path, self.page, self.forms = method, path, page, forms
        self.opens, self.apart, self.creates, self.fixed = opens, apart, creates, dict(fixed)
        self.stands, self.shows, self.makes, self.tells, self.wrong = stands, shows, makes, tells, wrong
        self.asks = asks

    @property
    def asks_version(self) -> bool:
        """Whether a program must say which version it has seen."""
        return not self.creates and any(hasattr(form, "version") for form in self.forms)

    @property
    def takes_files(self) -> bool:
        """Whether files may come with it."""
        return any(filling.takes_files(form) for form in self.forms)

    @property
    def secret(self) -> set[str]:
        """The names of what nobody may keep."""
        fields = [pair for form in self.forms for pair in filling.declared(form)]
        return {name for name, item in fields if issubclass(item.field_class, PasswordField)}


@dataclass
class Acts:
    """All acts, by their addresses; the roof registers those of each floor."""

    listed: dict[str, Act]
    map: Map
    called: Mapping[str, str]  # the first word of a page's address → that of the same thing here
    pushed: Callable[
        [], Mapping[str, Any]
    ]  # what receivers of webhooks are sent: OpenAPI's path items by type


def init_app(
    app: Flask, acts: Iterable[Act], called: Mapping[str, str], pushed: Callable[[], Mapping[str, Any]]
) -> None:
    """Make the acts known. Raises LookupError for an act whose page is not there."""
    listed = {f"{act.method} {act.path}": act for act in acts}
    found = Acts(listed, Map(converters=app.url_map.converters), called, pushed)
    for key, act in listed.items():
        if act.page not in app.view_functions or (act.opens and act.opens not in app.view_functions):
            raise LookupError(f"{key} is the act of no page: {act.page}")
        found.map.add(Rule(act.path, endpoint=key, methods=[act.method]))
    app.extensions["acts"] = found


def known(app: Flask) -> Mapping[str, Act]:
    """The acts by method and path."""
    acts: Acts = app.extensions["acts"]
    return acts.listed


bp = Blueprint("api", __name__)


@bp.route(f"{PREFIX}/<path:address>", methods=LEFT, provide_automatic_options=False)
@signed_in
@of_any_part
def act(address: str) -> Response:
    """Do what a page can do, or say what the address is for."""
    if request.method == "OPTIONS":
        return _said_of(f"/{address}")
    found, arguments = _matched(f"/{address}", request.method)
    refuse_unknown(found.asks)
    if g.as_of:
        abort(400, _("过去的日子不能改，请去掉 as_of。"))
    check_scope(current_app.view_functions[found.page], writes=True)
    came = filling.sent(files=found.takes_files)
    key = once.asked_key() if request.method == "POST" else None
    facts = came.facts(found.secret) if key else None  # now: afterwards the files have been read
    if key and (answer := once.answered(key, facts)):
        return _for_who_asks_again(answer, found, arguments | found.fixed)
    response = _done(found, arguments, came)
    if key and response.status_code < 400:
        once.remember(key, facts, response)
    return response


@bp.get(f"{PREFIX}/forms/<any(POST, PATCH):method>/<path:address>")
@signed_in
@of_any_part
def form(method: str, address: str) -> Response:
    """What an act would take now: its fields, how they stand, and what may be chosen."""
    found, arguments = _matched(f"/{address}", method)
    refuse_unknown(found.asks)
    given = arguments | found.fixed
    rules = {rule.endpoint: rule for rule in current_app.url_map.iter_rules()}
    thing = _check(rules[found.page], given)
    opened = _opened(found, rules[found.opens or found.page], given)
    fields = [
        {
            "name": name,
            "label": str(item.label.text),
            "required": bool(item.flags.required),
            "file": filling.is_file(item),
            "value": None if filling.is_file(item) or (value := filling.shown(item)) is NOTHING else value,
            "choices": [{"value": str(choice[0]), "label": str(choice[1])} for choice in item.iter_choices()]
            if isinstance(item, SelectField)
            else None,
        }
        for name, item in (opened._fields if opened else {}).items()
        if name not in (*NOT_SENT, "version")
    ]
    shown = opened["version"].data if opened and found.asks_version else None
    version = getattr(thing, "version", None) if found.asks_version and shown is None else shown
    body = {"needs_version": found.asks_version, "version": version, "fields": fields}
    answer = make_response(orjson.dumps(body, default=str))
    answer.content_type = JSON
    return answer


def _matched(path: str, method: str) -> tuple[Act, dict[str, Any]]:
    acts: Acts = current_app.extensions["acts"]
    adapter = acts.map.bind("")
    try:
        endpoint, arguments = adapter.match(path, method=method)
    except MethodNotAllowed as refused:
        raise MethodNotAllowed([*_readable(), *(refused.valid_methods or ())]) from refused
    except NotFound:
        if _readable():
            raise MethodNotAllowed(_readable()) from None
        raise
    return acts.listed[endpoint], dict(arguments)


def _said_of(path: str) -> Response:
    """The methods of an address; no program of another origin is let in by it."""
    try:
        _matched(path, "OPTIONS")
    except MethodNotAllowed as refused:
        answer = make_response("", 204)
        answer.headers["Allow"] = ", ".join([*(refused.valid_methods or ()), "OPTIONS"])
        return answer
    abort(404)


def _readable() -> list[str]:
    """GET, when the address is one that is read."""
    try:
        endpoint, _arguments = current_app.create_url_adapter(request).match(method="GET")  # type: ignore[union-attr]
    except (NotFound, MethodNotAllowed):
        return []
    return ["GET"] if endpoint != "api.act" else []


def _done(found: Act, arguments: dict[str, Any], came: Sent) -> Response:
    given = arguments | found.fixed
    rules = {rule.endpoint: rule for rule in current_app.url_map.iter_rules()}
    rule = rules[found.page]
    thing = _check(rule, given)
    opened = _opened(found, rules[found.opens or found.page], given)
    if found.stands:
        came.values = found.stands(thing) | came.values
    fields, wrong = filling.fields(opened, came, creates=found.creates, apart=found.apart)
    if wrong:
        return problem(422, errors=wrong)
    path = _address(rule, given)
    with posing(rule, given, "POST", path, fields, came.files, request.args) as program:
        answer = make_response(current_app.view_functions[found.page](**given))
    if answer.status_code >= 400:
        return _refused(found, program, answer.status_code)
    if found.tells and answer.status_code == 200:
        told = make_response(orjson.dumps(plain(found.tells.of(SimpleNamespace(**program.shown)))))
        told.content_type = JSON
        return told
    db.session.flush()
    db.session.expire_all()
    made = found.makes.format(**given, made=_Made(0), last=_Made(-1))
    leads = found.shows.format(**given) or answer.headers.get("Location", path)
    now = _now(leads, made, creates=found.creates)
    return _warned(now, program, creates=found.creates) if program.warnings else now


class _Made:
    """What this request has made: the thing of which the trail tells first, or last; as items what the trail tells of it."""

    def __init__(self, at: int) -> None:
        self._at = at

    def __getattr__(self, name: str) -> Any:
        thing, key, _after = audit.told(self._at)
        kind = next(one.class_ for one in Base.registry.mappers if one.class_.__tablename__ == thing)
        return getattr(db.session.get_one(kind, key), name)

    def __getitem__(self, name: str) -> Any:
        return audit.told(self._at)[2][name]


def _warned(answer: Response, program: Program, *, creates: bool) -> Response:
    """The answer with what the texts are warned of; what has no body gets one."""
    body = orjson.loads(answer.get_data()) if answer.status_code != 204 else {}
    told = [{"field": name, "detail": sentence} for name, sentence in dict.fromkeys(program.warnings)]
    answer.set_data(orjson.dumps({**body, "warnings": told}))
    answer.content_type = JSON
    if answer.status_code == 204:
        answer.status_code = 201 if creates else 200
    return answer


def _check(rule: Rule, given: dict[str, Any]) -> Any:
    """Refuse whoever may not do it, before anything is opened: the page that shows the form may be open to more. What
    it is done to, if there is such a thing."""
    check_scope(current_app.view_functions[rule.endpoint], writes=True)
    checked = getattr(current_app.view_functions[rule.endpoint], "checked", None)
    return checked(**given) if checked else None


def _address(rule: Rule, given: Mapping[str, Any]) -> str:
    built = rule.build(given, append_unknown=False)
    if built is None:
        raise LookupError(f"{rule.rule} cannot be built of {given}")
    return str(built[1])


def _opened(found: Act, rule: Rule, given: dict[str, Any]) -> Form | None:
    """The form as the page opens it; what the page asks nothing of, and has no page, opens empty."""
    if not found.forms:
        return None
    if "GET" in (rule.methods or ()) and not found.apart:
        own = {name: value for name, value in given.items() if name in rule.arguments}
        with posing(rule, own, "GET", _address(rule, own), args=request.args) as program:
            current_app.view_functions[rule.endpoint](**own)
        for form in reversed(program.forms):
            if type(form) in found.forms:
                return form  # type: ignore[no-any-return]
        abort(409, _("这一步现在不能做，请先看它的页面。"))
    return found.forms[0](formdata=None)


def _refused(found: Act, program: Program, status: int) -> Response:
    form = program.refused or next(
        (one for one in reversed(program.forms) if one.errors or one.refusal), None
    )
    more = found.wrong(program.shown) if found.wrong and program.shown else []
    if form is None:
        return problem(status, detail=str(program.shown.get("problem") or ""), errors=more)
    if form.conflict:
        names = {item.id: name for name, item in form._fields.items()}
        db.session.rollback()
        return problem(
            412,
            detail=_("别人已先保存，您看到的版本不是现在的。"),
            version=form["version"].data if "version" in form else None,
            differences=[
                {
                    "field": names.get(one.field_id, one.field_id),
                    "label": one.label,
                    "yours": one.mine,
                    "present": one.theirs,
                }
                for one in form.conflict.differences
            ],
        )
    errors: list[Any] = [
        (name, str(word)) for name, words in form.errors.items() if name for word in _flat(words)
    ]
    return problem(status, detail=form.refusal or "", errors=[*errors, *more])


def _flat(words: Any) -> Iterable[Any]:
    if isinstance(words, dict):
        for inner in words.values():
            yield from _flat(inner)
    elif isinstance(words, list | tuple):
        for inner in words:
            yield from _flat(inner)
    else:
        yield words


def _now(location: str, made: str, *, creates: bool) -> Response:
    """What now stands at the address to which the page would lead; nothing where programs do not read. Where that is a
    list, `made` is the address of what stands there anew."""
    acts: Acts = current_app.extensions["acts"]
    first, slash, rest = location.partition("#")[0].partition("?")[0][1:].partition("/")
    path = f"/{acts.called.get(first, first)}{slash}{rest}"
    answer = _read(PREFIX + path)
    if answer is None:
        return make_response("", 204)
    if creates:
        answer.status_code = 201
        answer.headers["Location"] = PREFIX + (made or path)
    if not creates or made not in ("", path):
        answer.headers["Content-Location"] = PREFIX + path
    return answer


def _read(path: str) -> Response | None:
    """What programs read at a path; None where they read nothing, or who asks may not, with the token that she has."""
    try:
        rule, arguments = current_app.url_map.bind("").match(path, method="GET", return_rule=True)
        with posing(rule, arguments, "GET", path):
            answer = make_response(current_app.view_functions[rule.endpoint](**arguments))
    except HTTPException:  # of another part than the token's, or no longer for who has changed it: it is done
        return None
    return answer if answer.status_code == 200 else None


def _for_who_asks_again(answer: Response, found: Act, given: dict[str, Any]) -> Response:
    """The answer of the first time. Once what it tells of may not be read any more, by a right that has ended or with
    this token, it says alone that it was done."""
    place = next(
        (answer.headers[name] for name in ("Location", "Content-Location") if name in answer.headers), ""
    )
    if _read(place) if place else _still_may(found, given):
        return answer
    bare = make_response("", 204)
    bare.headers["Idempotency-Replayed"] = "true"
    return bare


def _still_may(found: Act, given: dict[str, Any]) -> bool:
    rules = {rule.endpoint: rule for rule in current_app.url_map.iter_rules()}
    try:
        _check(rules[found.page], given)
    except HTTPException:
        return False
    return True

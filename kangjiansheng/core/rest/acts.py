"""Acts of programs: each is the act of a page, sent as JSON.

A program's request is taken to the page's own view, with the fields of its form filled in: the same loader, policy,
form and operation answer, so that what is refused is refused in the words of the page. Fields that are not sent stay
as the form opens them. The version that a form carries comes as If-Match; a key makes a POST count once.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from flask import Blueprint, Flask, abort, current_app, g, make_response, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FileField,
    FormField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
)

from kangjiansheng.core import once
from kangjiansheng.core.access import check_scope, of_any_part, signed_in
from kangjiansheng.core.db import db
from kangjiansheng.core.forms import Form
from kangjiansheng.core.rest.posing import Program, posing
from kangjiansheng.core.rest.problems import problem

PREFIX = "/api/v1"
METHODS = ("POST", "PATCH", "DELETE")
LEFT = ("GET", *METHODS, "OPTIONS")  # what is read has routes of its own: here comes what is none
_TAG = re.compile(r'^(?:W/)?"(\d{1,9})(?:-[0-9a-f]+)?"$')
NOTHING = object()  # what a browser does not send
NOT_SENT = ("csrf_token", "once", "back", "next", "resume", "resolve", "look")


class Act:
    """An act of a page that programs may do.

    `page` is the endpoint of its view, `forms` what is filled in there: one of them, or none. `opens` is the endpoint
    whose page shows the form, where it is not the same; `creates`: nothing is overwritten, so no version is asked for;
    `fixed` are arguments of the page's address that the program's does not have.
    """

    def __init__(
        self,
        method: str,
        path: str,
        page: str,
        *forms: type[Form],
        opens: str = "",
        creates: bool = False,
        fixed: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.method, self.path, self.page, self.forms = method, path, page, forms
        self.opens, self.creates, self.fixed = opens, creates, dict(fixed)

    @property
    def asks_version(self) -> bool:
        """Whether a program must say which version it has seen."""
        return not self.creates and any(hasattr(form, "version") for form in self.forms)


@dataclass
class Acts:
    """All acts, by their addresses; the roof registers those of each floor."""

    listed: dict[str, Act]
    map: Map
    called: Mapping[str, str]  # the first word of a page's address → that of the same thing here


def init_app(app: Flask, acts: Iterable[Act], called: Mapping[str, str]) -> None:
    """Make the acts known. Raises LookupError for an act whose page is not there."""
    listed = {f"{act.method} {act.path}": act for act in acts}
    found = Acts(listed, Map(converters=app.url_map.converters), called)
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
    if g.as_of:
        abort(400, _("过去的日子不能改，请去掉 as_of。"))
    check_scope(current_app.view_functions[found.page], writes=True)
    body = _body()
    key = once.asked_key() if request.method == "POST" else None
    if key and (answer := once.answered(key, body)):
        return answer
    response = _done(found, arguments, body)
    if key and response.status_code < 400:
        once.remember(key, body, response)
    return response


@bp.get(f"{PREFIX}/forms/<any(POST, PATCH):method>/<path:address>")
@signed_in
@of_any_part
def form(method: str, address: str) -> Response:
    """What an act would take now: its fields, how they stand, and what may be chosen."""
    found, arguments = _matched(f"/{address}", method)
    given = arguments | found.fixed
    rules = {rule.endpoint: rule for rule in current_app.url_map.iter_rules()}
    _check(rules[found.page], given)
    opened = _opened(found, rules[found.opens or found.page], given)
    fields = [
        {
            "name": name,
            "label": str(item.label.text),
            "required": bool(item.flags.required),
            "value": None if (value := _shown(item)) is NOTHING else value,
            "choices": [{"value": str(choice[0]), "label": str(choice[1])} for choice in item.iter_choices()]
            if isinstance(item, SelectField)
            else None,
        }
        for name, item in (opened._fields if opened else {}).items()
        if name not in (*NOT_SENT, "version") and not isinstance(item, FileField | MultipleFileField)
    ]
    answer = make_response(orjson.dumps({"needs_version": found.asks_version, "fields": fields}, default=str))
    answer.content_type = "application/json"
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


def _body() -> dict[str, Any]:
    """What was sent: an object, or nothing."""
    data = request.get_data()
    if not data.strip() and not request.form and not request.files:
        return {}
    if request.mimetype != "application/json":
        abort(415, _("请用 Content-Type: application/json 发送。"))
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError:
        abort(400, _("这不是 JSON。"))
    if not isinstance(body, dict):
        abort(400, _("请发送一个 JSON 对象，例如 {}。"))
    return body


def _done(found: Act, arguments: dict[str, Any], body: dict[str, Any]) -> Response:
    given = arguments | found.fixed
    rules = {rule.endpoint: rule for rule in current_app.url_map.iter_rules()}
    rule = rules[found.page]
    _check(rule, given)
    opened = _opened(found, rules[found.opens or found.page], given)
    fields, wrong = _fields(found, opened, body)
    if wrong:
        return problem(422, errors=wrong)
    path = _address(rule, given)
    with posing(rule, given, "POST", path, fields) as program:
        answer = make_response(current_app.view_functions[found.page](**given))
    if answer.status_code >= 400:
        return _refused(program, answer.status_code)
    db.session.flush()
    db.session.expire_all()
    now = _now(answer.headers.get("Location", path), creates=found.creates)
    return _warned(now, program, creates=found.creates) if program.warnings else now


def _warned(answer: Response, program: Program, *, creates: bool) -> Response:
    """The answer with what the texts are warned of; what has no body gets one."""
    body = orjson.loads(answer.get_data()) if answer.status_code != 204 else {}
    told = [{"field": name, "detail": sentence} for name, sentence in dict.fromkeys(program.warnings)]
    answer.set_data(orjson.dumps({**body, "warnings": told}))
    answer.content_type = "application/json"
    if answer.status_code == 204:
        answer.status_code = 201 if creates else 200
    return answer


def _check(rule: Rule, given: dict[str, Any]) -> None:
    """Refuse whoever may not do it, before anything is opened: the page that shows the form may be open to more."""
    check_scope(current_app.view_functions[rule.endpoint], writes=True)
    checked = getattr(current_app.view_functions[rule.endpoint], "checked", None)
    if checked:
        checked(**given)


def _address(rule: Rule, given: Mapping[str, Any]) -> str:
    built = rule.build(given, append_unknown=False)
    if built is None:
        raise LookupError(f"{rule.rule} cannot be built of {given}")
    return str(built[1])


def _opened(found: Act, rule: Rule, given: dict[str, Any]) -> Form | None:
    """The form as the page opens it; what the page asks nothing of, and has no page, opens empty."""
    if not found.forms:
        return None
    if "GET" in (rule.methods or ()):
        with posing(rule, given, "GET", _address(rule, given)) as program:
            current_app.view_functions[rule.endpoint](**given)
        for form in reversed(program.forms):
            if type(form) in found.forms:
                return form  # type: ignore[no-any-return]
        abort(409, _("这一步现在不能做，请先看它的页面。"))
    return found.forms[0](formdata=None)


def _fields(
    found: Act, opened: Form | None, body: dict[str, Any]
) -> tuple[MultiDict[str, str], list[tuple[str, str]]]:
    """The fields as a browser would send them; and the names that are none, or whose value is of another kind."""
    wrong: list[tuple[str, str]] = []
    made: MultiDict[str, str] = MultiDict([("once", "")])
    left = dict(body)
    for name, item in (opened._fields if opened else {}).items():
        if name == "version":
            unseen = found.creates and "If-Match" not in request.headers
            made[name] = _written(item.data) if unseen else _version()
        elif isinstance(item, FileField | MultipleFileField) or name in NOT_SENT:
            continue
        else:
            if name in left and not _is_of_kind(item, left[name]):
                wrong.append((name, _("这一项要一个值，或者一列值，与表单一样。")))
            _put(made, name, left.pop(name) if name in left else _shown(item))
    return made, wrong + [(name, _("没有这一项。")) for name in sorted(left)]


def _is_of_kind(item: Field, value: Any) -> bool:
    """Whether JSON has for a field what the form has: one value, several, or a form within."""
    if isinstance(item, FormField | FieldList):
        return True
    if isinstance(item, SelectMultipleField):
        return isinstance(value, list) and not any(isinstance(one, list | dict) for one in value)
    return not isinstance(value, list | dict)


def _version() -> str:
    """The version that the program has seen, from If-Match."""
    sent = request.headers.get("If-Match", "").strip()
    if not sent:
        abort(428, _("请用 If-Match 写明所见的版本：它在读这一项时的 ETag 里。"))
    found = _TAG.match(sent)
    if not found:
        abort(412, _("If-Match 不是这里给出的 ETag。"))
    return found[1]


def _shown(item: Field) -> Any:
    """What a browser would send of a field that nobody touches."""
    if isinstance(item, BooleanField):
        return bool(item.data)
    if isinstance(item, SelectMultipleField):
        return list(item.data or [])
    if isinstance(
        item, SelectField
    ):  # a select without its own choice shows the first; radio buttons send nothing
        offered = [str(choice[0]) for choice in item.iter_choices()]
        first = [] if isinstance(item, RadioField) else offered[:1]
        return next((one for one in (str(item.data), *first) if one in offered), NOTHING)
    if isinstance(item, FormField):
        return {one.short_name: _shown(one) for one in item.form if one.short_name != "csrf_token"}
    if isinstance(item, FieldList):
        return [_shown(one) for one in item]
    return item._value() if hasattr(item, "_value") else item.data


def _put(made: MultiDict[str, str], name: str, value: Any) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _put(made, f"{name}-{key}", inner)
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        for number, inner in enumerate(value):
            _put(made, f"{name}-{number}", inner)
    elif isinstance(value, list):
        made.setlist(name, [_written(one) for one in value])
    elif value is not False and value is not NOTHING:
        made[name] = "y" if value is True else _written(value)


def _written(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _refused(program: Program, status: int) -> Response:
    form = program.refused or next(
        (one for one in reversed(program.forms) if one.errors or one.refusal), None
    )
    if form is None:
        return problem(status)
    if form.conflict:
        db.session.rollback()
        return problem(
            412,
            detail=_("别人已先保存，您看到的版本不是现在的。"),
            version=form["version"].data if "version" in form else None,
            differences=[
                {"field": one.field_id, "label": one.label, "yours": one.mine, "present": one.theirs}
                for one in form.conflict.differences
            ],
        )
    errors = [(name, str(word)) for name, words in form.errors.items() if name for word in _flat(words)]
    return problem(status, detail=form.refusal or "", errors=errors)


def _flat(words: Any) -> Iterable[Any]:
    if isinstance(words, dict):
        for inner in words.values():
            yield from _flat(inner)
    elif isinstance(words, list | tuple):
        for inner in words:
            yield from _flat(inner)
    else:
        yield words


def _now(location: str, *, creates: bool) -> Response:
    """What now stands at the address to which the page would lead; nothing where programs do not read."""
    acts: Acts = current_app.extensions["acts"]
    first, slash, rest = location.partition("#")[0].partition("?")[0][1:].partition("/")
    path = f"/{acts.called.get(first, first)}{slash}{rest}"
    adapter = current_app.url_map.bind("")
    try:
        rule, arguments = adapter.match(PREFIX + path, method="GET", return_rule=True)
    except (NotFound, MethodNotAllowed):
        return make_response("", 204)
    with posing(rule, arguments, "GET", PREFIX + path):
        try:
            answer = make_response(current_app.view_functions[rule.endpoint](**arguments))
        except (
            HTTPException
        ):  # of another part than the token's, or no longer for who has changed it: it is done
            return make_response("", 204)
    if answer.status_code != 200:
        return make_response("", 204)
    if creates:
        answer.status_code = 201
    answer.headers["Location" if creates else "Content-Location"] = PREFIX + path
    return answer

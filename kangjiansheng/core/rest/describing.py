"""The OpenAPI description, out of the declarations themselves: it cannot fall behind them."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_wtf.file import FileRequired
from werkzeug.routing import AnyConverter, Rule
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    MultipleFileField,
    PasswordField,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import InputRequired, Length

from kangjiansheng.core.access import part_of, scope_of
from kangjiansheng.core.forms import Form, WholeNumberField
from kangjiansheng.core.i18n import LOCALES
from kangjiansheng.core.rest.acts import PREFIX, Act, Acts
from kangjiansheng.core.rest.filling import (
    FILES,
    JSON,
    NOT_SENT,
    PARTS,
    KeyedField,
    RowsField,
    declared,
    takes_files,
)
from kangjiansheng.core.rest.reads import MOST, Read
from kangjiansheng.core.rest.shapes import Schema, schemas
from kangjiansheng.core.rest.words import LANGUAGE

_PART = re.compile(r"<(?:[^<>:]*(?:\([^()]*\))?:)?(\w+)>")
_BYTES: Schema = {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}
_KEYED: Schema = {
    "type": "object",
    "additionalProperties": {"type": ["string", "integer", "boolean", "null"]},
}
_PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "status", "title", "detail", "request"],
    "properties": {
        "type": {"type": "string"},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string", "description": "In the reader's language."},
        "request": {
            "type": "string",
            "description": "The number of the request, for whoever is asked about it.",
        },
        "code": {"type": "string", "description": "The stable word of the rule that was broken."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {
                    "field": {"type": "string"},
                    "detail": {"type": "string"},
                    "file": {"type": "string"},
                    "row": {"type": "integer", "description": "Of a file, counted as spreadsheets do."},
                    "column": {"type": "string"},
                },
            },
        },
        "known": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Of a word that the address may not ask: those that it may.",
        },
        "version": {"type": ["integer", "null"], "description": "Of a stale change: the present version."},
        "differences": {"type": "array", "items": {"type": "object"}},
    },
}

# What some words of an address mean wherever they are asked. A day that is left empty, as a form sends it, is today.
_MEANT: dict[str, Schema] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": MOST},
    "page": {"type": "integer", "minimum": 1},
    "as_of": {"anyOf": [{"type": "string", "format": "date"}, {"const": ""}]},
}
_DONE: Schema = {
    "type": "object",
    "properties": {
        "warnings": {
            "type": "array",
            "description": "What was saved all the same: a text looks as if it named somebody by an identity number.",
            "items": _PROBLEM["properties"]["errors"]["items"],
        }
    },
}


def document(app: Flask) -> dict[str, Any]:
    """The whole description, with labels in the reader's language."""
    paths: dict[str, dict[str, Any]] = {}
    for rule, read in readable(app):
        paths.setdefault(path_of(rule.rule), {})["get"] = _read(rule, read, app)
    acts: Acts = app.extensions["acts"]
    for rule in acts.map.iter_rules():
        act = acts.listed[rule.endpoint]
        paths.setdefault(PREFIX + path_of(rule.rule), {})[act.method.lower()] = _act(rule, act, app)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kangjiansheng 康健生", "version": "1", "description": _about()},
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "paths": dict(sorted(paths.items())),
        "webhooks": acts.pushed(),
        "components": {
            "schemas": {**schemas(), "Problem": _PROBLEM},
            "parameters": {LANGUAGE: _asked(LANGUAGE, {"enum": list(LOCALES)})},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-kjs"},
            },
            "headers": {
                "ETag": {
                    "schema": {"type": "string"},
                    "description": "Version and digest of what is answered, for If-Match and If-None-Match.",
                },
                "Location": {
                    "schema": {"type": "string"},
                    "description": "Where what was made is read. Unless Content-Location is there, it is what is answered.",
                },
                "Content-Location": {
                    "schema": {"type": "string"},
                    "description": "Where what is answered is read: its GET describes the body, which may have `warnings` besides.",
                },
            },
            "responses": {
                "problem": _refusal(_("问题，按 RFC 9457。")),
                "too_often": _refusal(_("太频繁了，请稍后再试。"))
                | {"headers": {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}},
            },
        },
    }


def _refusal(said: str) -> dict[str, Any]:
    return {
        "description": said,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _about() -> str:
    return str(_("答复里只有令牌的主人能看到的内容，和网页一样；能做的也和网页一样。"))


def readable(app: Flask) -> Iterator[tuple[Rule, Read]]:
    """The routes that programs read."""
    for rule in app.url_map.iter_rules():
        read = getattr(app.view_functions[rule.endpoint], "read", None)
        if read is not None:
            yield rule, read


def path_of(path: str) -> str:
    return str(_PART.sub(r"{\1}", path))


def _in_path(rule: Rule) -> list[dict[str, Any]]:
    found = []
    for name in _PART.findall(rule.rule):
        converter = rule._converters[name]
        schema: Schema = {"type": "string"}
        if isinstance(converter, AnyConverter):
            schema["enum"] = sorted(converter.items)
        elif "int:" + name in rule.rule:
            schema = {"type": "integer", "minimum": 0}
        found.append({"name": name, "in": "path", "required": True, "schema": schema})
    return found


def _asked(name: str, schema: Schema, place: str = "query", *, needed: bool = False) -> dict[str, Any]:
    return {"name": name, "in": place, "required": needed, "schema": schema}


def _words(names: Iterable[str]) -> list[dict[str, Any]]:
    """The words that an address may ask, and the language, which it may ask everywhere."""
    asked = [_asked(name, _MEANT.get(name, {"type": "string"})) for name in names]
    return [*asked, {"$ref": f"#/components/parameters/{LANGUAGE}"}]


def _summary(view: Any, other: str) -> str:
    return str((view.__doc__ or other).strip().split("\n")[0])


def _problems(*codes: int) -> dict[str, Any]:
    named = {429: "too_often"}
    return {str(code): {"$ref": f"#/components/responses/{named.get(code, 'problem')}"} for code in codes}


def _read(rule: Rule, read: Read, app: Flask) -> dict[str, Any]:
    parameters = [*_in_path(rule), *_words(read.words)]
    if not read.is_file:
        parameters.append(_asked("If-None-Match", {"type": "string"}, "header"))
    view = app.view_functions[rule.endpoint]
    summary = _summary(view, rule.endpoint)
    return {
        "operationId": rule.endpoint.replace(".", "_"),
        **_allowed(view, writes=False),
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": {
                "description": summary,
                "content": {kind: {"schema": read.schema_of(kind)} for kind in read.media},
                **({} if read.is_file else _headers("ETag")),
            },
            **({} if read.is_file else {"304": {"description": "Not Modified"}}),
            **_problems(400, 401, 403, 404, 406, 429),
        },
    }


def _allowed(view: Any, *, writes: bool) -> dict[str, Any]:
    """The part of the product that an address belongs to, and what a token must allow for it."""
    if getattr(view, "of_any_part", False):
        return {"tags": ["any"]}
    scope = scope_of(view, writes=writes)
    return {"tags": [part_of(view)], "security": [{"token": [scope]}, {"session": []}]}


def _headers(*names: str) -> dict[str, Any]:
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names}}


def _act(rule: Rule, act: Act, app: Flask) -> dict[str, Any]:
    parameters = [*_in_path(rule), *_words(act.asks)]
    if act.asks_version:
        parameters.append(_asked("If-Match", {"type": "string"}, "header", needed=True))
    if act.method == "POST":
        parameters.append(_asked("Idempotency-Key", {"type": "string", "maxLength": 200}, "header"))
    view = app.view_functions[act.page]
    summary = _summary(view, act.page)
    answer = act.tells.value.schema if act.tells else _DONE
    done = {"description": summary, "content": {JSON: {"schema": answer}}}
    if not act.tells:
        done |= _headers("ETag", *(["Location"] if act.creates else []), "Content-Location")
    told: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{act.method} {act.path}").strip("_").lower(),
        **_allowed(view, writes=True),
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "201" if act.creates else "200": done,
            "204": {"description": "No Content"},
            **_problems(400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429),
        },
    }
    if act.forms:
        told["requestBody"] = {
            "required": False,
            "content": {kind: {"schema": _body(act, files=kind == PARTS)} for kind in _kinds(act)},
        }
    return told


def _kinds(act: Act) -> list[str]:
    """In which ways a body may come: as JSON unless it needs a file, in parts when it takes one."""
    needed = any(
        isinstance(check, FileRequired)
        for form in act.forms
        for _name, item in declared(form)
        for check in _checks(item)
    )
    return [*([] if needed else [JSON]), *([PARTS] if act.takes_files else [])]


def _body(act: Act, *, files: bool) -> Schema:
    bodies = [form_schema(form, files=files) for form in act.forms if not files or takes_files(form)]
    return bodies[0] if len(bodies) == 1 else {"anyOf": bodies}


def form_schema(form: type[Form], *, files: bool = False) -> Schema:
    """What may be sent for a form. What is not sent stays as the form opens it."""
    return {
        "type": "object",
        "properties": {
            name: _field(item)
            for name, item in declared(form)
            if name not in (*NOT_SENT, "version") and (files or not issubclass(item.field_class, FILES))
        },
    }


def _checks(item: Any) -> tuple[Any, ...]:
    return (*(item.args[1] if len(item.args) > 1 else ()), *item.kwargs.get("validators", ()))


def _field(item: Any) -> Schema:
    kind, inner = item.field_class, issubclass(item.field_class, FieldList | FormField)
    label = item.args[inner] if len(item.args) > inner else item.kwargs.get("label", "")
    schema = _kind(kind, item)
    for check in _checks(item):
        if isinstance(check, Length) and check.max > 0 and "string" in schema.get("type", ()):
            schema["maxLength"] = check.max
        if isinstance(check, InputRequired | FileRequired):
            schema["description"] = _("必填")
    return {"title": str(label), **schema} if label else schema


def _kind(kind: type, item: Any) -> Schema:
    choices = item.kwargs.get("choices")
    known = choices if isinstance(choices, list) and item.kwargs.get("validate_choice", True) else []
    values = [choice[0] for choice in known if isinstance(choice, tuple)]
    if issubclass(kind, FILES):
        return {"type": "array", "items": _BYTES} if issubclass(kind, MultipleFileField) else _BYTES
    if issubclass(kind, KeyedField):
        return _KEYED
    if issubclass(kind, RowsField):
        return {"type": "array", "items": _KEYED}
    if issubclass(kind, PasswordField):
        return {"type": "string", "format": "password", "writeOnly": True}
    if issubclass(kind, BooleanField):
        return {"type": "boolean"}
    if issubclass(kind, FormField):
        return form_schema(item.args[0])
    if issubclass(kind, FieldList):
        return {"type": "array", "items": _field(item.args[0])}
    if issubclass(kind, SelectMultipleField):
        return {"type": "array", "items": {"enum": values} if values else {}}
    if issubclass(kind, SelectField) or values:  # radio buttons are selects
        return {"enum": [*values, None]} if values else {"type": ["string", "integer", "null"]}
    if issubclass(kind, WholeNumberField):
        return {"type": ["integer", "string", "null"]}
    if issubclass(kind, DateField):
        return {"type": ["string", "null"], "format": "date"}
    return {"type": ["string", "null"]}

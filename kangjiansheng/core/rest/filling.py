"""What a program sends for an act: JSON, or a form with files, made into the fields that a browser would send."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from typing import Any

import orjson
from flask import abort, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FileField,
    FormField,
    MultipleFileField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.core import UnboundField

from kangjiansheng.core.digests import sha256
from kangjiansheng.core.forms import Form, PastedField

FILES = (FileField, MultipleFileField)
JSON, PARTS = "application/json", "multipart/form-data"
NOT_SENT = ("csrf_token", "once", "back", "next", "resume", "resolve", "look")
_TAG = re.compile(r'^(?:W/)?"(\d{1,9})(?:-[0-9a-f]+)?"$')
_DEEPEST = 20  # objects and lists in one another
NOTHING = object()  # what a browser does not send
Wrong = list[tuple[str, str]]


@dataclass
class Sent:
    """What came: the values by the names of the fields, and the files."""

    values: dict[str, Any] = field(default_factory=dict)
    files: MultiDict[str, Any] = field(default_factory=MultiDict)

    def facts(self, secret: Collection[str]) -> Any:
        """What the same request has once more, without what is `secret`: no digest of a password is kept. To be asked
        before a view has read the files."""
        values = {name: value for name, value in self.values.items() if name not in secret}
        if not self.files:
            return values
        files = self.files.items(multi=True)
        return [values, *([name, one.filename, _digest(one)] for name, one in files)]


def _digest(file: Any) -> str:
    found = sha256(file.read())
    file.seek(0)
    return found


def declared(form: type[Form]) -> list[tuple[str, Any]]:
    """The fields of a form, in the order in which they are written."""
    found = [(name, getattr(form, name)) for name in dir(form)]
    fields = [(name, item) for name, item in found if isinstance(item, UnboundField)]
    return sorted(fields, key=lambda pair: pair[1].creation_counter)


def takes_files(form: type[Form]) -> bool:
    """Whether files may come with a form."""
    return any(issubclass(item.field_class, FILES) for _name, item in declared(form))


class KeyedField(Field):
    """Values by keys: `{"mode": {"12": "online"}}` is what a page sends as `mode-12`. For the forms of programs."""


class RowsField(Field):
    """Rows of parts: `{"rows": [{"kind": "a"}]}` is what a page sends as `kind-0`. For the forms of programs."""


class SeveralField(SelectMultipleField):
    """Several values of which the view knows whether they are there. For the forms of programs."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, choices=[], validate_choice=False, **kwargs)


def sent(*, files: bool) -> Sent:
    """What the request holds; `files`: the act takes some."""
    if request.mimetype == PARTS and files:
        values = {name: found if len(found) > 1 else found[0] for name, found in request.form.lists()}
        return Sent(values, MultiDict(request.files))
    data = request.get_data()
    if not data.strip() and not request.form and not request.files:
        return Sent()
    if request.mimetype != JSON:
        if files:
            abort(415, _("请用 Content-Type: application/json 发送；有文件时用 multipart/form-data。"))
        abort(415, _("请用 Content-Type: application/json 发送。"))
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError:
        abort(400, _("这不是 JSON。"))
    if not isinstance(body, dict) or _is_deep(body):
        abort(400, _("请发送一个 JSON 对象，例如 {}。"))
    return Sent(body)


def _is_deep(body: Any) -> bool:
    """Whether values lie in one another deeper than any form of ours."""
    level = [body]
    for _deeper in range(_DEEPEST):
        inner = [
            one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)
        ]
        level = list(chain.from_iterable(inner))
    return bool(level)


def is_file(item: Field) -> bool:
    """Whether a field takes files."""
    return isinstance(item, FILES)


def fields(
    opened: Form | None, came: Sent, *, creates: bool, apart: bool
) -> tuple[MultiDict[str, str], Wrong]:
    """The fields as a browser would send them; and the names that are none, or whose value is of another kind. A form
    that stands on no page (`apart`) is sent with what is named alone."""
    wrong: Wrong = []
    made: MultiDict[str, str] = MultiDict([("once", "")])
    left, files = dict(came.values), {*came.files}
    for name, item in (opened._fields if opened else {}).items():
        if name == "version":
            unseen = creates and "If-Match" not in request.headers
            made[item.name] = _written(item.data) if unseen else _version()
        elif is_file(item):
            files.discard(name)
            if left.pop(name, None) not in (None, "", []):
                wrong.append((name, _("文件请用 multipart/form-data 发送。")))
        elif name not in NOT_SENT and (name in left or not apart):
            if name in left and not _is_of_kind(item, left[name]):
                text = _("这一项要文字。")
                wrong.append(
                    (name, text if _is_text(item) else _("这一项要一个值，或者一列值，与表单一样。"))
                )
                del left[name]
                continue
            if isinstance(item, RowsField):
                for number, row in enumerate(left.pop(name)):
                    for key, value in row.items():
                        _put(made, f"{key}-{number}", value)
                continue
            _put(made, item.name, left.pop(name) if name in left else shown(item))
    return made, wrong + [(name, _("没有这一项。")) for name in sorted({*left, *files})]


def _is_of_kind(item: Field, value: Any) -> bool:
    """Whether JSON has for a field what the form has: one value, several, or a form within."""
    if isinstance(item, FormField | FieldList):
        return True
    if isinstance(item, KeyedField):
        return _is_keyed(value)
    if isinstance(item, RowsField):
        return isinstance(value, list) and all(_is_keyed(row) for row in value)
    if isinstance(item, SelectMultipleField):
        if request.mimetype == PARTS:
            return True
        return isinstance(value, list) and not any(isinstance(one, list | dict) for one in value)
    if _is_text(item):
        return value is None or isinstance(value, str)
    return not isinstance(value, list | dict)


def _is_text(item: Field) -> bool:
    return type(item) in (StringField, TextAreaField, PastedField, PasswordField)


def _is_keyed(value: Any) -> bool:
    return isinstance(value, dict) and not any(isinstance(one, list | dict) for one in value.values())


def _version() -> str:
    """The version that the program has seen, from If-Match."""
    sent = request.headers.get("If-Match", "").strip()
    if not sent:
        abort(428, _("请用 If-Match 写明所见的版本：它在读这一项时的 ETag 里。"))
    found = _TAG.match(sent)
    if not found:
        abort(412, _("If-Match 不是这里给出的 ETag。"))
    return found[1]


def shown(item: Field) -> Any:
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
        return {one.short_name: shown(one) for one in item.form if one.short_name != "csrf_token"}
    if isinstance(item, FieldList):
        return [shown(one) for one in item]
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

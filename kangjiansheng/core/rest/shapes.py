"""What an answer holds, said once: the same declaration makes the JSON and its description."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from kangjiansheng.core.digests import plain

Schema = dict[str, Any]
Get = Callable[[Any], Any]


@dataclass(frozen=True)
class Value:
    """One kind of value: how JSON describes it, how it is made, and where it is read (else the attribute of the key's
    name)."""

    schema: Schema
    make: Get = plain
    get: Get | None = None

    def __call__(self, where: str | Get) -> "Value":
        """The same kind of value, read elsewhere: a dotted name, or a function of the thing."""
        return replace(self, get=attrgetter(where) if isinstance(where, str) else where)


def _names(thing: Any) -> dict[str, str | None]:
    return {"zh-Hans": thing.name_hans, "zh-Hant": thing.name_hant or None, "en": thing.name_en or None}


def names_in(scripts: Mapping[str, str]) -> dict[str, str | None]:
    """The same of a mapping with hans, hant, en."""
    return {
        "zh-Hans": scripts.get("hans") or None,
        "zh-Hant": scripts.get("hant") or None,
        "en": scripts.get("en") or None,
    }


def maybe(value: Value) -> Value:
    """A value that may be absent: null."""
    schema = {"anyOf": [value.schema, {"type": "null"}]} if "$ref" in value.schema else _or_null(value.schema)
    return Value(schema, lambda found: None if found is None or found == "" else value.make(found), value.get)


def _or_null(schema: Schema) -> Schema:
    found = {**schema, "type": [schema["type"], "null"]}
    if "enum" in found:
        found["enum"] = [*found["enum"], None]
    return found


def many(value: Value) -> Value:
    """A list of values."""
    return Value(
        {"type": "array", "items": value.schema},
        lambda found: [value.make(one) for one in found],
        value.get,
    )


def word(values: Iterable[str]) -> Value:
    """A stable word out of a vocabulary."""
    return Value({"type": "string", "enum": list(values)})


TEXT = Value({"type": "string"})
WHOLE = Value({"type": "integer"})
NUMBER = Value({"type": "number"})
YES = Value({"type": "boolean"}, bool)
DAY = Value(
    {"type": "string", "format": "date"}, lambda day: day.isoformat() if isinstance(day, date) else str(day)
)
INSTANT = Value(
    {"type": "string", "format": "date-time"},
    lambda at: plain(at) if isinstance(at, datetime) else str(at),
)
NAMES = Value({"$ref": "#/components/schemas/Names"}, _names, lambda thing: thing)
NAMES_SCHEMA: Schema = {
    "type": "object",
    "description": "A name in three scripts; null where the thing has none of its own.",
    "required": ["zh-Hans", "zh-Hant", "en"],
    "properties": {
        "zh-Hans": {"type": ["string", "null"]},
        "zh-Hant": {"type": ["string", "null"]},
        "en": {"type": ["string", "null"]},
    },
}
_known: dict[str, "Shape"] = {}


class Shape:
    """An object with named values. `Shape("Ask", code=TEXT, names=NAMES)` of a thing is its JSON."""

    def __init__(self, name: str, /, **values: Value) -> None:
        if name in _known:
            raise ValueError(f"two shapes are called {name}")
        _known[name] = self
        self.name, self.values = name, values
        self._gets = {key: value.get or attrgetter(key) for key, value in values.items()}

    def of(self, thing: Any) -> dict[str, Any]:
        """The thing as JSON."""
        return {key: value.make(self._gets[key](thing)) for key, value in self.values.items()}

    @property
    def value(self) -> Value:
        """The shape as a value within another."""
        return Value({"$ref": f"#/components/schemas/{self.name}"}, self.of)

    @property
    def schema(self) -> Schema:
        """What JSON Schema says of it: every key is always there, and no other."""
        return {
            "type": "object",
            "required": list(self.values),
            "properties": {key: value.schema for key, value in self.values.items()},
            "additionalProperties": False,
        }


class Given(Shape):
    """An object that its view puts together itself, described by a schema of its own."""

    def __init__(self, name: str, schema: Schema) -> None:
        super().__init__(name)
        self._schema = schema

    def of(self, thing: Any) -> dict[str, Any]:
        """The thing as the view made it."""
        return dict(thing)

    @property
    def schema(self) -> Schema:
        """The schema that was declared."""
        return self._schema


def schemas() -> Mapping[str, Schema]:
    """The shapes that were declared, and the names in three scripts."""
    return {"Names": NAMES_SCHEMA, **{name: shape.schema for name, shape in sorted(_known.items())}}


REF = Shape("Reference", code=TEXT, names=NAMES).value
FILE = Shape(
    "File",
    number=WHOLE("version_no"),
    name=TEXT,
    kind=TEXT,
    note=TEXT,
    level=TEXT,  # of confidentiality: empty as its thing
    size=WHOLE("blob.size"),
    media_type=TEXT("blob.media_type"),
    sha256=TEXT("blob.sha256"),
    brought_at=INSTANT("at"),
    disposed_at=maybe(INSTANT),  # since when its bytes are no longer kept
)

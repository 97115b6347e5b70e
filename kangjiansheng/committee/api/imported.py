"""What programs are told of minutes that are brought from elsewhere."""

from typing import Any

from kangjiansheng.committee.api.shapes import first_of
from kangjiansheng.committee.queries.imports import names_in
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import explain
from kangjiansheng.core.rest import DAY, INSTANT, TEXT, WHOLE, YES, Shape, Value, many, maybe

_IMPORT: dict[str, Value] = {
    "number": WHOLE("id"),
    "name": TEXT,
    "kind": TEXT,
    "sha256": TEXT,
    "origin": TEXT,
    "state": TEXT,
    "created_at": INSTANT,
    "applied_at": maybe(INSTANT),
    "meeting": maybe(TEXT)(lambda row: row.meeting.code if row.meeting else None),
}
IMPORT = Shape("MinutesImport", **_IMPORT)
_PIECE = Shape(
    "ReadPiece",
    number=WHOLE(lambda row: row[0]),
    kind=TEXT(lambda row: row[1]),
    text=TEXT(lambda row: row[2].text),
)
_NAME = Shape(
    "ReadName", number=WHOLE(lambda row: row[0]), name=TEXT(lambda row: row[1]), person_id=maybe(WHOLE)(lambda row: row[2]),
    mode=TEXT(lambda row: row[3]),
)  # fmt: skip
_PROBLEM = Shape(
    "ImportProblem",
    field=TEXT("where"),
    code=TEXT,
    detail=TEXT(lambda row: explain(RuleBroken(row.code, None, **row.facts))),
    meeting=maybe(TEXT),
)


def _names_read(found: Any) -> list[Any]:
    _row, seen = found
    people = {name: person.id if person else None for name, person in seen.people.items()}
    modes = seen.plan.modes
    return [(n, name, people.get(name), modes.get(name, "")) for n, name in enumerate(names_in(seen.found))]


IMPORT_READ = Shape(
    "MinutesImportRead",
    **{key: value(first_of(value, key)) for key, value in _IMPORT.items()},
    day=maybe(DAY)(lambda found: found[1].plan.day),
    title=TEXT(lambda found: found[1].plan.title),
    place=TEXT(lambda found: found[1].plan.place),
    minutes_no=TEXT(lambda found: found[1].plan.minutes_no),
    illustrative=YES(lambda found: found[1].plan.illustrative),
    pieces=many(_PIECE.value)(
        lambda found: [
            (n, kind, piece)
            for n, (kind, piece) in enumerate(zip(found[1].plan.kinds, found[1].found.pieces, strict=True))
        ]
    ),
    names=many(_NAME.value)(_names_read),
    problems=many(_PROBLEM.value)(lambda found: found[1].problems),
)

"""Imports as programs see them: a dry run that says what would be done, or what is wrong by row and cell; sheets of
milestones with what became of each row."""

from typing import Any

from wtforms import HiddenField

from kangjiansheng.core import rest
from kangjiansheng.core.access import actor
from kangjiansheng.core.rest import INSTANT, TEXT, WHOLE, YES, Shape, Value, many, maybe
from kangjiansheng.core.rest.acts import Facts
from kangjiansheng.projects.forms import imports as portfolio_words
from kangjiansheng.projects.forms import sheets as sheet_words
from kangjiansheng.projects.forms import trials as trial_words
from kangjiansheng.projects.forms.sheets import ConsentForm
from kangjiansheng.projects.forms.trials import TrialConsentForm
from kangjiansheng.projects.models import ImportBatch
from kangjiansheng.projects.queries import sheets

_COUNTS = Value({"type": "object"}, dict)


def cell(problem: Any) -> dict[str, Any]:
    """What is wrong in a file of a portfolio: where, and in words."""
    where = {"file": problem.file, "row": problem.row, "column": problem.column}
    told = {key: value for key, value in where.items() if value is not None}
    return {"field": problem.column or problem.file, "detail": portfolio_words.sentence(problem), **told}


def wrong_cells(facts: Facts) -> list[dict[str, Any]]:
    """What refuses the import of a portfolio."""
    return [cell(one) for one in facts["found"].errors] if "found" in facts else []


def wrong_records(facts: Facts) -> list[dict[str, Any]]:
    """What refuses the import of a registry's file; the record of each is its `row`."""
    steps = facts["found"].steps if "found" in facts else []
    return [
        {"field": f"target-{number}", "row": number, "detail": trial_words.problem(step)}
        for number, step in enumerate(steps)
        if step.problem
    ]


_CELL = Value(
    {
        "type": "object",
        "required": ["field", "detail"],
        "properties": {
            **{key: {"type": "string"} for key in ("field", "detail", "file", "column")},
            "row": {"type": "integer"},
        },
    },
    cell,
)
PORTFOLIO = Shape(
    "PortfolioDryRun",
    counts=_COUNTS("tally"),
    changes_nothing=YES("found.changes_nothing"),
    warnings=many(_CELL)("found.warnings"),
    illustrative=YES,
    files_packed=TEXT("packed"),  # with `seen` what the consent sends back
    seen=TEXT,
)
_STEP = Shape(
    "RecordStep",
    number=TEXT("trial.number"),
    kind=TEXT,
    code=TEXT,
    targets=many(TEXT),
    problem=maybe(TEXT)(lambda step: trial_words.problem(step) if step.problem else None),
)
TRIAL = Shape(
    "RecordsDryRun",
    counts=_COUNTS("tally"),
    changes_nothing=YES("found.changes_nothing"),
    steps=many(_STEP.value)("found.steps"),
    illustrative=YES,
    files_packed=TEXT("packed"),
    seen=TEXT,
)


class RecordsForm(TrialConsentForm):
    """The consent to the records of a registry's file; `target` says of each, by its number, where it goes; `again`
    looks once more with that."""

    name = HiddenField()
    target = rest.KeyedField()
    again = HiddenField()


class RowsForm(ConsentForm):
    """Of the rows that were `seen` those of `accept` count, by their keys; or `all`, yes or no, of those that `show`
    names."""

    seen = rest.SeveralField()
    accept = rest.SeveralField()
    all = HiddenField()
    show = HiddenField()


_FAULT = Shape(
    "SheetFault",
    column=maybe(TEXT)(lambda found: found["column"]),
    code=TEXT(lambda found: found["code"]),
    detail=TEXT(sheet_words.sentence),
)
_ANY: Value = Value({}, lambda value: value)
_CHANGE = Shape(
    "CellChange",
    column=TEXT(lambda row: row["column"]),
    before=_ANY(lambda row: row["before"]),
    after=_ANY(lambda row: row["after"]),
    base=_ANY(lambda row: row["base"]),
)
SHEET = Shape(
    "SheetImport",
    code=TEXT,
    name=TEXT(sheet_words.source),  # of the file; of rows that were pasted, that they were
    pasted=YES,
    sha256=TEXT,
    state=TEXT,
    illustrative=YES,
    created_at=INSTANT,
    applied_at=maybe(INSTANT),
    undone_at=maybe(INSTANT),
    faults=many(_FAULT.value),
    remarks=many(_FAULT.value),
    counts=_COUNTS(lambda batch: sheets.tally(batch, actor=actor())),
)
ROW = Shape(
    "SheetRow",
    id=WHOLE,
    sheet=TEXT,
    row=WHOLE("number"),
    project=TEXT,
    code=TEXT,
    kind=TEXT,
    accepted=YES,
    changes=many(_CHANGE.value),
    faults=many(_FAULT.value),
    remarks=many(_FAULT.value),
    outcome=maybe(TEXT),
)


def rows_of(batch: ImportBatch, which: str) -> list[Any]:
    """The rows of a sheet that are asked for, as its page shows them."""
    size = sheets.tally(batch, actor=actor())[which if which in sheets.SHOWN else "all"]
    return [row for row, _milestone in sheets.page_of(batch, which, actor=actor(), start=0, size=size)]

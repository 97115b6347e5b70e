"""The dashboard as its rows: what needs somebody, and the tables beside its charts, in stable words."""

from typing import Any

from kangjiansheng.core import rest
from kangjiansheng.core.access import actor as reader
from kangjiansheng.core.rest import DAY, NAMES, TEXT, WHOLE, YES, Shape, Value, many, maybe, word
from kangjiansheng.overview.api.blueprint import bp
from kangjiansheng.overview.rules.attention import Matter, Threat
from kangjiansheng.overview.rules.board import PAGE, Board
from kangjiansheng.overview.views import dashboard, matters, narrowed
from kangjiansheng.projects.rules.milestones import SEVERITY

_STATUS = word(SEVERITY)
_OF_PROJECT: dict[str, Value] = {"project": TEXT("project.code")}
_OF_MILESTONE: dict[str, Value] = {
    "project": TEXT("milestone.project_code"),
    "milestone": TEXT("milestone.code"),
    "names": NAMES("milestone"),
}


def _risk(row: Matter | Threat) -> int | None:
    return row.risk.number if isinstance(row, Threat) else None


def _milestone(row: Matter | Threat) -> str | None:
    return None if isinstance(row, Threat) else row.milestone.code


_MATTER = Shape(
    "Matter",
    **_OF_PROJECT,
    milestone=maybe(TEXT)(_milestone),
    risk=maybe(WHOLE)(_risk),
    status=_STATUS,
    days=maybe(WHOLE),
    after=WHOLE,
    also=WHOLE,
    because=TEXT(lambda row: matters.because(row).replace(matters.UNBROKEN, "-")),
    follows=many(TEXT)(lambda row: matters.consequence(row, day=lambda day: day.isoformat())),
)
_CHIP = Shape(
    "ProjectInPipeline",
    family=TEXT(lambda found: found[0][0]),
    column=TEXT(lambda found: found[0][1]),
    project=TEXT(lambda found: found[1].project.code),
    stage=TEXT(lambda found: found[1].project.stage),
    status=_STATUS(lambda found: found[1].project.status),
    slip=maybe(WHOLE)(lambda found: found[1].slip),
)
_STOP = Shape(
    "FallsDue",
    **_OF_MILESTONE,
    lab=maybe(TEXT)(lambda row: row.lab and row.lab.code),
    status=_STATUS("milestone.status"),
    baseline=maybe(DAY)("plan"),
    day=DAY,
    slip=maybe(WHOLE)("milestone.slip"),
)
_SLIP = Shape(
    "Slip",
    **_OF_MILESTONE,
    status=_STATUS("milestone.status"),
    baseline=maybe(DAY)("milestone.baseline"),
    then=maybe(DAY)("then_date"),
    now=maybe(DAY)("milestone.forecast"),
    days=WHOLE("now"),
    reason_code=maybe(TEXT)("milestone.reason_code"),
)
_MOVED = Shape(
    "MovedPromise",
    **_OF_MILESTONE,
    then=DAY("before"),
    now=DAY("after"),
    days=WHOLE,
    new=YES,
    reason_code=maybe(TEXT)("milestone.reason_code"),
)
_SHARE = Shape(
    "ShareOfMonth",
    month=DAY(lambda pair: pair[0]),
    on_time=WHOLE(lambda pair: pair[1].part),
    done=WHOLE(lambda pair: pair[1].whole),
)
_HEALTH = Shape(
    "HealthOfLab",
    lab=TEXT(lambda pair: pair[1].lab.code),
    months=many(_SHARE.value)(lambda pair: list(zip(pair[0], pair[1].shares, strict=True))),
)


def _chips(found: Board) -> list[Any]:
    return [(where, chip) for where, group in found.pipeline.cells.items() for chip in group.chips]


_TOTALS = Shape(
    "BoardTotals",
    **{name: WHOLE(f"{name}.total") for name in ("attention", "pipeline", "outlook", "slips", "moves")},
)
BOARD = Shape(
    "Board",
    day=DAY,
    compare=DAY,
    attention=many(_MATTER.value)("attention.rows"),
    pipeline=many(_CHIP.value)(_chips),
    outlook=many(_STOP.value)("outlook.stops"),
    slips=many(_SLIP.value)("slips.rows"),
    moves=many(_MOVED.value)("moves.rows"),
    health=many(_HEALTH.value)(lambda found: [(found.health.months, row) for row in found.health.rows]),
    totals=_TOTALS.value(lambda found: found),
    illustrative=YES,
)


@rest.reads(bp, "/overview", BOARD, filters=("compare", "horizon", *narrowed.NAMES))
def board() -> Board:
    """The rows of the dashboard, as many as its page shows (`totals` says of how many), compared with another day; of
    all projects or of some. Its figures are in the metrics."""
    _every, found = dashboard.narrowed_to(dashboard.asked(), narrowed.asked(), actor=reader(), limits=PAGE)
    return found

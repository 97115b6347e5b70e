"""The whole board from two days of the portfolio: computed once, shown as page, table, export and JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from . import answer as answers
from . import attention as matters
from . import figures, health, outlook, pipeline, slips
from . import gates as deciding
from . import moves as moving
from .rows import OnAgenda, Risk, Seen


@dataclass(frozen=True, slots=True)
class Limits:
    """How many rows are shown at most: in a cell and a column of the pipeline, of the pipeline by code, on all lanes of
    the outlook, of the outlook by date, of what needs somebody, of the largest slips and moves. None shows all."""

    cell: pipeline.Few | None = None
    column: pipeline.Few | None = None
    first: int | None = None
    stops: int | None = None
    soonest: int | None = None
    matters: int | None = None
    largest: int | None = slips.AT_MOST


PAGE = Limits(pipeline.Few(4, 2), pipeline.Few(12, 6), stops=96, matters=24)
ALL = Limits()
FILE = Limits(largest=None)


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the dashboard says of a day, compared with another one."""

    day: date
    compare: date
    illustrative: bool
    answer: answers.Answer
    on_time: figures.OnTime
    slipped: figures.Slipped
    due: figures.Due
    gates: deciding.Gates
    attention: matters.Attention
    moves: moving.Moves
    pipeline: pipeline.Pipeline
    outlook: outlook.Outlook
    slips: slips.Slips
    health: health.Health


def board(
    seen: Seen,
    agenda_then: Sequence[OnAgenda],
    risks: Mapping[int, Sequence[Risk]],
    *,
    horizon: int = 90,
    festival: date | None = None,
    limits: Limits = ALL,
) -> Board:
    """Compute the board. `agenda_then` is that of the day of comparison; `risks` are those that need somebody, by
    project."""
    day, past, naming = seen.day, seen.past or seen.day, seen.naming
    punctual = figures.on_time(day, past)
    gates = deciding.gates(day, seen.agenda, deciding.gates_then(past, agenda_then))
    return Board(
        day=day.day,
        compare=past.day,
        illustrative=day.illustrative,
        answer=answers.answer(day, punctual, gates, naming),
        on_time=punctual,
        slipped=figures.slipped(day, past),
        due=figures.due(day, past),
        gates=gates,
        attention=matters.attention(day, gates.waiting, risks, naming, limits.matters),
        moves=moving.moves(day, past, naming, limits.largest),
        pipeline=pipeline.pipeline(day, naming, limits.cell, limits.column, limits.first),
        outlook=outlook.outlook(day, naming, horizon, festival, limits.stops, limits.soonest),
        slips=slips.slips(day, past, naming, limits.largest),
        health=health.health(day, naming),
    )

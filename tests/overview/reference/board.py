"""The whole board from one portfolio: computed once, shown as page, table, export and JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from . import answer as answers
from . import attention as matters
from . import figures, health, outlook, pipeline, slips
from . import gates as deciding
from . import moves as moving
from .rows import OnAgenda, Past, Project, Risk, Spell


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the dashboard says of a day, compared with another one."""

    day: date
    compare: date
    answer: answers.Answer
    on_time: figures.OnTime
    slipped: figures.Slipped
    due: figures.Due
    gates: deciding.Gates
    attention: tuple[matters.Matter | matters.Threat, ...]
    moves: moving.Moves
    pipeline: pipeline.Pipeline
    outlook: outlook.Outlook
    slips: slips.Slips
    health: health.Health


def board(
    projects: Sequence[Project],
    past: Mapping[int, Past],
    agenda: Sequence[OnAgenda],
    agenda_then: Sequence[OnAgenda],
    *,
    day: date,
    compare: date,
    horizon: int = 90,
    festival: date | None = None,
    spells: Sequence[Spell] = (),
    standing: Sequence[Spell] = (),
    risks: Mapping[int, Sequence[Risk]] | None = None,
) -> Board:
    """Compute the board. `past` and `agenda_then` are how things stood at the end of `compare`.

    `spells` (of milestones behind their baseline) and `standing` (of projects) say how it came to this; `risks` are
    those that need somebody, by project.
    """
    punctual = figures.on_time(projects, past, day, compare)
    gates = deciding.gates(projects, agenda, deciding.gates_then(past, agenda_then))
    return Board(
        day=day,
        compare=compare,
        answer=answers.answer(projects, punctual, gates),
        on_time=punctual,
        slipped=figures.slipped(projects, past, day, spells, standing),
        due=figures.due(projects, past, day, compare),
        gates=gates,
        attention=tuple(matters.attention(projects, gates.waiting, day, slips.since(spells), risks)),
        moves=moving.moves(projects, past, compare),
        pipeline=pipeline.pipeline(projects),
        outlook=outlook.outlook(projects, day, horizon, festival),
        slips=slips.slips(projects, past),
        health=health.health(projects, day),
    )

"""The board from the rows of two days."""

from kangjiansheng.core.changes import Actor
from kangjiansheng.overview import queries
from kangjiansheng.overview.rules.board import Board
from kangjiansheng.overview.rules.gates import Gates
from kangjiansheng.overview.views import dashboard
from kangjiansheng.projects.queries import portfolio
from kangjiansheng.projects.queries.risks import pressing

from .answer import answer
from .attention import attention
from .figures import due, on_time, slipped
from .gates import waiting
from .health import health
from .moves import moves
from .outlook import outlook
from .pipeline import pipeline
from .reading import since, slipping, worked_on
from .slips import slips


def read(asking: dashboard.Asked, *, actor: Actor) -> Board:
    """The board that the address asks for."""
    day, compare = asking.day, asking.compare
    projects = portfolio(actor=actor, as_of=asking.as_of)
    before = portfolio(actor=actor, as_of=compare)
    past = {m.id: m for project in before for m in project.milestones}
    spells = slipping(actor=actor, day=day)
    begun = since(spells)
    punctual = on_time(projects, before, day, compare)
    wait = waiting(projects, queries.agenda(asking.as_of, actor=actor))
    gates = Gates(wait, then=len(waiting(before, queries.agenda(compare, actor=actor))))
    return Board(
        day=day,
        compare=compare,
        illustrative=any(project.illustrative for project in projects),
        answer=answer(projects, punctual, gates, begun),
        on_time=punctual,
        slipped=slipped(projects, before, day, spells, worked_on(actor=actor, day=day)),
        due=due(projects, before, day, compare),
        gates=gates,
        attention=attention(projects, wait, day, begun, pressing(actor=actor, as_of=asking.as_of)),
        moves=moves(projects, past, compare),
        pipeline=pipeline(projects),
        outlook=outlook(projects, day, asking.horizon, dashboard.spring_after(day)),
        slips=slips(projects, past),
        health=health(projects, day),
    )

"""What a scenario does to the value of the pipeline: over what its reader sees, with the rates that are in use."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from kangjiansheng.core.changes import Actor
from kangjiansheng.overview.models.scenario import Scenario
from kangjiansheng.overview.queries import rates as rate_queries
from kangjiansheng.overview.queries import value as queries
from kangjiansheng.overview.queries.scenarios import Consequences
from kangjiansheng.overview.rules import chances, economics
from kangjiansheng.overview.rules.rates import RateSet
from kangjiansheng.overview.rules.scenario import Sides, ends_later

MONTHS = 24  # in which permissions are counted

Side = tuple[list[queries.Standing], list[queries.Awaited]]


@dataclass(frozen=True, slots=True)
class Worth:
    """The value on both sides, with which rates. The money is there when the reader sees figures of some projects:
    `valued` of them count now."""

    sides: Sequence[Sides]
    rates: RateSet
    valued: int


def worth(found: Scenario, seen: Consequences, *, actor: Actor) -> Worth:
    """What approvals, permissions and money come to, as the plans stand and in the scenario. Three statements."""
    rates = rate_queries.sets()[rate_queries.usual()]
    day, now = seen.portfolio.day, queries.of_day(seen.portfolio)
    then = _tried(now, found, seen)
    entered = queries.entered(now[0], actor=actor)
    later = ends_later(seen.portfolio, seen.dates)
    pairs = [(_chances(side, rates, day)) for side in (now, then)]
    sides = [Sides(key, pairs[0][key], pairs[1][key]) for key in pairs[0]]
    valued = [(one, step) for one in entered if (step := chances.step_of(one.project)) is not None]
    if valued:
        stopped = {one.id for one in then[0] if one.claimed == chances.TERMINATED}
        going = [(one, step) for one, step in valued if one.project.id not in stopped]
        sides.append(Sides("money", _money(valued, rates, day, {}), _money(going, rates, day, later)))
    return Worth(sides, rates, len(valued))


def _tried(now: Side, found: Scenario, seen: Consequences) -> Side:
    """The same as it would stand: what is stopped counts as terminated, and what is moved has its new day."""
    stopped = {one.id for one in seen.stops}
    projects = [replace(one, claimed=chances.TERMINATED) if one.id in stopped else one for one in now[0]]
    known = {one.id: one for one in projects}
    awaited = [
        replace(one, project=known[one.project.id], forecast=seen.dates.get(one.id, one.forecast))
        for one in now[1]
    ]
    return projects, awaited


def _chances(side: Side, rates: RateSet, day: date) -> dict[str, float]:
    counts = chances.counted(side[0])
    due = chances.permissions(side[1], day, MONTHS)
    return {
        "approvals": chances.expected(counts, rates),
        "any": chances.at_least_one(counts, rates),
        "permissions": sum(chances.of_permission(row.project, rates) for row in due),
    }


def _money(
    valued: Sequence[tuple[queries.Entered, str]], rates: RateSet, day: date, later: dict[int, int]
) -> float:
    return sum(
        economics.enpv_ending(economics.figures_of(one.state), step, rates, day, later.get(one.project.id, 0))
        for one, step in valued
    )

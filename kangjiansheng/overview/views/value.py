"""The value of the pipeline: expected approvals and permissions, how sure they are, and what they rest on."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from flask import abort, request
from werkzeug.wrappers import Response

from kangjiansheng.core import paging
from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.pages import page, with_args
from kangjiansheng.core.text import whole
from kangjiansheng.overview.queries import rates as rate_queries
from kangjiansheng.overview.queries import value as queries
from kangjiansheng.overview.rules import chances, economics, periods
from kangjiansheng.overview.rules.narrowing import ALL, Cards, Narrowing
from kangjiansheng.overview.rules.rates import RateSet
from kangjiansheng.overview.views import dashboard, exports, narrowed, value_charts, value_tables, words
from kangjiansheng.overview.views import value_words as said
from kangjiansheng.overview.views.blueprint import bp

USUAL_MONTHS = 24
LISTED = 60  # permissions that the page lists


@dataclass(frozen=True)
class Pipeline:
    """What is reckoned from where projects stood at the end of a day, with one set of rates."""

    day: date
    months: int
    rates: RateSet
    projects: list[queries.Standing]
    awaited: list[queries.Awaited]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many projects stand on each step."""
        return chances.counted(self.projects)

    @cached_property
    def expected(self) -> float:
        """The sum of the chances of approval."""
        return chances.expected(self.counts, self.rates)

    @cached_property
    def any(self) -> float:
        """The chance of at least one approval."""
        return chances.at_least_one(self.counts, self.rates)

    @cached_property
    def distribution(self) -> list[float]:
        """The chance of each number of approvals."""
        return chances.distribution(chances.chances_of(self.counts, self.rates))

    @cached_property
    def likeliest(self) -> list[tuple[float, queries.Standing]]:
        """Each project with its chance, the likeliest first."""
        of_step = {step: chances.chance(step, self.rates) for step in (*chances.PATH, None)}
        found = [(of_step[chances.step_of(one)], one) for one in self.projects]
        return sorted(found, key=lambda row: (-row[0], row[1].code))

    @cached_property
    def permissions(self) -> list[tuple[queries.Awaited, float]]:
        """The permissions within the horizon, the earliest first, each with its chance."""
        due = chances.permissions(self.awaited, self.day, self.months)
        due.sort(key=lambda row: row.forecast or date.max)
        return [(row, chances.of_permission(row.project, self.rates)) for row in due]  # type: ignore[misc]

    @cached_property
    def expected_permissions(self) -> float:
        """The sum of their chances."""
        return sum(p for _row, p in self.permissions)


@dataclass(frozen=True)
class Seen:
    """The page: the pipeline on its day and on the day of comparison, the sets to choose from, the money."""

    asking: dashboard.Asked
    now: Pipeline
    then: Pipeline
    sets: dict[str, RateSet]
    usual: str
    entered: list[queries.Entered]
    every: Cards  # the projects that can be chosen
    unknown: str | None  # the set that the address asks for, when there was none of that name on the day

    @cached_property
    def valued(self) -> list[tuple[queries.Entered, economics.Valued]]:
        """The projects with figures that can be valued: on the way to approval, or approved."""
        found = []
        for one in self.entered:
            step = chances.step_of(one.project)
            if step is not None:
                found.append((one, economics.Valued(step, economics.figures_of(one.state))))
        return found

    @cached_property
    def foreseen(self) -> dict[str, date]:
        """When each permission was forecast on the day of comparison; what had no forecast is not there."""
        return chances.foreseen(self.then.awaited)

    @cached_property
    def new_permissions(self) -> list[float]:
        """The chances of the permissions within the horizon that had no forecast on the day of comparison."""
        return [p for row, p in self.now.permissions if row.project.code not in self.foreseen]

    @cached_property
    def offered(self) -> list[RateSet]:
        """The sets to choose from: those in use, and the chosen one whatever it is."""
        return [one for one in self.sets.values() if not one.retired or one.code == self.now.rates.code]

    @cached_property
    def spreads(self) -> dict[str, chances.Spread | None]:
        """What the samples behind each of these sets leave open."""
        return {one.code: chances.spread(self.now.counts, one) for one in self.offered}

    @cached_property
    def swings(self) -> list[chances.Swing]:
        """What the expected number rests on."""
        return chances.swings(self.now.counts, self.now.rates)

    @cached_property
    def money_swings(self) -> list[chances.Swing]:
        """What the sum of the money rests on."""
        return economics.tornado([valued for _one, valued in self.valued], self.now.rates, self.now.day)

    @property
    def illustrative(self) -> bool:
        """True when any of it is."""
        return any(p.illustrative for p in self.now.projects) or any(
            e.state["illustrative"] for e in self.entered
        )


def read(
    asking: dashboard.Asked, *, code: str | None, months: int, actor: Actor, wanted: Narrowing = ALL
) -> Seen:
    """All that the page shows, of all projects or of those that are wanted. Both days are reckoned with the rates of the
    day looked at, so that the difference is that of the portfolio alone."""
    sets = rate_queries.sets(asking.as_of)
    usual = rate_queries.usual(asking.as_of)
    rates = sets[code if code in sets else usual]
    stood = queries.compared(actor=actor, as_of=asking.as_of, compare=asking.compare, wanted=wanted)
    return Seen(
        asking=asking,
        now=Pipeline(asking.day, months, rates, *stood.now),
        then=Pipeline(asking.compare, months, rates, *stood.then),
        sets=sets,
        usual=usual,
        entered=queries.entered(stood.now[0], actor=actor, as_of=asking.as_of),
        every=stood.every,
        unknown=code if code and code not in sets else None,
    )


def _asked() -> Seen:
    months = request.args.get("months", default=USUAL_MONTHS, type=whole)
    return read(
        dashboard.asked(),
        code=request.args.get("rates") or None,
        months=months if months in chances.HORIZONS else USUAL_MONTHS,
        actor=actor(),
        wanted=narrowed.asked(),
    )


@bp.get("/overview/value")
@signed_in
def value() -> Response:
    """The value of the pipeline, on any day, with any set of rates."""
    seen = _asked()
    now = seen.now
    projects = paging.cut(now.likeliest, request.args.get("page"))
    return page(
        "overview/value.html",
        illustrative=seen.illustrative,
        seen=seen,
        asking=seen.asking,
        keep=narrowed.keep,
        narrowing=narrowed.bar(seen.every, narrowed.asked(), len(now.projects)),
        now=now,
        then=seen.then,
        spread=seen.spreads[now.rates.code],
        central=chances.central(now.distribution),
        set_numbers=[chances.expected(now.counts, rates) for rates in seen.offered],
        page_url=lambda number: f"{with_args(page=number)}#approvals",
        tables=value_tables.of_page(seen, projects.items, LISTED),
        figures=value_charts.all_of(seen),
        projects=projects,
        approved=sum(chances.step_of(p) == chances.MARKET for p in now.projects),
        outside=sum(chances.step_of(p) is None for p in now.projects),
        total=economics.total([v for _e, v in seen.valued], now.rates, now.day),
        founded=periods.FOUNDED,
        horizons=chances.HORIZONS,
        said=said,
        words=words,
    )


@bp.get("/overview/value/tables/<name>.<any(csv, xlsx):kind>")
@signed_in
@costly
def value_table(name: str, kind: str) -> Response:
    """One table of the value of the pipeline as CSV or XLSX."""
    seen = _asked()
    titles = dict(said.exports(with_money=bool(seen.valued)))
    if name not in titles:
        abort(404)
    made = value_tables.BY_NAME[name](seen)
    return exports.download(f"value-{name}", kind, titles[name], made, value_tables.about(seen))

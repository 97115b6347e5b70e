"""The page of charts: gates, stretches, what ends, what is stale, actions, advice, obligations; and each as a file."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from flask import abort, g, redirect, request
from werkzeug.wrappers import Response

from kangjiansheng.committee.queries.adoption import adopted, advised
from kangjiansheng.committee.queries.follow_up import followed
from kangjiansheng.committee.rules.follow_up import FollowUp, Task, follow_up
from kangjiansheng.core import calendar, clock
from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import page
from kangjiansheng.core.saved_view_pages import bar
from kangjiansheng.labs.queries import ObligationRow, obligation_rows
from kangjiansheng.overview import charts
from kangjiansheng.overview.queries import records
from kangjiansheng.overview.queries.seen import chosen
from kangjiansheng.overview.rules import cycles, expiries, periods, spoken, yields
from kangjiansheng.overview.rules.gallery import NAMES, Gallery
from kangjiansheng.overview.rules.narrowing import Cards, Narrowing
from kangjiansheng.overview.rules.rows import ENDED
from kangjiansheng.overview.views import chart_tables, chart_words, exports, narrowed
from kangjiansheng.overview.views.blueprint import bp
from kangjiansheng.projects.queries.obligations import linked_with


def read(wanted: Narrowing, *, actor: Actor, listed: int | None = None) -> tuple[Gallery, Cards]:
    """What there is to say of those projects that are wanted, and all that the actor sees; actions and advice are
    narrowed by the project that they are about. At most so many projects, and pieces of advice, are listed."""
    as_of = g.as_of
    day, every = chosen(actor=actor, as_of=as_of, wanted=wanted)
    there = day.there
    until = clock.end_of(as_of) if as_of else None
    keys = dict(zip(there, day.ledgers.projects.keys[there].tolist(), strict=True))
    ids = set(keys.values()) if wanted.asked else None
    actions = followed(ids, actor=actor, as_of=as_of)
    advice = adopted(ids, actor=actor, until=until)
    rows = _obligations(actor, {day.code(place) for place in there} if wanted.asked else None)
    owed, debtors = (
        [task for _row, task in rows],
        {row.debtor.code: name_of(row.debtor) for row, _task in rows},
    )
    going = {key: day.code(place) for place, key in keys.items() if day.claimed[place] not in ENDED}
    labs = {lab.code for card in every if card.id in going for lab in card.labs} if wanted.asked else None
    ends, of_examples = records.expiring(going, labs, actor=actor, as_of=as_of)
    ended_on = records.ended_on(keys.values() - going.keys(), day.day)
    named = {lab.code: lab for lab in every.labs}
    found = Gallery(
        day=day.day,
        projects=len(there),
        gates=yields.yields(day, records.verdicts(actor=actor, as_of=as_of)),
        cycles=cycles.cycles(day, ended_on, calendar.working_days_between),
        expiries=expiries.expiries(ends, day.day),
        spoken=spoken.spoken(day, named, listed),
        actions=actions.every,
        by_committee=[(one.code, one.figures) for one in actions.by_committee],
        advice=advice,
        advised=advised(ids, actor=actor, until=until, listed=listed) if advice else [],
        committees={
            **{one.code: name_of(one.names) for one in actions.by_committee},
            **{one.committee: name_of(one.names) for one in advice},
        },
        obligations=follow_up(owed, day.day),
        by_debtor=[
            (code, follow_up([task for task in owed if task.institution == code], day.day))
            for code in sorted(debtors)
        ],
        debtors=debtors,
        illustrative=of_examples
        or day.illustrative
        or actions.illustrative
        or any(one.illustrative for one in chain[Any](advice, owed)),
    )
    return found, every


def _obligations(actor: Actor, projects: set[str] | None) -> list[tuple[ObligationRow, Task]]:
    """What is owed between parties, of some projects or of all: delivered by its day is in time. Dealings with
    government have no day that counts, and what was waived is owed no more."""
    only = [] if projects is None else [linked_with(projects, g.as_of)]
    return [
        (
            row,
            Task(
                given_on=row.due_on or clock.today(),
                due_on=row.due_on,
                done_on=row.delivered_on if row.state in ("delivered", "accepted") else None,
                disputed=row.state == "disputed",
                institution=row.debtor.code,
                number=row.code,
                illustrative=row.illustrative,
            ),
        )
        for row in obligation_rows(actor=actor, as_of=g.as_of, only=only, agreements=False)
        if not (row.archived or row.dealing or row.state == "waived")
    ]


@bp.get("/overview/charts")
@signed_in
def chart_page() -> Response:
    """The charts of a day, of all projects or of some."""
    views = bar("charts")
    if views.opening:
        return redirect(views.opening)
    wanted = narrowed.asked()
    found, every = read(wanted, actor=actor(), listed=spoken.LISTED)
    return page(
        "overview/charts.html",
        illustrative=found.illustrative,
        found=found,
        views=views,
        keep=narrowed.keep,
        narrowing=narrowed.bar(every, wanted, found.projects),
        kept=[(key, value) for key, value in request.args.items(multi=True) if key != "as_of"],
        founded=periods.FOUNDED,
        figures=_figures(found),
        drawn=cycles.DRAWN,
        folded=any(len(one.courses) < one.ended + one.open for one in found.cycles),
        tables={name: chart_tables.BY_NAME[name](found) for name in NAMES},
        findings={
            "gates": chart_words.in_gates(found.gates),
            "cycles": chart_words.in_cycles(found.cycles),
            "expiries": chart_words.in_expiries(found.expiries),
            "spoken": chart_words.in_spoken(found.spoken),
            "actions": chart_words.in_actions(found.actions),
            "advice": chart_words.in_advice(found.advice),
            "obligations": chart_words.in_obligations(found.obligations),
        },
        says=chart_words,
    )


@bp.get("/overview/charts/<name>.<any(csv, xlsx):kind>")
@signed_in
@costly
def chart_export(name: str, kind: str) -> Response:
    """One table of the page, as CSV or XLSX."""
    if name not in NAMES:
        abort(404)
    wanted = narrowed.asked()
    found, every = read(wanted, actor=actor())
    made = chart_tables.BY_NAME[name](found)
    notes = [
        *narrowed.marks(every, wanted),
        *exports.marks(found.day, illustrative=found.illustrative),
        (chart_words.names()[name], chart_words.definitions()[name]),
    ]
    return exports.download(name, kind, chart_words.names()[name], made, notes)


def _figures(found: Gallery) -> dict[str, Any]:
    """The figures of the sheets in which there is anything to draw."""
    ends = found.expiries
    parts = [_part(key, shape, ends.counts(key)) for key, shape in chart_words.ENDS]
    drawn: dict[str, Any] = {
        "gates": _gates(found),
        "cycles": charts.cycles(found.cycles, chart_words.cycle_words()) if found.cycles else None,
        "expiries": charts.months(ends.months, chart_words.lapsed(), parts) if ends.rows else None,
        "spoken": _spoken(found),
        "actions": _actions(found),
        "advice": _advice(found),
        "obligations": _owed(found),
    }
    return drawn


def _part(key: str, shape: str, values: Any) -> charts.Part:
    return charts.Part(chart_words.part(key), shape, list(values))


def _gates(found: Gallery) -> charts.Figure | None:
    rows = found.gates.gates
    parts = [_part(key, shape, [gate.count(key) for gate in rows]) for key, shape in chart_words.VERDICTS]
    named = [
        charts.Row(
            f"{g.code} {chart_words.gate_name(g)}", end=chart_words.of_all(g.count("go"), len(g.decisions))
        )
        for g in rows
    ]
    return charts.bars(named, parts) if rows else None


def _spoken(found: Gallery) -> charts.Figure | None:
    rows = found.spoken.labs
    parts = [_part(key, shape, [lab.count(key) for lab in rows]) for key, shape in chart_words.AGES]
    named = [charts.Row(chart_words.lab(lab), chart_words.lab_href(lab)) for lab in rows]
    return charts.bars(named, parts) if rows else None


def _actions(found: Gallery) -> charts.Figure | None:
    return _closed(found.by_committee, found.committees, chart_words.CLOSURE)


def _owed(found: Gallery) -> charts.Figure | None:
    return _closed(found.by_debtor, found.debtors, chart_words.DELIVERY)


def _closed(
    given: Sequence[tuple[str, FollowUp]], names: Mapping[str, str], keys: Sequence[tuple[str, str]]
) -> charts.Figure | None:
    rows = [(code, one) for code, one in given if one.due]
    parts = [_part(key, shape, [getattr(one, key) for _code, one in rows]) for key, shape in keys]
    named = [
        charts.Row(names.get(code, code), end="" if one.percent is None else f"{one.percent}%")
        for code, one in rows
    ]
    return charts.bars(named, parts) if rows else None


def _advice(found: Gallery) -> charts.Figure | None:
    rows = found.advice
    parts = [_part(key, shape, [one.count(key) for one in rows]) for key, shape in chart_words.ANSWERS]
    named = [
        charts.Row(found.named(one.committee), end=chart_words.of_all(one.count("adopted"), one.total))
        for one in rows
    ]
    return charts.bars(named, parts) if rows else None

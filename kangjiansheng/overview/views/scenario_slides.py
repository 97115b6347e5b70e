"""A scenario as slides and as PDF, to take into a meeting: the same outline as the pack's, made from its tables."""

from collections.abc import Sequence

from flask import current_app, url_for
from flask_babel import gettext as _

from kangjiansheng import __version__
from kangjiansheng.core import clock
from kangjiansheng.core.i18n import locale
from kangjiansheng.overview.documents.outline import TREND, Chart, Figure, Outline, Section, Series
from kangjiansheng.overview.models.scenario import Scenario
from kangjiansheng.overview.queries.scenario_value import Worth
from kangjiansheng.overview.queries.scenarios import Consequences
from kangjiansheng.overview.rules.scenario import Sides
from kangjiansheng.overview.views import scenario_tables, words_scenario
from kangjiansheng.overview.views.pack.outline import labels
from kangjiansheng.overview.views.pack.sections import from_table

_FIGURES = ("slipped", "largest", "due", "overdue")  # of the board, at the top
_BARS = 8
_BETTER_LESS = frozenset({"slipped", "largest", "overdue"})


def outline(found: Scenario, seen: Consequences, worth: Worth) -> Outline:
    """What it says to one reader."""
    about = scenario_tables.about(found, seen, worth)
    (_name, name), basis, *notes = about
    settings, today = current_app.config["SETTINGS"], clock.today()
    illustrative = found.illustrative or seen.portfolio.illustrative
    return Outline(
        language=locale(),
        title=name,
        since=basis[1],
        cut=clock.now(),
        day=today,
        compare=today,
        foot=str(_("截至 %(day)s", day=today.isoformat())),
        sentence=_("。").join(filter(None, (words_scenario.finding(seen), found.note))),
        figures=[_figure(one) for one in seen.figures if one.key in _FIGURES],
        sections=_sections(seen, worth, illustrative=illustrative),
        definitions=[basis, *notes],
        illustrative=_("含示例数据，不代表任何机构的真实进展。") if illustrative else "",
        address=f"{settings.base_url}{url_for('overview.scenario', number=found.id)}",
        base=settings.base_url,
        version=__version__,
        words=labels(),
    )


def _figure(one: Sides) -> Figure:
    """A figure under the scenario, beside what it is now."""
    now, then = (None if value is None else int(value) for value in (one.now, one.then))
    less = then is not None and now is not None and then < now
    tone = "flat" if not one.changes or one.key not in _BETTER_LESS else "good" if less else "bad"
    said = f"{_('现在')}{_('：')}{'—' if now is None else now}"
    return Figure(words_scenario.label(one.key), then, "", now, said, tone)


def _sections(seen: Consequences, worth: Worth, *, illustrative: bool) -> Sequence[Section]:
    """Its tables; the first has the days of each milestone as a chart beside the answer."""
    findings = {
        "changes": words_scenario.finding(seen),
        "board": words_scenario.changes(seen.figures),
        "value": scenario_tables.in_value(worth),
        "chances": _("按我们自己的历史推演，现在与设想用同一批随机数"),
    }
    return [
        Section(
            TREND if name == "changes" else name,
            over,
            findings[name],
            scenario_tables.basis() if name == "value" else "",
            **from_table(scenario_tables.table(name, seen, worth)),
            chart=_chart(seen) if name == "changes" else None,
            illustrative=illustrative,
        )
        for name, over in scenario_tables.titles(seen).items()
    ]


def _chart(seen: Consequences) -> Chart:
    rows = [row for row in scenario_tables.drawn_rows(seen) if row.then][:_BARS]
    names = [f"{row.code} {row.name}" for row in rows]
    days = [(row.then - row.now).days for row in rows if row.then]
    unit = str(_("相差（天）"))
    return Chart("bar", names, [Series(unit, days, "slip")], unit)

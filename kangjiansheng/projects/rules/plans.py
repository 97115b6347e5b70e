"""A plan made from a pathway: typical dates from durations, as a beginning that people then correct."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from kangjiansheng.core.calendar import add_months, add_working_days

from .vocabulary import Template, TemplateMilestone


def typical_dates(template: Template, start: date) -> Mapping[str, date]:
    """For each milestone its last predecessor's date plus the longer typical duration.

    A milestone without predecessors counts from `start`. Optional milestones hold nobody up: what follows counts
    from the others, and from them only when there is nothing else.
    """
    found: dict[str, date] = {}
    optional = {item.code for item in template.milestones if item.optional}
    for item in template.milestones:
        known = [code for code in item.predecessors if code in found]
        holding = [code for code in known if code not in optional] or known
        begin = max((found[code] for code in holding), default=start)
        found[item.code] = later(begin, item)
    return found


def later(begin: date, item: TemplateMilestone) -> date:
    """The day on which the longer typical duration of a milestone has passed."""
    count = item.duration_max
    if item.duration_unit == "workday":
        return add_working_days(begin, count)[0]
    if item.duration_unit == "month":
        return add_months(begin, count)
    if item.duration_unit == "year":
        return add_months(begin, 12 * count)
    return begin + timedelta(days=count)


def in_order(template: Template, chosen: Sequence[str]) -> list[TemplateMilestone]:
    """The chosen milestones in the order of the pathway; all that are not optional when none is named."""
    wanted = set(chosen) or {item.code for item in template.milestones if not item.optional}
    return [item for item in template.milestones if item.code in wanted]

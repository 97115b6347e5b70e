"""Which pack the address asks for: up to which instant, since the end of which day, about which projects."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode

from flask import abort, g, request
from flask_babel import gettext as _

from kangjiansheng.committee.models import Meeting
from kangjiansheng.committee.queries import owed
from kangjiansheng.core import clock
from kangjiansheng.core.calendar import Cut
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.pages import asked_day, refuse_future
from kangjiansheng.overview.rules import periods
from kangjiansheng.overview.rules.narrowing import ALL, Narrowing
from kangjiansheng.overview.views import narrowed


@dataclass(frozen=True)
class Asked:
    """`day` is cut off at an instant; `meeting` is the one that was held on the day of comparison, if one was.
    `set_back` is a day of comparison that did not fit; `wanted` the projects that it is about."""

    day: Cut
    compare: date
    meeting: Meeting | None
    set_back: date | None = None
    wanted: Narrowing = ALL

    @property
    def cut(self) -> datetime:
        """The instant up to which the pack tells."""
        return clock.end_of(self.day)

    def address(self, **more: Any) -> dict[str, Any]:
        """What an address has to say, so that it always opens this very pack."""
        asked = {
            "as_of": self.day.isoformat(),
            "compare": self.compare.isoformat(),
            **self.wanted.asked,
            **more,
        }
        if self.cut != clock.end_of(clock.day_of(self.cut)):
            asked["at"] = self.cut.astimezone(clock.SHANGHAI).time().isoformat()
        return asked

    @property
    def path(self) -> str:
        """Where its page always lies."""
        return f"/overview/pack?{urlencode(self.address())}"


def asked(*, actor: Actor) -> Asked:
    """Read the address: without a day of comparison, since the last meeting that the reader may see."""
    day = _cut(g.as_of or clock.today())
    only = narrowed.asked()
    wanted = asked_day("compare") or (clock.today() if request.args.get("compare") else None)
    if wanted is None or wanted >= day:
        return since(day, usual(day, actor=actor), actor=actor, set_back=wanted, wanted=only)
    return since(day, wanted, actor=actor, wanted=only)


def since(
    day: Cut, compare: date, *, actor: Actor, set_back: date | None = None, wanted: Narrowing = ALL
) -> Asked:
    """The pack of a day, compared with another one."""
    return Asked(day, compare, owed.held_on(actor=actor, day=compare), set_back, wanted)


def usual(day: date, *, actor: Actor) -> date:
    """The day of the last meeting held before; the end of the last quarter for who sees none."""
    last = owed.held_before(actor=actor, day=day)
    return last.held_on if last else periods.quarter_end_before(day)


def _cut(day: date) -> Cut:
    """The day up to the time of it that the address names (Asia/Shanghai), else up to now or to its end."""
    asked_time = request.args.get("at")
    now = clock.now()
    if not asked_time:
        return Cut.at(now if day == clock.today() else clock.end_of(day))
    try:
        found = time.fromisoformat(asked_time).replace(tzinfo=None)
    except ValueError:
        abort(400, _("时间“%(text)s”无法识别，请写成 09:30 这样。") % {"text": asked_time[:40]})
    instant = datetime.combine(day, found, clock.SHANGHAI)
    if instant > now:
        refuse_future()
    return Cut.at(instant)

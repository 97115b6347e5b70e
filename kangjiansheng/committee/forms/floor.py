"""What is entered while a meeting runs: who comes and goes, when an item begins and ends."""

from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, TimeField
from wtforms.validators import Optional

from kangjiansheng.committee.forms.base import VersionedForm
from kangjiansheng.core import clock
from kangjiansheng.core.clock import SHANGHAI
from kangjiansheng.core.forms import Form, required

PLACES = [("on_site", _l("到场")), ("online", _l("线上"))]


class TimeForm(Form):
    """One time on the day of the meeting."""

    time = TimeField(_l("时间"), [required()])

    def at(self, day: date) -> datetime:
        """The instant on the meeting's day. The minute that runs means now: what happened earlier in it, such as
        a vote that ended, is not put after it."""
        typed, now = instant(day, self.time.data), clock.now()
        return now if typed <= now < typed + timedelta(minutes=1) else typed


class TogetherForm(TimeForm, VersionedForm):
    """One time for several, and the meeting as it was shown."""

    def stored(self, thing: Any) -> "TogetherForm":
        """Nothing of a meeting stands beside the time: in a conflict others have come and gone, which the page shows."""
        return TogetherForm(formdata=None, data={"time": self.time.data})


class StayForm(VersionedForm):
    """When somebody came and left."""

    mode = SelectField(_l("方式"), choices=PLACES)
    came = TimeField(_l("到达"), [required()])
    left = TimeField(_l("离开"), [Optional()])

    def stored(self, thing: Any) -> "StayForm":
        """The stay as it now stands, beside what was typed."""
        return StayForm(formdata=None, obj=Shown(thing))


class Shown:
    """A stay as its form shows it: instants as hours of Shanghai."""

    def __init__(self, stay: Any) -> None:
        self.mode, self.version = stay.mode, stay.version
        self.came, self.left = clock_of(stay.came_at), clock_of(stay.left_at)


def instant(day: date, at: time | None) -> datetime:
    """A time of the meeting's day, which is that of Shanghai."""
    return datetime.combine(day, at or time(), SHANGHAI)


def clock_of(at: datetime | None) -> time | None:
    """The hour and minute of an instant, as the fields show it."""
    return at.astimezone(SHANGHAI).time().replace(second=0, microsecond=0, tzinfo=None) if at else None

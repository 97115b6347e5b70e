"""How a milestone stands, in three answers."""

import datetime as dt
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField

from kangjiansheng.core import audit, clock
from kangjiansheng.core.calendar import add_months
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import Stale
from kangjiansheng.core.forms import Conflict, Difference, Form, VersionField, at_most, is_mine, required
from kangjiansheng.core.uploads import FilesField
from kangjiansheng.projects.forms.evidence import offer
from kangjiansheng.projects.forms.fields import DayField, choices, label_of
from kangjiansheng.projects.models import Milestone
from kangjiansheng.projects.rules import schedule
from kangjiansheng.projects.rules.evidence import Expected, Standing
from kangjiansheng.projects.rules.schedule import Follow
from kangjiansheng.projects.rules.vocabulary import reasons

CHOICES = [("on_track", _l("按计划")), ("will_slip", _l("要推迟")), ("done", _l("已完成"))]
SHAPES = {"on_track": "ontrack", "will_slip": "slip", "done": "done"}
FOLLOW = [
    ("move", _l("一起顺延")),
    ("within", _l("一起顺延，各不超过本次推迟的天数")),
    ("keep", _l("保持原日期，并标明过早")),
]
QUICK = [("1w", _l("+1 周")), ("2w", _l("+2 周")), ("1m", _l("+1 个月"))]


class MilestoneForm(Form):
    """On track, will slip to … because …, or done on …"""

    choice = RadioField(_l("现在怎样"), choices=CHOICES, validate_choice=False)
    quick = RadioField(_l("新的预测日期"), choices=QUICK, validate_choice=False)
    date = DayField(_l("新的预测日期"))
    reason = RadioField(_l("主要原因"), validate_choice=False)
    actual = DayField(_l("实际日期"))
    note = TextAreaField(_l("补充一句"), [at_most(300)])
    follow = RadioField(_l("下游里程碑"), choices=FOLLOW, default="move", validate_choice=False)
    files = FilesField(_l("照片或文件作为证据"))
    kind = SelectField(_l("这是哪一项证据"), validate_choice=False)
    back = HiddenField()
    version = VersionField()

    def __init__(
        self,
        *args: Any,
        milestone: Milestone | Any = None,
        wanted: Sequence[tuple[Expected, Standing]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.milestone = milestone
        self.offer(wanted)
        self.reason.choices = choices(reasons())

    def offer(self, wanted: Sequence[tuple[Expected, Standing]]) -> None:
        """Offer the pieces of evidence that are expected; only who is shown them, or sends files, has to read them."""
        offer(self.kind, wanted)

    @property
    def new_date(self) -> dt.date | None:
        """The date that was typed, else the one that a quick answer means."""
        return self.date.data or quick_days(self.milestone).get(self.quick.data or "")

    @property
    def outcome(self) -> dt.date | None:
        """The day on which the milestone would come if this were saved."""
        if self.choice.data == "done":
            return self.actual.data or clock.today()
        if self.choice.data == "will_slip":
            return self.new_date
        return self.milestone.proposed if self.milestone is not None else None

    @property
    def state(self) -> str:
        """Which part of the card is open: none, ok, slip or done."""
        return {"on_track": "ok", "will_slip": "slip", "done": "done"}.get(self.choice.data or "", "none")

    def _show_conflict(self, problem: Stale) -> None:
        """The other's state beside what was typed here; the form then carries the current version."""
        db.session.rollback()
        thing = db.session.get_one(Milestone, problem.thing.id)
        who, when, by = audit.last_change(thing)
        who, when = who or _("导入"), when or thing.confirmed_at or clock.now()
        theirs_date = thing.actual or thing.forecast or thing.current_plan or thing.baseline
        if self.choice.data == "on_track":  # says no date of its own: it confirms the one that stands
            mine_date = thing.proposed or theirs_date
        else:
            mine_date = self.actual.data if self.choice.data == "done" else self.new_date
        mine = [
            (_("状态"), _choice_word(self.choice.data), _state_word(thing)),
            (_("日期"), _iso(mine_date), _iso(theirs_date)),
            (_("主要原因"), label_of(self.reason.data, reasons()), label_of(thing.reason_code, reasons())),
            (_("补充一句"), self.note.data or "", thing.note),
        ]
        self.conflict = Conflict(
            who, when, [Difference(*row) for row in mine if row[1] != row[2]], is_mine(by)
        )
        self.version.data = thing.version  # type: ignore[assignment]
        self.version.raw_data = None
        self.milestone = thing


def following(asked: str | None) -> Follow:
    """How the later milestones go along; as the plan has it when nothing was said."""
    return next((one for one in schedule.FOLLOW if one == asked), "move")


def quick_days(milestone: Any) -> dict[str, dt.date]:
    """The days that +1 week, +2 weeks and +1 month mean: from the promised day, or from today when it has passed."""
    promised = milestone.forecast or milestone.current_plan or milestone.baseline
    start = max(promised, clock.today()) if promised else clock.today()
    return {"1w": start + timedelta(7), "2w": start + timedelta(14), "1m": add_months(start, 1)}


def _choice_word(choice: str | None) -> str:
    return next((str(label) for key, label in CHOICES if key == choice), "")


def _state_word(thing: Milestone) -> str:
    if thing.state == "done":
        return _("已完成")
    if thing.state == "cancelled":
        return _("已取消")
    return _("待确认") if thing.proposed else _("进行中")


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


class PlanForm(Form):
    """A planned date: the first one becomes the baseline. A later one needs a reason and an authority."""

    plan = DayField(_l("计划日期"), [required()])
    note = StringField(_l("理由"), [at_most(300)])
    authority = StringField(_l("批准依据"), [at_most(200)])
    version = VersionField()


class ActForm(Form):
    """An act that needs nothing but the version that was seen: reopen, cancel, flag."""

    note = StringField(_l("说明"), [at_most(300)])
    version = VersionField()


class OwnerForm(Form):
    """Who answers for a milestone; 0 is nobody."""

    owner_id = SelectField(_l("负责"), coerce=int)
    version = VersionField()
